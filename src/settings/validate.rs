//! The rules for values, which the file and the variables share.
//!
//! An error is a sentence about the value alone; the caller puts the place of the value in front.

use time::Duration;
use url::Url;

use super::suggest::quoted;
use crate::app::Engine;
use crate::cookie;
use crate::duration::{parse_duration, show_duration};
use crate::error::{Error, Result, Untrusted};
use crate::site::{CALLBACK, Site};

/// The range of the ALB's own `SessionTimeout`.
const SHORTEST_SESSION: Duration = Duration::seconds(1);
const LONGEST_SESSION: Duration = Duration::days(7);
/// The largest `renew_ahead`: a new session must not be renewed at once.
const LARGEST_SHARE: f64 = 0.9;

/// The name of an app or an org, which needs no quotes in a shell.
pub(crate) fn name(text: &str) -> Result<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !(1..=100).contains(&text.len()) || text.starts_with('-') || !text.chars().all(allowed) {
        let error = Error::usage(format!("{} cannot be a name", quoted(text)));
        return Err(error.hint(
            "a name is at most 100 letters (a-z, A-Z), digits, `-`, `_` and `.`, and begins with no `-`",
        ));
    }
    Ok(text.to_owned())
}

/// The URL of an app.
fn app_site(text: &str) -> Result<Site> {
    Site::parse(text).map_err(|problem| {
        let error = Error::usage(problem);
        // Only a text that cannot hold a password is shown.
        if text.is_empty() || text.contains("://") || text.contains('@') {
            return error;
        }
        error.hint(format!(
            "did you mean \"https://{}\"?",
            Untrusted::new(text)
        ))
    })
}

/// The URL of an org: an origin without a path.
pub(crate) fn org_site(text: &str) -> Result<Site> {
    origin(text, "an org")
}

/// The URL of `whom`: an origin without a path.
fn origin(text: &str, whom: &str) -> Result<Site> {
    let site = app_site(text)?;
    if site.prefix().is_empty() {
        return Ok(site);
    }
    let origin = site.at("/");
    let origin = origin.as_str().trim_end_matches('/');
    let error = Error::usage(format!("the URL of {whom} has no path"));
    Err(error.hint(format!("did you mean \"{origin}\"?")))
}

/// The origin of an identity provider.
pub(crate) fn provider_site(text: &str) -> Result<Site> {
    origin(text, "an identity provider")
}

/// The engine of an org; `None` where the org is to say it.
pub(crate) fn engine(text: &str) -> Result<Option<Engine>> {
    match (text, Engine::of_word(text)) {
        ("auto", _) => Ok(None),
        (_, Some(engine)) => Ok(Some(engine)),
        _ => {
            let error = Error::usage(format!("{} is no engine", quoted(text)));
            Err(error.hint("an engine is \"auto\", \"classic\" or \"idx\" (the Identity Engine)"))
        }
    }
}

/// The user name at an org.
pub(crate) fn account(text: &str) -> Result<String> {
    filled(text)?;
    if text.chars().any(char::is_control) {
        return Err(Error::usage("a user name has no control characters"));
    }
    Ok(text.to_owned())
}

/// The base name of a session cookie.
pub(crate) fn cookie(text: &str) -> Result<String> {
    if cookie::is_name(text) {
        return Ok(text.to_owned());
    }
    Err(Error::usage(format!(
        "{} cannot be the name of a cookie",
        quoted(text)
    )))
}

/// The ALB's `SessionTimeout`.
pub(crate) fn session(text: &str) -> Result<Duration> {
    let length = parse_duration(text).map_err(Error::usage)?;
    if (SHORTEST_SESSION..=LONGEST_SESSION).contains(&length) {
        return Ok(length);
    }
    Err(Error::usage(format!(
        "an ALB's session lasts between {} and {}, not {}",
        show_duration(SHORTEST_SESSION),
        show_duration(LONGEST_SESSION),
        quoted(text)
    )))
}

/// The last share of a session's life, in which it is renewed ahead of its end.
pub(crate) fn renew_ahead(share: f64) -> Result<f64> {
    if (0.0..=LARGEST_SHARE).contains(&share) {
        return Ok(share);
    }
    Err(Error::usage(format!(
        "it is a share of a session's life, between 0 (never) and {LARGEST_SHARE}, not {share}"
    )))
}

/// The URL where a sign-in starts: path and query at `site`.
pub(crate) fn start(text: &str, site: &Site) -> Result<Url> {
    if !text.starts_with('/') {
        return Err(Error::usage("it has to be a path and begin with /"));
    }
    // `//host` and `/\host` begin with a slash and lead to another host.
    match site.at("/").join(text) {
        Ok(url) if !site.same_origin(&url) => Err(Error::usage("it leads away from the app")),
        Ok(url) if url.fragment().is_some() => Err(Error::usage("it cannot have a fragment")),
        Ok(url) => Ok(url),
        Err(error) => Err(Error::usage(format!("not a path: {error}"))),
    }
}

/// The site of an app, and its URL as it is written, which is where a sign-in starts by default: of `/graf` and `/graf/`
/// an ALB may protect one only.
pub(crate) fn app_url(text: &str) -> Result<(Site, Url)> {
    let site = app_site(text)?;
    let url = Url::parse(text).map_err(|error| Error::usage(format!("not a URL: {error}")))?;
    Ok((site, url))
}

/// The redirect URI of a client, kept as it is written, because Okta compares it as text.
pub(super) fn redirect_uri(text: &str) -> Result<String> {
    match Url::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(Error::usage(format!("not a URL: {error}"))),
    }
}

/// The default redirect URI of a client: the ALB's callback.
pub(super) fn own_redirect_uri(site: &Site) -> String {
    site.at(CALLBACK).into()
}

/// The name of an environment variable.
pub(crate) fn variable(name: &str) -> Result<String> {
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(Error::usage("it is not the name of a variable"));
    }
    Ok(name.to_owned())
}

/// A part of an item's name in the keyring.
pub(crate) fn item(text: &str) -> Result<String> {
    filled(text)?;
    if text.chars().any(char::is_control) {
        return Err(Error::usage(
            "an item of the keyring has no control characters in its name",
        ));
    }
    Ok(text.to_owned())
}

/// Text that is not empty.
pub(crate) fn filled(text: &str) -> Result<String> {
    if text.is_empty() {
        return Err(Error::usage("it is empty"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{
        account, app_site, app_url, cookie, name, org_site, redirect_uri, renew_ahead, session,
        start,
    };
    use crate::error::Result;
    use crate::site::Site;

    fn site(text: &str) -> Site {
        Site::parse(text).expect("a site")
    }

    fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
        let error = result.expect_err("it breaks the rule");
        error.parts().collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn names_fit_into_tables_and_shells() {
        for good in ["grafana", "Grafana-2", "a.b_c", "7"] {
            assert_eq!(name(good).as_deref(), Ok(good));
        }
        let long = "a".repeat(101);
        for bad in [
            "", "-a", "a b", "a$b", "a/b", "a\nb", "ä", "a:b", "*", &long,
        ] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
        assert_eq!(
            refusal(name("a\u{1b}b")),
            "\"a b\" cannot be a name | a name is at most 100 letters (a-z, A-Z), digits, `-`, `_` and `.`, and begins with no `-`"
        );
    }

    #[test]
    fn a_url_without_a_scheme_is_a_near_miss() {
        assert_eq!(
            refusal(app_site("grafana.corp.example")),
            "not a URL: relative URL without a base | did you mean \"https://grafana.corp.example\"?"
        );
        assert!(!refusal(app_site("ada:hunter2@corp.example")).contains("hunter2"));
        assert!(!refusal(app_site("https://ada:hunter2@corp.example")).contains("hunter2"));
    }

    #[test]
    fn an_org_is_an_origin() {
        assert!(org_site("https://corp.okta.com/").is_ok());
        assert_eq!(
            refusal(org_site("https://corp.okta.com/app/UserHome")),
            "the URL of an org has no path | did you mean \"https://corp.okta.com\"?"
        );
    }

    #[test]
    fn a_session_is_what_an_alb_can_be_set_to() {
        assert!(session("1s").is_ok() && session("7d").is_ok());
        for bad in ["0s", "7d1s"] {
            assert_eq!(
                refusal(session(bad)),
                format!("an ALB's session lasts between 1s and 7d, not \"{bad}\"")
            );
        }
    }

    #[test]
    fn a_session_is_not_renewed_ahead_for_most_of_its_life() {
        for good in [0.0, 0.1, 0.9] {
            assert!(renew_ahead(good).is_ok(), "{good}");
        }
        for bad in [-0.1, 0.91, 1.0, f64::NAN, f64::INFINITY] {
            assert!(renew_ahead(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_app_starts_at_its_url_as_it_is_written() {
        for (text, start) in [
            ("https://apps.corp.example", "https://apps.corp.example/"),
            (
                "https://apps.corp.example/graf",
                "https://apps.corp.example/graf",
            ),
            (
                "https://Apps.corp.example:443/graf/",
                "https://apps.corp.example/graf/",
            ),
        ] {
            let (site, url) = app_url(text).expect("a URL");
            assert_eq!(url.as_str(), start);
            assert_eq!(site.url(), start.trim_end_matches('/'));
        }
    }

    #[test]
    fn a_start_stays_at_the_app() {
        let site = site("https://apps.corp.example:8443/graf");
        let good = start("/login?x=1&y=/", &site).expect("a start");
        assert_eq!(
            good.as_str(),
            "https://apps.corp.example:8443/login?x=1&y=/"
        );
        for (bad, problem) in [
            ("", "it has to be a path and begin with /"),
            ("login", "it has to be a path and begin with /"),
            (
                "https://apps.corp.example:8443/",
                "it has to be a path and begin with /",
            ),
            ("//evil.example/", "it leads away from the app"),
            ("/\\evil.example/", "it leads away from the app"),
            ("/\t/evil.example/", "it leads away from the app"),
            ("//apps.corp.example/", "it leads away from the app"),
            ("/a#b", "it cannot have a fragment"),
            ("//:x", "not a path: empty host"),
        ] {
            assert_eq!(refusal(start(bad, &site)), problem, "{bad:?}");
        }
    }

    #[test]
    fn the_small_rules_hold() {
        assert!(cookie("AWSELBAuthSessionCookie").is_ok());
        assert_eq!(
            refusal(cookie("a b")),
            "\"a b\" cannot be the name of a cookie"
        );
        assert_eq!(refusal(account("")), "it is empty");
        assert!(account("ada\n").is_err() && account("ada lovelace").is_ok());
        assert!(redirect_uri("/callback").is_err() && redirect_uri("com.corp:/x").is_ok());
    }
}
