//! Which app is meant: by name, by URL, by nothing at all; what the configuration says, and what it may not say; and
//! what the command line and its help say.

use sandbox::{App, PASSWORD, Rule, Setup};

use crate::home::{ADA, Home, Outcome, outcome};

/// Three apps at one origin, told apart by the names of their cookies.
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

/// A home with the apps `grafana` and `wiki`.
fn two() -> Home {
    Home::new(Setup {
        apps: vec![App::new("grafana"), App::new("wiki")],
        ..Setup::default()
    })
}

/// The app of a `get --as json`.
#[track_caller]
fn chosen(said: Outcome) -> String {
    let json: serde_json::Value = serde_json::from_str(&said.answer()).expect("JSON");
    json["app"].as_str().expect("a name").to_owned()
}

// By URL

#[test]
fn a_url_means_the_app_with_the_longest_prefix_in_whole_segments() {
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
fn a_url_has_to_be_of_exactly_the_origin() {
    let home = two();
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
    // Nothing is cached and nobody may sign in: exit 3 tells that the app was found.
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
fn a_url_that_is_none_is_a_usage_error() {
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
fn what_may_be_secret_in_a_url_is_not_repeated() {
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

// By name

#[test]
fn an_unknown_name_is_answered_with_the_near_miss_and_the_list() {
    let home = two();
    let words = home.run(&["get", "grafena"]).failure(4);
    assert!(words.contains("no app is called \"grafena\""), "{words}");
    assert!(words.contains("did you mean \"grafana\"?"), "{words}");
    assert!(words.contains("wiki"), "{words}");
    let far = home.run(&["get", "something-else"]).failure(4);
    assert!(!far.contains("did you mean"), "{far}");
    assert!(far.contains("grafana") && far.contains("wiki"), "{far}");
    // A name is a name and no pattern, and its case counts.
    for other in ["Grafana", "graf", "grafana ", "*"] {
        assert_eq!(home.run(&["get", other]).code, 4, "{other:?}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn an_empty_name_is_not_taken_for_no_name() {
    // `credential get "$APP"` in a script that forgot to set it.
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

// By nothing

#[test]
fn the_only_app_is_meant_where_none_is_named() {
    let home = Home::usual();
    assert_eq!(chosen(home.run(&["get", "--as", "json"])), "grafana");
    assert_eq!(
        home.run(&["get"]).answer(),
        home.run(&["get", "grafana"]).answer()
    );
}

#[test]
fn of_several_apps_none_is_guessed() {
    let home = two();
    let words = home.run(&["get"]).failure(2);
    assert!(
        words.contains("grafana") && words.contains("wiki"),
        "{words}"
    );
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn the_variable_goes_before_the_default_and_the_default_before_the_only_app() {
    let mut home = two();
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
fn a_default_that_is_no_app_is_an_error_of_the_file() {
    let home = two();
    let apps = home.configuration(&["grafana".into(), "wiki".into()]);
    home.configure(&format!("default = \"grafena\"\n{apps}"));
    let words = home.run(&["get", "wiki"]).failure(2);
    assert!(words.contains("config.toml:1:11: "), "{words}");
    assert!(words.contains("\"grafana\""), "{words}");
}

// The environment alone

/// A home where the variables are all there is.
fn environment_alone() -> Home {
    let mut home = Home::bare(Setup::default());
    home.configure("this = = would be an error\n");
    let (org, app) = (home.sandbox.org_url(), home.sandbox.app_url("grafana"));
    home.set("ALB_CREDENTIAL_ORG_URL", org);
    home.set("ALB_CREDENTIAL_USERNAME", ADA);
    home.set("ALB_CREDENTIAL_PASSWORD", PASSWORD);
    home.set("ALB_CREDENTIAL_APP_URL", app);
    home
}

#[test]
fn the_variables_are_a_whole_configuration_and_no_file_is_read() {
    let home = environment_alone();
    let cookie = home.run(&["get"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="), "{cookie}");
    let url = format!("{}/any/path", home.sandbox.app_url("grafana"));
    assert_eq!(home.run(&["get", &url]).answer(), cookie);
    assert_eq!(home.sandbox.sessions_issued(), 1);
    assert_eq!(home.sandbox.violations(), []);
    let _ = home.run(&["get", "https://elsewhere.example/"]).failure(4);
}

#[test]
fn a_variable_without_its_partners_is_an_error_that_names_them() {
    let all = [
        "ALB_CREDENTIAL_ORG_URL",
        "ALB_CREDENTIAL_USERNAME",
        "ALB_CREDENTIAL_APP_URL",
    ];
    for missing in ["ALB_CREDENTIAL_USERNAME", "ALB_CREDENTIAL_APP_URL"] {
        let mut home = environment_alone();
        home.set(missing, "");
        let words = home.run(&["get"]).failure(2);
        for name in all {
            assert!(
                words.contains(name),
                "{name}, where {missing} is missing: {words}"
            );
        }
        assert_eq!(home.sandbox.requests(), 0);
    }
}

#[test]
fn without_a_password_variable_a_person_is_needed() {
    let mut home = environment_alone();
    home.set("ALB_CREDENTIAL_PASSWORD", "");
    let words = home.run(&["get"]).failure(3);
    assert!(
        words.contains("ALB_CREDENTIAL_PASSWORD") || words.contains("credential login"),
        "what to do: {words}"
    );
    assert_eq!(home.sandbox.password_tries(), 0);
}

#[test]
fn a_variable_of_a_wrong_form_is_an_error_that_names_it() {
    for (name, value) in [
        ("ALB_CREDENTIAL_ORG_URL", "http://corp.okta.example"),
        ("ALB_CREDENTIAL_ORG_URL", "corp.okta.example"),
        ("ALB_CREDENTIAL_APP_URL", "http://grafana.corp.example"),
        ("ALB_CREDENTIAL_APP_URL", "grafana"),
        ("ALB_CREDENTIAL_SESSION", "12 parsecs"),
        ("ALB_CREDENTIAL_COOKIE", "two words"),
        ("ALB_CREDENTIAL_START", "https://elsewhere.example/"),
        ("ALB_CREDENTIAL_FACTOR", "carrier-pigeon"),
    ] {
        let mut home = environment_alone();
        home.set(name, value);
        let words = home.run(&["get"]).failure(2);
        assert!(words.contains(name), "{name}={value}: {words}");
        assert_eq!(home.sandbox.requests(), 0, "{name}={value}");
    }
}

#[test]
fn the_refining_variables_are_obeyed() {
    let mut app = App::new("grafana");
    app.rules = vec![
        Rule::public("/public"),
        Rule::authenticate("/in", "grafana").with_cookie("Mine"),
    ];
    let mut home = Home::bare(Setup {
        apps: vec![app],
        ..Setup::default()
    });
    let (org, app) = (home.sandbox.org_url(), home.sandbox.app_url("grafana"));
    for (name, value) in [
        ("ALB_CREDENTIAL_ORG_URL", org.as_str()),
        ("ALB_CREDENTIAL_USERNAME", ADA),
        ("ALB_CREDENTIAL_PASSWORD", PASSWORD),
        ("ALB_CREDENTIAL_APP_URL", &app),
        ("ALB_CREDENTIAL_START", "/in"),
        ("ALB_CREDENTIAL_COOKIE", "Mine"),
        ("ALB_CREDENTIAL_SESSION", "12h"),
    ] {
        home.set(name, value);
    }
    let json: serde_json::Value =
        serde_json::from_str(&home.run(&["get", "--as", "json"]).answer()).expect("JSON");
    assert_eq!(json["cookies"][0]["name"], "Mine-0");
    let moment = |member: &str| {
        let text = json[member].as_str().expect("a moment");
        time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
            .expect("RFC 3339")
    };
    let life = moment("expires_at") - moment("issued_at");
    assert!(
        life > time::Duration::hours(11) && life <= time::Duration::hours(12),
        "{life}"
    );
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn without_any_configuration_the_first_words_tell_what_to_write() {
    let home = Home::bare(Setup::default());
    let mut command = home.credential(&["get"]);
    command.env_remove("ALB_CREDENTIAL_CONFIG");
    let words = outcome(command.output().expect("the program starts")).failure(2);
    for needed in [
        "alb-credential/config.toml",
        "ALB_CREDENTIAL_ORG_URL",
        "[org.",
        "[app.",
    ] {
        assert!(words.contains(needed), "{needed}: {words}");
    }
}

#[test]
fn a_configuration_that_is_named_and_not_there_is_an_error() {
    let home = Home::bare(Setup::default());
    let words = home.run(&["get"]).failure(2);
    assert!(
        words.contains("config.toml") && words.contains("ALB_CREDENTIAL_CONFIG"),
        "{words}"
    );
}

#[test]
fn the_configuration_and_the_cache_have_their_places_under_home() {
    let home = Home::usual();
    let config = home.path("home/.config/alb-credential");
    std::fs::create_dir_all(&config).expect("a directory");
    let text = std::fs::read_to_string(home.path("config.toml")).expect("the configuration");
    let password = home.path("password");
    let text = text.replace("\"password\"", &format!("{password:?}"));
    std::fs::write(config.join("config.toml"), text).expect("a file");
    let run = |variables: &[(&str, &std::path::Path)]| {
        let mut command = home.credential(&["get", "grafana"]);
        command
            .env_remove("ALB_CREDENTIAL_CONFIG")
            .env_remove("ALB_CREDENTIAL_CACHE");
        command.envs(variables.iter().copied());
        outcome(command.output().expect("the program starts"))
    };
    let _ = run(&[]).answer();
    if cfg!(target_os = "linux") {
        assert!(home.path("home/.cache/alb-credential").is_dir());
        let moved = home.path("elsewhere");
        let _ = run(&[("XDG_CACHE_HOME", &moved)]).answer();
        assert!(moved.join("alb-credential").is_dir());
        let words = run(&[("XDG_CONFIG_HOME", &moved)]).failure(4);
        assert!(
            words.contains("elsewhere/alb-credential/config.toml"),
            "{words}"
        );
    }
}

#[test]
fn a_file_with_a_relative_path_is_found_from_the_place_of_the_configuration() {
    let home = Home::usual();
    let mut command = home.credential(&["get", "grafana"]);
    command.current_dir("/");
    let _ = outcome(command.output().expect("the program starts")).answer();
}

// The file

/// What a configuration that is wrong in its last lines makes of a `get`.
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
fn an_error_of_the_file_says_where_and_what_was_meant() {
    let home = Home::bare(Setup::default());
    // The lines stand after the eight of the configuration: four of the org, an empty one, two of the app.
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
fn an_error_of_a_source_says_which_there_are() {
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
fn two_apps_at_one_place_with_one_cookie_are_an_error() {
    let home = Home::bare(Setup::default());
    let again = format!(
        "[app.again]\nurl = \"{}/\"\n",
        home.sandbox.app_url("grafana")
    );
    let said = complaint(&home, &again);
    assert!(said.contains("again") && said.contains("grafana"), "{said}");
}

#[test]
fn http_is_allowed_on_loopback_alone() {
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

// The command line

#[test]
fn help_has_every_command_every_exit_code_and_every_variable() {
    let home = Home::usual();
    let help = home.run(&["--help"]).answer();
    for command in [
        "get",
        "store",
        "erase",
        "list",
        "login",
        "logout",
        "status",
        "shell",
        "completions",
        "man",
    ] {
        assert!(
            help.lines()
                .any(|line| line.starts_with(&format!("  {command} "))),
            "{command}: {help}"
        );
    }
    every_exit_code(&help);
    for variable in [
        "ALB_CREDENTIAL_CONFIG",
        "ALB_CREDENTIAL_CACHE",
        "ALB_CREDENTIAL_APP",
        "ALB_CREDENTIAL_ORG_URL",
        "ALB_CREDENTIAL_USERNAME",
        "ALB_CREDENTIAL_PASSWORD",
        "ALB_CREDENTIAL_PASSCODE_SEED",
        "ALB_CREDENTIAL_APP_URL",
        "ALB_CREDENTIAL_FACTOR",
        "ALB_CREDENTIAL_COOKIE",
        "ALB_CREDENTIAL_SESSION",
        "ALB_CREDENTIAL_START",
        "CI",
        "GIT_TERMINAL_PROMPT",
        "HTTPS_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ] {
        assert!(
            help.lines()
                .any(|line| line.split_whitespace().next() == Some(variable)),
            "{variable}: {help}"
        );
    }
}

#[track_caller]
fn every_exit_code(help: &str) {
    for code in 0..=6 {
        assert!(
            help.lines()
                .any(|line| line.starts_with(&format!("  {code}  "))),
            "{code}: {help}"
        );
    }
}

#[test]
fn the_help_of_get_has_every_option_form_dialect_and_exit_code() {
    let home = Home::usual();
    let help = home.run(&["get", "--help"]).answer();
    for option in [
        "--as",
        "--protocol",
        "--fresh",
        "--min-life",
        "--verify[=<AGE>]",
        "--no-sign-in",
        "--verbose",
    ] {
        assert!(help.contains(option), "{option}: {help}");
    }
    for form in [
        "cookie",
        "header",
        "headers-json",
        "json",
        "curl",
        "netscape",
        "httpie",
        "dotenv",
    ] {
        assert!(help.contains(&format!("- {form}:")), "{form}: {help}");
    }
    for dialect in ["git", "docker", "bazel"] {
        assert!(help.contains(dialect), "{dialect}: {help}");
    }
    every_exit_code(&help);
}

#[test]
fn every_command_has_a_help_of_its_own() {
    let home = Home::bare(Setup::default());
    for command in [
        "get",
        "store",
        "erase",
        "list",
        "login",
        "logout",
        "status",
        "shell",
        "completions",
        "man",
    ] {
        let long = home.run(&[command, "--help"]).answer();
        assert!(
            long.contains(&format!("credential {command}")),
            "{command}: {long}"
        );
        let short = home.run(&[command, "-h"]).answer();
        assert!(short.contains("Usage: credential"), "{command}: {short}");
        assert_eq!(home.run(&["help", command]).answer(), long);
    }
}

#[test]
fn the_version_is_the_package_s() {
    let home = Home::bare(Setup::default());
    for flag in ["--version", "-V"] {
        assert_eq!(
            home.run(&[flag]).answer(),
            concat!("credential ", env!("CARGO_PKG_VERSION"), "\n")
        );
    }
}

#[test]
fn no_arguments_are_answered_with_the_help_on_stderr() {
    let home = Home::bare(Setup::default());
    let help = home.run(&[]).failure(2);
    assert!(help.contains("Usage: credential"), "{help}");
}

#[test]
fn what_is_no_command_or_option_is_a_usage_error_with_the_near_miss() {
    let home = Home::usual();
    for (arguments, near) in [
        (&["gett"][..], "get"),
        (&["statsu"], "status"),
        (&["get", "grafana", "--frsh"], "--fresh"),
        (&["get", "grafana", "--as=netscap"], "netscape"),
    ] {
        let words = home.run(arguments).failure(2);
        assert!(
            words.contains(&format!("'{near}'")),
            "{arguments:?}: {words}"
        );
    }
    for arguments in [
        &["get", "grafana", "wiki"][..],
        &["get", "grafana", "--min-life", "soon"],
        &["get", "grafana", "--min-life", "-5m"],
        &["get", "grafana", "--verify=soon"],
        &["get", "grafana", "--fresh", "--no-sign-in"],
        &["get", "grafana", "--protocol", "git"],
        &["shell", "powershell"],
        &["shell"],
        &["completions"],
        &["logout"],
        &["logout", "grafana", "--all"],
    ] {
        let words = home.run(arguments).failure(2);
        assert!(!words.is_empty(), "{arguments:?}");
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn durations_are_taken_as_people_write_them() {
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
