//! The options of `credential add`.

use super::{AddRequest, command, site};
use crate::app::Source;
use crate::cli::{Cli, Command};
use crate::error::{Result, typed};
use clap::Parser as _;
use proptest::prelude::*;

fn wanted(arguments: &[&str]) -> Result<AddRequest> {
    let words = ["credential", "add"].iter().chain(arguments);
    match Cli::try_parse_from(words).expect("it parses").command {
        Command::Add(add) => AddRequest::read(&add),
        _ => panic!("it is an add"),
    }
}

#[test]
fn a_url_from_a_browser_gets_a_hint_without_its_query() {
    for (url, hint) in [
        (
            "https://wiki.corp.example/d/1?orgId=1#x",
            "credential add https://wiki.corp.example/d/1",
        ),
        (
            "https://u:p@wiki.corp.example/",
            "credential add https://wiki.corp.example/",
        ),
        (
            "wiki.corp.example",
            "did you mean \"https://wiki.corp.example\"?",
        ),
    ] {
        assert_eq!(site(url).expect_err(url).hints, [hint], "{url}");
    }
    assert!(site("http://wiki.corp.example").is_err());
}

#[test]
fn an_option_is_checked_by_the_rule_of_its_key() {
    for (option, value) in [
        ("--name", "a b"),
        ("--org", "-"),
        ("--username", ""),
        ("--cookie", "a;b"),
        ("--start", "//evil.example/"),
        ("--session", "8d"),
        ("--password-command", "'"),
        ("--password-command", " "),
        ("--password-file", ""),
        ("--password-env", "A=B"),
    ] {
        let option_and_value = format!("{option}={value}");
        let error = wanted(&["https://a.example", &option_and_value]).expect_err(option);
        assert!(error.message.starts_with(option), "{}", error.message);
    }
}

#[test]
fn the_suggested_command_leaves_out_password_sources() {
    let kept = wanted(&["https://a.example", "--password-keyring"]);
    assert_eq!(
        kept.expect("it is right").again(&[]),
        "credential add https://a.example --password-keyring"
    );
    let wanted = wanted(&[
        "https://a.example/x/",
        "--username",
        "ada l'ovelace",
        "--start",
        "/login?a=1&b",
        "--password-command",
        "echo hunter2",
    ]);
    assert_eq!(
        wanted.expect("it is right").again(&["--yes"]),
        "credential add https://a.example/x/ --username 'ada l'\\''ovelace' --start '/login?a=1&b' \
         --password-command … --yes"
    );
}

#[cfg(unix)]
#[test]
fn a_program_with_a_slash_is_the_one_of_the_current_directory() {
    let here = std::env::current_dir().expect("a directory");
    let program = |line: &str| match command(line).expect(line) {
        Source::Command(words) => std::path::PathBuf::from(&words[0]),
        _ => panic!("it is a command"),
    };
    assert_eq!(program("./getpw x"), here.join("getpw"));
    assert_eq!(program("bin/getpw"), here.join("bin/getpw"));
    for as_before in ["getpw", "/bin/getpw", "~/getpw"] {
        assert_eq!(program(as_before).to_str(), Some(as_before));
    }
}

#[test]
fn a_password_command_is_split_like_a_shell_splits_it() {
    for (line, words) in [
        ("op read op://a/b", &["op", "read", "op://a/b"][..]),
        ("  op\t read  ", &["op", "read"]),
        ("op \"My Vault/a\"", &["op", "My Vault/a"]),
        ("a 'b \"c\\' d\\ e", &["a", "b \"c\\", "d e"]),
        ("\"a\\\"b\\n\\\\\"c", &["a\"b\\n\\c"]),
        ("x ''", &["x", ""]),
        ("C:\\\\op.exe $HOME", &["C:\\op.exe", "$HOME"]),
    ] {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(command(line), Ok(Source::Command(words)), "{line}");
    }
    for unfinished in ["'a", "\"a", "a\\", "\"a\\"] {
        assert!(command(unfinished).is_err(), "{unfinished}");
    }
}

proptest! {
    #[test]
    fn quoted_words_are_split_into_the_same_words(words in prop::collection::vec(any::<String>(), 0..4)) {
        let line = words.iter().map(|word| typed(word)).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(shlex::split(&line), Some(words));
    }
}
