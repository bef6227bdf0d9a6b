//! Errors of the configuration file: each names the line, the mistake and the allowed values.

use sandbox::Setup;

use crate::home::Home;

/// Returns the error of a `get` with these lines at the end of the configuration.
#[track_caller]
fn complaint(home: &Home, lines: &str) -> String {
    home.configure(&(home.configuration(&["grafana".into()]) + lines));
    let words = home.run(&["get", "grafana"]).failure(2);
    assert!(
        words.starts_with("credential: ") && words.contains("config.toml:"),
        "{words}"
    );
    assert_eq!(home.sandbox.requests(), 0);
    words
}

#[test]
fn an_error_of_the_file_names_the_line_and_a_suggestion() {
    let home = Home::bare(Setup::default());
    // The lines follow the seven of the configuration: four of the org, an empty one, two of the app.
    for (lines, place, words) in [
        ("usrname = \"x\"\n", "8:1", "unknown key \"usrname\""),
        ("sesion = \"12h\"\n", "8:1", "did you mean \"session\"?"),
        ("session = \"12 parsecs\"\n", "8:11", "12 parsecs"),
        ("session = 12\n", "8:11", "expected a string"),
        ("cookie = \"two words\"\n", "8:10", "two words"),
        ("start = \"login\"\n", "8:9", "start"),
        ("start = \"//elsewhere.example/\"\n", "8:9", "start"),
        ("org = \"cort\"\n", "8:7", "did you mean \"corp\"?"),
        ("method = \"oktta\"\n", "8:10", "did you mean \"okta\"?"),
        ("url = \"https://again.example\"\n", "8:1", "duplicate"),
        ("[app.grafana]\n", "8:6", "duplicate"),
        (
            "[ap.wiki]\nurl = \"https://wiki.example\"\n",
            "8:2",
            "did you mean \"app\"?",
        ),
        ("[app.wiki]\n", "8:1", "url"),
        (
            "[app.wiki]\nurl = \"http://wiki.example\"\n",
            "9:7",
            "https",
        ),
        ("[app.wiki]\nurl = \"ftp://wiki.example\"\n", "9:7", "https"),
        (
            "[app.wiki]\nurl = \"wiki.example\"\n",
            "9:7",
            "https://wiki.example",
        ),
        ("[app.wiki]\nurl = 7\n", "9:7", "expected a string"),
        (
            "[app.\"two words\"]\nurl = \"https://wiki.example\"\n",
            "8:",
            "two words",
        ),
        (
            "[org.other]\nurl = \"https://other.example\"\n",
            "8:1",
            "username",
        ),
        (
            "[org.other]\nurl = \"http://other.example\"\nusername = \"x\"\n",
            "9:7",
            "https",
        ),
        ("x = [\n", "8:6", "unclosed"),
    ] {
        let said = complaint(&home, lines);
        assert!(
            said.contains(&format!("config.toml:{place}")),
            "{lines:?} is wrong at {place}: {said}"
        );
        assert!(said.contains(words), "{lines:?}: {said}");
    }
}

#[test]
fn an_invalid_source_is_an_error_that_lists_the_sources() {
    let home = Home::bare(Setup::default());
    for (source, words) in [
        ("{ fiel = \"x\" }", "did you mean \"file\"?"),
        ("{ file = \"x\", env = \"Y\" }", "file"),
        ("{ command = \"op read x\" }", "command"),
        ("{ command = [] }", "command"),
        ("{ prompt = false }", "prompt"),
        ("{ }", "password"),
        ("\"hunter2\"", "password"),
    ] {
        let text = home
            .configuration(&["grafana".into()])
            .replace("{ file = \"password\" }", source);
        home.configure(&text);
        let said = home.run(&["get", "grafana"]).failure(2);
        assert!(said.contains("config.toml:4:"), "{source}: {said}");
        assert!(said.contains(words), "{source}: {said}");
        assert!(
            !said.contains("hunter2"),
            "a password in the file is not repeated: {said}"
        );
    }
}

#[test]
fn two_apps_with_one_url_and_one_cookie_are_an_error() {
    let home = Home::bare(Setup::default());
    let again = format!(
        "[app.again]\nurl = \"{}/\"\n",
        home.sandbox.app_url("grafana")
    );
    let said = complaint(&home, &again);
    assert!(said.contains("again") && said.contains("grafana"), "{said}");
}

#[test]
fn http_is_allowed_on_loopback_only() {
    let home = Home::bare(Setup::default());
    for url in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
        home.configure(&(home.configuration(&[]) + &format!("[app.local]\nurl = \"{url}\"\n")));
        assert_eq!(home.run(&["list"]).answer(), "local\n", "{url}");
    }
    for url in [
        "http://127.0.0.1.elsewhere.example",
        "http://localhost.elsewhere.example",
        "http://10.0.0.1",
    ] {
        home.configure(&(home.configuration(&[]) + &format!("[app.local]\nurl = \"{url}\"\n")));
        let _ = home.run(&["list"]).failure(2);
    }
}
