//! Steps between the last factor and the app at the Identity Engine: staying signed in, what may be skipped, the end.

use std::time::Duration;

use sandbox::{After, Ending, Event, Factor, Hop, Identity, Need};

use crate::factors::{SEED, assert_lawful};
use crate::identity::{SEEDED, at};

#[test]
fn keep_me_signed_in_is_answered_as_the_configuration_says() {
    for (line, remembered) in [
        ("", 1),
        ("remember_device = true", 1),
        ("remember_device = false", 0),
    ] {
        for beside_name in [true, false] {
            let identity = Identity {
                session: vec![match beside_name {
                    true => Need::Password,
                    false => Need::AnyOne,
                }],
                ..Identity::new().after(After::KeepMeSignedIn)
            };
            let home = at(identity, [], [], line);
            let _ = home.run(&["get", "grafana"]).answer();
            let such = |event: &Event| matches!(event, Event::DeviceRemembered { .. });
            assert_eq!(home.sandbox.count(such), remembered, "{line}");
            assert_lawful(&home);
        }
    }
}

#[test]
fn a_device_that_is_kept_signed_in_is_spared_the_second_factor() {
    for (line, codes) in [("", 1), ("remember_device = false", 2)] {
        let lines = format!("{SEEDED}\n{line}");
        let home = at(
            Identity::new(),
            [Factor::totp(SEED)],
            [Need::Possession],
            &lines,
        );
        let _ = home.run(&["get", "grafana"]).answer();
        home.sandbox.end_okta_sessions();
        home.sandbox.advance(Duration::from_secs(30));
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
        assert_eq!(home.sandbox.code_tries(), codes, "{line}");
        home.assert_passwords(2);
    }
}

#[test]
fn optional_steps_are_passed_over_and_a_person_is_told_of_those_that_matter() {
    let silent = [
        After::OptionalEnrolment,
        After::Promotion,
        After::ProfileUpdate,
    ];
    for step in silent {
        let home = at(Identity::new().after(step), [], [], "");
        let _ = home.run(&["get", "grafana"]).answer();
        assert_lawful(&home);
    }
    let told = [
        (After::PasswordWarning(3), "expire"),
        (After::OtherPasswordWarning(5), "expire"),
        (After::GracePeriod, "Fix it by 12/01/2027"),
        (After::Remediation, "Fix it by 12/01/2027"),
        (After::Notice, "Maintenance on Sunday"),
    ];
    for (step, words) in told {
        let home = at(Identity::new().after(step.clone()), [], [], "");
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{step:?}: {}", said.stderr);
        assert!(said.stderr.contains(words), "{step:?}: {}", said.stderr);
        assert_eq!(said.stderr.matches(words).count(), 1, "{}", said.stderr);
        assert!(said.stderr.starts_with("credential: "), "{}", said.stderr);
        assert_lawful(&home);
    }
}

#[test]
fn every_end_of_a_sign_in_leads_to_the_app() {
    let ends = [
        (Hop::Inner, Ending::Success, false),
        (Hop::Page, Ending::Success, false),
        (Hop::Straight, Ending::SuccessBesideSkip, false),
        (Hop::Straight, Ending::Success, true),
    ];
    for (hop, ending, success_is_remediation) in ends {
        let identity = Identity {
            hop,
            ending,
            success_is_remediation,
            ..Identity::new()
        };
        let home = at(identity, [], [], "");
        let said = home.run(&["get", "grafana"]);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{hop:?}");
        home.assert_passwords(1);
    }
}

#[test]
fn every_variation_of_the_record_is_understood() {
    for variety in 2..10 {
        let identity = Identity {
            variety: Some(variety),
            data_step: variety % 2 == 0,
            ..Identity::new()
        };
        let factors = Factor::okta_verify("Ada's phone", SEED);
        let home = at(identity, factors, [Need::Possession], SEEDED);
        let said = home.run(&["get", "grafana"]);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{variety}");
        assert_lawful(&home);
    }
}
