//! The errors of a login that Okta still requires after it accepted the password, with the way out.
//!
//! Facts (Okta's OIDC reference and error codes; its support articles; reports of users): authn is judged by the org's
//! own sign-on policy (Identity Engine: the Global Session Policy) and by it alone. An app's own policy is judged only
//! at authorize; with `prompt=none` Okta reports an unsatisfied policy as `login_required`, with one of four
//! descriptions: the user is not logged in, the app requires re-authentication or MFA, there is no session, the request
//! has expired. Of the Identity Engine's app policies, a new sign-in every time, phishing-resistant or hardware-bound
//! factors and managed devices cannot be met without a browser. Its sessions are in the cookie `idx`; it shows its
//! sign-in page in place, with status 200. The classic engine sends to a page of its own, whose path says what for:
//! `/login/step-up/…` for a factor, `/signin/enroll…` to set one up, `/sso/…` for another identity provider.
//!
//! Orgs on the Identity Engine are signed in to by its own protocol ([`super::idx`]), which meets the app's policy too. What
//! is said of that engine here is of a classic sign-in at such an org: it is configured so, or the org did not say.

use crate::app::{App, Engine};
use crate::cookie::Jar;
use crate::error::{BrowserNeed, Error, Hint};

/// The cookies that only the Identity Engine sets.
const IDENTITY: [&str; 2] = ["idx", "xids"];

/// The thing that is missing, by Okta's words or the path of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// The request itself: it is too old.
    Time,
    /// A demand of the app's own policy.
    Policy,
    /// A factor that has to be set up.
    Enrolment,
    /// A sign-in at another identity provider.
    OtherProvider,
    /// A session.
    Session,
}

impl Missing {
    fn read(words: &str) -> Self {
        let words = words.to_lowercase();
        let says = |any: &[&str]| any.iter().any(|text| words.contains(text));
        match () {
            () if says(&["expired"]) => Self::Time,
            () if says(&["/enroll", "/signin/enroll", "/mfa-setup"]) => Self::Enrolment,
            () if says(&["/sso/", "/idps/"]) => Self::OtherProvider,
            () if says(&[
                "re-authentication",
                "mfa",
                "sign-in page",
                "/step-up",
                "/second-factor",
            ]) =>
            {
                Self::Policy
            }
            () => Self::Session,
        }
    }
}

/// Returns the error of a login that Okta still requires after a classic sign-in, described in its `words`. `jar` has
/// Okta's cookies after the password.
pub(crate) fn login_required_error(app: &App, jar: &Jar, words: &str) -> Error {
    let name = &app.name;
    let missing = Missing::read(words);
    if missing == Missing::Time {
        return Error::network(format!("Okta found the request of {name} too old: {words}"))
            .hint("run it again, and answer a little faster");
    }
    let error = Error::refused(format!(
        "Okta took the password but still wants more for {name}: {words}"
    ));
    let is_identity = is_identity(app, jar, words);
    let error = match is_identity {
        true => error.caused_by(
            "this org runs on Okta's Identity Engine, where a classic sign-in meets the Global Session Policy only",
        ),
        false => error,
    };
    let error = match is_identity {
        true => error.hint(other_engine(app)),
        false => error,
    };
    let error = match missing {
        Missing::Enrolment => error.for_browser(BrowserNeed::Once),
        Missing::Policy | Missing::OtherProvider => error.for_browser(BrowserNeed::EachTime),
        Missing::Session | Missing::Time => error,
    };
    explain(error, app, missing, is_identity).hint(Hint::run(&["credential", "doctor", name]))
}

/// Returns the error of a login that Okta still requires after its own engine's sign-in, which has met the app's policy.
pub(crate) fn unmet_policy(app: &App, words: &str) -> Error {
    let name = &app.name;
    Error::refused(format!(
        "Okta took the sign-in but still wants more for {name}: {words}"
    ))
    .hint("ask the admins what Okta's system log says of this sign-in")
    .hint(Hint::run(&["credential", "doctor", name]))
}

/// Returns whether the org runs on the Identity Engine: by its cookies, or by a page where the configuration keeps to the
/// classic engine. Else such a page has had a sign-in by its own protocol.
fn is_identity(app: &App, jar: &Jar, words: &str) -> bool {
    let is_pinned = app
        .org()
        .is_some_and(|org| org.engine == Some(Engine::Classic));
    let is_page = words.contains("sign-in page");
    is_page && is_pinned || jar.iter().any(|(name, _)| IDENTITY.contains(&name))
}

/// Returns the hint to sign in by the Identity Engine's own protocol.
fn other_engine(app: &App) -> Hint {
    match app.org() {
        Some(org) if org.engine.is_some() => Hint::set(org.table(), "engine", "auto")
            .then(", so that the app's own policy is met too"),
        _ => Hint::login(&app.name).after("try again, the org is asked for its engine first: "),
    }
}

/// Adds the cause and the way out of what is `missing`.
fn explain(error: Error, app: &App, missing: Missing, is_identity: bool) -> Error {
    let name = &app.name;
    let browser = app.site.url();
    match missing {
        Missing::Enrolment => error
            .caused_by("the account has to set up a factor first, which only a browser can do")
            .hint(format!("open {browser} in a browser, and set up what it asks for")),
        Missing::OtherProvider => error
            .caused_by("Okta sends this account to another identity provider, which only a browser can follow")
            .hint(format!("ask the admins whether this account can sign in to {name} with a password at Okta itself")),
        Missing::Policy => error
            .caused_by(format!(
                "the sign-on policy of {name} itself asks for what the org's policy did not: a factor, a new sign-in \
                 every time, a phishing-resistant factor, or a managed device"
            ))
            .hint(recipe(name, is_identity)),
        Missing::Time | Missing::Session => error
            .caused_by("the sign-in has made no session: an org can bind it to a device or a network (\"device matching\")")
            .hint("ask the admins what Okta's system log says of this sign-in"),
    }
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
    use std::rc::Rc;

    use super::{login_required_error, unmet_policy};
    use crate::app::{Content, Engine, SignIn};
    use crate::error::Kind;
    use crate::sign_in::fixture::{app, is_fit, jar, words};

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
        ] {
            let error = login_required_error(&app(), &jar, words);
            assert!(error.causes[0].contains("Identity Engine"), "{words}");
            assert!(error.hints[0].ends_with("credential login wiki"), "{words}");
            assert!(error.hints[1].contains("Global Session Policy"), "{words}");
            assert!(is_fit(&error));
        }
    }

    #[test]
    fn a_page_is_the_identity_engines_only_where_that_engine_was_declined() {
        let page = "it shows a sign-in page";
        let error = login_required_error(&app(), &jar(&[]), page);
        assert!(!words(&error).contains("Identity Engine"), "{error:?}");
        let mut app = app();
        let mut org = app.org().expect("it has one").clone();
        org.engine = Some(Engine::Classic);
        app.content = Content::Session(SignIn::Okta {
            org: Rc::new(org),
            client: None,
        });
        let error = login_required_error(&app, &jar(&[]), page);
        assert!(error.causes[0].contains("Identity Engine"), "{error:?}");
        assert!(error.hints[0].starts_with("set engine = \"auto\" in [org.corp]"));
    }

    #[test]
    fn the_path_of_oktas_page_says_what_is_missing() {
        for (path, cause) in [
            ("/login/step-up/redirect", "policy of wiki itself"),
            ("/signin/enroll-activate", "set up a factor first"),
            ("/sso/idps/0oa1", "another identity provider"),
            ("/sso/saml2/0oa1", "another identity provider"),
            ("/login/login.htm", "device matching"),
        ] {
            let words = format!("it sends to its page https://corp.okta.com{path}");
            let error = login_required_error(&app(), &jar(&[]), &words);
            assert!(error.causes.concat().contains(cause), "{path}: {error:?}");
            assert!(is_fit(&error));
        }
    }

    #[test]
    fn after_the_identity_engines_own_sign_in_no_policy_is_blamed_for_a_short_cut() {
        let error = unmet_policy(&app(), "The client app requires re-authentication or MFA.");
        assert!(error.causes.is_empty() && is_fit(&error));
        assert!(!words(&error).contains("Global Session Policy"));
    }
}
