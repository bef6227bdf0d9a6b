//! The content of the record of an account.

use super::{Account, Unanswered};
use crate::app::Engine;
use crate::cookie::Jar;
use crate::error::Error;
use crate::secret::Secret;
use crate::store::record::known_engine::KnownEngine;
use crate::store::record::refused_passwords::RefusedPasswords;
use crate::store::record::used_codes::UsedCodes;
use crate::store::{Backoff, Key, Record};
use time::macros::datetime;

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

#[test]
fn a_session_begins_where_its_own_cookie_is_another() {
    let hour = |hour: i8| datetime!(2026-11-23 10:00 UTC) + time::Duration::hours(hour.into());
    let jar = |cookies: &[(&str, &str)]| {
        let mut jar = Jar::default();
        for (name, value) in cookies {
            jar.put(name, secret(value));
        }
        jar
    };
    let mut account = Account::default();
    for (cookies, at, since) in [
        (&[("sid", "1"), ("JSESSIONID", "a")][..], 1, Some(1)),
        (&[("sid", "1"), ("JSESSIONID", "b")], 2, Some(1)),
        (&[("sid", "1"), ("idx", "x")], 3, Some(1)),
        (&[("sid", "2"), ("JSESSIONID", "b")], 4, Some(4)),
        (&[], 5, None),
        (&[("idx", "y")], 6, Some(6)),
        (&[("idx", "z")], 7, Some(7)),
    ] {
        account.take_session(jar(cookies), hour(at));
        assert_eq!(account.session_since, since.map(hour), "{cookies:?}");
    }
}

#[test]
fn an_account_survives_its_text() {
    let key = Key::new("corp.okta.com", [("org", "https://corp.okta.com".into())]);
    let mut session = Jar::default();
    session.put("sid", secret("102abc"));
    let backoff = Some(Backoff::after(
        None,
        Error::refused("locked"),
        datetime!(2026-11-23 20:00 UTC),
    ));
    let mut refusals = RefusedPasswords::default();
    refusals.add(&secret("x"), Error::refused("no"));
    let mut codes = UsedCodes::default();
    codes.sent(
        Some(&secret("123456")),
        Some(7),
        datetime!(2026-11-23 20:00 UTC),
    );
    codes.refuse(&secret("seed"), Error::refused("no"));
    let mut unanswered = Unanswered::default();
    unanswered.add(datetime!(2026-11-23 20:00 UTC));
    let account = Account {
        session,
        session_since: Some(datetime!(2026-11-23 19:00 UTC)),
        device: Some(secret("DIabc")),
        refusals,
        backoff,
        codes,
        refused_in_a_row: unanswered.clone(),
        unanswered,
        engine: Some(KnownEngine {
            engine: Engine::Identity,
            found_at: datetime!(2026-11-23 20:00 UTC),
        }),
        sends_push_unasked: true,
        browser_needs: {
            let mut needs = super::BrowserNeeds::default();
            needs.note(
                None,
                vec!["a CAPTCHA".into()],
                datetime!(2026-11-23 20:00 UTC),
            );
            needs
        },
        accepted: Some(super::AcceptedPassword::new(
            &secret("x"),
            datetime!(2026-11-23 20:00 UTC),
        )),
        epochs: super::Epochs::default(),
    };
    let text = account.to_text(&key).expect("a text");
    assert_eq!(Account::parse(text.expose(), &key), Some(account));
}
