//! A provider that is no Okta org, as a program sees it.

use sandbox::{Event, Host, PASSWORD, Pages, Provider, ProviderError, Sandbox, Setup, Violation};
use std::time::Duration;

use crate::browser::{Ask, Start, callback, encoded, start};
use crate::factors::ADA;

fn id() -> Host {
    Host::Provider("id".to_owned())
}

fn setup() -> Setup {
    Setup::with_provider(Provider::keycloak("id"))
}

/// A session at the provider, by its form; the cookie.
fn session(sandbox: &Sandbox) -> Vec<(String, String)> {
    let page = Ask::get(&start(sandbox, "/").authorize).send(sandbox);
    let hidden = |name: &str| {
        let mark = format!("name=\"{name}\" value=\"");
        let (_, rest) = page.body.split_once(&mark).expect("the field is there");
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let body = format!(
        "visit={}&csrf={}&username={}&password={}",
        hidden("visit"),
        hidden("csrf"),
        encoded(ADA),
        encoded(PASSWORD)
    );
    let answer = Ask::new(
        "POST",
        &format!("{}/signin/form", sandbox.provider_url("id")),
    )
    .with("Content-Type", "application/x-www-form-urlencoded")
    .with("Sec-Fetch-Site", "same-origin")
    .with_body(&body)
    .send(sandbox);
    assert_eq!(answer.status, 302);
    answer.jar()
}

fn silent(sandbox: &Sandbox, begun: &Start, jar: &[(String, String)]) -> String {
    let url = format!("{}&prompt=none", begun.authorize);
    let answer = Ask::get(&url).jar(jar).send(sandbox);
    answer.header("Location").to_owned()
}

#[test]
fn its_document_names_the_endpoint_that_the_alb_uses() {
    for (provider, issuer) in [
        (Provider::keycloak("id"), "/realms/corp"),
        (Provider::entra("id"), "/tenant/v2.0"),
        (Provider::google("id"), ""),
        (Provider::cognito("id"), "/pool"),
    ] {
        let sandbox = Sandbox::start(Setup::with_provider(provider));
        let url = sandbox.provider_url("id");
        let document = format!("{url}{issuer}/.well-known/openid-configuration");
        let document = Ask::get(&document).send(&sandbox).json();
        assert_eq!(document["issuer"], format!("{url}{issuer}"));
        let begun = start(&sandbox, "/");
        let (endpoint, _) = begun.authorize.split_once('?').expect("a query");
        assert_eq!(document["authorization_endpoint"], endpoint);
    }
}

#[test]
fn prompt_none_answers_at_once_with_or_without_a_session() {
    let sandbox = Sandbox::start(setup());
    let begun = start(&sandbox, "/");
    assert!(silent(&sandbox, &begun, &[]).contains("error=login_required"));
    let jar = session(&sandbox);
    assert!(silent(&sandbox, &begun, &jar).contains("&code="));
    sandbox.end_provider_sessions("id");
    assert!(silent(&sandbox, &begun, &jar).contains("error=login_required"));
    let jar = session(&sandbox);
    sandbox.advance(Duration::from_secs(10 * 60 * 60));
    assert!(silent(&sandbox, &begun, &jar).contains("error=login_required"));
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn a_provider_can_ignore_prompt_none_or_fail() {
    let mut setup = setup();
    setup.providers[0].pages.ignores_prompt_none = true;
    let sandbox = Sandbox::start(setup);
    let begun = start(&sandbox, "/");
    assert_eq!(silent(&sandbox, &begun, &[]), "", "a page");
    for word in ["interaction_required", "temporarily_unavailable", "strange"] {
        let error = ProviderError::new(word, "It is so & so").only_silent();
        sandbox.change_provider("id", |provider| provider.error = Some(error));
        let back = silent(&sandbox, &begun, &[]);
        let said = format!("error={word}&error_description=It+is+so+%26+so");
        assert!(back.contains(&said), "{back}");
        assert_eq!(Ask::get(&begun.authorize).send(&sandbox).status, 200);
    }
}

#[test]
fn prompt_login_asks_the_person_although_there_is_a_session() {
    let sandbox = Sandbox::start(setup());
    let jar = session(&sandbox);
    let begun = start(&sandbox, "/");
    let ask = |prompt: &str| {
        let url = format!("{}&prompt={prompt}", begun.authorize);
        Ask::get(&url).jar(&jar).send(&sandbox).status
    };
    assert_eq!(
        (ask("login"), ask("none"), ask("select_account")),
        (200, 302, 200)
    );
}

#[test]
fn max_age_wants_a_sign_in_that_is_not_older() {
    let sandbox = Sandbox::start(setup());
    let jar = session(&sandbox);
    let begun = start(&sandbox, "/");
    let ask = |parameters: &str| {
        let url = format!("{}&{parameters}", begun.authorize);
        let answer = Ask::get(&url).jar(&jar).send(&sandbox);
        (answer.status, answer.header("Location").to_owned())
    };
    sandbox.advance(Duration::from_secs(100));
    let (_, back) = ask("max_age=100000&prompt=none");
    assert!(back.contains("&code="), "{back}");
    let (_, back) = ask("max_age=99&prompt=none");
    assert!(back.contains("error=login_required"), "{back}");
    // A person is asked for the password again, once.
    let url = format!("{}&max_age=99", begun.authorize);
    let page = Ask::get(&url).jar(&jar).send(&sandbox);
    assert!(page.body.contains("name=\"password\""), "{}", page.body);
    let form = crate::forms::form(&sandbox.provider_url("id"), &page);
    let signed_in = form.ask(&crate::forms::named(PASSWORD)).send(&sandbox);
    let onward = signed_in.header("Location");
    assert!(!onward.contains("max_age"), "{onward}");
    let onward = sandbox.provider_url("id") + onward;
    let back = Ask::get(&onward).jar(&signed_in.jar()).send(&sandbox);
    assert!(back.header("Location").contains("&code="));
}

#[test]
fn the_words_of_an_error_end_in_lines_for_support_at_entra_alone() {
    for (provider, lines) in [
        (Provider::entra("id"), "%0D%0ATrace+ID%3A+"),
        (Provider::keycloak("id"), ""),
    ] {
        let sandbox = Sandbox::start(Setup::with_provider(provider));
        let begun = start(&sandbox, "/");
        let back = silent(&sandbox, &begun, &[]);
        let said = format!("&error_description=Nobody+is+signed+in.{lines}");
        assert!(back.contains(&said), "{back}");
        assert_eq!(back.contains("Timestamp"), !lines.is_empty(), "{back}");
    }
}

#[test]
fn a_code_is_good_for_a_minute_and_its_own_app() {
    let sandbox = Sandbox::start(setup());
    let jar = session(&sandbox);
    for (wait, status) in [(59, 302), (60, 401)] {
        let begun = start(&sandbox, "/");
        let url = silent(&sandbox, &begun, &jar);
        sandbox.advance(Duration::from_secs(wait));
        let answer = Ask::get(&url)
            .cookie("AWSALBAuthNonce", &begun.nonce)
            .send(&sandbox);
        assert_eq!(answer.status, status, "after {wait} s");
    }
}

#[test]
fn an_unknown_client_or_callback_gets_a_page_and_no_redirect() {
    let sandbox = Sandbox::start(setup());
    let begun = start(&sandbox, "/");
    for (from, to) in [("0oagrafana", "0oaother"), ("idpresponse", "elsewhere")] {
        let answer = Ask::get(&begun.authorize.replace(from, to)).send(&sandbox);
        assert_eq!((answer.status, answer.header("Location")), (400, ""));
    }
}

#[test]
fn the_authorization_request_may_not_be_changed_but_for_its_prompt() {
    let sandbox = Sandbox::start(setup());
    let begun = start(&sandbox, "/");
    let changed = |parameter: &str| Violation::AuthorizeChanged {
        parameter: parameter.to_owned(),
    };
    for (url, parameter) in [
        (
            format!("{}&sessionToken=x", begun.authorize),
            "sessionToken",
        ),
        (
            format!("{}&prompt=none&prompt=none", begun.authorize),
            "prompt",
        ),
        (begun.authorize.replace("openid%20email", "openid"), "scope"),
        (format!("{}&login_hint=ada", begun.authorize), "login_hint"),
    ] {
        sandbox.clear_audit();
        Ask::get(&url).send(&sandbox);
        assert!(
            sandbox.violations().contains(&changed(parameter)),
            "{parameter}"
        );
    }
    sandbox.clear_audit();
    Ask::get(&format!("{}&prompt=none", begun.authorize)).send(&sandbox);
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn the_cookies_of_a_provider_are_its_own() {
    let sandbox = Sandbox::start(setup());
    let jar = session(&sandbox);
    Ask::get(&sandbox.app_url("grafana"))
        .jar(&jar[..1])
        .send(&sandbox);
    let host = Host::App("grafana".to_owned());
    assert_eq!(
        sandbox.violations(),
        [Violation::ProviderCookieAstray { host }]
    );
}

#[test]
fn a_session_that_is_bound_to_its_browser_ends_with_another() {
    let mut setup = setup();
    setup.providers[0].pages.bound_to_browser = true;
    let sandbox = Sandbox::start(setup);
    let jar = session(&sandbox);
    let begun = start(&sandbox, "/");
    let url = format!("{}&prompt=none", begun.authorize);
    let other = Ask::get(&url)
        .jar(&jar)
        .without("User-Agent")
        .with("User-Agent", "other/1");
    assert!(
        other
            .send(&sandbox)
            .header("Location")
            .contains("error=login_required")
    );
    assert!(silent(&sandbox, &begun, &jar).contains("error=login_required"));
    let ended = |event: &Event| matches!(event, Event::ProviderSessionEnded { .. });
    assert_eq!(sandbox.count(ended), 1);
}

#[test]
fn the_hint_is_shown_and_what_stands_in_it_is_text() {
    let sandbox = Sandbox::start(setup());
    let begun = start(&sandbox, "/");
    let url = format!("{}&login_hint=%22%3E%3Cscript%3Eada", begun.authorize);
    let page = Ask::get(&url).send(&sandbox).body;
    assert!(
        page.contains("value=\"&quot;&gt;&lt;script&gt;ada\""),
        "{page}"
    );
}

#[test]
fn the_app_is_told_who_has_signed_in_and_by_whom() {
    let sandbox = Sandbox::start(setup());
    let jar = session(&sandbox);
    let begun = start(&sandbox, "/");
    let back = Ask::get(&format!("{}&prompt=none", begun.authorize))
        .jar(&jar)
        .send(&sandbox);
    let signed_in = callback(&sandbox, &begun, &back);
    let home = Ask::get(&sandbox.app_url("grafana"))
        .jar(&signed_in.jar())
        .send(&sandbox);
    assert_eq!(home.status, 200);
    assert_eq!(sandbox.requests_to(&Host::Org), 0);
    assert!(sandbox.requests_to(&id()) > 0);
    let callbacks = sandbox.callbacks();
    assert_eq!(callbacks.len(), 1);
    assert!(callbacks[0].nonce && !callbacks[0].browser);
    assert_eq!(callbacks[0].agent, "test/1");
}

#[test]
fn pages_of_a_provider_can_sign_in_by_themselves() {
    let pages = Pages::default().signing_in(ADA, PASSWORD);
    let sandbox = Sandbox::start(Setup::with_provider(
        Provider::google("id").with_pages(pages),
    ));
    let begun = start(&sandbox, "/");
    let page = Ask::get(&begun.authorize).send(&sandbox).body;
    assert!(page.contains("requestSubmit()"));
    sandbox.change_provider("id", |provider| provider.pages.auto = None);
    let page = Ask::get(&begun.authorize).send(&sandbox).body;
    assert!(!page.contains("requestSubmit()"));
}
