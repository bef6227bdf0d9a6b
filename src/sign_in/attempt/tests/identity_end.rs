//! The end of a sign-in on the Identity Engine: from the success link to the callback.

use super::identity::{LINK, identify, on, page, says, success};
use super::*;
use crate::app::Engine;

#[test]
fn device_matching_a_spent_link_and_a_page_at_the_end_are_told_apart() {
    for (status, headers, body, words) in [
        (403, &[][..], "<html>", "device matching"),
        (404, &[], "", "with 404"),
        (
            200,
            &[],
            "<form action=\"https://x\">",
            "only a browser can send on",
        ),
        (
            302,
            &[("location", "https://evil.example/x")],
            "",
            "which is not the callback",
        ),
        (
            302,
            &[(
                "location",
                "https://wiki.corp.example/oauth2/idpresponse?error=access_denied&state=a%2Bb%2Fc%3D%3D",
            )],
            "",
            "access_denied",
        ),
    ] {
        let setup = SignInSetup::new();
        let (mut sign_in, _) = setup.begin(on(Some(Engine::Identity), &[]));
        let _ = sign_in.app(request());
        let _ = sign_in.okta(page(&[]));
        let _ = sign_in.claimed(on(Some(Engine::Identity), &[]));
        let _ = sign_in.okta(says(&identify()));
        let _ = sign_in.gives_password();
        let _ = sign_in.okta(says(&success()));
        let line = sign_in.okta(answer(LINK, status, headers, body));
        assert!(line.starts_with("stop ") && line.contains(words), "{line}");
    }
}

#[test]
fn a_hop_and_another_page_lead_on_to_the_callback() {
    let setup = SignInSetup::new();
    let (mut sign_in, _) = setup.begin(on(Some(Engine::Identity), &[]));
    let _ = sign_in.app(request());
    let _ = sign_in.okta(page(&[]));
    let _ = sign_in.claimed(on(Some(Engine::Identity), &[]));
    let _ = sign_in.okta(says(&identify()));
    let _ = sign_in.gives_password();
    let _ = sign_in.okta(says(&success()));
    let hop = "https://corp.okta.com/oauth2/v1/authorize/redirect?okta_key=k";
    assert_eq!(
        sign_in.okta(redirect(LINK, hop)),
        format!("okta {hop} [DT=DI1]")
    );
    let second = answer(
        hop,
        200,
        &[],
        "<script>stateToken = '02.id.second'</script>",
    );
    assert!(
        sign_in
            .okta(second)
            .ends_with(r#"{"stateToken":"02.id.second"}"#)
    );
    assert_eq!(
        sign_in.okta(says(&success())),
        format!("okta {LINK} [DT=DI1]")
    );
    assert_eq!(sign_in.okta(redirect(LINK, CALLBACK)), callback());
}
