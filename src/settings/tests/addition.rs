//! The program's own additions to a file: they are read back as they were meant, and what was there stays.

use proptest::prelude::*;

use super::{CORP, parse, settings};
use crate::app::Source;
use crate::keyring::Item;
use crate::settings::{Addition, NewApp, NewOrg, NewSignIn, validate};

fn item(service: &str, username: &str) -> Item {
    Item {
        service: service.into(),
        username: username.into(),
    }
}

fn addition() -> Addition {
    Addition {
        org: Some(NewOrg {
            name: "corp".into(),
            url: "https://corp.okta.com".into(),
            username: "ada@corp.example".into(),
            password: Source::Prompt,
        }),
        app: NewApp {
            name: "wiki.2".into(),
            url: "https://wiki.corp.example/w".into(),
            sign_in: NewSignIn::Okta { org: "corp".into() },
            start: Some("/login?a=\\".into()),
            cookie: Some("Session".into()),
            session: Some("12h".into()),
        },
    }
}

#[test]
fn the_text_is_what_a_person_would_write() {
    assert_eq!(
        addition().text().as_deref(),
        Ok("\
[org.corp]
url = \"https://corp.okta.com\"
username = \"ada@corp.example\"
password = { prompt = true }

[app.\"wiki.2\"]
url = \"https://wiki.corp.example/w\"
org = \"corp\"
start = \"/login?a=\\\\\"
cookie = \"Session\"
session = \"12h\"
")
    );
    assert_eq!(addition().labels(), "[org.corp] and [app.\"wiki.2\"]");
    let read = settings(&addition().text().expect("it is text"));
    let app = &read.apps[0];
    assert_eq!(
        (app.name.as_str(), app.cookie.as_str()),
        ("wiki.2", "Session")
    );
    assert_eq!(app.start.as_str(), "https://wiki.corp.example/login?a=\\");
    assert_eq!(read.orgs[0].password, Source::Prompt);
}

#[test]
fn an_app_of_another_provider_names_it_and_no_org() {
    let mut browser = addition();
    browser.org = None;
    browser.app.sign_in = NewSignIn::Browser {
        idp: "https://id.corp.example".into(),
    };
    let text = browser.text().expect("it is text");
    assert!(
        text.contains("method = \"browser\"\nidp = \"https://id.corp.example\"\nstart"),
        "{text}"
    );
    assert_eq!(settings(&text).apps[0].method_name(), "browser");
}

#[test]
fn the_text_before_an_addition_stays_and_sets_the_line_ends() {
    let app = Addition {
        org: None,
        ..addition()
    };
    let text = app.text().expect("it is text");
    for (before, between) in [
        ("", ""),
        ("# x\n", "\n"),
        ("# x", "\n\n"),
        ("# x\n\n\n", "\n"),
    ] {
        let after = app.after(before).expect("it is text");
        assert_eq!(after, format!("{before}{between}{text}"), "{before:?}");
    }
    let after = app.after("# x\r\n# y").expect("it is text");
    assert_eq!(
        after,
        format!("# x\r\n# y\r\n\r\n{}", text.replace('\n', "\r\n"))
    );
    assert!(parse(&app.after(CORP).expect("it is text")).is_ok());
}

#[test]
fn a_control_character_is_refused_and_not_shown() {
    for password in [
        Source::Command(vec!["a".into(), "hunter2\u{1b}".into()]),
        Source::Env("hunter2\u{85}".into()),
        Source::File("hunter2\n".into()),
        Source::Keyring(item("vpn", "hunter2\t")),
    ] {
        let mut addition = addition();
        addition.org.as_mut().expect("there is one").password = password;
        let error = addition.text().expect_err("it cannot be seen");
        assert_eq!(error.message, "password cannot have control characters");
    }
}

proptest! {
    #[test]
    fn every_text_is_read_back_as_it_was(
        username in "\\PC+",
        words in prop::collection::vec("\\PC*", 0..3),
        quotes in "[\"'\\\\#=\\[\\]{}, u0041]{1,12}",
        before in prop::sample::select(vec!["", "# end", "default = \"wiki.2\"\r\n"]),
    ) {
        let words: Vec<String> = std::iter::once(quotes.clone()).chain(words).collect();
        let own = format!("corp.okta.com/{username}/password");
        for (username, password) in [
            (username.clone(), Source::Command(words)),
            (username, Source::Keyring(Item::own(own))),
            (quotes.clone(), Source::Keyring(item(&quotes, "ada"))),
            (quotes.clone(), Source::File(format!("/{quotes}").into())),
            (quotes.clone(), Source::Env(quotes.replace('=', "_"))),
        ] {
            if validate::account(&username).is_err() {
                continue;
            }
            let mut addition = addition();
            let org = addition.org.as_mut().expect("there is one");
            org.username.clone_from(&username);
            org.password = password.clone();
            let read = settings(&addition.after(before).expect("it has no control characters"));
            prop_assert_eq!(&read.orgs[0].account, &username);
            prop_assert_eq!(&read.orgs[0].password, &password);
        }
    }
}
