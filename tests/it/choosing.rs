//! The app that a call means: by name, by URL, or by default.

use sandbox::{App, Rule, Setup};

use crate::home::{ADA, Home, Outcome};

/// Makes a home with three apps at one origin, which have cookies of different names.
fn three_at_one_origin() -> Home {
    let mut app = App::new("grafana");
    app.rules = vec![
        Rule::authenticate("/admin/deep", "grafana").with_cookie("Deep"),
        Rule::authenticate("/admin", "grafana").with_cookie("Admin"),
        Rule::authenticate("/", "grafana").with_cookie("Root"),
    ];
    let home = Home::bare(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    let url = home.sandbox.app_url("grafana");
    let apps = format!(
        "\n[app.admin]\nurl = \"{url}/admin\"\ncookie = \"Admin\"\n\
         \n[app.root]\nurl = \"{url}\"\ncookie = \"Root\"\n\
         \n[app.deep]\nurl = \"{url}/admin/deep/\"\ncookie = \"Deep\"\n"
    );
    home.configure(&(home.configuration(&[]) + &apps));
    home
}

/// Returns the app of a `get --as json`.
#[track_caller]
fn chosen(said: Outcome) -> String {
    let json: serde_json::Value = serde_json::from_str(&said.answer()).expect("JSON");
    json["app"].as_str().expect("a name").to_owned()
}

#[test]
fn a_url_means_the_app_with_the_longest_prefix_of_segments() {
    let home = three_at_one_origin();
    let url = home.sandbox.app_url("grafana");
    for (path, name, cookie) in [
        ("", "root", "Root-0="),
        ("/", "root", "Root-0="),
        ("/administrator", "root", "Root-0="),
        ("/Admin", "root", "Root-0="),
        ("/other/admin", "root", "Root-0="),
        ("/admin", "admin", "Admin-0="),
        ("/admin/", "admin", "Admin-0="),
        ("/admin?next=/admin/deep", "admin", "Admin-0="),
        ("/admin#/admin/deep", "admin", "Admin-0="),
        ("/admin/deeper", "admin", "Admin-0="),
        ("/admin/deep", "deep", "Deep-0="),
        ("/admin/deep/er/x", "deep", "Deep-0="),
        ("/admin/deep/../users", "admin", "Admin-0="),
    ] {
        let target = format!("{url}{path}");
        assert!(
            home.run(&["get", &target]).answer().starts_with(cookie),
            "{path}"
        );
        assert_eq!(
            chosen(home.run(&["get", &target, "--as", "json"])),
            name,
            "{path}"
        );
    }
    assert_eq!(home.sandbox.sessions_issued(), 3);
    assert_eq!(
        home.sandbox.password_tries(),
        1,
        "one Okta session serves all three"
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_url_has_to_match_the_origin_exactly() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    let url = home.sandbox.app_url("grafana");
    let port = url.rsplit(':').next().expect("a port").to_owned();
    for stranger in [
        url.replace("https", "http"),
        "https://127.0.0.1/".to_owned(),
        format!("https://localhost:{port}/"),
        format!("https://127.0.0.1.elsewhere.example:{port}/"),
        "https://127.0.0.1:1/".to_owned(),
        format!("https://elsewhere.example/{url}"),
        format!("https://127.0.0.1@elsewhere.example:{port}/"),
        format!("https://[::1]:{port}/"),
    ] {
        let words = home.run(&["get", &stranger]).failure(4);
        assert!(
            words.starts_with("credential: no app "),
            "{stranger}: {words}"
        );
        assert!(
            words.contains("grafana") && words.contains("wiki"),
            "{stranger}: the apps are listed: {words}"
        );
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn the_case_of_scheme_and_host_and_the_default_port_do_not_matter() {
    let mut home = Home::bare(Setup::default());
    let org = home.sandbox.org_url();
    home.set(
        "ALB_CREDENTIAL_CONFIG",
        home.path("config.toml").to_str().expect("UTF-8"),
    );
    home.configure(&format!(
        "[org.corp]\nurl = \"{org}\"\nusername = \"{ADA}\"\n[app.wiki]\nurl = \"https://Wiki.corp.example:443/Docs\"\n"
    ));
    // The cache is empty and a sign-in is not allowed: exit 3 shows that the app was found.
    for same in [
        "https://wiki.corp.example/Docs",
        "HTTPS://WIKI.corp.EXAMPLE/Docs/x",
        "https://wiki.corp.example:443/Docs?x",
    ] {
        let _ = home.run(&["get", same, "--no-sign-in"]).failure(3);
    }
    for other in [
        "https://wiki.corp.example/docs",
        "https://wiki.corp.example:8443/Docs",
        "https://wiki.corp.example/",
    ] {
        let _ = home.run(&["get", other, "--no-sign-in"]).failure(4);
    }
}

#[test]
fn an_invalid_url_is_a_usage_error() {
    let home = Home::usual();
    for broken in ["https://", "https://[::1", "://x", "https://a b/"] {
        let words = home.run(&["get", broken]);
        assert!(
            (2..=4).contains(&words.code) && words.stdout.is_empty(),
            "{broken}: {words:?}"
        );
        assert!(
            words.stderr.starts_with("credential: "),
            "{broken}: {words:?}"
        );
    }
}

#[test]
fn secret_parts_of_a_url_are_not_shown() {
    let home = Home::usual();
    let words = home
        .run(&[
            "get",
            "https://ada:hunter2@elsewhere.example/x?token=hunter3#hunter4",
        ])
        .failure(4);
    assert!(words.contains("elsewhere.example"), "{words}");
    assert!(!words.contains("hunter"), "{words}");
}

#[test]
fn an_unknown_name_gets_a_suggestion_and_the_list() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    let words = home.run(&["get", "grafena"]).failure(4);
    assert!(words.contains("no app is called \"grafena\""), "{words}");
    assert!(words.contains("did you mean \"grafana\"?"), "{words}");
    assert!(words.contains("wiki"), "{words}");
    let far = home.run(&["get", "something-else"]).failure(4);
    assert!(!far.contains("did you mean"), "{far}");
    assert!(far.contains("grafana") && far.contains("wiki"), "{far}");
    // A name is not a pattern, and its case counts.
    for other in ["Grafana", "graf", "grafana ", "*"] {
        assert_eq!(home.run(&["get", other]).code, 4, "{other:?}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn an_empty_name_is_an_error() {
    // `credential get "$APP"` in a script that did not set APP.
    let home = Home::usual();
    let said = home.run(&["get", ""]);
    assert!(
        [2, 4].contains(&said.code) && said.stdout.is_empty(),
        "{said:?}"
    );
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn a_name_with_control_characters_does_not_reach_the_terminal() {
    let home = Home::usual();
    let words = home.run(&["get", "gra\u{1b}[2Jfana\r\n\u{7}"]).failure(4);
    assert!(!words.contains(['\u{1b}', '\r', '\u{7}']), "{words:?}");
}

#[test]
fn the_only_app_is_the_default() {
    let home = Home::usual();
    assert_eq!(chosen(home.run(&["get", "--as", "json"])), "grafana");
    assert_eq!(
        home.run(&["get"]).answer(),
        home.run(&["get", "grafana"]).answer()
    );
}

#[test]
fn with_several_apps_none_is_guessed() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    let words = home.run(&["get"]).failure(2);
    assert!(
        words.contains("grafana") && words.contains("wiki"),
        "{words}"
    );
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn the_variable_beats_the_default_and_that_beats_the_only_app() {
    let mut home = Home::with_apps(&["grafana", "wiki"]);
    let apps = home.configuration(&["grafana".into(), "wiki".into()]);
    home.configure(&format!("default = \"wiki\"\n{apps}"));
    assert_eq!(chosen(home.run(&["get", "--as", "json"])), "wiki");
    assert_eq!(
        chosen(home.run(&["get", "grafana", "--as", "json"])),
        "grafana",
        "a name goes before all"
    );

    home.set("ALB_CREDENTIAL_APP", "");
    assert_eq!(
        chosen(home.run(&["get", "--as", "json"])),
        "wiki",
        "an empty variable is none"
    );
    home.set("ALB_CREDENTIAL_APP", "grafana");
    assert_eq!(chosen(home.run(&["get", "--as", "json"])), "grafana");
    assert_eq!(chosen(home.run(&["get", "wiki", "--as", "json"])), "wiki");
    let url = format!("{}/x", home.sandbox.app_url("wiki"));
    home.set("ALB_CREDENTIAL_APP", url);
    assert_eq!(
        chosen(home.run(&["get", "--as", "json"])),
        "wiki",
        "the variable may be a URL"
    );
    home.set("ALB_CREDENTIAL_APP", "grafena");
    let words = home.run(&["get"]).failure(4);
    assert!(words.contains("did you mean \"grafana\"?"), "{words}");
}

#[test]
fn a_default_without_an_app_is_an_error_of_the_file() {
    let home = Home::with_apps(&["grafana", "wiki"]);
    let apps = home.configuration(&["grafana".into(), "wiki".into()]);
    home.configure(&format!("default = \"grafena\"\n{apps}"));
    let words = home.run(&["get", "wiki"]).failure(2);
    assert!(words.contains("config.toml:1:11: "), "{words}");
    assert!(words.contains("\"grafana\""), "{words}");
}

#[test]
fn durations_are_accepted_as_people_write_them() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    for duration in ["0s", "90s", "12h", "1h30m", "6d"] {
        let _ = home
            .run(&["get", "grafana", "--no-sign-in", "--min-life", duration])
            .answer();
    }
    let _ = home
        .run(&["get", "grafana", "--no-sign-in", "--min-life", "8d"])
        .failure(3);
}

#[test]
fn where_variables_are_the_configuration_hints_name_variables() {
    let mut home = Home::usual();
    let hint = |home: &Home| {
        let said = home.run(&["doctor", "--no-sign-in"]);
        let hints = said.stdout.lines().map(str::trim);
        let hint = hints.filter_map(|line| line.strip_prefix("hint: or set "));
        hint.map(str::to_owned).collect::<Vec<_>>()
    };
    let text = home.configuration(&["grafana".into()]);
    home.configure(&text.replace("{ file = \"password\" }", "{ prompt = true }"));
    assert_eq!(hint(&home), ["password in [org.corp]"]);
    let (org, app) = (home.sandbox.org_url(), home.sandbox.app_url("grafana"));
    home.set("ALB_CREDENTIAL_ORG_URL", org);
    home.set("ALB_CREDENTIAL_USERNAME", ADA);
    home.set("ALB_CREDENTIAL_APP_URL", app);
    assert_eq!(hint(&home), ["ALB_CREDENTIAL_PASSWORD"]);
}
