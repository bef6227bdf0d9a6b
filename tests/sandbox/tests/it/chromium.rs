//! Sign-ins with a real Chromium, up to a callback that is held before it is sent.

use sandbox::{App, Back, Host, Pages, Provider, Setup};
use std::time::Duration;

use crate::browser::{Ask, start};
use crate::desk::{Desk, LIMIT, auto};
use crate::factors::ADA;

#[test]
fn the_callback_of_every_way_back_is_held_before_it_is_sent() {
    let mut setup = auto(Provider::keycloak("id"), Pages::default());
    setup.apps = vec![App::new("grafana").at_provider("id")];
    let Some(mut desk) = Desk::with(setup, &["--disable-popup-blocking"]) else {
        return;
    };
    for back in Back::ALL {
        desk.sandbox.end_provider_sessions("id");
        desk.sandbox.clear_audit();
        desk.sandbox
            .change_provider("id", |provider| provider.pages.back = back);
        let (begun, held) = desk.sign_in();
        assert_eq!(desk.redeem(&begun, &held).status, 302, "{back:?}");
        assert_eq!(desk.sandbox.typed_passwords(), 1, "{back:?}");
        let at = Host::Provider("id".to_owned());
        assert_eq!(desk.sandbox.form_sign_ins(&at), 1, "{back:?}");
        assert_eq!(desk.sandbox.callbacks().len(), 1, "{back:?}");
        desk.assert_clean();
    }
}

#[test]
fn every_kind_of_provider_ends_at_the_apps_own_callback() {
    let kinds = [
        (
            Provider::keycloak("id"),
            "/realms/corp/protocol/openid-connect/auth?",
            "session_state=",
        ),
        (
            Provider::entra("id"),
            "/tenant/oauth2/v2.0/authorize?",
            "session_state=",
        ),
        (
            Provider::google("id"),
            "/o/oauth2/v2/auth?",
            "hd=corp.example",
        ),
        (Provider::cognito("id"), "/oauth2/authorize?", "state="),
    ];
    for (provider, path, extra) in kinds {
        let length = provider.code_length;
        let Some(mut desk) = Desk::new(auto(provider, Pages::default())) else {
            return;
        };
        let (begun, held) = desk.sign_in();
        let endpoint = format!("{}{path}", desk.sandbox.provider_url("id"));
        assert!(
            begun.authorize.starts_with(&endpoint),
            "{}",
            begun.authorize
        );
        assert!(held.url.contains(extra), "{}", held.url);
        let code = held
            .url
            .split(['?', '&'])
            .find_map(|part| part.strip_prefix("code="));
        assert_eq!(code.expect("a code").replace("%2F", "/").len(), length);
        assert_eq!(desk.redeem(&begun, &held).status, 302);
        let again = Ask::get(&held.url).cookie("AWSALBAuthNonce", &begun.nonce);
        let again = again.send(&desk.sandbox);
        assert_eq!(again.status, 401, "a code is good once");
        desk.assert_clean();
    }
}

#[test]
fn the_person_chooses_an_account_and_consents_once() {
    let pages = Pages {
        chooser: true,
        consent: true,
        ..Pages::default()
    };
    let Some(mut desk) = Desk::new(auto(Provider::google("id"), pages)) else {
        return;
    };
    let mut silent = start(&desk.sandbox, "/");
    silent.authorize += "&prompt=none";
    for steps in [
        &["chooser", "password", "consent"][..],
        &["chooser", "password"],
    ] {
        desk.sandbox.end_provider_sessions("id");
        desk.sandbox.clear_audit();
        let (begun, held) = desk.sign_in();
        assert_eq!(desk.redeem(&begun, &held).status, 302);
        let shown: Vec<&str> = desk
            .sandbox
            .events()
            .into_iter()
            .filter_map(|event| match event {
                sandbox::Event::FormShown { step, .. } => Some(step),
                _ => None,
            })
            .collect();
        assert_eq!(shown, steps);
    }
    desk.browser.open(&silent.authorize);
    let held = desk.browser.held(LIMIT).expect("a callback");
    assert_eq!(desk.redeem(&silent, &held).status, 302);
    desk.assert_clean();
}

#[test]
fn of_three_providers_in_a_row_only_the_last_redirect_is_the_callback() {
    let leaving_to = |name: &str| Pages {
        federated_to: Some(name.to_owned()),
        ..Pages::default()
    };
    let mut setup = Setup::with_provider(Provider::entra("a").with_pages(leaving_to("b")));
    setup
        .providers
        .push(Provider::keycloak("b").with_pages(leaving_to("c")));
    let signing_in = Pages::default().signing_in(ADA, sandbox::PASSWORD);
    setup
        .providers
        .push(Provider::google("c").with_pages(signing_in));
    let Some(mut desk) = Desk::new(setup) else {
        return;
    };
    let (begun, held) = desk.sign_in();
    assert!(begun.authorize.starts_with(&desk.sandbox.provider_url("a")));
    assert_eq!(desk.redeem(&begun, &held).status, 302);
    for (name, typed) in [("a", 0), ("b", 0), ("c", 1)] {
        let at = Host::Provider(name.to_owned());
        let here = |event: &sandbox::Event| matches!(event, sandbox::Event::PasswordTyped { host, .. } if *host == at);
        assert_eq!(desk.sandbox.count(here), typed, "{name}");
        assert_eq!(desk.sandbox.form_sign_ins(&at), 1, "{name}");
    }
    desk.assert_clean();
}

#[test]
fn an_org_can_leave_the_sign_in_to_a_provider() {
    for mut setup in [
        Setup::default(),
        Setup::identity_engine(sandbox::Identity::new()),
    ] {
        setup.pages.federated_to = Some("id".to_owned());
        let signing_in = Pages::default().signing_in(ADA, sandbox::PASSWORD);
        setup.providers = vec![Provider::entra("id").with_pages(signing_in)];
        let Some(mut desk) = Desk::new(setup) else {
            return;
        };
        let (begun, held) = desk.sign_in();
        assert!(begun.authorize.starts_with(&desk.sandbox.org_url()));
        assert_eq!(desk.redeem(&begun, &held).status, 302);
        desk.assert_clean();
    }
}

#[test]
fn a_browser_that_asks_an_app_itself_is_a_violation() {
    let Some(mut desk) = Desk::new(auto(Provider::keycloak("id"), Pages::default())) else {
        return;
    };
    let (_, held) = desk.sign_in();
    desk.browser.let_go(&held);
    let app = "grafana".to_owned();
    let callback = sandbox::Violation::BrowserAtApp {
        app: app.clone(),
        path: "/oauth2/idpresponse".to_owned(),
    };
    let icon = sandbox::Violation::BrowserAtApp {
        app,
        path: "/favicon.ico".to_owned(),
    };
    let entries = desk.sandbox.follow();
    while !desk.sandbox.violations().contains(&icon) {
        entries
            .recv_timeout(LIMIT)
            .expect("the browser asks for the icon");
    }
    assert!(desk.sandbox.violations().contains(&callback));
    let callbacks = desk.sandbox.callbacks();
    assert!(callbacks[0].browser && !callbacks[0].nonce, "{callbacks:?}");
    assert!(callbacks[0].agent.contains("Chrome/"), "{callbacks:?}");
}

#[test]
fn a_debugger_that_pages_can_notice_is_a_violation() {
    let Some(mut desk) = Desk::new(auto(Provider::keycloak("id"), Pages::default())) else {
        return;
    };
    let begun = start(&desk.sandbox, "/");
    let page = desk.page();
    for watched in [false, true] {
        desk.sandbox.end_provider_sessions("id");
        if watched {
            desk.browser
                .tell(&page, "Runtime.enable", &serde_json::json!({}));
        }
        desk.browser.go(&page, &begun.authorize);
        let held = desk.browser.held(LIMIT).expect("a callback");
        desk.browser.fulfil(&held);
        let host = Host::Provider("id".to_owned());
        let expected = [sandbox::Violation::PageWatched { host }];
        assert_eq!(desk.sandbox.violations(), expected[..usize::from(watched)]);
    }
    let at = Host::Provider("id".to_owned());
    let visitors = desk.sandbox.visitors(&at);
    let is_headless =
        |(agent, browser): &(String, bool)| *browser && agent.contains("HeadlessChrome/");
    assert!(visitors.iter().all(is_headless), "{visitors:?}");
}

#[test]
fn a_callback_that_is_not_what_it_seems_reaches_the_browser_as_it_is() {
    let Some(mut desk) = Desk::new(auto(Provider::keycloak("id"), Pages::default())) else {
        return;
    };
    for template in [
        "code={code}&code=other&state={state}",
        "code={code}&state={state}&state=other",
        "code={code}&error=access_denied&state={state}",
        "code=a%0D%0Ab%00c&state={state}",
        "state={state}#code={code}",
    ] {
        desk.sandbox.end_provider_sessions("id");
        desk.sandbox.change_provider("id", |provider| {
            provider.callback = Some(template.to_owned());
        });
        let (_, held) = desk.sign_in();
        for part in template
            .split(['{', '}'])
            .filter(|part| !["code", "state"].contains(part))
        {
            let shown = part.trim_end_matches("#code=");
            assert!(held.url.contains(shown), "{template}: {}", held.url);
        }
        desk.browser.fulfil(&held);
    }
}

#[test]
fn after_more_than_fifteen_minutes_the_second_pass_needs_nobody() {
    let Some(mut desk) = Desk::new(auto(Provider::keycloak("id"), Pages::default())) else {
        return;
    };
    let (begun, held) = desk.sign_in();
    desk.sandbox.advance(Duration::from_secs(15 * 60 + 1));
    assert_eq!(desk.redeem(&begun, &held).status, 401);
    let (begun, held) = desk.sign_in();
    assert_eq!(desk.redeem(&begun, &held).status, 302);
    assert_eq!(desk.sandbox.typed_passwords(), 1);
    desk.assert_clean();
}
