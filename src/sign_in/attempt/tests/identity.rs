//! A sign-in at an org on the Identity Engine, and finding out which engine it is.

use serde_json::json;

use super::*;
use crate::app::Engine;

const PAGE: &str = r"<html><script>var stateToken = '02.id.p\x2Dq';</script></html>";
const WELL_KNOWN: &str = "okta https://corp.okta.com/.well-known/okta-organization []";
pub(super) const LINK: &str = "https://corp.okta.com/login/token/redirect?stateToken=02.id.p-q";

pub(super) fn on(engine: Option<Engine>, session: &[(&str, &str)]) -> KnownAccount {
    KnownAccount {
        engine,
        ..known(session, "DI1")
    }
}

/// The ALB's own request on its way to Okta, untouched.
fn asks(cookies: &str) -> String {
    format!("okta {AUTHORIZE} [{cookies}]")
}

impl SignInSetup {
    /// A sign-in without a session at an org on the Identity Engine, up to the ALB's URL on its way to Okta.
    pub(super) fn at_identity_page(&self) -> ScriptedSignIn<'_> {
        let (mut sign_in, line) = self.begin(on(Some(Engine::Identity), &[]));
        assert_eq!(line, CLAIM);
        assert_eq!(sign_in.claimed(on(Some(Engine::Identity), &[])), APP);
        assert_eq!(sign_in.app(request()), asks("DT=DI1"));
        sign_in
    }
}

pub(super) fn page(cookies: &[(&str, &str)]) -> Response {
    let headers: Vec<(&str, &str)> = [("content-type", "text/html")]
        .iter()
        .chain(cookies)
        .copied()
        .collect();
    answer(AUTHORIZE, 200, &headers, PAGE)
}

pub(super) fn says(body: &serde_json::Value) -> Response {
    answer(
        "https://corp.okta.com/idp/idx/x",
        200,
        &[],
        body.to_string(),
    )
}

pub(super) fn identify() -> serde_json::Value {
    let fields = json!([
        {"name": "identifier"},
        {"name": "credentials", "form": {"value": [{"name": "passcode"}]}},
    ]);
    json!({"stateHandle": "02.id.p-q~c.1", "remediation": {"value": [
        {"name": "identify", "rel": ["create-form"], "href": "https://corp.okta.com/idp/idx/identify", "value": fields},
    ]}})
}

pub(super) fn success() -> serde_json::Value {
    json!({"stateHandle": "02.id.p-q~c.2", "success": {"name": "success-redirect", "href": LINK}})
}

#[test]
fn a_cold_sign_in_is_six_exchanges_deep() {
    let setup = SignInSetup::new();
    let (mut sign_in, line) = setup.begin(on(None, &[]));
    assert_eq!(line, CLAIM);
    let line = sign_in.claimed(on(None, &[]));
    assert_eq!(line, format!("{WELL_KNOWN} + {APP}"));
    assert_eq!(sign_in.app(request()), WAITS);
    let document = answer(
        "https://corp.okta.com/.well-known/okta-organization",
        200,
        &[],
        r#"{"id":"00o1","pipeline":"idx"}"#,
    );
    assert_eq!(sign_in.okta(document), asks("DT=DI1"));
    let line = sign_in.okta(page(&[("set-cookie", "JSESSIONID=J1; Secure")]));
    assert_eq!(
        line,
        r#"okta https://corp.okta.com/idp/idx/introspect [DT=DI1; JSESSIONID=J1] {"stateToken":"02.id.p-q"}"#
    );
    assert_eq!(sign_in.okta(says(&identify())), PASSWORD_WANTED);
    assert!(
        sign_in
            .gives_password()
            .starts_with("okta https://corp.okta.com/idp/idx/identify [DT=DI1; JSESSIONID=J1] ")
    );
    assert_eq!(
        sign_in.okta(says(&success())),
        format!("okta {LINK} [DT=DI1; JSESSIONID=J1]")
    );
    let end = answer(
        LINK,
        302,
        &[("location", CALLBACK), ("set-cookie", "idx=I1; Secure")],
        "",
    );
    assert_eq!(sign_in.okta(end), callback());
    assert_eq!(sign_in.app(signed_in()), SIGNED_IN);
    let facts = sign_in.facts();
    assert_eq!(facts[0], "Engine idx");
    assert!(
        facts.contains(&"Session [JSESSIONID=J1; idx=I1]"),
        "{facts:?}"
    );
}

#[test]
fn a_silent_sign_in_asks_the_albs_url_untouched_and_nothing_else() {
    let setup = SignInSetup::new();
    let (mut sign_in, line) = setup.begin(on(Some(Engine::Identity), &[("idx", "I1")]));
    assert_eq!(line, APP);
    assert_eq!(sign_in.app(request()), asks("DT=DI1; idx=I1"));
    sign_in.finishes();
    assert_eq!(sign_in.facts(), [""; 0]);
}

#[test]
fn a_session_that_another_process_made_meanwhile_is_used() {
    let setup = SignInSetup::new();
    for old in [&[][..], &[("idx", "I1")]] {
        let (mut sign_in, mut line) = setup.begin(on(Some(Engine::Identity), old));
        if !old.is_empty() {
            assert_eq!(sign_in.app(request()), asks("DT=DI1; idx=I1"));
            line = sign_in.okta(page(&[]));
        }
        assert_eq!(line, CLAIM);
        let mut line = sign_in.claimed(on(Some(Engine::Identity), &[("idx", "I2")]));
        if old.is_empty() {
            assert_eq!(line, APP);
            line = sign_in.app(request());
        }
        assert_eq!(line, asks("DT=DI1; idx=I2"));
        sign_in.finishes();
    }
}

#[test]
fn an_org_that_does_not_say_its_engine_is_classic_for_this_attempt() {
    for (status, body) in [
        (404, ""),
        (200, "<html>"),
        (500, ""),
        (200, r#"{"id":"00o1","pipeline":"v1"}"#),
    ] {
        let setup = SignInSetup::new();
        let (mut sign_in, _) = setup.begin(on(None, &[]));
        let _ = sign_in.claimed(on(None, &[]));
        let reply = answer(
            "https://corp.okta.com/.well-known/okta-organization",
            status,
            &[],
            body,
        );
        assert_eq!(sign_in.okta(reply), WAITS);
        assert_eq!(sign_in.app(request()), PASSWORD_WANTED);
        assert_eq!(
            sign_in.facts().contains(&"Engine classic"),
            body.contains("v1")
        );
    }
    let setup = SignInSetup::new();
    let (mut sign_in, _) = setup.begin(on(None, &[]));
    let _ = sign_in.claimed(on(None, &[]));
    assert_eq!(sign_in.breaks(Peer::IdentityProvider), WAITS);
}

#[test]
fn a_classic_page_corrects_what_was_known() {
    for reply in [
        answer(
            AUTHORIZE,
            200,
            &[("content-type", "text/html")],
            "<script>var stateToken = '';</script>",
        ),
        redirect(AUTHORIZE, "https://corp.okta.com/login/login.htm?fromURI=x"),
    ] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_identity_page();
        assert_eq!(sign_in.okta(reply), PASSWORD_WANTED);
        assert!(sign_in.facts().contains(&"Engine classic"));
    }
}

#[test]
fn the_page_corrects_a_classic_engine_before_a_password() {
    let setup = SignInSetup::new();
    let (mut sign_in, line) = setup.begin(on(Some(Engine::Classic), &[("sid", "S1")]));
    assert_eq!(line, APP);
    let _ = sign_in.app(request());
    assert_eq!(sign_in.okta(page(&[])), CLAIM);
    let line = sign_in.claimed(on(Some(Engine::Classic), &[("sid", "S1")]));
    assert!(line.contains("/idp/idx/introspect"), "{line}");
    assert!(sign_in.facts().contains(&"Engine idx"));
}

#[test]
fn the_page_after_a_password_goes_on_without_sending_it_again() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_authorize();
    let line = sign_in.okta(page(&[]));
    assert!(line.contains("/idp/idx/introspect"), "{line}");
    let line = sign_in.okta(says(&identify()));
    assert!(line.contains("asks for the password once more"), "{line}");
}

#[test]
fn a_transaction_that_is_gone_before_a_secret_is_begun_anew_once() {
    let gone = json!({"messages": {"value": [
        {"message": "You have been logged out", "i18n": {"key": "idx.session.expired"}, "class": "ERROR"},
    ]}});
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_identity_page();
    let _ = sign_in.okta(page(&[]));
    assert_eq!(sign_in.okta(says(&gone)), asks("DT=DI1"));
    assert!(sign_in.okta(page(&[])).contains("introspect"));
    let line = sign_in.okta(says(&gone));
    assert!(
        line.starts_with("stop 6: ") && line.contains("took too long"),
        "{line}"
    );
}

#[test]
fn a_kept_session_that_okta_answers_with_an_error_is_left_once() {
    let setup = SignInSetup::new();
    let (mut sign_in, _) = setup.begin(on(Some(Engine::Identity), &[("idx", "I1")]));
    let _ = sign_in.app(request());
    let refused = || {
        answer(
            AUTHORIZE,
            400,
            &[("set-cookie", "JSESSIONID=J1")],
            "<html>no",
        )
    };
    assert_eq!(sign_in.okta(refused()), asks("DT=DI1"));
    let line = sign_in.okta(refused());
    assert!(line.starts_with("stop 5: "), "{line}");

    for (insist, error, is_left) in [
        (false, "access_denied", false),
        (true, "access_denied", true),
        (false, "login_required", true),
    ] {
        let mut setup = SignInSetup::new();
        setup.insist = insist;
        let (mut sign_in, _) = setup.begin(on(Some(Engine::Identity), &[("idx", "I1")]));
        let _ = sign_in.app(request());
        let line = sign_in.okta(refusal(&format!("?error={error}&state=a%2Bb%2Fc%3D%3D")));
        assert_eq!(line == asks("DT=DI1"), is_left, "{error}: {line}");
        assert!(is_left || line.contains("credential logout corp"), "{line}");
    }
}

#[test]
fn a_page_that_is_not_oktas_changes_nothing_that_is_known() {
    for body in [
        "<html>Please log in to this network</html>",
        "",
        "<script>x = 1</script>",
    ] {
        let setup = SignInSetup::new();
        let mut sign_in = setup.at_identity_page();
        let line = sign_in.okta(answer(
            AUTHORIZE,
            200,
            &[("content-type", "text/html")],
            body,
        ));
        assert!(line.starts_with("stop 6: "), "{line}");
        assert_eq!(sign_in.facts(), [""; 0]);
    }
}
