//! Mistakes in the places of secrets, where people also put the secret itself.

use super::{CORP, mistake};

#[test]
fn a_wrong_source_is_told_without_showing_it() {
    let example = "{ command = [\"op\", \"read\", \"…\"] }, { env = \"…\" }, { file = \"…\" }, { keyring = true } \
        or { prompt = true }";
    let keyring = "{ keyring = true } or { keyring = { service = \"…\", username = \"…\" } }";
    let table = [
        (
            "password = \"hunter2\"",
            format!("4:12: password in [org.corp]: expected a table, found a string\nhint: say where it comes from: password = {example}"),
        ),
        (
            "password = {}",
            "4:12: [org.corp.password] names no source\nhint: a source is command, env, file, keyring or prompt".into(),
        ),
        (
            "password = { env = \"hunter2\", prompt = true }",
            "4:12: [org.corp.password] names two sources, env and prompt\nhint: keep one of them".into(),
        ),
        (
            "password = { comand = [\"hunter2\"] }",
            "4:14: unknown key \"comand\" in [org.corp.password]\nhint: did you mean \"command\"?".into(),
        ),
        (
            "password = { command = \"hunter2\" }",
            "4:24: command in [org.corp.password]: expected a list of strings, found a string\nhint: the program and its arguments, one string each: command = [\"op\", \"read\", \"…\"]".into(),
        ),
        (
            "password = { command = [] }",
            "4:24: command in [org.corp.password]: the list is empty\nhint: the program and its arguments, one string each: command = [\"op\", \"read\", \"…\"]".into(),
        ),
        (
            "password = { command = [\"\", \"hunter2\"] }",
            "4:24: command in [org.corp.password]: the program has no name".into(),
        ),
        (
            "password = { env = \"hunter2=\" }",
            "4:20: env in [org.corp.password]: it is not the name of a variable".into(),
        ),
        (
            "password = { file = \"\" }",
            "4:21: file in [org.corp.password]: it is empty".into(),
        ),
        (
            "password = { prompt = false }",
            "4:23: prompt in [org.corp.password]: it can only be true".into(),
        ),
        (
            "password = { keyring = \"hunter2\" }",
            format!("4:24: keyring in [org.corp.password]: expected a boolean, found a string\nhint: {keyring}"),
        ),
        (
            "password = { keyring = false }",
            format!("4:24: keyring in [org.corp.password]: it can only be true\nhint: {keyring}"),
        ),
        (
            "password = { keyring = { service = \"hunter2\" } }",
            "4:24: [org.corp.password.keyring] has no username\nhint: add username = \"…\" to it".into(),
        ),
        (
            "password = { keyring = { service = \"\", username = \"hunter2\" } }",
            "4:36: service in [org.corp.password.keyring]: it is empty".into(),
        ),
        (
            "password = { keyring = { service = \"s\", username = \"hunter2\\u0000\" } }",
            "4:52: username in [org.corp.password.keyring]: an item of the keyring has no control characters in its name".into(),
        ),
        (
            "password = { totp = { env = \"hunter2\" } }",
            "4:14: unknown key \"totp\" in [org.corp.password]\nhint: keys: command, env, file, keyring, prompt".into(),
        ),
        (
            "passcode = { totp = \"hunter2\" }",
            format!("4:21: totp in [org.corp.passcode]: expected a table, found a string\nhint: say where it comes from: totp = {example}"),
        ),
        (
            "passcode = { totp = { env = 7 } }",
            "4:29: env in [org.corp.passcode.totp]: expected a string, found an integer".into(),
        ),
        (
            "password = hunter2",
            "4:12: string values must be quoted, expected literal string".into(),
        ),
        (
            "password = \"hunter2",
            "4:20: invalid basic string, expected `\"`".into(),
        ),
    ];
    for (line, error) in table {
        let found = mistake(&format!("{}\n{line}\n", CORP.trim_end()));
        assert_eq!(found, format!("config.toml:{error}"), "{line}");
        assert!(!found.contains("hunter2"), "{line}");
    }
}
