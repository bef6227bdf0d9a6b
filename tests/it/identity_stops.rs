//! Sign-ins at the Identity Engine that end early: the words, the exit code, and the secrets that are not sent.

use std::time::Duration;

use sandbox::{
    Before, DeviceProof, Event, Factor, Identity, Moment, Need, Stop, UserState, Violation,
};

use crate::factors::{SEED, assert_lawful, home};
use crate::home::{ADA, Home};
use crate::identity::{SEEDED, at, setup_at, steps, stocked};

/// The steps at which a program stops, with a word that tells which it was.
fn stops() -> Vec<(Stop, &'static str)> {
    vec![
        (Stop::RedirectIdp, "another identity provider"),
        (Stop::PivIdp, "smart card"),
        (Stop::RedirectIdVerify, "redirect-idverify"),
        (Stop::PasswordExpired, "password"),
        (Stop::OtherPasswordExpired, "password"),
        (Stop::PasswordReset, "reset"),
        (Stop::Enrol, "set up"),
        (Stop::Profile, "profile"),
        (Stop::Consent, "consent"),
        (Stop::AdminConsent, "consent"),
        (
            Stop::Unknown("frobnicate-device".into()),
            "frobnicate-device",
        ),
    ]
}

#[test]
fn a_step_in_place_of_the_first_ends_the_sign_in_before_any_secret() {
    for (stop, word) in stops() {
        let identity = Identity::new().stopping(Moment::Start, stop.clone());
        let home = at(identity, [], [], "");
        let told = home.run(&["get", "grafana"]).told(3);
        assert!(told.contains(word), "{stop:?}: {told}");
        assert!(told.contains("hint: "), "{stop:?}: {told}");
        assert_eq!(home.sandbox.passwords_of(ADA), 0, "{stop:?}");
        assert_lawful(&home);
    }
}

#[test]
fn a_step_after_the_name_keeps_the_password_here() {
    for (stop, word) in stops() {
        let mut identity = Identity::new().stopping(Moment::Identified, stop.clone());
        identity.identifier_first = true;
        let home = at(identity, [], [], "");
        let told = home.run(&["get", "grafana"]).told(3);
        assert!(told.contains(word), "{stop:?}: {told}");
        assert_eq!(home.sandbox.passwords_of(ADA), 0, "{stop:?}");
        assert_lawful(&home);
    }
}

#[test]
fn a_step_after_the_password_ends_the_sign_in_and_holds_the_next_callers_back() {
    for (stop, word) in stops() {
        let identity = Identity::new().stopping(Moment::End, stop.clone());
        let home = at(identity, [], [], "");
        let told = home.run(&["get", "grafana"]).told(3);
        assert!(told.contains(word), "{stop:?}: {told}");
        assert!(told.contains("hint: "), "{stop:?}: {told}");
        let _ = home.run(&["get", "grafana"]).told(3);
        assert_eq!(home.sandbox.passwords_of(ADA), 1, "{stop:?}");
        assert_lawful(&home);
    }
}

#[test]
fn a_denial_is_told_in_oktas_words() {
    let rows = [
        (Stop::Denied, "permission"),
        (Stop::DeniedWithWay, "Ask the service desk"),
        (Stop::Failure, "not assigned"),
        (Stop::TwoMessages, "permission"),
    ];
    for (stop, words) in rows {
        for moment in [Moment::Start, Moment::End] {
            let identity = Identity::new().stopping(moment, stop.clone());
            let home = at(identity, [], [], "");
            let told = home.run(&["get", "grafana"]).told(5);
            assert!(told.contains(words), "{stop:?}: {told}");
            let _ = home.run(&["get", "grafana"]).told(5);
            assert!(home.sandbox.passwords_of(ADA) <= 1, "{stop:?}");
            assert_lawful(&home);
        }
    }
}

#[test]
fn a_device_that_the_policy_does_not_let_in_is_a_persons_to_mend() {
    let identity = Identity::new().stopping(Moment::End, Stop::DeviceAssurance);
    let home = at(identity, [], [], "");
    let told = home.run(&["get", "grafana"]).told(3);
    assert!(told.contains("security requirements"), "{told}");
    assert!(told.contains("https://help.corp.example/device"), "{told}");
    assert_lawful(&home);
}

#[test]
fn a_message_alone_is_shown_with_its_links_and_decides_by_its_class() {
    let rows = [
        (Some("idx.return.link.otp.only"), "INFO", 3),
        (Some("idx.operation.cancelled.by.user"), "INFO", 3),
        (Some("E0000009"), "ERROR", 6),
        (Some("oie.selfservice.unlock_user.success"), "INFO", 3),
        (None, "ERROR", 5),
    ];
    for (key, class, code) in rows {
        let stop = Stop::Terminal {
            key: key.map(str::to_owned),
            class: class.into(),
            text: "Something is the matter with it.".into(),
        };
        let home = at(Identity::new().stopping(Moment::End, stop), [], [], "");
        let told = home.run(&["get", "grafana"]).told(code);
        assert!(
            told.contains("Something is the matter with it"),
            "{key:?}: {told}"
        );
        assert_lawful(&home);
    }
}

#[test]
fn an_app_that_the_user_is_not_assigned_to_is_told_as_such() {
    let mut setup = setup_at(Identity::new(), [], []);
    setup.users[0].apps = Some(Vec::new());
    let home = home(setup, "");
    let told = home.run(&["get", "grafana"]).told(5);
    assert!(told.contains("not assigned"), "{told}");
    home.assert_passwords(1);
}

#[test]
fn an_assurance_that_nothing_of_the_account_can_meet_is_told_as_such() {
    for need in [
        Need::Possession,
        Need::ManagedDevice,
        Need::PhishingResistant,
    ] {
        let home = at(Identity::new(), [], [need.clone()], "");
        let told = home.run(&["get", "grafana"]).told(5);
        assert!(
            told.contains("no authenticators that the policy"),
            "{need:?}: {told}"
        );
        assert!(told.contains("hint: "), "{told}");
        home.assert_passwords(1);
    }
}

#[test]
fn factors_that_need_a_browser_are_named_with_what_they_need() {
    let rows = [
        (Factor::webauthn("Ada's key"), "a security key in a browser"),
        (Factor::duo(), "Duo's page in a browser"),
        (
            Factor::claims_provider("Kolide"),
            "another identity provider",
        ),
        (Factor::fastpass("Ada's laptop"), "FastPass"),
        (Factor::unknown("retina:scan"), "robnicat"),
    ];
    for (factor, what) in rows {
        let lines = "push_unattended = true";
        let home = at(Identity::new(), [factor], [Need::Possession], lines);
        let told = home.run(&["get", "grafana"]).told(3);
        assert!(told.contains(what), "{what}: {told}");
        assert!(told.contains("hint: "), "{told}");
        assert_eq!(home.sandbox.code_tries(), 0);
        assert_lawful(&home);
    }
}

#[test]
fn a_list_of_which_only_some_can_be_done_here_names_them_all() {
    let factors = [
        Factor::webauthn("Ada's key"),
        Factor::push("Ada's phone"),
        Factor::sms("+1 XXX-XXX-1337"),
    ];
    let home = at(Identity::new(), factors, [Need::Possession], "");
    let told = home.run(&["get", "grafana"]).told(3);
    for part in ["push", "sms", "webauthn"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_lawful(&home);
}

#[test]
fn a_step_that_is_not_ours_is_left_for_an_authenticator_that_is() {
    for factor in [
        Factor::webauthn("Ada's key"),
        Factor::duo(),
        Factor::fastpass("Ada's laptop"),
        Factor::claims_provider("Kolide"),
    ] {
        let identity = Identity {
            preselects: true,
            ..Identity::new()
        };
        let factors = [factor.clone(), Factor::google_totp(SEED)];
        let home = at(identity, factors, [Need::Possession], SEEDED);
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{:?}: {}", factor.kind, said.stderr);
        assert_eq!(home.sandbox.code_tries(), 1);
        assert_lawful(&home);
    }
}

#[test]
fn fastpass_is_declined_without_a_connection() {
    for proof in [
        DeviceProof::Loopback,
        DeviceProof::CustomUri,
        DeviceProof::UniversalLink,
    ] {
        let home = at(Identity::new().before(Before::Probe(proof)), [], [], "");
        let _ = home.run(&["get", "grafana"]).answer();
        let probed =
            |event: &Event| matches!(event, Event::Violated(Violation::LoopbackProbed { .. }));
        assert_eq!(home.sandbox.count(probed), 0);
        assert_eq!(steps(&home), ["introspect", "cancel-polling", "identify"]);
        assert_lawful(&home);
    }
}

#[test]
fn the_extension_of_apples_systems_is_declined() {
    let home = at(Identity::new().before(Before::AppleExtension), [], [], "");
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(
        steps(&home),
        ["introspect", "cancel-transaction", "identify"]
    );
    assert_lawful(&home);
}

#[test]
fn an_org_that_is_read_only_for_a_while_is_waited_for() {
    for after in [false, true] {
        let mut identity = Identity::new().polled_every(1000);
        identity = match after {
            true => identity.after(sandbox::After::SafeMode { polls: 2 }),
            false => identity.before(Before::SafeMode { polls: 2 }),
        };
        let home = at(identity, [], [], "");
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        let trails = home.sandbox.trails();
        let least = Duration::from_millis(900);
        assert!(trails[0].spacing.iter().all(|time| *time >= least));
        home.assert_passwords(1);
    }
}

#[test]
fn a_captcha_ends_the_sign_in_before_any_secret() {
    let identity = Identity {
        captcha: true,
        ..Identity::new()
    };
    let home = at(identity, [], [], "");
    let told = home.run(&["get", "grafana"]).told(3);
    assert!(told.contains("CAPTCHA"), "{told}");
    assert_eq!(home.sandbox.passwords_of(ADA), 0);
    assert_lawful(&home);
}

/// A home whose user is in this state.
fn in_state(state: UserState) -> Home {
    let mut setup = setup_at(Identity::new(), [], []);
    setup.users[0].state = state;
    stocked(home(setup, ""))
}

#[test]
fn the_state_of_a_user_is_told_and_mended_by_a_person() {
    for (state, code) in [
        (UserState::PasswordExpired, 3),
        (UserState::PasswordReset, 3),
        (UserState::MfaEnroll, 3),
        (UserState::ProfileRequired, 3),
        (UserState::ConsentRequired, 3),
        (UserState::Denied, 5),
        (UserState::LockedOut, 5),
        (UserState::Deactivated, 5),
    ] {
        let home = in_state(state.clone());
        let told = home.run(&["get", "grafana"]).told(code);
        assert!(told.contains("hint: "), "{state:?}: {told}");
        let _ = home.run(&["get", "grafana"]).told(code);
        home.assert_passwords(1);
    }
}
