use super::{Class, KEYS, Meaning, Message, decisive, meaning};

fn message(key: &str, class: Class) -> Message {
    Message {
        key: key.into(),
        text: "words".into(),
        class,
        links: Vec::new(),
    }
}

#[test]
fn every_key_has_its_meaning() {
    for (pattern, wanted, hint) in KEYS {
        let key = pattern.replace('*', "x.y");
        let told = meaning(&message(&key, Class::Error));
        assert_eq!(told, (*wanted, *hint), "{pattern}");
    }
    for key in ["", "frobnicate", "errors.E0000004x", "xidx.session.expired"] {
        assert_eq!(
            meaning(&message(key, Class::Error)).0,
            Meaning::Refused,
            "{key}"
        );
        assert_eq!(
            meaning(&message(key, Class::Info)).0,
            Meaning::GoOn,
            "{key}"
        );
    }
}

#[test]
fn a_step_that_was_not_offered_is_a_defect_of_this_program() {
    let mut told = message("", Class::Error);
    told.text = "Invalid operation. Expected: AUTHENTICATE, Attempted: [IDENTIFY]".into();
    assert_eq!(meaning(&told).0, Meaning::Trouble);
    assert!(meaning(&told).1.contains("report"));
}

#[test]
fn the_most_severe_message_decides() {
    let told = [
        message("idx.password.expiring.message", Class::Warning),
        message(
            "authfactor.challenge.soft_token.used_passcode",
            Class::Error,
        ),
        message("security.access_denied", Class::Error),
        message("oie.assurance.unsatisfiable", Class::Info),
    ];
    assert_eq!(
        decisive(&told).map(|told| told.key.as_str()),
        Some("security.access_denied")
    );
    assert_eq!(decisive(&[]), None);
    // A key says more than words without one.
    let told = [
        message("", Class::Error),
        message("errors.E0000004", Class::Error),
    ];
    assert_eq!(
        decisive(&told).map(|told| told.key.as_str()),
        Some("errors.E0000004")
    );
}
