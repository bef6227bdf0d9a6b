//! The end of a sign-in on the Identity Engine: from the success link to the callback.

use super::identity::{LINK, identify, page, says, success};
use super::*;
use crate::sign_in::fixture::edge_of_use;

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
        let mut sign_in = setup.at_identity_page();
        let _ = sign_in.okta(page(&[]));
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
    let mut sign_in = setup.at_identity_page();
    let _ = sign_in.okta(page(&[]));
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

/// The ALB's request of a later time, and its way to Okta.
fn anew() -> (Response, String) {
    let location = AUTHORIZE.replace("state=a", "state=b");
    let headers = [("location", location.as_str()), NONCE];
    let mut reply = answer(START, 302, &headers, "");
    (reply.asked_at, reply.at) = (edge_of_use().1, edge_of_use().1);
    (reply, format!("okta {location} [DT=DI1; idx=I1]"))
}

/// A sign-in whose success link is answered `late`, when the ALB takes no callback any more, and its next step.
fn late(setup: &SignInSetup, is_polled: bool) -> (ScriptedSignIn<'_>, String) {
    let mut sign_in = setup.at_identity_page();
    let _ = sign_in.okta(page(&[]));
    let _ = sign_in.okta(says(&identify()));
    let _ = sign_in.gives_password();
    let mut answered = says(&success());
    if is_polled {
        answered.at = edge_of_use().1;
    }
    let line = sign_in.okta(answered);
    let beside = if is_polled {
        format!(" + {APP}")
    } else {
        String::new()
    };
    assert_eq!(line, format!("okta {LINK} [DT=DI1]{beside}"));
    let sets = ("set-cookie", "idx=I1; Secure");
    let mut end = answer(LINK, 302, &[("location", CALLBACK), sets], "");
    end.at = edge_of_use().1;
    let line = sign_in.okta(end);
    (sign_in, line)
}

#[test]
fn a_sign_in_that_outlives_the_albs_request_is_ended_silently_with_another() {
    for is_polled in [false, true] {
        let setup = SignInSetup::new();
        let (mut sign_in, line) = late(&setup, is_polled);
        assert_eq!(line, if is_polled { WAITS } else { APP });
        let (reply, asks) = anew();
        assert_eq!(sign_in.app(reply), asks);
        assert!(sign_in.facts().contains(&"Session [idx=I1]"));
        let back = CALLBACK.replace("state=a", "state=b");
        let mut code = redirect(AUTHORIZE, &back);
        code.at = edge_of_use().1;
        let line = sign_in.okta(code);
        assert!(line.starts_with(&format!("app {back} ")), "{line}");
        assert_eq!(sign_in.app(signed_in()), SIGNED_IN);
        assert_eq!(sign_in.0.verdicts(), ["PasswordSent", "PasswordAccepted"]);
    }
}

#[test]
fn the_request_that_came_beside_the_success_link_is_the_one_that_is_answered() {
    let setup = SignInSetup::new();
    let mut sign_in = setup.at_identity_page();
    let _ = sign_in.okta(page(&[]));
    let _ = sign_in.okta(says(&identify()));
    let _ = sign_in.gives_password();
    let mut answered = says(&success());
    answered.at = edge_of_use().1;
    let _ = sign_in.okta(answered);
    let (reply, asks) = anew();
    assert_eq!(sign_in.app(reply), WAITS);
    let sets = ("set-cookie", "idx=I1; Secure");
    let end = answer(LINK, 302, &[("location", CALLBACK), sets], "");
    assert_eq!(sign_in.okta(end), asks);
}

#[test]
fn a_late_sign_in_that_okta_wants_again_is_not_done_again() {
    let setup = SignInSetup::new();
    let (mut sign_in, _) = late(&setup, false);
    let _ = sign_in.app(anew().0);
    let line = sign_in.okta(page(&[]));
    assert!(
        line.starts_with("stop 6: the sign-in to wiki took longer than the ALB waits"),
        "{line}"
    );
}
