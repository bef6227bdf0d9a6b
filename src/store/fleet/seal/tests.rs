use super::{Place, SealedKind, SealingKey, Unopened};
use crate::secret::Secret;
use std::collections::BTreeMap;

fn key(digit: &str) -> SealingKey {
    SealingKey::parse(&Secret::new(digit.repeat(64))).expect("a key")
}

const PLACE: Place<'static> = Place {
    namespace: "ci",
    name: "0123",
    kind: SealedKind::Record,
    version: 7,
};

#[test]
fn a_sealed_text_opens_in_its_place_and_is_not_in_what_the_server_sees() {
    let sealed = key("a").seal(PLACE, "the cookie");
    let opened = key("a").open(PLACE, &sealed).expect("it opens");
    assert_eq!(opened.expose(), "the cookie");
    assert_eq!(sealed.len(), "the cookie".len() + 57);
    assert!(!sealed.windows(6).any(|window| window == b"cookie"));
    assert_ne!(
        sealed,
        key("a").seal(PLACE, "the cookie"),
        "no two are alike"
    );
}

#[test]
fn it_opens_nowhere_else_and_not_after_a_change() {
    let sealed = key("a").seal(PLACE, "x");
    for other in [
        Place {
            namespace: "c",
            ..PLACE
        },
        Place {
            name: "0124",
            ..PLACE
        },
        Place {
            kind: SealedKind::Note,
            ..PLACE
        },
        Place {
            version: 8,
            ..PLACE
        },
    ] {
        assert!(key("a").open(other, &sealed).is_err(), "{other:?}");
    }
    assert!(key("b").open(PLACE, &sealed).is_err());
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(key("a").open(PLACE, &changed).is_err(), "byte {at}");
        assert!(key("a").open(PLACE, &sealed[..at]).is_err(), "cut at {at}");
    }
    let mut newer = sealed;
    newer[0] = 2;
    assert_eq!(key("a").open(PLACE, &newer), Err(Unopened::NewerForm));
}

#[test]
fn a_key_is_32_bytes_in_hexadecimal_digits_or_base64_and_no_passphrase() {
    let hex = key("0");
    let same = SealingKey::parse(&Secret::new(format!("{}=", "A".repeat(43)))).expect("a key");
    assert_eq!(hex.id(), same.id());
    assert_ne!(hex.id(), key("1").id());
    for text in [
        "",
        "correct horse battery staple",
        "00",
        &"0".repeat(62),
        &"g".repeat(64),
    ] {
        assert!(
            SealingKey::parse(&Secret::new(text.into())).is_none(),
            "{text}"
        );
    }
    assert!(!format!("{:?}", key("a")).contains("aaaa"));
}

#[test]
fn names_differ_by_key_and_by_fields_and_say_nothing() {
    let fields = |app: &str, account: &str| {
        BTreeMap::from([
            ("app".into(), app.into()),
            ("account".into(), account.into()),
        ])
    };
    let name = |digit: &str, app: &str, account: &str| key(digit).name(fields(app, account).iter());
    assert_eq!(name("a", "x", "y").len(), 32);
    assert_eq!(name("a", "x", "y"), name("a", "x", "y"));
    assert_ne!(name("a", "x", "y"), name("b", "x", "y"));
    assert_ne!(name("a", "xy", ""), name("a", "x", "y"));
}
