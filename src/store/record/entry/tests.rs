use super::Entry;
use crate::error::Error;
use crate::secret::Secret;
use crate::session::{Session, Shard};
use crate::store::{Backoff, Failure, Key, Record};
use time::{Duration, macros::datetime};

fn key(account: &str) -> Key {
    Key::new(
        "a.example",
        [
            ("app", "https://a.example".into()),
            ("account", account.into()),
        ],
    )
}

fn entry() -> Entry {
    let now = datetime!(2026-11-23 20:00:00.123456789 UTC);
    let shards = vec![Shard {
        name: "A-0".into(),
        value: Secret::new("x+/=".into()),
    }];
    Entry {
        session: Some(Session::issued(shards, now, None)),
        failure: Some(Failure {
            error: Error::network("no").hint("do"),
            at: now,
            attended: true,
        }),
        backoff: Some(Backoff::after(None, Error::person("no"), now)),
        learnt: Some(Duration::hours(12)),
        renewal_tried_at: Some(now),
    }
}

#[test]
fn an_entry_survives_its_text() {
    let text = entry().to_text(&key("ada")).expect("a text");
    assert_eq!(Entry::parse(text.expose(), &key("ada")), Some(entry()));
}

#[test]
fn an_entry_of_another_key_is_none() {
    let text = entry().to_text(&key("ada")).expect("a text");
    assert_eq!(Entry::parse(text.expose(), &key("eve")), None);
}

#[test]
fn broken_texts_and_hostile_cookies_are_none() {
    let text = entry().to_text(&key("ada")).expect("a text");
    for cut in 0..text.expose().len() - 2 {
        assert_eq!(Entry::parse(&text.expose()[..cut], &key("ada")), None);
    }
    for (from, to) in [
        ("x+/=", "x\\u001b[2J"),
        // Years that cannot be told in UTC.
        (
            "2026-11-30T20:00:00.123456789Z",
            "0000-01-01T00:00:00+23:59",
        ),
        (
            "2026-11-30T20:00:00.123456789Z",
            "9999-12-31T23:59:59-23:59",
        ),
    ] {
        let hostile = text.expose().replace(from, to);
        assert_ne!(hostile, text.expose());
        assert_eq!(Entry::parse(&hostile, &key("ada")), None);
    }
}

#[test]
fn the_shortest_refused_life_is_learnt_and_a_longer_one_unlearns_it() {
    let mut entry = Entry::default();
    entry.learn_refused(Duration::seconds(299));
    assert_eq!(entry.learnt, None, "revoked, not ended");
    entry.learn_refused(Duration::days(1));
    entry.learn_refused(Duration::hours(12));
    entry.learn_refused(Duration::days(2));
    assert_eq!(entry.learnt, Some(Duration::hours(12)));
    entry.learn_taken(Duration::hours(11));
    assert_eq!(entry.learnt, Some(Duration::hours(12)));
    entry.learn_taken(Duration::hours(12));
    assert_eq!(entry.learnt, None);
}

#[test]
fn nothing_known_needs_no_text() {
    assert!(Entry::default().to_text(&key("ada")).is_none());
}
