//! Variables without a file.

use super::shown;
use crate::app::{Passcode, Source};
use crate::settings::{Settings, Variables};
use time::Duration;

/// Variables read from pairs, with `ALB_CREDENTIAL_` left out of their names.
fn variables(pairs: &[(&str, &str)]) -> Variables {
    let lookup = |name: &str| {
        let name = name.strip_prefix("ALB_CREDENTIAL_")?;
        let pair = pairs.iter().find(|pair| pair.0 == name)?;
        Some(pair.1.into())
    };
    Variables::read(lookup).expect("UTF-8")
}

fn load(pairs: &[(&str, &str)]) -> crate::error::Result<Settings> {
    Settings::load(&variables(pairs))
}

const ORG: (&str, &str) = ("ORG_URL", "https://corp.okta.com");
const USER: (&str, &str) = ("USERNAME", "ada");
const APP: (&str, &str) = ("APP_URL", "https://grafana.corp.example/g");

#[test]
fn the_fewest_variables_are_an_org_and_an_app() {
    let settings = load(&[ORG, USER, APP]).expect("enough");
    let (org, app) = (&settings.orgs[0], &settings.apps[0]);
    assert_eq!(
        (org.name.as_str(), org.account.as_str()),
        ("corp.okta.com", "ada")
    );
    assert_eq!((&org.password, &org.passcode), (&Source::Prompt, &None));
    assert!(org.factors.is_empty());
    assert_eq!(app.name, "grafana.corp.example");
    assert_eq!(settings.default.as_ref(), Some(&app.name));
    assert_eq!(app.start.as_str(), "https://grafana.corp.example/g");
    assert_eq!(settings.apps_of(org).count(), 1);
}

#[test]
fn all_the_variables_refine_them() {
    let settings = load(&[
        ORG,
        USER,
        APP,
        ("PASSWORD", "hunter2"),
        ("PASSCODE_SEED", "hunter2"),
        ("FACTOR", "google:token:software:totp, push"),
        ("COOKIE", "Grafana"),
        ("SESSION", "1h30m"),
        ("START", "/login?a=b"),
        ("CONFIG", "/nowhere.toml"),
    ])
    .expect("all of them");
    assert!(!format!("{settings:?}").contains("hunter2"));
    let (org, app) = (&settings.orgs[0], &settings.apps[0]);
    let env = |name: &str| Source::Env(format!("ALB_CREDENTIAL_{name}"));
    assert_eq!(org.password, env("PASSWORD"));
    assert_eq!(org.passcode, Some(Passcode::Totp(env("PASSCODE_SEED"))));
    assert_eq!(org.factors[0].provider, Some("google"));
    assert_eq!((app.cookie.as_str(), org.factors.len()), ("Grafana", 2));
    assert_eq!(app.session, Some(Duration::minutes(90)));
    assert_eq!(app.start.as_str(), "https://grafana.corp.example/login?a=b");
}

#[test]
fn a_seed_implies_totp() {
    let settings = load(&[ORG, USER, APP, ("PASSCODE_SEED", "x")]).expect("enough");
    let kinds: Vec<_> = settings.orgs[0]
        .factors
        .iter()
        .map(|factor| factor.kind)
        .collect();
    assert_eq!(kinds, [Some("token:software:totp")]);
}

#[test]
fn mistakes_name_the_variable() {
    let table: [(&[(&str, &str)], &str); 8] = [
        (
            &[ORG],
            "ALB_CREDENTIAL_ORG_URL without ALB_CREDENTIAL_USERNAME and ALB_CREDENTIAL_APP_URL\n\
             hint: set ALB_CREDENTIAL_USERNAME and ALB_CREDENTIAL_APP_URL, or unset ALB_CREDENTIAL_ORG_URL",
        ),
        (
            &[ORG, USER],
            "ALB_CREDENTIAL_ORG_URL and ALB_CREDENTIAL_USERNAME without ALB_CREDENTIAL_APP_URL\n\
             hint: set ALB_CREDENTIAL_APP_URL, or unset ALB_CREDENTIAL_ORG_URL and ALB_CREDENTIAL_USERNAME",
        ),
        (
            &[("ORG_URL", "corp.okta.com"), USER, APP],
            "ALB_CREDENTIAL_ORG_URL: not a URL: relative URL without a base\n\
             hint: did you mean \"https://corp.okta.com\"?",
        ),
        (
            &[ORG, USER, ("APP_URL", "http://a.example")],
            "ALB_CREDENTIAL_APP_URL: it has to be https: a cookie or password never goes over http",
        ),
        (
            &[ORG, USER, APP, ("SESSION", "0s")],
            "ALB_CREDENTIAL_SESSION: an ALB's session lasts between 1s and 7d, not \"0s\"",
        ),
        (
            &[ORG, USER, APP, ("FACTOR", "push,totp")],
            "ALB_CREDENTIAL_FACTOR: no factor is called \"totp\"\n\
             hint: kinds and providers of factors: push, token:software:totp, token:hotp, token, token:hardware, tac, \
             sms, call, email, question, password, webauthn, u2f, web, claims_provider, assertion:saml2, assertion:oidc, \
             signed_nonce, okta, google and 9 more",
        ),
        (
            &[ORG, USER, APP, ("COOKIE", "a b")],
            "ALB_CREDENTIAL_COOKIE: \"a b\" cannot be the name of a cookie",
        ),
        (
            &[ORG, USER, APP, ("START", "//evil.example")],
            "ALB_CREDENTIAL_START: it leads away from the app",
        ),
    ];
    for (pairs, error) in table {
        let found = load(pairs).expect_err(error);
        assert_eq!((shown(&found).as_str(), found.kind.exit_code()), (error, 2));
    }
}
