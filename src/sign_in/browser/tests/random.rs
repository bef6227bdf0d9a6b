use proptest::prelude::*;

use super::{CALLBACK, code};
use crate::fuzzing::{callbacks, mutation::spoiled};

const GOOD: &[&str] = &[
    "https://example.com/oauth2/idpresponse?code=c0de&state=a%2Bb",
    "code=c0de&state=a%2Bb",
    "\u{1b}[200~<https://example.com/oauth2/idpresponse?error=access_denied&state=a%2Bb>\u{1b}[201~",
    "Cookie: a=b; AWSELBAuthSessionCookie-0=x; AWSELBAuthSessionCookie-1=y",
];

proptest! {
    #[test]
    fn nothing_that_is_pasted_leads_off_the_app(text in spoiled(GOOD)) {
        callbacks::pasted(&text);
    }

    #[test]
    fn blanks_and_marks_change_nothing_wherever_they_stand(
        places in prop::collection::vec((any::<prop::sample::Index>(), "([ \t\r\n]|\u{1b}\\[20[01]~){1,3}"), 0..8)
    ) {
        let mut text = CALLBACK.to_owned();
        for (place, blank) in places {
            // Between two characters, but not within a mark that is there already.
            let free: Vec<usize> = (0..=text.len()).filter(|at| !text[..*at].ends_with(['\u{1b}', '[', '2', '0', '1'])).collect();
            text.insert_str(*place.get(&free), &blank);
        }
        prop_assert_eq!(code(&text), CALLBACK);
    }
}
