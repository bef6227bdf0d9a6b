use super::configuration::{Configuration, Entry};
use super::version::note;
use super::wanted::Wanted;
use crate::site::Site;

fn site() -> Site {
    Site::parse("https://git.corp.example").expect("a site")
}

/// One value of somebody else's.
fn set(key: &str, value: &str) -> Configuration {
    Configuration {
        entries: vec![Entry {
            key: key.to_owned(),
            value: value.to_owned(),
            file: "/home/ada/.gitconfig".to_owned(),
        }],
        ..Configuration::default()
    }
}

#[test]
fn a_url_that_is_spelled_otherwise_is_the_same_place() {
    let site = site();
    let wanted = Wanted::of(&site, Some("/j"), None);
    for url in [
        "https://GIT.corp.example",
        "https://git.corp.example:443/",
        "https://git.corp.example/",
    ] {
        let configuration = set(&format!("credential.{url}.helper"), "store");
        let error = wanted.refuse_others(&configuration).expect_err(url);
        assert!(error.message.contains(url), "{}", error.message);
        assert_eq!(wanted.others(&configuration).count(), 1, "{url}");
    }
    for url in [
        "https://git.corp.example/x",
        "https://git.corp.example:8443",
        "http://git.corp.example",
        "x",
    ] {
        let configuration = set(&format!("credential.{url}.helper"), "store");
        assert_eq!(wanted.refuse_others(&configuration), Ok(()), "{url}");
        assert_eq!(wanted.others(&configuration).count(), 0, "{url}");
    }
}

#[test]
fn only_a_different_value_is_in_the_way() {
    let site = site();
    for (key, value, next, is_in_the_way) in [
        ("credential.helper", "store", None, true),
        ("credential.helper", "store", Some("cache"), true),
        ("credential.helper", "store", Some("store"), false),
        ("credential.helper", "", None, false),
        ("http.cookiefile", "/j", None, false),
        ("http.cookiefile", "/mine", None, true),
        ("http.proactiveauth", "auto", None, false),
        ("http.proactiveauth", "basic", None, true),
        ("lfs.access", "ntlm", None, false),
        ("lfs.access", "ntlm", Some("store"), true),
        ("http.sslverify", "false", None, false),
    ] {
        let (section, name) = key.split_once('.').expect("a key");
        let key = format!("{section}.https://git.corp.example.{name}");
        let wanted = Wanted::of(&site, Some("/j"), next);
        let judged = wanted.refuse_others(&set(&key, value));
        assert_eq!(judged.is_err(), is_in_the_way, "{key} {value} {next:?}");
    }
}

#[test]
fn a_path_that_a_shell_would_split_is_quoted() {
    let site = site();
    let wanted = Wanted::of(&site, Some("/home/ada l'ovelace/j"), None);
    assert_eq!(
        wanted.variables[1].value,
        "alb --cookie-file='/home/ada l'\\''ovelace/j'"
    );
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
