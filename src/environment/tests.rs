//! What is read from the environment, and what is not kept.

use super::{ALL, Variables, read_secret, waits};
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
