//! Targets and the apps they mean.

use super::{CORP, PATH, settings, shown};
use crate::app::Target;
use crate::settings::{Settings, Variables};

const APPS: [(&str, &str); 6] = [
    ("grafana", "https://grafana.corp.example"),
    ("apps", "https://apps.corp.example"),
    ("wiki", "https://apps.corp.example/wiki"),
    ("attic", "https://apps.corp.example/wiki/attic"),
    (
        "attic-2",
        "https://apps.corp.example/wiki/attic/\"\ncookie = \"Other",
    ),
    ("port", "https://grafana.corp.example:8443"),
];

fn context(count: usize) -> Settings {
    let table = |(name, url)| format!("[app.{name}]\nurl = \"{url}\"\n");
    let apps: String = APPS.into_iter().take(count).map(table).collect();
    settings(&format!("{CORP}{apps}"))
}

fn at_path() -> Variables {
    Variables {
        config: Some(PATH.into()),
        ..Variables::default()
    }
}

/// The name of the app that `target` means, or the error with its exit code.
fn find(settings: &Settings, target: &str, variables: &Variables) -> Result<String, (u8, String)> {
    let target = match target {
        "" => Target::Unnamed,
        text => Target::parse(text).expect("a target"),
    };
    let found = settings.find(&target, variables);
    found
        .map(|app| app.name.clone())
        .map_err(|error| (error.kind.exit_code(), shown(&error)))
}

#[test]
fn a_url_means_the_app_with_the_longest_prefix_at_its_origin() {
    let context = context(6);
    let table = [
        ("grafana", "grafana"),
        ("https://grafana.corp.example/d/1?x", "grafana"),
        ("https://GRAFANA.corp.example:443", "grafana"),
        ("https://grafana.corp.example:8443/", "port"),
        ("https://apps.corp.example/wikipedia", "apps"),
        ("https://apps.corp.example/wiki/page", "wiki"),
        // The first in the file has its URL; the other one with its own cookie has its name.
        ("https://apps.corp.example/wiki/attic/page", "attic"),
        ("attic-2", "attic-2"),
    ];
    for (target, name) in table {
        assert_eq!(
            find(&context, target, &at_path()).as_deref(),
            Ok(name),
            "{target}"
        );
    }
}

#[test]
fn an_unknown_name_or_url_is_no_such_app() {
    let table = [
        (
            "grafna",
            "no app is called \"grafna\"\nhint: did you mean \"grafana\"?\nhint: apps: grafana, apps, wiki",
        ),
        (
            "x\u{1b}y",
            "no app is called \"x y\"\nhint: apps: grafana, apps, wiki",
        ),
        (
            "https://u:p@evil.example/grafana?secret#secret",
            "no app is at https://evil.example/grafana\nhint: credential add https://evil.example/grafana\n\
             hint: apps: grafana, apps, wiki",
        ),
        (
            "http://grafana.corp.example/",
            "no app is at http://grafana.corp.example/\nhint: apps: grafana, apps, wiki",
        ),
    ];
    for (target, error) in table {
        assert_eq!(
            find(&context(3), target, &at_path()),
            Err((4, error.into()))
        );
    }
}

#[test]
fn unnamed_it_is_the_variable_then_the_default_then_the_only_one() {
    let mut many = context(3);
    let named = |text: &str| Variables {
        app: Some(text.into()),
        ..at_path()
    };
    assert_eq!(find(&context(1), "", &at_path()).as_deref(), Ok("grafana"));
    many.default = Some("wiki".into());
    assert_eq!(find(&many, "", &at_path()).as_deref(), Ok("wiki"));
    assert_eq!(find(&many, "", &named("apps")).as_deref(), Ok("apps"));
    let url = named("https://grafana.corp.example/");
    assert_eq!(find(&many, "", &url).as_deref(), Ok("grafana"));
    assert_eq!(find(&many, "apps", &url).as_deref(), Ok("apps"));
    assert_eq!(
        find(&many, "", &named("wikki")),
        Err((
            4,
            "ALB_CREDENTIAL_APP: no app is called \"wikki\"\nhint: did you mean \"wiki\"?\n\
             hint: apps: grafana, apps, wiki"
                .into()
        ))
    );
    assert_eq!(
        find(&many, "", &named("https://")),
        Err((2, "ALB_CREDENTIAL_APP: this is no URL: empty host".into()))
    );
}

#[test]
fn several_apps_and_no_name_is_a_usage_error() {
    assert_eq!(
        find(&context(3), "", &at_path()),
        Err((
            2,
            "there are several apps and none is named\n\
             hint: name one of them: grafana, apps, wiki\nhint: or set default or ALB_CREDENTIAL_APP"
                .into()
        ))
    );
}

#[test]
fn without_any_app_the_error_says_how_to_begin() {
    let begin = "hint: credential add URL\n\
                 hint: or write [org.NAME] with url and username, and [app.NAME] with url, into config.toml\n\
                 hint: or set ALB_CREDENTIAL_ORG_URL, ALB_CREDENTIAL_USERNAME, ALB_CREDENTIAL_PASSWORD and ALB_CREDENTIAL_APP_URL";
    let table = [
        ("", 2, "no app is configured"),
        ("grafana", 4, "no app is called \"grafana\""),
        ("https://a.example/?x", 4, "no app is at https://a.example/"),
    ];
    for (target, code, message) in table {
        let found = find(&Settings::default(), target, &at_path());
        assert_eq!(found, Err((code, format!("{message}\n{begin}"))));
    }
    let half = Variables {
        app_url: Some("https://a.example".into()),
        ..at_path()
    };
    assert_eq!(
        find(&Settings::default(), "", &half),
        Err((
            2,
            format!(
                "no app is configured\n  caused by: ALB_CREDENTIAL_APP_URL without ALB_CREDENTIAL_ORG_URL and \
                 ALB_CREDENTIAL_USERNAME\n{begin}"
            )
        ))
    );
}
