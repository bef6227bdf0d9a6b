use proptest::prelude::*;

use crate::sign_in::alb::entrance::{Entrance, Page};
use crate::sign_in::alb::judge_callback;
use crate::sign_in::alb::verify::judge_verify;
use crate::sign_in::fixture::{
    AUTHORIZE, CALLBACK, START, answer, app, is_fit, org, request_of, url,
};

/// Bytes that a header may have, near to what a Location is.
fn location() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(https?:)?(//)?[a-z.\\[\\]:@%0-9]{0,20}(/[a-z%;.]{0,8}){0,3}[?#]?[a-z=&%+]{0,20}",
        "[?&=%+a-z0-9]{0,40}".prop_map(|tail| format!("{AUTHORIZE}{tail}")),
        "[\\x00-\\x7f]{0,12}".prop_map(|tail| format!("https://evil.example/{tail}")),
    ]
}

fn status() -> impl Strategy<Value = u16> {
    prop_oneof![Just(302), 100_u16..1000]
}

proptest! {
    #[test]
    fn no_answer_of_an_app_leads_off_the_app_and_the_org(
        status in status(), location in location(), line in any::<String>(), server in "(awselb/2.0)?"
    ) {
        let (app, headers) = (app(), [
            ("location", location.as_str()), ("set-cookie", line.as_str()), ("server", server.as_str()),
        ]);
        match Entrance::of_app(&app).judge(&answer(START, status, &headers, "")) {
            Ok(Page::Request(request)) => prop_assert!(org(&app).site.same_origin(&request.url)),
            Ok(Page::Own(url)) => prop_assert!(app.site.same_origin(&url)),
            Err(error) => prop_assert!(is_fit(&error), "{error:?}"),
        }
    }

    #[test]
    fn no_answer_to_the_callback_or_a_verification_panics_or_commands_a_terminal(
        status in status(), location in location(), name in "[!-~]{0,8}", value in any::<String>(), server in "(awselb/2.0)?"
    ) {
        let line = format!("{name}-0={value}");
        let headers = [
            ("location", location.as_str()), ("set-cookie", line.as_str()), ("server", server.as_str()),
        ];
        let reply = answer(CALLBACK, status, &headers, "");
        if let Err(error) = judge_callback(&app(), &reply) {
            prop_assert!(is_fit(&error), "{error:?}");
        }
        if let Err(error) = judge_verify(&app(), &reply) {
            prop_assert!(is_fit(&error), "{error:?}");
        }
    }

    #[test]
    fn a_callback_is_on_the_apps_own_origin_whatever_is_appended(tail in any::<String>()) {
        let request = request_of(AUTHORIZE);
        if let Ok(url) = url(START).join(&tail) && request.is_callback(&url) {
            prop_assert!(app().site.same_origin(&url));
        }
    }
}
