//! `credential add` at a terminal: its questions, and a file that changes meanwhile.

use std::process::Stdio;

use sandbox::{App, Setup};

use crate::add::{assert_anonymous, assert_signs_in, bare, file};
use crate::home::{ADA, Home, Outcome};
use crate::screen::{self, Terminal};

#[test]
fn a_person_is_asked_for_the_missing_values() {
    let home = bare();
    let url = home.sandbox.app_url("grafana");
    let org = home.sandbox.org_url();
    let host = org.trim_start_matches("https://").to_owned();
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, &format!("credential add {url} --org corp"));
    terminal.until(&format!(
        "Is {host} your Okta org? Your password will be sent there. [y/N] "
    ));
    for part in [url.as_str(), "Okta Classic", "0oagrafana", "config.toml"] {
        assert!(
            terminal.screen().contains(part),
            "{part}: {}",
            terminal.screen()
        );
    }
    assert!(!home.path("config.toml").exists());
    terminal.type_in("y\r");
    terminal.until("What do you want to call the app? [127.0.0.1] ");
    terminal.type_in("a b\r");
    terminal.until("\"a b\" cannot be a name");
    terminal.until("What do you want to call the app? [127.0.0.1] a b\r\n");
    terminal.until("cannot be a name\r\nWhat do you want to call the app? [127.0.0.1] ");
    terminal.type_in("grafana\r");
    terminal.until(&format!("Your user name at {host}: "));
    terminal.type_in(&format!("{ADA}\r"));
    terminal.until("Number: [1] ");
    terminal.type_in("3\r");
    terminal.until("The file: ");
    terminal.type_in("password\r");
    let said = screen::outcome(child).done();
    assert_eq!(
        said,
        format!(
            "credential: wrote [org.corp] and [app.grafana] to {}\ncredential: next: credential get grafana\n",
            home.path("config.toml").display()
        )
    );
    assert_anonymous(&home);
    assert_signs_in(&home, "grafana");
}

#[test]
fn an_unconfirmed_host_writes_nothing() {
    let home = bare();
    let url = home.sandbox.app_url("grafana");
    for (keys, code) in [("\r", 1), ("n\r", 1), ("yep\r", 1), ("\u{4}", 3)] {
        let mut terminal = Terminal::new();
        let child = terminal.start(&home, &format!("credential add {url}"));
        terminal.until("[y/N] ");
        terminal.type_in(keys);
        let words = screen::outcome(child).told_at_terminal(code);
        assert!(
            code == 3 || words.contains("nothing was written"),
            "{words}"
        );
        assert!(!home.path("config.toml").exists());
    }
    assert_anonymous(&home);
}

#[test]
fn for_a_known_org_no_questions_are_asked() {
    let home = bare();
    home.configure(&home.configuration(&[]));
    let url = home.sandbox.app_url("grafana");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, &format!("credential add {url}"));
    terminal.until("What do you want to call the app? [127.0.0.1] ");
    assert!(
        !terminal.screen().contains("Okta org?"),
        "{}",
        terminal.screen()
    );
    terminal.type_in("\r");
    let _ = screen::outcome(child).done();
    assert_signs_in(&home, "127.0.0.1");
}

#[test]
fn a_file_that_changes_meanwhile_is_not_overwritten() {
    let home = bare();
    home.configure(&home.configuration(&[]));
    let url = home.sandbox.app_url("grafana");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, &format!("credential add {url}"));
    terminal.until("[127.0.0.1] ");
    home.append("# a second thought");
    let before = file(&home);
    terminal.type_in("\r");
    let words = screen::outcome(child).told_at_terminal(1);
    assert!(words.contains("changed meanwhile"), "{words}");
    assert_eq!(file(&home), before);
}

impl Outcome {
    /// [`Outcome::failure`], for a program that may also print questions.
    #[track_caller]
    fn told_at_terminal(self, code: i32) -> String {
        let words = self.failure(code);
        assert!(words.starts_with("credential: "), "{words}");
        words
    }
}

#[test]
fn two_runs_at_once_lose_no_app_silently() {
    let setup = Setup {
        apps: ["grafana", "argocd"].map(App::new).to_vec(),
        ..Setup::default()
    };
    let home = Home::bare(setup);
    for _ in 0..5 {
        home.configure(&home.configuration(&[]));
        let adding = ["grafana", "argocd"].map(|app| {
            let url = home.sandbox.app_url(app);
            let mut command = home.credential(&["add", &url, "--name", app, "--yes"]);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            (app, command.spawn().expect("it starts"))
        });
        let ended = adding.map(|(app, mut child)| (app, child.wait().expect("it ends")));
        for (app, status) in ended {
            let done = status.success();
            let is_there = file(&home).contains(&format!("[app.{app}]"));
            assert_eq!(done, is_there, "{app}: {}", file(&home));
        }
    }
}
