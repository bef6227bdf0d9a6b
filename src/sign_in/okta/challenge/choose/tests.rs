use serde_json::{Value, json};

use super::{Choice, answerable, choose, is_configured};
use crate::app::{Org, Passcode, Pin};
use crate::error::Kind;
use crate::sign_in::fixture::words;
use crate::sign_in::okta::challenge::Factor;
use crate::sign_in::okta::classic::fixture::{
    command, factor, known, okta_totp, org, pin, push, rsa, sms, totp,
};

fn phone(id: &str, name: &str) -> Value {
    factor(id, "push", "OKTA", &json!({ "name": name }))
}

fn google() -> Value {
    factor("uft1", "token:software:totp", "GOOGLE", &json!({}))
}

fn yubikey() -> Value {
    factor("ykf1", "token:hardware", "YUBICO", &json!({}))
}

fn key() -> Value {
    factor(
        "fwf1",
        "webauthn",
        "FIDO",
        &json!({ "authenticatorName": "Key 5" }),
    )
}

fn password() -> Value {
    factor("pwd1", "password", "OKTA", &json!({}))
}

fn known_all(org: &Org, offer: &[Value]) -> Vec<Factor> {
    offer.iter().map(|factor| known(org, factor)).collect()
}

/// The choice in short: an index, several, or the exit code of the error.
fn chosen(org: &Org, offer: &[Value], person: bool) -> String {
    match choose(org, &org.name, &known_all(org, offer), person) {
        Ok(Choice::Take(index)) => format!("take {index}"),
        Ok(Choice::Ask(indices)) => format!("ask {indices:?}"),
        Err(error) => format!("exit {}", error.kind.exit_code()),
    }
}

fn pinned(pins: Vec<Pin>) -> Org {
    org(|org| org.factors = pins)
}

#[test]
fn a_pin_names_a_kind_a_provider_a_device_or_an_id() {
    let offer = [
        phone("opf1", "Ada's phone"),
        phone("opf2", "Tablet"),
        okta_totp(),
        google(),
        sms(),
        yubikey(),
    ];
    for (kind, provider, device, expected) in [
        ("push", "", "", "ask [0, 1]"),
        ("push", "okta", "", "ask [0, 1]"),
        ("push", "", "Tablet", "take 1"),
        ("push", "", "TABLET", "take 1"),
        ("push", "", "opf2", "take 1"),
        ("push", "", "OPF2", "exit 2"),
        ("push", "", "Tab", "exit 2"),
        ("push", "google", "", "exit 2"),
        ("push", "", "sms1", "exit 2"),
        ("token:software:totp", "", "", "ask [2, 3]"),
        ("token:software:totp", "google", "", "take 3"),
        ("", "google", "", "take 3"),
        ("", "yubico", "", "take 5"),
        ("", "okta", "", "ask [0, 1, 2, 4]"),
        ("", "okta", "+1 XXX-XXX-1337", "take 4"),
        ("token:hardware", "", "", "take 5"),
        ("question", "", "", "exit 2"),
    ] {
        let org = pinned(vec![pin(kind, provider, device)]);
        assert_eq!(
            chosen(&org, &offer, true),
            expected,
            "{provider}:{kind}@{device}"
        );
    }
}

#[test]
fn the_order_of_the_configuration_wins_over_oktas() {
    let one = pin("sms", "", "");
    let two = pin("push", "", "");
    for (pins, offer, expected) in [
        (vec![one.clone(), two.clone()], [push(), sms()], "take 1"),
        (vec![two.clone(), one.clone()], [push(), sms()], "take 0"),
        (vec![two.clone(), one.clone()], [sms(), push()], "take 1"),
        (
            vec![pin("call", "", ""), one.clone()],
            [push(), sms()],
            "take 1",
        ),
        (vec![pin("webauthn", "", ""), one], [key(), sms()], "take 1"),
    ] {
        assert_eq!(chosen(&pinned(pins), &offer, true), expected);
    }
}

#[test]
fn a_pin_that_fits_nothing_is_a_mistake_of_the_configuration() {
    let org = pinned(vec![pin("sms", "", ""), pin("", "google", "")]);
    for person in [true, false] {
        let error =
            choose(&org, "corp", &known_all(&org, &[push(), key()]), person).expect_err("no fit");
        assert_eq!(error.kind.exit_code(), 2);
        assert_eq!(
            words(&error),
            "ada@corp.example has none of the factors that org corp is configured to use: sms, google | \
             Okta offers: okta:push@Ada's phone, fido:webauthn@Key 5 | change factor in [org.corp]"
        );
    }
}

#[test]
fn a_pin_that_fits_only_browser_factors_needs_a_person() {
    let org = pinned(vec![pin("webauthn", "", "")]);
    for person in [true, false] {
        let error = choose(&org, "corp", &known_all(&org, &[key(), push()]), person)
            .expect_err("a browser");
        assert_eq!(error.kind, Kind::Person);
        assert!(
            words(&error).contains("fido:webauthn wants a security key in a browser"),
            "{}",
            words(&error)
        );
        assert!(
            words(&error)
                .contains("or use another one, with factor in [org.corp]: okta:push@Ada's phone")
        );
    }
}

#[test]
fn several_devices_are_a_menu_or_unattended_oktas_first() {
    let offer = [phone("opf2", "Tablet"), phone("opf1", "Ada's phone"), sms()];
    let org = org(|org| {
        org.factors = vec![pin("push", "", "")];
        org.push_unattended = true;
    });
    assert_eq!(chosen(&org, &offer, true), "ask [0, 1]");
    assert_eq!(chosen(&org, &offer, false), "take 0");
}

#[test]
fn devices_without_a_profile_are_told_apart_by_their_ids_alone() {
    let mut offer = [phone("opf1", "x"), phone("opf2", "y")];
    for one in &mut offer {
        one["profile"] = json!({});
    }
    let by_id = pinned(vec![pin("push", "", "opf2")]);
    assert_eq!(chosen(&by_id, &offer, true), "take 1");
    let by_name = pinned(vec![pin("push", "", "Ada's phone")]);
    assert_eq!(chosen(&by_name, &offer, true), "exit 2");
    assert_eq!(chosen(&org(|_| {}), &offer, true), "ask [0, 1]");
}

#[test]
fn nothing_on_offer_can_be_chosen() {
    let stranger = factor("x1", "palm_reader", "ACME", &json!({}));
    for person in [true, false] {
        assert_eq!(chosen(&org(|_| {}), &[], person), "exit 3");
        assert_eq!(chosen(&org(|_| {}), &[key()], person), "exit 3");
        assert_eq!(
            chosen(&org(|_| {}), std::slice::from_ref(&stranger), person),
            "exit 3"
        );
        assert_eq!(
            chosen(&pinned(vec![pin("push", "", "")]), &[], person),
            "exit 2"
        );
    }
    assert_eq!(
        chosen(&org(|_| {}), &[stranger, push(), key(), sms()], true),
        "ask [1, 3]"
    );
}

/// With a person and without one, by what is configured: the passcode, whether a push may go out unattended.
type ChoiceRow = (fn() -> Option<Passcode>, bool, &'static str, &'static str);

#[test]
fn the_configuration_decides_which_factor_answers_unattended() {
    let offer = [push(), sms(), okta_totp(), rsa(), key()];
    let (none, seed, said) = (|| None, || Some(totp()), || Some(command()));
    let rows: [ChoiceRow; 6] = [
        (none, false, "ask [0, 1, 2, 3]", "exit 3"),
        (none, true, "ask [0, 1, 2, 3]", "take 0"),
        (seed, false, "take 2", "take 2"),
        // A push needs a person in the end, and Okta's order changes with use.
        (seed, true, "take 2", "take 2"),
        (said, false, "take 2", "take 2"),
        (said, true, "take 2", "take 2"),
    ];
    for (passcode, push_unattended, attended, unattended) in rows {
        let org = org(|org| {
            org.passcode = passcode();
            org.push_unattended = push_unattended;
        });
        assert_eq!(chosen(&org, &offer, true), attended, "{push_unattended}");
        assert_eq!(chosen(&org, &offer, false), unattended, "{push_unattended}");
    }
}

#[test]
fn a_command_answers_other_kinds_only_where_they_are_pinned() {
    for (kind, provider, offer) in [
        ("sms", "", sms()),
        ("token", "", rsa()),
        ("", "rsa", rsa()),
        ("token:hardware", "", yubikey()),
    ] {
        let seeded = org(|org| {
            org.passcode = Some(totp());
            org.factors = vec![pin(kind, provider, "")];
        });
        assert_eq!(
            chosen(&seeded, std::slice::from_ref(&offer), false),
            "exit 3"
        );
        let commanded = org(|org| {
            org.passcode = Some(command());
            org.factors = vec![pin(kind, provider, "")];
        });
        assert_eq!(
            chosen(&commanded, std::slice::from_ref(&offer), false),
            "take 0"
        );
        let unpinned = org(|org| org.passcode = Some(command()));
        assert_eq!(chosen(&unpinned, &[offer], false), "exit 3");
    }
}

#[test]
fn an_unattended_sign_in_uses_pinned_factors_alone() {
    let org = org(|org| {
        org.passcode = Some(totp());
        org.factors = vec![pin("push", "", "")];
    });
    let error = choose(
        &org,
        "corp",
        &known_all(&org, &[push(), okta_totp()]),
        false,
    )
    .expect_err("a push");
    assert_eq!(error.kind, Kind::Person);
    assert_eq!(
        words(&error),
        "Okta asks ada@corp.example for a second factor, which needs a person | it offers: okta:push@Ada's phone, \
         okta:token:software:totp | credential login corp | or, to need nobody: \
         set passcode = { totp = … } or push_unattended = true in [org.corp]"
    );
}

#[test]
fn the_password_once_more_needs_nobody() {
    assert_eq!(chosen(&org(|_| {}), &[key(), password()], false), "take 1");
    assert_eq!(
        chosen(&org(|_| {}), &[push(), password()], true),
        "ask [0, 1]"
    );
}

#[test]
fn a_menu_has_only_factors_that_can_be_answered_here() {
    let org = org(|_| {});
    let offer = known_all(&org, &[key(), push(), sms()]);
    assert_eq!(answerable(&offer), [1, 2]);
    assert_eq!(answerable(&[]), [0_usize; 0]);
}

#[test]
fn no_passcode_answers_a_push_or_a_password() {
    for passcode in [Some(totp()), Some(command())] {
        let org = org(|org| {
            org.passcode = passcode;
            org.factors = vec![pin("push", "", ""), pin("password", "", "")];
        });
        for one in [push(), password(), key()] {
            assert!(!is_configured(&org, &known(&org, &one)));
        }
    }
}
