//! Rows that were tried with curl 7.88, wget 1.21, HTTPie 3.2 and xh 0.26, and a proxy that records.
//! `tests/it/proxied.rs` tries them again with the clients that are there.

use url::Url;

use super::super::Tool;
use super::is_proxied;

const HERE: &str = "http://localhost:8080/";
const PROXY: (&str, &str) = ("http_proxy", "http://p.example");

fn proxied(line: &str, variables: &[(&str, &str)]) -> bool {
    let mut words = line.split(' ').map(|word| match word {
        "''" => String::new(),
        word => word.to_owned(),
    });
    let tool = Tool::named(&words.next().expect("a tool")).expect("a wrapped tool");
    let arguments: Vec<String> = words.collect();
    let url = Url::parse(arguments.last().expect("a URL")).expect("a URL");
    let of = |name: &str| {
        let mut found = variables.iter().filter(|row| row.0 == name);
        found.next().map(|row| row.1.to_owned())
    };
    is_proxied(tool, "", &arguments, &url, &of)
}

#[test]
fn a_proxy_of_the_environment_counts_for_http_alone() {
    for client in ["curl", "wget", "http", "xh"] {
        let line = format!("{client} {HERE}");
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            assert!(proxied(&line, &[(name, "http://p.example")]), "{name}");
            assert!(!proxied(&line, &[(name, "")]), "{name}");
            let https = format!("{client} https://app.example/");
            assert!(!proxied(&https, &[(name, "http://p.example")]), "{name}");
        }
        assert!(!proxied(&line, &[("https_proxy", "http://p.example")]));
    }
}

#[test]
fn an_exclusion_counts_only_as_the_client_itself_reads_it() {
    let all = &["curl", "wget", "http", "https", "xh", "xhs"];
    let but_wget = &["curl", "http", "https", "xh", "xhs"];
    let none: &[&str] = &[];
    for (list, url, excluding) in [
        ("localhost", HERE, all as &[_]),
        ("LOCALHOST", HERE, all),
        ("a,localhost,b", HERE, all),
        ("a, localhost", HERE, all),
        ("127.0.0.1", "http://127.0.0.1:8080/", all),
        ("::1", "http://[::1]:8080/", all),
        (".localhost", "http://x.localhost:8080/", all),
        ("*", HERE, but_wget),
        (" localhost", HERE, but_wget),
        ("a,localhost ", HERE, but_wget),
        ("*,a", HERE, none),
        ("a,*", HERE, none),
        (" *", HERE, none),
        ("a localhost", HERE, none),
        ("localhost b", HERE, none),
        ("a;localhost", HERE, none),
        (".localhost", HERE, none),
        ("localhost.", HERE, none),
        ("localhost:8080", HERE, none),
        ("localhost:1,host", HERE, none),
        ("[::1]", "http://[::1]:8080/", none),
        ("127.0.0.1", "http://127.1:8080/", none),
        ("::1", "http://[0:0:0:0:0:0:0:1]:8080/", none),
        ("127.0.0.0/8", "http://127.0.0.1:8080/", none),
        (".0.0.1", "http://127.0.0.1:8080/", none),
        ("", HERE, none),
    ] {
        for client in all {
            let line = format!("{client} {url}");
            let is_excluded = excluding.contains(client);
            let is_proxied = |variables: &[_]| proxied(&line, &[&[PROXY], variables].concat());
            assert_eq!(
                !is_proxied(&[("no_proxy", list)]),
                is_excluded,
                "{client} no_proxy={list:?} {url}"
            );
            let reads_it = is_excluded && *client != "wget";
            assert_eq!(
                !is_proxied(&[("NO_PROXY", list)]),
                reads_it,
                "{client} NO_PROXY={list:?} {url}"
            );
        }
    }
}

#[test]
fn two_exclusions_that_differ_count_for_no_client_but_wget() {
    for other in ["x", ""] {
        for (lower, upper) in [("localhost", other), (other, "localhost")] {
            for client in ["curl", "wget", "http", "xh"] {
                let line = format!("{client} {HERE}");
                let judged = proxied(&line, &[PROXY, ("no_proxy", lower), ("NO_PROXY", upper)]);
                let is_excluded = client == "wget" && lower == "localhost";
                assert_eq!(judged, !is_excluded, "{client} {lower:?} {upper:?}");
            }
        }
    }
}

#[test]
fn an_option_of_curls_takes_the_place_of_the_exclusions() {
    let excluded = [PROXY, ("no_proxy", "localhost")];
    for options in ["--noproxy ''", "--noproxy x", "--noprox x", "--noproxy=x"] {
        let line = format!("curl {options} {HERE}");
        assert!(proxied(&line, &excluded), "{options}");
        assert!(!proxied(&line, &[]), "{options}");
    }
}
