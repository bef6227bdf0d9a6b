use proptest::prelude::*;

use super::judge;
use crate::sign_in::fixture::{AUTHORIZE, CALLBACK, answer, app, is_fit, secret, url};
use crate::sign_in::okta::authorize::{AuthorizeOutcome, page_text, silent};

proptest! {
    #[test]
    fn no_answer_panics_commands_a_terminal_or_leads_off_the_app(
        status in prop_oneof![Just(302), Just(400), 100_u16..1000],
        location in prop_oneof![
            any::<String>(),
            "[?&=%+#a-z0-9]{0,40}".prop_map(|tail| format!("{CALLBACK}{tail}")),
            ("[a-z_]{0,20}", any::<String>()).prop_map(|(error, text)| {
                format!("https://wiki.corp.example/oauth2/idpresponse?error={error}&error_description={text}")
            }),
        ],
        body in any::<Vec<u8>>(),
    ) {
        match judge(&answer(AUTHORIZE, status, &[("location", location.as_str())], body)) {
            Ok(AuthorizeOutcome::Code(url)) => prop_assert!(app().site.same_origin(&url)),
            Ok(AuthorizeOutcome::LoginRequired(words)) => prop_assert!(!words.chars().any(char::is_control)),
            Err(error) => prop_assert!(is_fit(&error), "{error:?}"),
        }
    }

    #[test]
    fn no_page_commands_a_terminal(page in any::<Vec<u8>>()) {
        let text = page_text(&page);
        prop_assert!(!text.chars().any(char::is_control) && text.chars().count() <= 301);
    }

    #[test]
    fn any_url_of_an_alb_keeps_its_bytes_and_gets_one_prompt_and_one_token(
        parts in prop::collection::vec("[a-z_]{1,8}=[A-Za-z0-9%+/=._~:@!$()*,;?-]{0,12}", 1..8), token in any::<String>()
    ) {
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.starts_with("prompt=")).collect();
        let before = url(&format!("https://corp.okta.com/oauth2/v1/authorize?{}", parts.join("&")));
        let after = silent(&before, Some(&secret(&token)));
        prop_assert!(after.as_str().starts_with(before.as_str().trim_end_matches('?')));
        let tail: Vec<_> = after.query_pairs().skip(parts.len()).collect();
        prop_assert_eq!(tail.len(), 2);
        prop_assert_eq!((&*tail[0].0, &*tail[0].1), ("prompt", "none"));
        prop_assert_eq!((&*tail[1].0, &*tail[1].1), ("sessionToken", token.as_str()));
    }
}
