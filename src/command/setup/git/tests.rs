use super::chain::{Chain, of};
use super::configuration::{Configuration, Entry};
use super::version::note;
use super::wanted::Wanted;
use crate::command::setup::plan::Plan;
use crate::site::Site;

const KEY: &str = "credential.https://git.corp.example.helper";

fn values(values: &[&str]) -> Vec<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

fn configuration(helpers: &[&str]) -> Configuration {
    let entry = |value: &&str| entry(KEY, value);
    Configuration {
        entries: helpers.iter().map(entry).collect(),
        own: None,
    }
}

fn entry(key: &str, value: &str) -> Entry {
    Entry {
        key: key.to_owned(),
        value: value.to_owned(),
        file: None,
    }
}

fn one(url: &str) -> Configuration {
    Configuration {
        entries: vec![entry(&format!("credential.{url}.helper"), "store")],
        own: None,
    }
}

fn site() -> Site {
    Site::parse("https://git.corp.example").expect("a site")
}

fn wanted<'a>(site: &'a Site, jar: &str, next: Option<&'a str>) -> Wanted<'a> {
    Wanted {
        site,
        helpers: of(Some(jar), next),
        next,
        others: vec![("http", "cookieFile", jar.to_owned())],
        outdated: Vec::new(),
    }
}

/// The calls of git in a plan, without what is the same in all of them.
fn calls(lines: Vec<crate::command::setup::plan::Line>) -> Vec<String> {
    let text = Plan(lines).to_text();
    let calls = text
        .lines()
        .filter_map(|line| line.strip_prefix("git     config --global "));
    calls
        .map(|call| call.replace("credential.https://git.corp.example.helper", "H"))
        .collect()
}

#[test]
fn the_helpers_of_a_setup_are_told_from_all_others() {
    for (before, own, after) in [
        (&[][..], &[][..], &[][..]),
        (&["store"], &[], &[]),
        (&[""], &[], &[]),
        (&[], &["", "alb --cookie-file=/j"], &[]),
        (&["store", ""], &["", "alb --cookie-file=/j"], &["cache"]),
        (
            &["store"],
            &["", "alb --cookie-file=/j --next", "store"],
            &[],
        ),
        (&[], &["", "alb --cookie-file=/j --next"], &[]),
        (
            &["", "alb --cookie-file=/old"],
            &["", "alb --cookie-file=/j"],
            &[],
        ),
        (&["alb"], &[], &[]),
        (&["", "album"], &[], &[]),
    ] {
        let all = values(&[before, own, after].concat());
        let divided = Chain::divide(all.clone());
        assert_eq!(divided.all(), all);
        assert_eq!(
            divided.with(&[]),
            values(&[before, after].concat()),
            "{all:?}"
        );
    }
}

#[test]
fn only_what_is_missing_is_added_and_what_is_outdated_is_replaced() {
    let site = site();
    for (there, next, expected) in [
        (
            &[][..],
            None,
            &["--add H ''", "--add H 'alb --cookie-file=/j'"][..],
        ),
        (
            &["store"],
            Some("store"),
            &[
                "--add H ''",
                "--add H 'alb --cookie-file=/j --next'",
                "--add H store",
            ],
        ),
        (&["", "alb --cookie-file=/j"], None, &[]),
        (
            &["", "alb --cookie-file=/old"],
            None,
            &[
                "--unset-all H",
                "--add H ''",
                "--add H 'alb --cookie-file=/j'",
            ],
        ),
        (
            &["", "alb --cookie-file=/j --next", "store"],
            None,
            &[
                "--unset-all H",
                "--add H ''",
                "--add H 'alb --cookie-file=/j'",
            ],
        ),
    ] {
        let lines = wanted(&site, "/j", next)
            .write(&configuration(there))
            .expect("nothing is in the way");
        let mut calls = calls(lines);
        assert_eq!(
            calls.pop().as_deref(),
            Some("http.https://git.corp.example.cookieFile /j")
        );
        assert_eq!(calls, expected, "{there:?}");
    }
}

#[test]
fn what_was_there_before_is_there_after_an_undo() {
    let site = site();
    let there = ["store", "", "alb --cookie-file=/j --next", "store"];
    let lines = wanted(&site, "/j", None).undo(&configuration(&there));
    assert_eq!(calls(lines), ["--unset-all H", "--add H store"]);
    let lines = wanted(&site, "/j", None).undo(&configuration(&["store"]));
    assert_eq!(calls(lines), [""; 0]);
}

#[test]
fn a_url_that_is_spelled_otherwise_is_the_same_place() {
    let site = site();
    for url in [
        "https://GIT.corp.example",
        "https://git.corp.example:443/",
        "https://git.corp.example/",
    ] {
        let error = wanted(&site, "/j", Some("store")).write(&one(url));
        let error = error.expect_err(url);
        assert!(error.message.contains(url), "{}", error.message);
    }
    for url in [
        "https://git.corp.example/x",
        "https://git.corp.example:8443",
        "http://git.corp.example",
        "x",
    ] {
        let lines = wanted(&site, "/j", None).write(&one(url));
        assert_eq!(lines.expect(url).len(), 3);
    }
}

#[test]
fn a_path_that_a_shell_would_split_is_quoted() {
    assert_eq!(
        of(Some("/home/ada l'ovelace/j"), None)[1],
        "alb --cookie-file='/home/ada l'\\''ovelace/j'"
    );
    let helpers = Chain::divide(of(Some("/home/ada l'ovelace/j"), Some("store")));
    assert!(helpers.has_file("/home/ada l'ovelace/j") && !helpers.has_file("/home/ada"));
}

#[test]
fn an_older_git_is_told_from_a_newer_one() {
    for (version, is_old) in [
        ("git version 2.47.3", false),
        ("git version 2.46.0.windows.1", false),
        ("git version 2.39.5 (Apple Git-154)", true),
        ("git version 2.45.GIT", true),
        ("git version 3.0.0", false),
        ("something else", false),
    ] {
        assert_eq!(note(version).is_some(), is_old, "{version}");
    }
}
