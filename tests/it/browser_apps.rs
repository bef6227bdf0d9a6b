//! Apps whose people sign in in a browser, at a provider that is no Okta org, in the commands besides `get`: `add`, `login`,
//! `status` and `setup`. No browser runs here.

use std::os::unix::fs::symlink;

use sandbox::{App, Provider, Setup};
use serde_json::Value;

use crate::add::{assert_anonymous, file};
use crate::home::{Home, Outcome};
use crate::screen::{self, Terminal};

/// The setup of an app at a provider.
pub(crate) fn setup(provider: Provider) -> Setup {
    let name = provider.name.clone();
    Setup {
        apps: vec![App::new("grafana").at_provider(&name)],
        ..Setup::with_provider(provider)
    }
}

/// Makes a home whose configuration has the app of a provider that works as Keycloak does.
pub(crate) fn at_keycloak() -> Home {
    let home = Home::bare(setup(Provider::keycloak("id")));
    home.configure(&configuration(&home));
    home
}

/// Returns the configuration of the app `grafana`, which pins its provider.
pub(crate) fn configuration(home: &Home) -> String {
    format!(
        "[app.grafana]\nurl = \"{}\"\nmethod = \"browser\"\nidp = \"{}\"\n",
        home.sandbox.app_url("grafana"),
        home.sandbox.provider_url("id")
    )
}

/// Returns the host of a URL, with its port.
pub(crate) fn host(url: &str) -> &str {
    url.trim_start_matches("https://")
}

fn add(home: &Home, arguments: &[&str]) -> Outcome {
    let url = home.sandbox.app_url("grafana");
    home.run(&[&["add", &url, "--name", "grafana"], arguments].concat())
}

#[test]
fn add_names_the_provider_and_needs_no_password() {
    for (provider, name) in [
        (Provider::keycloak("id"), " (Keycloak)"),
        (Provider::entra("id"), " (Entra ID)"),
        (Provider::google("id"), " (Google)"),
        // A path that several providers have tells nothing.
        (Provider::cognito("id"), ""),
    ] {
        let home = Home::bare(setup(provider));
        let said = add(&home, &["--yes"]).done();
        assert_anonymous(&home);
        assert_eq!(home.sandbox.requests(), 1, "one page of the app");
        let provider = home.sandbox.provider_url("id");
        for part in [
            format!("\nprovider  {provider}{name}\n"),
            "\nsign-in   in a browser, ".to_owned(),
            "\nbrowser   ".to_owned(),
            "an app, into the new file".to_owned(),
            "wrote [app.grafana]".to_owned(),
            "next: credential login grafana".to_owned(),
        ] {
            let said = format!("\n{said}").replace("credential: ", "\n");
            assert!(said.contains(&part), "{part:?}: {said}");
        }
        assert!(!said.to_lowercase().contains("okta"), "{said}");
        assert_eq!(file(&home), configuration(&home));
        let table = home.run(&["status"]).answer();
        assert!(table.contains("browser"), "{table}");
    }
}

#[test]
fn add_at_an_okta_org_writes_the_browser_where_it_is_wanted() {
    let home = Home::bare(Setup::default());
    let said = add(&home, &["--yes", "--browser"]).done();
    let org = home.sandbox.org_url();
    assert!(said.contains(&format!("provider  {org} (Okta)")), "{said}");
    assert_eq!(
        file(&home),
        format!(
            "[app.grafana]\nurl = \"{}\"\nmethod = \"browser\"\nidp = \"{org}\"\n",
            home.sandbox.app_url("grafana")
        )
    );
    assert_anonymous(&home);
    // The same again changes nothing; a password would be another method.
    let again = add(&home, &["--browser"]).done();
    assert!(again.contains("already configured"), "{again}");
    home.configure(&home.configuration(&["grafana".into()]));
    let words = add(&home, &["--browser"]).told(2);
    assert!(words.contains("another method"), "{words}");
}

#[test]
fn add_says_which_browser_there_is_or_that_none_was_found() {
    let mut home = Home::bare(setup(Provider::keycloak("id")));
    std::fs::create_dir(home.path("bin")).expect("a directory");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories = std::env::split_paths(&path).map(|directory| directory.join("setsid"));
    let setsid = directories.find(|path| path.is_file()).expect("setsid");
    symlink(setsid, home.path("bin/setsid")).expect("a link");
    let bin = home.path("bin");
    home.set("PATH", bin.to_str().expect("UTF-8"));
    let line = |home: &Home| {
        let said = add(home, &["--yes", "--dry-run"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        let mut lines = said.stderr.lines();
        let line = lines.find(|line| line.contains("browser   "));
        line.expect("a line about the browser").to_owned()
    };
    let said = line(&home);
    assert!(
        said.contains("no browser was found") && said.contains("--paste"),
        "{said}"
    );
    let chrome = home.path("bin/google-chrome");
    symlink("/bin/true", &chrome).expect("a link");
    let said = line(&home);
    let shown = format!("Google Chrome ({})", chrome.display());
    assert!(
        said.contains(&shown) && said.contains("there is no display"),
        "{said}"
    );
    home.set("DISPLAY", ":99");
    assert!(line(&home).ends_with(&shown), "{}", line(&home));
    home.configure("[browser]\ncommand = [\"/nowhere/chromium\"]\n");
    let said = line(&home);
    assert!(said.contains("/nowhere/chromium is not there"), "{said}");
}

#[test]
fn add_refuses_a_user_name_where_nobody_takes_it() {
    for option in [
        &["--username", "ada"][..],
        &["--org", "corp"],
        &["--password-file", "password"],
    ] {
        let home = Home::bare(setup(Provider::keycloak("id")));
        let words = add(&home, &[option, &["--yes"]].concat()).told(2);
        let provider = home.sandbox.provider_url("id");
        assert!(
            words.contains("is for an Okta org") && words.contains(host(&provider)),
            "{words}"
        );
        assert!(!home.path("config.toml").exists());
    }
}

#[test]
fn add_without_a_terminal_asks_for_the_confirmation_of_the_provider() {
    let home = Home::bare(setup(Provider::keycloak("id")));
    let words = add(&home, &[]).told(3);
    let provider = home.sandbox.provider_url("id");
    let host = host(&provider);
    assert!(
        words.contains(&format!(
            "confirm that {host} is the right identity provider"
        )),
        "{words}"
    );
    assert!(words.contains("--name grafana --yes"), "{words}");
    let words = add(&home, &["--browser"]).told(3);
    assert!(words.contains("--browser --yes"), "{words}");
    assert!(!home.path("config.toml").exists());
}

#[test]
fn add_at_a_terminal_asks_once_for_each_provider() {
    let mut two = setup(Provider::keycloak("id"));
    two.apps.push(App::new("wiki").at_provider("id"));
    let home = Home::bare(two);
    let (url, provider) = (
        home.sandbox.app_url("grafana"),
        home.sandbox.provider_url("id"),
    );
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, &format!("credential add {url} --name grafana"));
    terminal.until(&format!(
        "Is {} where you sign in to this app? A browser will be opened there. [y/N] ",
        host(&provider)
    ));
    assert!(!home.path("config.toml").exists());
    terminal.type_in("y\r");
    terminal.until("Sign in now? [Y/n] ");
    terminal.type_in("n\r");
    let said = screen::outcome(child).done();
    assert!(said.contains("next: credential login grafana"), "{said}");
    assert_eq!(file(&home), configuration(&home));
    // The provider is known now.
    let wiki = home.sandbox.app_url("wiki");
    let said = home.run(&["add", &wiki, "--name", "wiki", "--yes"]).done();
    assert!(said.contains("where grafana signs in too"), "{said}");
    let words = home
        .run(&["add", &format!("{wiki}/x"), "--name", "x"])
        .told(3);
    assert!(words.contains("confirm the additions"), "{words}");
}

#[test]
fn status_has_the_method_and_the_providers_below_the_apps() {
    let home = at_keycloak();
    let provider = home.sandbox.provider_url("id");
    let text = home.run(&["status"]).answer();
    let (apps, providers) = text.split_once("\n\n").expect("two tables");
    assert!(apps.lines().nth(1).is_some_and(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words == ["grafana", "alb", "none", "-", "browser", "-"]
    }));
    let words: Vec<&str> = providers.split_whitespace().collect();
    let row = [host(&provider), "-", "never", "-"];
    assert_eq!(words[..5], ["PROVIDER", "BROWSER", "LAST", "USE", "SIZE"]);
    assert_eq!(words[5..], row);
    let json = home.run(&["status", "--json"]).answer();
    let apps: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(apps.as_array().map(Vec::len), Some(1));
    assert_eq!(apps[0].as_object().map(serde_json::Map::len), Some(10));
    assert_eq!(apps[0]["method"], "browser");
}

#[test]
fn status_without_such_apps_has_no_providers() {
    let home = Home::usual();
    let text = home.run(&["status"]).answer();
    assert!(!text.contains("PROVIDER"), "{text}");
}

#[test]
fn a_bare_login_means_the_only_provider() {
    let mut two = setup(Provider::keycloak("id"));
    two.apps.push(App::new("wiki").at_provider("id"));
    let home = Home::bare(two);
    let provider = home.sandbox.provider_url("id");
    let wiki = format!(
        "[app.wiki]\nurl = \"{}\"\nmethod = \"browser\"\n",
        home.sandbox.app_url("wiki")
    );
    let pinned = format!("{wiki}idp = \"{provider}\"\n");
    home.configure(&format!("{}{pinned}", configuration(&home)));
    let words = home.run(&["login"]).failure(3);
    assert!(words.contains("cannot sign in to grafana"), "{words}");
    // Where an app may sign in anywhere, or there is an org too, the person has to say which.
    home.configure(&format!("{}{wiki}", configuration(&home)));
    let words = home.run(&["login"]).failure(2);
    assert!(words.contains("grafana, wiki"), "{words}");
    let org = format!(
        "[org.corp]\nurl = \"{}\"\nusername = \"ada\"\n",
        home.sandbox.org_url()
    );
    home.configure(&format!("{org}{}{pinned}", configuration(&home)));
    let words = home.run(&["login"]).failure(2);
    assert!(words.contains("grafana, wiki"), "{words}");
}

#[test]
fn setup_git_gives_such_an_app_its_cookie_file() {
    let home = at_keycloak();
    if !crate::tools::tool("git") {
        return;
    }
    let bin = home.path("bin");
    std::fs::create_dir(&bin).expect("a directory");
    let directory = bin.to_str().expect("UTF-8");
    let said = home.run(&["setup", "git", "grafana", "--directory", directory]);
    let plan = said.answer();
    let url = home.sandbox.app_url("grafana");
    let cookie_file = format!(": + http.{url}.cookieFile {}/", home.cache().display());
    for part in [
        &cookie_file,
        &format!(": + http.{url}.proactiveAuth auto\n"),
        &format!(": + credential.{url}.helper 'alb --cookie-file="),
    ] {
        assert!(plan.contains(part), "{part}: {plan}");
    }
}

#[test]
fn the_page_has_each_key_of_the_browsers_table() {
    let home = Home::bare(Setup::default());
    home.configure("[browser]\nno_such_key = 1\n");
    let words = home.run(&["status"]).told(2);
    let keys = words.split_once("keys: ").map(|(_, keys)| keys.trim());
    let keys: Vec<&str> = keys.expect("they are listed").split(", ").collect();
    assert!(keys.len() > 4, "{words}");
    let page = crate::tree::read("docs/browser.md");
    for key in keys {
        assert!(page.contains(&format!("\n| `{key}` | ")), "{key}");
    }
}
