//! The errors of a login that Okta still requires after it accepted the password, with the way out.
//!
//! Facts (Okta's OIDC reference and error codes; its support articles; reports of users): authn is judged by the org's
//! own sign-on policy (Identity Engine: the Global Session Policy) and by it alone. An app's own policy is judged only
//! at authorize; with `prompt=none` Okta reports an unsatisfied policy as `login_required`, with one of four
//! descriptions: the user is not logged in, the app requires re-authentication or MFA, there is no session, the request
//! has expired. Of the Identity Engine's app policies, a new sign-in every time, phishing-resistant or hardware-bound
//! factors and managed devices cannot be met without a browser. Its sessions are in the cookie `idx`; it shows its
//! sign-in page in place, with status 200.

use crate::app::App;
use crate::cookie::Jar;
use crate::error::Error;

/// The cookies that only the Identity Engine sets.
const IDENTITY: [&str; 2] = ["idx", "xids"];

/// Returns the error of a login that Okta still requires after the password, described in its `words`. `jar` has Okta's
/// cookies after the password.
pub(crate) fn login_required_error(app: &App, jar: &Jar, words: &str) -> Error {
    let says = |text: &str| words.to_lowercase().contains(text);
    let identity = says("sign-in page") || jar.iter().any(|(name, _)| IDENTITY.contains(&name));
    let name = &app.name;
    if says("expired") {
        return Error::network(format!("Okta found the request of {name} too old: {words}"))
            .hint("run it again, and answer a little faster");
    }
    let error = Error::refused(format!(
        "Okta took the password but still wants more for {name}: {words}"
    ));
    let error = match identity {
        true => error.caused_by(
            "this org runs on Okta's Identity Engine, where a sign-in from here meets the Global Session Policy only",
        ),
        false => error,
    };
    if says("re-authentication") || says("mfa") || says("sign-in page") {
        return error
            .caused_by(format!(
                "the sign-on policy of {name} itself asks for what the org's policy did not: a factor, a new sign-in \
                 every time, a phishing-resistant factor, or a managed device"
            ))
            .hint(recipe(name, identity))
            .hint(format!("credential doctor {name}"));
    }
    error
        .caused_by("the sign-in has made no session: an org can bind it to a device or a network (\"device matching\")")
        .hint("ask the admins what Okta's system log says of this sign-in")
        .hint(format!("credential doctor {name}"))
}

/// Says what the admins can change so that the app needs no browser.
fn recipe(name: &str, identity: bool) -> String {
    match identity {
        true => format!(
            "ask the admins for a Global Session Policy rule that asks this account for a factor, and a rule in the \
             policy of {name} that is met by it: a possession factor, re-authentication by time, any device"
        ),
        false => format!(
            "ask the admins to ask for the factor in the org's sign-on policy and not in that of {name}, where only a \
             browser can answer"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::login_required_error;
    use crate::error::Kind;
    use crate::sign_in::fixture::{app, is_fit, jar};

    const NO_PROMPT: &str = "The client specified not to prompt, but ";

    #[test]
    fn each_of_the_four_login_required_texts_has_its_cause_and_hint() {
        let table = [
            ("the user is not logged in.", Kind::Refused, "no session"),
            (
                "the client app requires re-authentication or MFA.",
                Kind::Refused,
                "policy of wiki itself",
            ),
            ("no_existing_session", Kind::Refused, "no session"),
            ("request_expired", Kind::Network, ""),
        ];
        for (text, kind, cause) in table {
            let words = format!("{NO_PROMPT}{text} (login_required)");
            let error = login_required_error(&app(), &jar(&[("sid", "102")]), &words);
            assert_eq!(error.kind, kind, "{text}");
            assert!(error.message.ends_with(&words), "{}", error.message);
            assert!(
                error.causes.concat().contains(cause),
                "{text}: {:?}",
                error.causes
            );
            assert!(!error.hints.is_empty() && is_fit(&error), "{text}");
            assert!(!error.causes.concat().contains("Identity Engine"));
        }
    }

    #[test]
    fn the_identity_engine_is_known_by_its_cookie_or_its_page() {
        let policy = "The client app requires re-authentication or MFA. (login_required)";
        for (jar, words) in [
            (jar(&[("idx", "eyJ6aXAi")]), policy),
            (jar(&[("sid", "102"), ("xids", "102")]), policy),
            (jar(&[]), "it shows a sign-in page"),
        ] {
            let error = login_required_error(&app(), &jar, words);
            assert!(error.causes[0].contains("Identity Engine"), "{words}");
            assert!(error.hints[0].contains("Global Session Policy"), "{words}");
            assert!(is_fit(&error));
        }
    }
}
