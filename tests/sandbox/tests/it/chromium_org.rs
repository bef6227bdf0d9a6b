//! The org's pages in a real Chromium: both engines, their policies, and every factor that a page can ask for.

use sandbox::person::Browser;
use sandbox::{
    App, AppPolicy, Event, Factor, FactorKind, Host, Identity, MfaWhen, Need, PageFactor, Pages,
    Person, PhoneManner, Sandbox, Setup, SignOn,
};
use serde_json::json;
use std::time::Duration;

use crate::browser::{Ask, start};
use crate::desk::{Desk, LIMIT};
use crate::factors::ADA;

/// Of an org whose pages sign in by themselves.
fn auto(mut setup: Setup) -> Setup {
    setup.pages.auto = Some(Person::new(ADA, sandbox::PASSWORD));
    setup
}

fn engines() -> [Setup; 2] {
    [Setup::default(), Setup::identity_engine(Identity::new())].map(auto)
}

fn factor_of(sandbox: &Sandbox) -> Option<FactorKind> {
    let events = sandbox.events().into_iter();
    let mut factors = events.filter_map(|event| match event {
        Event::SignedInByForm { factor, .. } => Some(factor),
        _ => None,
    });
    factors.next().expect("somebody has signed in")
}

#[test]
fn a_form_signs_in_at_both_engines_and_the_next_one_is_silent() {
    for setup in engines() {
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        let (begun, held) = desk.sign_in();
        assert_eq!(desk.redeem(&begun, &held).status, 302);
        let mut silent = start(&desk.sandbox, "/");
        silent.authorize += "&prompt=none";
        desk.browser.open(&silent.authorize);
        let held = desk.browser.held(LIMIT).expect("a callback");
        assert_eq!(desk.redeem(&silent, &held).status, 302);
        assert_eq!(desk.sandbox.typed_passwords(), 1);
        assert_eq!(desk.sandbox.form_sign_ins(&Host::Org), 1);
        assert_eq!(desk.sandbox.callbacks().len(), 2);
        desk.assert_clean();
    }
}

#[test]
fn without_a_session_silence_ends_in_an_error_that_is_held_too() {
    for setup in engines() {
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        let begun = start(&desk.sandbox, "/");
        desk.browser
            .open(&format!("{}&prompt=none", begun.authorize));
        let held = desk.browser.held(LIMIT).expect("a callback");
        assert!(held.url.contains("error=login_required"), "{}", held.url);
        assert_eq!(desk.sandbox.typed_passwords(), 0);
        desk.browser.fulfil(&held);
        desk.assert_clean();
    }
}

#[test]
fn the_orgs_session_ends_with_the_browser_unless_it_is_kept() {
    for (setup, name) in engines().into_iter().zip(["sid", "idx"]) {
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        for kept in [None, Some(Duration::from_secs(86_400))] {
            desk.sandbox.end_okta_sessions();
            desk.sandbox.change_pages(|pages| pages.kept = kept);
            let (begun, held) = desk.sign_in();
            desk.redeem(&begun, &held);
            let cookies = desk.browser.cookies();
            let (_, _, ends) = cookies
                .iter()
                .find(|(known, ..)| known == name)
                .expect("a session");
            assert_eq!(*ends, kept.is_none(), "{cookies:?}");
        }
    }
}

#[test]
fn a_code_is_asked_for_where_the_policy_wants_one() {
    for mut setup in engines() {
        setup.users[0].factors = Factor::okta_verify("Ada's phone", &sandbox::random_seed());
        setup.users[0].factors.remove(0);
        setup.mfa.when = MfaWhen::Always;
        setup.apps = vec![App::new("grafana").signing_on(SignOn::asking([Need::Possession]))];
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        let (begun, held) = desk.sign_in();
        assert_eq!(desk.redeem(&begun, &held).status, 302);
        assert_eq!(factor_of(&desk.sandbox), Some(FactorKind::Totp));
        desk.assert_clean();
    }
}

#[test]
fn a_push_is_answered_by_the_phone_while_the_page_asks() {
    for mut setup in engines() {
        setup.users[0].factors = vec![Factor::push("Ada's phone")];
        setup.mfa.when = MfaWhen::Always;
        setup.phone = PhoneManner::ApprovesAfter { polls: 1 };
        setup.pages = setup.pages.asking(PageFactor::Push);
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        let (begun, held) = desk.sign_in();
        assert_eq!(desk.redeem(&begun, &held).status, 302);
        assert_eq!(factor_of(&desk.sandbox), Some(FactorKind::Push));
        assert_eq!(desk.sandbox.pushes(), 1);
        desk.assert_clean();
    }
}

#[test]
fn an_app_that_wants_a_factor_that_cannot_be_phished_gets_it_from_a_page() {
    for mut setup in engines() {
        setup.users[0].factors = vec![Factor::webauthn("Ada's key")];
        setup.mfa.when = MfaWhen::Never;
        setup.apps[0].protected().client.policy = AppPolicy::PhishingResistant;
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        let begun = start(&desk.sandbox, "/");
        let page = desk.page();
        let authenticator = desk.browser.authenticator(&page, true);
        let key = desk.sandbox.phone(ADA).security_key(FactorKind::Webauthn);
        desk.browser
            .put_key(&page, &authenticator, &key, "localhost");
        desk.browser.go(&page, &begun.authorize);
        let held = desk.browser.held(LIMIT);
        let held = held.unwrap_or_else(|| panic!("no callback: {:#?}", desk.sandbox.events()));
        assert_eq!(desk.redeem(&begun, &held).status, 302);
        assert_eq!(factor_of(&desk.sandbox), Some(FactorKind::Webauthn));
        desk.assert_clean();
    }
}

#[test]
fn a_key_is_enrolled_and_then_the_only_thing_that_is_asked_for() {
    let mut setup = Setup::default();
    setup.mfa.when = MfaWhen::Never;
    setup.org_host = "org.okta.test".to_owned();
    setup.pages = Pages::default()
        .signing_in(ADA, sandbox::PASSWORD)
        .asking(PageFactor::WebauthnEnrolment);
    setup.pages.user_verification = true;
    let Some(mut desk) = Desk::new(setup) else {
        return;
    };
    let page = desk.page();
    let _authenticator = desk.browser.authenticator(&page, true);
    for (round, typed) in [(0, 1), (1, 1)] {
        let begun = start(&desk.sandbox, "/");
        desk.browser.go(&page, &begun.authorize);
        let held = desk.browser.held(LIMIT);
        let held = held.unwrap_or_else(|| panic!("no callback: {:#?}", desk.sandbox.events()));
        assert_eq!(desk.redeem(&begun, &held).status, 302, "{round}");
        assert_eq!(desk.sandbox.typed_passwords(), typed, "{round}");
        desk.sandbox.end_okta_sessions();
        desk.sandbox.change_pages(|pages| {
            pages.factor = Some(PageFactor::Webauthn);
            pages.passwordless = true;
        });
    }
    desk.assert_clean();
}

#[test]
fn a_key_that_does_not_know_the_person_can_be_too_little() {
    let mut setup = auto(Setup::default());
    setup.users[0].factors = vec![Factor::webauthn("Ada's key")];
    setup.pages.factor = Some(PageFactor::Webauthn);
    let Some(mut desk) = Desk::new(setup) else {
        return;
    };
    let begun = start(&desk.sandbox, "/");
    let page = desk.page();
    let authenticator = desk.browser.authenticator(&page, false);
    let key = desk.sandbox.phone(ADA).security_key(FactorKind::Webauthn);
    desk.browser
        .put_key(&page, &authenticator, &key, "localhost");
    desk.browser.go(&page, &begun.authorize);
    let held = desk.browser.held(LIMIT).expect("a touch is enough");
    desk.browser.fulfil(&held);
    desk.sandbox.end_okta_sessions();
    desk.sandbox
        .change_pages(|pages| pages.user_verification = true);
    desk.browser.go(&page, &begun.authorize);
    let refused =
        "(document.getElementById('note')?.textContent ?? '').includes('NotAllowedError')";
    assert!(desk.browser.until(&page, refused, LIMIT));
    assert_eq!(desk.sandbox.form_sign_ins(&Host::Org), 1);
}

#[test]
fn a_fastpass_page_goes_on_only_where_okta_verify_is_installed() {
    let mut setup = auto(Setup::identity_engine(Identity::new()));
    setup.pages.factor = Some(PageFactor::Fastpass);
    let Some(mut desk) = Desk::new(setup) else {
        return;
    };
    let begun = start(&desk.sandbox, "/");
    desk.browser.open(&begun.authorize);
    assert!(desk.browser.held(Duration::from_secs(3)).is_none());
    assert_eq!(desk.sandbox.typed_passwords(), 1);
    desk.sandbox.install_okta_verify(true);
    let held = desk.browser.held(LIMIT).expect("a callback");
    assert_eq!(desk.redeem(&begun, &held).status, 302);
    assert_eq!(factor_of(&desk.sandbox), Some(FactorKind::Fastpass));
    desk.assert_clean();
}

#[test]
fn a_session_that_is_bound_to_its_browser_ends_when_a_program_shows_it() {
    for (mut setup, name) in engines().into_iter().zip(["sid", "idx"]) {
        setup.pages.bound_to_browser = true;
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        let (begun, held) = desk.sign_in();
        desk.redeem(&begun, &held);
        let value = cookie(&mut desk.browser, name);
        let again = start(&desk.sandbox, "/");
        let silent = format!("{}&prompt=none", again.authorize);
        let back = Ask::get(&silent).cookie(name, &value).send(&desk.sandbox);
        assert!(back.header("Location").contains("error=login_required"));
        desk.browser.open(&silent);
        let held = desk.browser.held(LIMIT).expect("a callback");
        assert!(
            held.url.contains("error=login_required"),
            "it has ended for the browser too"
        );
    }
}

fn cookie(browser: &mut Browser, name: &str) -> String {
    let answer = browser.call("Storage.getCookies", &json!({}));
    let cookies = answer["cookies"].as_array().expect("cookies");
    let found = cookies.iter().find(|cookie| cookie["name"] == name);
    let value = found.and_then(|cookie| cookie["value"].as_str());
    value.expect("the cookie is there").to_owned()
}

#[test]
fn a_person_joins_a_browser_that_a_program_has_started_and_holds_the_key() {
    let mut setup = Setup::default();
    setup.users[0].factors = vec![Factor::webauthn("Ada's key")];
    setup.pages.factor = Some(PageFactor::Webauthn);
    let Some(mut desk) = Desk::with(auto(setup), &["--remote-debugging-port=0"]) else {
        return;
    };
    let begun = start(&desk.sandbox, "/");
    desk.browser.open(&begun.authorize);
    let mut person = Browser::join(desk.profile(), LIMIT).expect("the browser is joined");
    let page = person.page_at(&format!("{}/signin/", desk.sandbox.org_url()), LIMIT);
    let page = page.expect("the page that wants a key");
    let authenticator = person.authenticator(&page, false);
    let key = desk.sandbox.phone(ADA).security_key(FactorKind::Webauthn);
    person.put_key(&page, &authenticator, &key, "localhost");
    let held = desk.browser.held(LIMIT);
    let held = held.unwrap_or_else(|| panic!("no callback: {:#?}", desk.sandbox.events()));
    assert_eq!(desk.redeem(&begun, &held).status, 302);
    assert_eq!(factor_of(&desk.sandbox), Some(FactorKind::Webauthn));
    desk.assert_clean();
}

#[test]
fn an_app_that_wants_everything_each_time_gets_it_from_a_page_alone() {
    for mut setup in engines() {
        setup.users[0].factors = vec![Factor::totp(&sandbox::random_seed())];
        setup.apps[0].protected().client.policy = AppPolicy::EveryTime;
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        let (begun, held) = desk.sign_in();
        assert_eq!(desk.redeem(&begun, &held).status, 302);
        let silent = start(&desk.sandbox, "/");
        desk.browser
            .open(&format!("{}&prompt=none", silent.authorize));
        let held = desk.browser.held(LIMIT).expect("a callback");
        assert!(held.url.contains("error=login_required"), "{}", held.url);
        desk.browser.fulfil(&held);
        desk.assert_clean();
    }
}

#[test]
fn a_consent_is_given_once_and_then_silence_is_enough() {
    for mut setup in engines() {
        setup.apps[0].protected().client.consent_needed = true;
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        let (begun, held) = desk.sign_in();
        assert_eq!(desk.redeem(&begun, &held).status, 302);
        let consents = |event: &Event| {
            matches!(
                event,
                Event::FormShown {
                    step: "consent",
                    ..
                }
            )
        };
        assert_eq!(desk.sandbox.count(consents), 1);
        let mut silent = start(&desk.sandbox, "/");
        silent.authorize += "&prompt=none";
        desk.browser.open(&silent.authorize);
        let held = desk.browser.held(LIMIT).expect("a callback");
        assert_eq!(desk.redeem(&silent, &held).status, 302);
        desk.assert_clean();
    }
}

#[test]
fn an_org_that_ignores_silence_shows_its_page() {
    for mut setup in engines() {
        setup.pages.auto = None;
        setup.pages.ignores_prompt_none = true;
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        let begun = start(&desk.sandbox, "/");
        let page = desk.page();
        desk.browser
            .go(&page, &format!("{}&prompt=none", begun.authorize));
        let shown =
            "document.forms.length === 1 && document.forms[0].elements.username !== undefined";
        assert!(desk.browser.until(&page, shown, LIMIT));
        assert_eq!(desk.sandbox.callbacks().len(), 0);
        assert_eq!(desk.sandbox.violations(), []);
    }
}
