//! Values that are read from the environment, and variables that are not passed on.

use super::child::is_for_background;
#[cfg(unix)]
use super::child::waits;
use super::proxies::check_proxies_in;
use super::{ALL, Variables};
#[cfg(unix)]
use super::{check_cache, read_secret};
#[cfg(unix)]
use std::ffi::OsString;

fn read(pairs: &[(&str, &str)]) -> Variables {
    Variables::read(|name| {
        let pair = pairs.iter().find(|pair| pair.0 == name)?;
        Some(pair.1.into())
    })
    .expect("UTF-8")
}

#[test]
fn an_empty_value_counts_as_unset() {
    let empty: Vec<_> = ALL.iter().map(|variable| (variable.name, "")).collect();
    assert_eq!(read(&empty), Variables::default());
}

#[cfg(unix)]
#[test]
fn a_cache_directory_is_an_absolute_path() {
    let check = |path: &str| check_cache(Some(path.as_ref()));
    assert_eq!(check_cache(None), Ok(()));
    assert_eq!(check("/run/user/1/cookies"), Ok(()));
    for path in ["~/x", "~", "x", "./x", "../x"] {
        let error = check(path).expect_err(path);
        let words = format!("ALB_CREDENTIAL_CACHE: {path} is not an absolute path");
        assert_eq!((error.message, error.kind.exit_code()), (words, 2));
        assert_eq!(error.hints[0].contains("$HOME"), path.starts_with('~'));
    }
}

#[test]
fn a_proxy_that_would_be_ignored_is_an_error_that_names_the_variable() {
    let check = |pairs: &[(&str, &str)]| {
        let value = |name: &str| pairs.iter().find(|pair| pair.0 == name);
        check_proxies_in(|name| Some(value(name)?.1.into()))
    };
    for proxy in [
        "http://proxy.example:3128",
        "HTTPS://proxy.example",
        "proxy.example:3128",
        "proxy",
        "http://ada:p%40ss@[::1]:3128/",
        "socks5h://127.0.0.1:1080",
        "",
    ] {
        assert_eq!(check(&[("https_proxy", proxy)]), Ok(()), "{proxy}");
    }
    for proxy in [
        "ftp://proxy.example",
        "http//proxy.example",
        "proxy.example:3128/",
        "://proxy.example",
        "http://",
        "http:/proxy.example",
        "/proxy",
        " http://proxy.example",
        "http://ada:p@ss@proxy.example",
        "http://ada:hunter2/@proxy.example",
        "http://proxy.example:port",
        "http://pröxy.example",
    ] {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            let error = check(&[(name, proxy)]).expect_err(proxy);
            let words = format!("{name} names no proxy that can be used");
            assert_eq!((&error.message, error.kind.exit_code()), (&words, 2));
            assert!(!error.to_text().contains("hunter2"));
        }
    }
    let first = [
        ("HTTPS_PROXY", "http://proxy"),
        ("ALL_PROXY", "ftp://proxy"),
    ];
    assert_eq!(check(&first), Ok(()), "it decides nothing");
    assert_eq!(check(&[("NO_PROXY", "ftp://proxy")]), Ok(()));
}

#[test]
fn a_process_in_the_background_gets_the_variables_of_this_program_alone() {
    // A process in the background asks nobody and shows nothing.
    const NEEDS_A_PERSON: [&str; 6] = [
        "CI",
        "GIT_TERMINAL_PROMPT",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "TERM",
    ];
    for variable in ALL {
        let is_kept = is_for_background(variable.name);
        assert_eq!(
            is_kept,
            !NEEDS_A_PERSON.contains(&variable.name),
            "{variable:?}"
        );
    }
    for name in ["HOME", "PATH", "https_proxy", "XDG_CONFIG_HOME"] {
        assert!(is_for_background(name), "{name}");
    }
    for name in [
        "AWS_SECRET_ACCESS_KEY",
        "SSH_AUTH_SOCK",
        "PWD",
        "LD_PRELOAD",
    ] {
        assert!(!is_for_background(name), "{name}");
    }
}

#[test]
fn secrets_are_noted_and_not_kept() {
    let variables = read(&[
        ("ALB_CREDENTIAL_PASSWORD", "hunter2"),
        ("ALB_CREDENTIAL_PASSCODE_SEED", "hunter2"),
    ]);
    assert!(variables.password && variables.passcode_seed);
    assert!(!format!("{variables:?}").contains("hunter2"));
}

#[test]
fn ci_and_git_forbid_questions() {
    let table = [
        ("CI", "true", Some("CI")),
        ("CI", "1", Some("CI")),
        ("CI", "false", None),
        ("CI", "0", None),
        ("GIT_TERMINAL_PROMPT", "0", Some("GIT_TERMINAL_PROMPT")),
        ("GIT_TERMINAL_PROMPT", "False", Some("GIT_TERMINAL_PROMPT")),
        ("GIT_TERMINAL_PROMPT", "1", None),
    ];
    for (name, value, by) in table {
        assert_eq!(read(&[(name, value)]).silenced_by, by, "{name}={value}");
    }
}

#[test]
fn every_variable_is_named_and_documented_once() {
    for (index, variable) in ALL.iter().enumerate() {
        assert!(ALL[..index].iter().all(|other| other.name != variable.name));
        assert!(!variable.about.is_empty() && !variable.about.ends_with('.'));
    }
}

#[cfg(unix)]
#[test]
fn a_value_that_is_not_utf8_is_an_error_but_for_paths() {
    use std::os::unix::ffi::OsStringExt as _;
    let odd = || Some(OsString::from_vec(vec![0xff]));
    let read = |wanted: &str| Variables::read(|name| odd().filter(|_| name == wanted));
    for name in [
        "ALB_CREDENTIAL_APP",
        "ALB_CREDENTIAL_PASSWORD",
        "ALB_CREDENTIAL_START",
        "CI",
    ] {
        let error = read(name).expect_err("it is not UTF-8");
        assert_eq!(error.message, format!("{name}: the value is not UTF-8"));
    }
    assert!(read("ALB_CREDENTIAL_CONFIG").is_ok());
    assert!(read_secret(|_| odd(), "X").is_err());
}

#[cfg(unix)]
#[test]
fn a_sign_in_waits_as_long_as_its_process_lives() {
    let own = std::process::id();
    let account = "https://corp.okta.com ada";
    let lines = format!("{own} https://other.okta.com ada\n{own} {account}\n");
    assert!(waits(&lines, account));
    for (lines, other) in [
        (lines.as_str(), "https://corp.okta.com eve"),
        // No process has a number so high.
        ("2147483647 https://corp.okta.com ada\n", account),
        ("x https://corp.okta.com ada\n", account),
        ("https://corp.okta.com ada\n", account),
        ("", account),
    ] {
        assert!(!waits(lines, other), "{lines:?}");
    }
}
