//! Files that are right.

use super::{CORP, PATH, mistake, settings};
use crate::app::Storage;
use crate::app::{Content, DEFAULT_COOKIE, Passcode, Pin, SignIn, Source};
use crate::keyring::Item;
use crate::settings::{Settings, Variables};
use std::path::PathBuf;
use time::Duration;

const WHOLE: &str = r#"
default = "grafana"                             # what a bare `credential get` means

[org.corp]
url      = "https://corp.okta.com"
username = "ada@corp.example"
password = { command = ["op", "read", "op://work/okta/password"] }
factor   = ["push", "token:software:totp"]      # in order of preference
passcode = { command = ["oathtool", "--totp", "-b", "@seed"] }
remember_device = true
push_unattended = false                         # may a push be sent when nobody is at a terminal

[app.grafana]
url        = "https://grafana.corp.example"     # an optional path prefix is part of it
org        = "corp"                             # may be left out when there is one
method     = "okta"
start      = "/login"                           # a path that the ALB protects
cookie     = "AWSELBAuthSessionCookie"
session    = "12h"                              # the ALB's SessionTimeout, where known
renew_ahead = 0.25                              # the share of it at its end in which it is renewed ahead
client_id  = "0oa…"
redirect_uri = "https://grafana.corp.example/callback"
"#;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn the_whole_example_has_the_right_values() {
    let settings = settings(WHOLE);
    assert_eq!(settings.default.as_deref(), Some("grafana"));
    let org = settings.org("corp").expect("it is there");
    assert_eq!(org.site.url(), "https://corp.okta.com");
    assert_eq!(org.account, "ada@corp.example");
    let command = words(&["op", "read", "op://work/okta/password"]);
    assert_eq!(org.password, Source::Command(command));
    let kinds: Vec<_> = org.factors.iter().map(|factor| factor.kind).collect();
    assert_eq!(kinds, [Some("push"), Some("token:software:totp")]);
    let command = words(&["oathtool", "--totp", "-b", "@seed"]);
    assert_eq!(org.passcode, Some(Passcode::Code(Source::Command(command))));
    assert!(org.remember_device && !org.push_unattended);

    let app = &settings.apps[0];
    assert_eq!(app.name, "grafana");
    assert_eq!(app.site.url(), "https://grafana.corp.example");
    assert_eq!(app.start.as_str(), "https://grafana.corp.example/login");
    assert_eq!(app.cookie, "AWSELBAuthSessionCookie");
    assert_eq!(app.session, Some(Duration::hours(12)));
    assert_eq!(app.renew_ahead.to_string(), "0.25");
    let Content::Session(SignIn::Okta { org, client }) = &app.content else {
        panic!("{:?}", app.content)
    };
    assert_eq!(org.name, "corp");
    let client = client.as_ref().expect("it is named");
    assert_eq!(client.id, "0oa…");
    assert_eq!(client.redirect_uri, "https://grafana.corp.example/callback");
}

#[test]
fn a_missing_key_has_its_default() {
    let text = format!("{CORP}[app.wiki]\nurl = \"https://apps.corp.example/wiki/\"\n");
    let settings = settings(&text);
    let (org, app) = (&settings.orgs[0], &settings.apps[0]);
    assert_eq!(settings.default, None);
    assert_eq!(org.password, Source::Prompt);
    assert_eq!((org.factors.len(), &org.passcode), (0, &None));
    assert!(org.remember_device && !org.push_unattended);
    assert_eq!(app.start.as_str(), "https://apps.corp.example/wiki/");
    assert_eq!((app.cookie.as_str(), app.session), (DEFAULT_COOKIE, None));
    assert_eq!(app.renew_ahead.to_string(), "0.1");
    assert_eq!(app.org().expect("the only one").name, "corp");
    assert!(matches!(
        &app.content,
        Content::Session(SignIn::Okta { client: None, .. })
    ));
}

#[test]
fn a_client_without_a_redirect_uri_is_answered_at_the_alb() {
    let text = format!("{CORP}[app.a]\nurl = \"https://a.example:444/b\"\nclient_id = \"0oa\"\n");
    let settings = settings(&text);
    let Content::Session(SignIn::Okta { client, .. }) = &settings.apps[0].content else {
        panic!("it signs in")
    };
    let uri = &client.as_ref().expect("it is named").redirect_uri;
    assert_eq!(uri, "https://a.example:444/oauth2/idpresponse");
}

/// An item of the keyring.
fn kept(service: &str, username: &str) -> Source {
    Source::Keyring(Item {
        service: service.into(),
        username: username.into(),
    })
}

#[test]
fn sessions_are_kept_in_files_unless_the_keyring_is_named() {
    assert_eq!(settings(CORP).storage, Storage::File);
    for (name, storage) in [("file", Storage::File), ("keyring", Storage::Keyring)] {
        let text = format!("store = \"{name}\"\n{CORP}");
        assert_eq!(settings(&text).storage, storage, "{name}");
    }
    assert_eq!(
        mistake("store = \"keyrign\"\n"),
        "config.toml:1:9: store: no store is called \"keyrign\"\nhint: did you mean \"keyring\"?"
    );
    assert_eq!(
        mistake("store = \"redis\"\n"),
        "config.toml:1:9: store: no store is called \"redis\"\nhint: stores: file, keyring"
    );
}

#[test]
fn secrets_come_from_where_they_are_said_to() {
    let beside = PathBuf::from(PATH).with_file_name("seed");
    let table = [
        ("password = { prompt = true }", Source::Prompt, None),
        ("password = { env = \"X\" }", Source::Env("X".into()), None),
        (
            "password = { file = \"/run/p\" }",
            Source::File("/run/p".into()),
            None,
        ),
        (
            "passcode = { env = \"X\" }",
            Source::Prompt,
            Some(Passcode::Code(Source::Env("X".into()))),
        ),
        (
            "passcode = { totp = { file = \"seed\" } }",
            Source::Prompt,
            Some(Passcode::Totp(Source::File(beside))),
        ),
        (
            "password = { keyring = true }",
            kept("alb-credential", "corp.okta.com/ada@corp.example/password"),
            None,
        ),
        (
            "password = { keyring = { service = \"vpn\", username = \"ada\" } }",
            kept("vpn", "ada"),
            None,
        ),
        (
            "passcode = { keyring = true }",
            Source::Prompt,
            Some(Passcode::Code(kept(
                "alb-credential",
                "corp.okta.com/ada@corp.example/passcode",
            ))),
        ),
        (
            "passcode = { totp = { keyring = true } }",
            Source::Prompt,
            Some(Passcode::Totp(kept(
                "alb-credential",
                "corp.okta.com/ada@corp.example/seed",
            ))),
        ),
        (
            "passcode.totp.env = \"X\"",
            Source::Prompt,
            Some(Passcode::Totp(Source::Env("X".into()))),
        ),
    ];
    for (line, password, passcode) in table {
        let settings = settings(&format!("{}{line}\n", CORP.trim_end().to_owned() + "\n"));
        assert_eq!(settings.orgs[0].password, password, "{line}");
        assert_eq!(settings.orgs[0].passcode, passcode, "{line}");
    }
}

#[test]
fn a_single_factor_needs_no_list() {
    let text = CORP.trim_end().to_owned() + "\nfactor = \"yubico\"\n";
    let yubico = Pin {
        provider: Some("yubico"),
        kind: None,
        device: None,
    };
    assert_eq!(settings(&text).orgs[0].factors, [yubico]);
}

#[test]
fn apps_keep_the_order_of_the_file_and_know_their_org() {
    let text = format!(
        "[app.z]\nurl = \"https://z.example\"\norg = \"corp\"\n\
         [app.a]\nurl = \"https://a.example\"\norg = \"other\"\n\
         [app.m]\nurl = \"https://m.example\"\nmethod = \"none\"\n{CORP}\
         [org.other]\nurl = \"https://other.okta.com\"\nusername = \"ada\"\n"
    );
    let settings = settings(&text);
    let names =
        |apps: Vec<&crate::app::App>| apps.iter().map(|app| app.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(settings.apps.iter().collect()), ["z", "a", "m"]);
    let corp = settings.org("corp").expect("it is there");
    assert_eq!(names(settings.apps_of(corp).collect()), ["z"]);
    assert!(settings.apps[2].org().is_none() && settings.org("m").is_none());
}

#[test]
fn a_file_is_read_from_where_the_variable_says() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("mine.toml");
    let variables = Variables {
        config: Some(path.clone()),
        ..Variables::default()
    };
    let missing = Settings::load(&variables).expect_err("there is no file");
    assert_eq!(
        missing.message,
        format!("{}: there is no such file", path.display())
    );
    std::fs::write(&path, WHOLE).expect("a file");
    let settings = Settings::load(&variables).expect("a good file");
    assert_eq!(settings.apps.len(), 1);
    std::fs::write(&path, b"# gr\xfcn\n").expect("a file");
    let broken = Settings::load(&variables).expect_err("it is Latin-1");
    assert_eq!(
        broken.message,
        format!("{}:1:5: this is not UTF-8", path.display())
    );
    let nowhere = crate::settings::file::load(&directory.path().join("none"), false);
    assert!(nowhere.expect("no settings").apps.is_empty());
    let unreadable = crate::settings::file::load(directory.path(), false);
    let unreadable = unreadable.expect_err("it is a directory");
    assert!(unreadable.message.starts_with("cannot read "));
}
