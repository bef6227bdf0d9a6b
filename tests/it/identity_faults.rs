//! An Identity Engine in trouble, or in the hands of somebody else: what is tried again, what is waited for, what is told.

use std::time::Duration;

use sandbox::{
    Before, Disguise, Event, Factor, Fault, Garble, Hop, Identity, Need, PageForm, Plan, Step,
    Violation,
};

use crate::factors::{SEED, assert_lawful, home};
use crate::home::Home;
use crate::identity::{SEEDED, at, setup_at, steps, stocked};

/// A home that asks for a password and a computed code, with an optional step after them.
pub(crate) fn whole() -> Home {
    let identity = Identity::new().after(sandbox::After::Promotion);
    at(identity, [Factor::totp(SEED)], [Need::Possession], SEEDED)
}

/// The passwords and the codes that Okta has judged.
pub(crate) fn secrets(home: &Home) -> (usize, usize) {
    (home.sandbox.password_tries(), home.sandbox.code_tries())
}

#[test]
fn a_lost_answer_at_any_step_costs_no_second_secret() {
    let steps = [
        Step::Introspect,
        Step::Identify,
        Step::Answer,
        Step::Skip,
        Step::Success,
        Step::Callback,
    ];
    let faults = [
        Fault::HangUp,
        Fault::Cut,
        Fault::Unreadable {
            status: 502,
            body: Garble::Html,
        },
    ];
    for step in steps {
        for fault in &faults {
            let home = whole();
            home.sandbox.fault(Plan::new(step, fault.clone()).times(1));
            let said = home.run(&["get", "grafana"]);
            assert!([0, 6].contains(&said.code), "{step:?} {fault}: {said:?}");
            let (passwords, codes) = secrets(&home);
            assert!(passwords <= 1 && codes <= 1, "{step:?} {fault}");
            if said.code == 6 {
                crate::home::assert_discreet(&said.stderr);
            }
            assert_lawful(&home);
        }
    }
}

#[test]
fn a_step_whose_answer_is_lost_is_looked_up_with_the_handle() {
    for step in [Step::Introspect, Step::Identify, Step::Answer, Step::Skip] {
        let home = whole();
        home.sandbox.fault(Plan::new(step, Fault::HangUp).times(1));
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{step:?}: {}", said.stderr);
        assert_eq!(secrets(&home), (1, 1), "{step:?}");
        assert_lawful(&home);
    }
}

#[test]
fn a_lost_answer_to_a_poll_is_asked_for_again() {
    for fault in [Fault::HangUp, Fault::Cut] {
        let factors = [Factor::push("Ada's phone")];
        let identity = Identity {
            number: sandbox::Number::Never,
            ..Identity::new().polled_every(1000)
        };
        let mut setup = setup_at(identity, factors, [Need::Possession]);
        setup.phone = sandbox::PhoneManner::ApprovesAfter { polls: 3 };
        let home = home(setup, "push_unattended = true");
        home.sandbox.fault(Plan::new(Step::Poll, fault).times(1));
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert_eq!(home.sandbox.pushes(), 1);
        assert_lawful(&home);
    }
}

#[test]
fn a_choice_whose_answer_is_lost_starts_no_second_push_or_message() {
    let factors = [Factor::push("Ada's phone"), Factor::sms("+1 XXX-XXX-1337")];
    let identity = Identity {
        number: sandbox::Number::Never,
        ..Identity::new().polled_every(1000)
    };
    let mut setup = setup_at(identity, factors, [Need::Possession]);
    setup.phone = sandbox::PhoneManner::ApprovesAfter { polls: 1 };
    let home = home(setup, "push_unattended = true");
    home.sandbox
        .fault(Plan::new(Step::Choose, Fault::HangUp).times(1));
    let said = home.run(&["get", "grafana"]);
    assert!([0, 6].contains(&said.code), "{}", said.stderr);
    assert_eq!(home.sandbox.pushes(), 1);
    assert_lawful(&home);
}

#[test]
fn nothing_is_sent_elsewhere_wherever_a_link_or_a_redirect_leads() {
    let rows = [
        (Step::Introspect, Fault::ForeignLinks),
        (Step::Identify, Fault::ForeignLinks),
        (Step::Answer, Fault::ForeignLinks),
        (Step::Success, Fault::Elsewhere),
        (Step::Success, Fault::PlainHttp),
        (Step::Authorize, Fault::Location(String::new())),
        (Step::Introspect, Fault::Location(String::new())),
        (Step::Identify, Fault::Location(String::new())),
    ];
    for (step, fault) in rows {
        let home = whole();
        let fault = match fault {
            Fault::Location(_) => Fault::Location(home.sandbox.elsewhere_url()),
            fault => fault,
        };
        home.sandbox.fault(Plan::new(step, fault.clone()));
        let said = home.run(&["get", "grafana"]);
        // A redirect of an answer that has its steps all the same is passed over.
        let is_read = matches!(fault, Fault::Location(_)) && step != Step::Authorize;
        if said.code != 0 || !is_read {
            let told = said.told(6);
            let names = ["localhost", "127.0.0.1"];
            assert!(
                names.iter().any(|name| told.contains(name)),
                "{step:?} {fault}: {told}"
            );
        }
        let (passwords, codes) = secrets(&home);
        assert!(passwords <= 1 && codes <= 1, "{step:?} {fault}");
        let astray = |event: &Event| matches!(event, Event::Violated(_));
        assert_eq!(home.sandbox.count(astray), 0, "{step:?} {fault}");
    }
}

#[test]
fn a_link_that_leads_away_keeps_the_password_here() {
    let home = whole();
    home.sandbox.fault((Step::Introspect, Fault::ForeignLinks));
    let _ = home.run(&["get", "grafana"]).told(6);
    assert_eq!(home.sandbox.passwords_of(crate::home::ADA), 0);
    assert_lawful(&home);
}

#[test]
fn an_answer_that_never_comes_costs_no_second_secret() {
    std::thread::scope(|scope| {
        for step in [Step::Introspect, Step::Answer, Step::Skip, Step::Success] {
            scope.spawn(move || {
                let home = whole();
                home.sandbox.fault(Plan::new(step, Fault::Silence).times(1));
                let said = home.run(&["get", "grafana"]);
                assert!([0, 6].contains(&said.code), "{step:?}: {}", said.stderr);
                let (passwords, codes) = secrets(&home);
                assert!(passwords <= 1 && codes <= 1, "{step:?}");
                assert_lawful(&home);
            });
        }
    });
}

#[test]
fn every_form_of_the_page_gives_its_token() {
    for page in [
        PageForm::Statement,
        PageForm::Data,
        PageForm::EmptyStatement,
        PageForm::EmptyData,
        PageForm::Both,
        PageForm::Bag,
    ] {
        let identity = Identity {
            page,
            ..Identity::new()
        };
        let home = at(identity, [], [], "");
        for _ in 0..3 {
            let said = home.run(&["get", "grafana", "--fresh"]);
            assert_eq!(said.code, 0, "{page:?}: {}", said.stderr);
            home.sandbox.end_okta_sessions();
        }
        assert_lawful(&home);
    }
}

#[test]
fn two_tokens_on_the_page_are_not_guessed_between() {
    let identity = Identity {
        disguise: Disguise {
            two_tokens: true,
            ..Disguise::default()
        },
        ..Identity::new()
    };
    let home = at(identity, [], [], "");
    let told = home.run(&["get", "grafana"]).told(6);
    assert!(told.contains("sign-in page"), "{told}");
    assert_eq!(secrets(&home), (0, 0));
    assert_lawful(&home);
}

#[test]
fn a_transaction_that_expires_before_a_secret_is_begun_anew_once() {
    let identity = Identity {
        life: Duration::from_millis(1500),
        ..Identity::new()
            .polled_every(2000)
            .before(Before::SafeMode { polls: 1 })
    };
    let home = at(identity, [], [], "");
    let told = home.run(&["get", "grafana"]).told(6);
    assert!(told.contains("too long"), "{told}");
    assert_eq!(
        home.sandbox.trails().len(),
        2,
        "once more, and no third time"
    );
    assert_eq!(secrets(&home), (0, 0));
    assert_lawful(&home);
}

#[test]
fn a_transaction_that_expires_after_a_secret_is_not_begun_anew() {
    let identity = Identity {
        life: Duration::from_millis(1500),
        ..Identity::new()
            .polled_every(2000)
            .after(sandbox::After::SafeMode { polls: 1 })
    };
    let home = at(identity, [], [], "");
    let told = home.run(&["get", "grafana"]).told(6);
    assert!(told.contains("too long"), "{told}");
    assert_eq!(home.sandbox.trails().len(), 1);
    home.assert_passwords(1);
}

#[test]
fn a_device_that_okta_does_not_recognize_is_told_as_such() {
    let home = whole();
    let refusal = Fault::Unreadable {
        status: 403,
        body: Garble::Html,
    };
    home.sandbox.fault((Step::Success, refusal));
    let told = home.run(&["get", "grafana"]).told(5);
    assert!(told.contains("device"), "{told}");
    assert_eq!(secrets(&home), (1, 1));
    assert_lawful(&home);
}

#[test]
fn a_page_after_the_success_link_leads_on_without_a_second_password() {
    let identity = Identity {
        hop: Hop::Page,
        ..Identity::new()
    };
    let factors = [Factor::totp(SEED)];
    let home = stocked(home(
        setup_at(identity, factors, [Need::Possession]),
        SEEDED,
    ));
    let _ = home.run(&["get", "grafana"]).answer();
    assert_eq!(secrets(&home), (1, 1));
    assert_eq!(steps(&home), ["introspect"]);
    assert_lawful(&home);
}

#[test]
fn an_error_of_oktas_is_told_and_not_passed_on() {
    let home = whole();
    home.sandbox.fault((
        Step::Authorize,
        Fault::OktaError {
            error: "access_denied".into(),
            description: "The zone is closed to you.".into(),
        },
    ));
    let told = home.run(&["get", "grafana"]).told(5);
    assert!(told.contains("The zone is closed to you"), "{told}");
    let refused = |event: &Event| matches!(event, Event::CallbackRefused { .. });
    assert_eq!(home.sandbox.count(refused), 0);
}

#[test]
fn a_server_in_trouble_is_network_trouble_with_its_words() {
    let rows = [
        (500, Garble::Empty),
        (502, Garble::Html),
        (500, Garble::ServerError),
        (503, Garble::Xml),
    ];
    for (status, body) in rows {
        let home = whole();
        let body = Fault::Unreadable { status, body };
        home.sandbox.fault((Step::Introspect, body));
        let told = home.run(&["get", "grafana"]).told(6);
        assert!(told.contains(&status.to_string()), "{told}");
        assert_eq!(secrets(&home), (0, 0));
    }
}

#[test]
fn a_proxy_that_answers_for_the_page_is_no_verdict() {
    let home = whole();
    home.sandbox.fault((Step::Authorize, Fault::Html(403)));
    let told = home.run(&["get", "grafana"]).told(6);
    assert!(told.contains("403"), "{told}");
    assert_eq!(secrets(&home), (0, 0));
    assert_lawful(&home);
}

#[test]
fn a_body_that_is_too_large_or_never_ends_is_given_up() {
    for step in [Step::Authorize, Step::Introspect] {
        let home = whole();
        home.sandbox.fault(Plan::new(step, Fault::Huge));
        let told = home.run(&["get", "grafana"]).told(6);
        assert!(told.contains("1 MiB") || told.contains("too"), "{told}");
        assert_eq!(secrets(&home), (0, 0));
    }
}

#[test]
fn no_password_goes_where_the_token_was_read_wrong() {
    let home = whole();
    let _ = home.run(&["get", "grafana"]).answer();
    let such = |event: &Event| {
        matches!(
            event,
            Event::Violated(Violation::TokenNotDecoded | Violation::TokenOfComment)
        )
    };
    assert_eq!(home.sandbox.count(such), 0);
}
