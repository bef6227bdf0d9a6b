//! Wrapped clients whose requests take another way than to the app's own address, and answers that the AWS WAF makes before
//! the ALB: no cookie leaves in the clear or to somebody else, and no session is blamed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use crate::desk::Stranger;
use crate::home::{Home, Outcome, outcome};
use crate::tools::tool;

const TOLD: &str = "credential: no cookie for curl: http stays on this machine, and the call takes it through a proxy or to \
    another address\n";

/// A home with an app over http at this address, whose session was stored.
fn over_http(url: &str) -> Home {
    let home = Home::usual();
    home.configure(&format!(
        "[app.plain]\nurl = \"{url}\"\nmethod = \"none\"\n"
    ));
    let said = home.run_with(
        &["store", "plain"],
        "AWSELBAuthSessionCookie-0=c2Vzc2lvbg==\n",
    );
    assert_eq!(said.code, 0, "{said:?}");
    home
}

/// Runs a wrapped curl, with these variables.
fn curl(home: &Home, words: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let all = [&["wrap", "curl", "--", "-sS", "--max-time", "10"], words].concat();
    let mut command = home.credential(&all);
    command.envs(variables.iter().copied());
    outcome(command.output().expect("it starts"))
}

#[test]
fn over_http_no_cookie_takes_another_way_than_to_the_app() {
    if !tool("curl") {
        return;
    }
    let app = Stranger::start("127.0.0.1");
    let other = Stranger::start("127.0.0.2");
    let home = over_http(&app.url);
    let said = curl(&home, &[&app.url], &[]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    let seen = app.seen().concat();
    assert!(seen.contains("AWSELBAuthSessionCookie-0="), "{seen}");
    let authority = |server: &Stranger| server.url.trim_start_matches("http://").to_owned();
    let (from, to) = (authority(&app), authority(&other));
    let connect = format!("{from}:{to}");
    let resolve = format!("{from}:127.0.0.2");
    for words in [
        vec!["-x", &other.url, &app.url],
        vec!["--proxy", &other.url, &app.url],
        vec!["--connect-to", &connect, &app.url],
    ] {
        let said = curl(&home, &words, &[]);
        assert_eq!(said.stderr, TOLD, "{words:?}");
        other.saw_no_cookie(1, &format!("{words:?}"));
        assert_eq!(app.seen(), [""; 0], "{words:?}");
    }
    let said = curl(&home, &["--resolve", &resolve, &app.url], &[]);
    assert!(said.stderr.starts_with(TOLD), "{said:?}");
    assert!(!app.seen().concat().contains("AWSELB"));
    for name in ["http_proxy", "ALL_PROXY"] {
        let said = curl(&home, &[&app.url], &[(name, &other.url)]);
        assert_eq!(said.stderr, TOLD, "{name}");
        other.saw_no_cookie(1, name);
        let said = curl(
            &home,
            &[&app.url],
            &[(name, &other.url), ("NO_PROXY", "127.0.0.1")],
        );
        assert_eq!(said.stderr, "", "{name}");
        assert!(app.seen().concat().contains("AWSELB"), "{name}");
    }
}

#[test]
fn over_https_no_proxy_and_no_other_address_gets_the_cookie() {
    if !tool("curl") {
        return;
    }
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    let app = home.sandbox.app_url("grafana");
    let proxy = Stranger::start("127.0.0.2");
    // The proxy says that there is a way, and is none: all that it sees is the question for one.
    let said = curl(&home, &["-x", &proxy.url, &app], &[]);
    assert_ne!(said.code, 0, "{said:?}");
    proxy.saw_no_cookie(1, "a proxy");
    let said = curl(
        &home,
        &[&app],
        &[("https_proxy", &proxy.url), ("NO_PROXY", "")],
    );
    assert_ne!(said.code, 0, "{said:?}");
    for request in proxy.seen() {
        assert!(
            request.starts_with("CONNECT ") && !request.contains("AWSELB"),
            "{request}"
        );
    }
    // A server at another address cannot prove the app's name.
    let other = Home::usual();
    let there = other.sandbox.app_url("grafana");
    let (from, to) = (
        app.trim_start_matches("https://"),
        there.trim_start_matches("https://"),
    );
    let connect = format!("{from}:{to}");
    home.sandbox.clear_audit();
    let said = curl(&home, &["--connect-to", &connect, &app], &[]);
    assert_eq!(
        said.code, 60,
        "curl's word for an untrusted certificate: {said:?}"
    );
    assert_eq!(other.sandbox.requests(), 0);
}

/// A server that answers each request as the AWS WAF does that wants a puzzle solved.
fn waf(status: &'static str) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().expect("another handle"));
            let mut request = String::new();
            while lines.read_line(&mut request).is_ok_and(|length| length > 2) {}
            let head = format!(
                "HTTP/1.1 {status}\r\nServer: awselb/2.0\r\nx-amzn-waf-action: captcha\r\n"
            );
            let _ = write!(
                stream,
                "{head}Content-Length: 7\r\nConnection: close\r\n\r\npuzzle\n"
            );
        }
    });
    url
}

#[test]
fn an_answer_of_the_waf_is_told_in_a_line_and_blames_no_session() {
    if !tool("curl") {
        return;
    }
    for status in ["405 Method Not Allowed", "401 Unauthorized", "202 Accepted"] {
        let url = waf(status);
        let home = over_http(&url);
        let said = curl(&home, &[&url], &[]);
        assert_eq!(
            (said.code, said.stdout.as_str()),
            (0, "puzzle\n"),
            "{said:?}"
        );
        let number = status.split(' ').next().expect("a number");
        let words = format!(
            "credential: plain: the AWS WAF wants a browser ({number}, captcha); the session has nothing to do with it\n"
        );
        assert_eq!(said.stderr, words);
        // It is the one that is kept.
        let kept = home.run(&["get", "plain"]).answer();
        assert!(kept.contains("c2Vzc2lvbg=="), "{kept}");
    }
}

#[test]
fn doctor_knows_what_was_stored_for_an_app_without_a_sign_in() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    let url = home.sandbox.app_url("grafana");
    home.configure(&format!(
        "[app.grafana]\nurl = \"{url}\"\nmethod = \"none\"\n"
    ));
    let said = home.run(&["doctor", "grafana"]);
    assert!(
        said.stdout.contains("credential store grafana"),
        "{}",
        said.stdout
    );
    let _ = home.run_with(&["store", "grafana"], &cookie).done();
    let said = home.run(&["doctor", "grafana"]);
    assert_eq!(said.code, 0, "{said:?}");
    for wrong in [
        "no entry for this app yet",
        "none is cached yet",
        "none is stored yet",
    ] {
        assert!(!said.stdout.contains(wrong), "{}", said.stdout);
    }
}
