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
    terminal.until_next("number (1-5) [1]: ");
    terminal.type_in("6\r");
    terminal.until("type a number from 1 to 5\r\n");
    terminal.until("number (1-5) [1]: ");
    terminal.type_in("3\r");
    terminal.until_next("The file: ");
    terminal.type_in("$HOME/password\r");
    terminal.until_next("there is no file $HOME/password; no shell expands this path\r\n");
    terminal.until("The file: ");
    terminal.type_in("password\r");
    terminal.until("Sign in now? [Y/n] ");
    terminal.type_in("n\r");
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
    terminal.until_next("Sign in now? [Y/n] ");
    terminal.type_in("maybe\r");
    terminal.until_next("type y or n\r\n");
    terminal.until("Sign in now? [Y/n] ");
    terminal.type_in("no\r");
    let _ = screen::outcome(child).done();
    assert_signs_in(&home, "127.0.0.1");
}

#[test]
fn enter_signs_in_at_the_end_and_the_shells_line_is_told() {
    for (shell, line) in [
        (
            "/bin/bash",
            "in ~/.bashrc: eval \"$(credential shell bash)\"\n",
        ),
        ("/usr/bin/fish", ": credential shell fish | source\n"),
        ("/bin/sh", "next: credential get grafana\n"),
    ] {
        let mut home = bare();
        home.set("SHELL", shell);
        home.configure(&home.configuration(&[]));
        let url = home.sandbox.app_url("grafana");
        let mut terminal = Terminal::new();
        let child = terminal.start(&home, &format!("credential add {url}"));
        terminal.until("[127.0.0.1] ");
        terminal.type_in("grafana\r");
        terminal.until("Sign in now? [Y/n] ");
        terminal.type_in("\r");
        let said = screen::outcome(child).done();
        assert!(
            said.contains(&format!("signed in to grafana as {ADA} for ")),
            "{said}"
        );
        assert!(said.contains("next: credential get grafana\n"), "{said}");
        assert!(said.ends_with(line), "{shell}: {said}");
        home.assert_passwords(1);
        home.run(&["get", "grafana", "--no-sign-in"]).answer();
    }
}

#[test]
fn a_sign_in_that_fails_at_the_end_leaves_the_app_configured() {
    let home = bare();
    home.configure(&home.configuration(&[]));
    home.password("wrong");
    let url = home.sandbox.app_url("grafana");
    let mut terminal = Terminal::new();
    let child = terminal.start(&home, &format!("credential add {url}"));
    terminal.until("[127.0.0.1] ");
    terminal.type_in("grafana\r");
    terminal.until("Sign in now? [Y/n] ");
    terminal.type_in("\r");
    let words = screen::outcome(child).failure(5);
    assert!(words.contains("wrote [app.grafana]"), "{words}");
    assert!(file(&home).contains("[app.grafana]"));
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
