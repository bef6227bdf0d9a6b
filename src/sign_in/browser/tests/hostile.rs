use super::{AUTHORIZE, hostile, url};
use crate::sign_in::browser::{CallbackAnswer, Reason, judge_callback_url, may_answer};
use crate::sign_in::fixture::{CALLBACK, request_of};

const STATE: &str = "state=a%2Bb%2Fc%3D%3D";

#[test]
fn a_callback_that_two_could_read_differently_is_refused() {
    for (tail, reason) in [
        (format!("?code=a&code=b&{STATE}"), Reason::Doubled("code")),
        (format!("?code=a&%63ode=b&{STATE}"), Reason::Doubled("code")),
        (format!("?code=a&code=&{STATE}"), Reason::Doubled("code")),
        (format!("?code=a&{STATE}&{STATE}"), Reason::Doubled("state")),
        (
            format!("?error=a&error=b&{STATE}"),
            Reason::Doubled("error"),
        ),
        (format!("?code=a&error=b&{STATE}"), Reason::CodeAndError),
        (format!("?code=a%0D&{STATE}"), Reason::ControlCharacter),
        (format!("?code=a%00&{STATE}"), Reason::ControlCharacter),
        (format!("?code=a&{STATE}&x=%0A"), Reason::ControlCharacter),
        (format!("?code=a&{STATE}&%1b=x"), Reason::ControlCharacter),
        (format!("?code=a&{STATE}#x"), Reason::Fragment),
        (format!("#code=a&{STATE}"), Reason::Fragment),
        (
            format!("?code={}&{STATE}", "x".repeat(20_480)),
            Reason::TooLong,
        ),
        ("?code=a&state=other".to_owned(), Reason::ForeignState),
        ("?error=a&state=other".to_owned(), Reason::ForeignState),
        ("?code=a".to_owned(), Reason::Missing("state")),
        (format!("?{STATE}"), Reason::Missing("code")),
        (String::new(), Reason::Missing("code")),
    ] {
        assert_eq!(hostile(&tail), reason, "{tail}");
    }
}

#[test]
fn a_user_name_before_the_host_is_refused() {
    let tricked = CALLBACK.replace("://", "://corp.okta.com@");
    let judged = judge_callback_url(url(&tricked), &request_of(AUTHORIZE));
    assert_eq!(judged.err(), Some(Reason::UserInfo));
}

#[test]
fn the_callback_of_our_request_passes_as_it_is() {
    match judge_callback_url(url(CALLBACK), &request_of(AUTHORIZE)) {
        Ok(CallbackAnswer::Code(passed)) => assert_eq!(passed.as_str(), CALLBACK),
        Ok(CallbackAnswer::Error(error)) => panic!("{}", error.words()),
        Err(reason) => panic!("{reason}"),
    }
}

#[test]
fn without_our_state_only_an_error_of_our_only_page_answers() {
    // It answers in a person's window; and where there is our page alone.
    for (tail, in_window, alone) in [
        (format!("?code=a&{STATE}"), true, true),
        (format!("?error=access_denied&{STATE}"), true, true),
        // It is ours, and judged as hostile.
        (format!("?code=a&code=b&{STATE}"), true, true),
        ("?error=access_denied".to_owned(), false, true),
        ("?error=access_denied&state=".to_owned(), false, true),
        ("?error=access_denied&state=other".to_owned(), false, false),
        ("?error=access_denied&code=a".to_owned(), false, false),
        ("?code=a".to_owned(), false, false),
        ("?code=a&state=other".to_owned(), false, false),
        (String::new(), false, false),
        (format!("/more?code=a&{STATE}"), false, false),
    ] {
        let url = url(&format!(
            "https://wiki.corp.example/oauth2/idpresponse{tail}"
        ));
        let request = request_of(AUTHORIZE);
        assert_eq!(may_answer(&url, &request, false), in_window, "{tail}");
        assert_eq!(may_answer(&url, &request, true), alone, "{tail}");
    }
}
