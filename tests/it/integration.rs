//! The files for shells that the program prints: sound, alike, and harmless wherever they are loaded.

use std::ffi::OsStr;
use std::process::Command;

use sandbox::Setup;

use crate::desk::{Desk, SHELLS, Shell, WRAPPED, shells};
use crate::home::{Home, feed, outcome};
use crate::tools::{script, tool};

#[test]
fn without_the_program_on_path_the_clients_run_as_they_are() {
    let desk = Desk::usual();
    desk.fake_clients();
    for shell in shells() {
        let integration = desk.home.run(&["shell", shell.name]).answer();
        std::fs::write(desk.home.path("integration"), integration).expect("a file");
        std::fs::remove_file(desk.home.path("first/credential")).unwrap_or_default();
        for client in WRAPPED {
            let text = format!(
                "{}\n. ./integration\n{client} {}",
                shell.strict, shell.first
            );
            let app = desk.app();
            let mut command = desk.without(shell, &text, &[OsStr::new(app.as_str())]);
            // Whoever has installed the program has it elsewhere on PATH.
            let path = std::env::var_os("PATH").unwrap_or_default();
            let path =
                std::env::split_paths(&path).filter(|path| !path.join("credential").exists());
            let path = std::iter::once(desk.home.path("first")).chain(path);
            command.env("PATH", std::env::join_paths(path).expect("no colons"));
            let got = feed(command, "\n");
            let context = format!("{} {client}: {got:?}", shell.name);
            assert_eq!((got.code, got.stderr.as_str()), (37, ""), "{context}");
            assert!(
                got.stdout.starts_with(&format!("[{app}]\ngiven:\n")),
                "{context}"
            );
        }
    }
}

#[test]
fn each_function_is_whole_by_itself() {
    let desk = Desk::usual();
    desk.fake_clients();
    let _ = desk.cookie_of("grafana");
    let app = desk.app();
    for shell in shells() {
        // Shells and agents keep the text of a function, and load it elsewhere.
        let print = match shell.name {
            "bash" => "declare -f",
            _ => "functions",
        };
        for client in WRAPPED {
            let words = [OsStr::new(app.as_str())];
            let text = format!("{print} {client}");
            let function = desk.script(shell, &text, &words).output();
            let function = outcome(function.expect("a shell starts")).answer();
            let text = format!("{}\n{function}\n{client} {}", shell.strict, shell.first);
            let got = feed(desk.without(shell, &text, &words), "\n");
            let context = format!("{} {client}: {got:?}", shell.name);
            assert_eq!((got.code, got.stderr.as_str()), (37, ""), "{context}");
            assert!(got.stdout.contains(&desk.secret()), "{context}");
        }
    }
    let words = [OsStr::new(app.as_str())];
    let text = "export -f curl; bash -c 'curl \"$1\"' - \"$1\"";
    let got = feed(desk.script(&SHELLS[0], text, &words), "\n");
    assert_eq!((got.code, got.stderr.as_str()), (37, ""), "{got:?}");
    let text = "export -f curl; PATH=$(dirname \"$(type -P bash)\") bash -c 'curl --version'";
    let got = desk.script(&SHELLS[0], text, &words).output();
    let got = outcome(got.expect("a shell starts"));
    assert!(!got.stderr.contains("credential"), "{got:?}");
}

#[test]
fn a_client_that_is_not_installed_is_not_wrapped() {
    let desk = Desk::usual();
    for shell in shells() {
        let integration = desk.home.run(&["shell", shell.name]).answer();
        std::fs::write(desk.home.path("integration"), integration).expect("a file");
        let text = ". ./integration\nxh a; echo after";
        let path = std::env::var_os("PATH").unwrap_or_default();
        let places = std::env::split_paths(&path).map(|path| path.join(shell.name));
        let found = places.into_iter().find(|path| path.is_file());
        let mut command = desk.home.command(found.expect("it is there"));
        command.args(shell.bare).args(["-c", text]);
        command.env("PATH", desk.home.path("first"));
        let got = outcome(command.output().expect("a shell starts"));
        assert_eq!(
            (got.code, got.stdout.as_str()),
            (0, "after\n"),
            "{}",
            shell.name
        );
        assert!(got.stderr.contains("xh"), "{}: {}", shell.name, got.stderr);
        assert!(!got.stderr.contains("__credential_run"), "{}", got.stderr);
    }
}

#[test]
fn loading_it_twice_or_under_strict_options_changes_nothing() {
    let desk = Desk::usual();
    for shell in shells() {
        let got = desk.script(shell, shell.load, &[]).output();
        assert_eq!(
            outcome(got.expect("a shell starts")).answer(),
            "",
            "{}",
            shell.name
        );
    }
}

/// The path of a file of `shell/`.
fn source(shell: &Shell) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    format!("{root}/shell/credential.{}", shell.name)
}

#[test]
fn the_files_are_sound_to_their_shells_and_to_shellcheck() {
    for shell in shells() {
        let checked = Command::new(shell.name)
            .arg("-n")
            .arg(source(shell))
            .output();
        let _ = outcome(checked.expect("a shell starts")).answer();
    }
    if tool("shellcheck") {
        let bash = source(&SHELLS[0]);
        let checked = Command::new("shellcheck").arg(bash).output();
        let _ = outcome(checked.expect("shellcheck starts")).answer();
    }
}

/// The first sentence of every comment that stands after an empty line, without the shell's name.
fn sections(shell: &Shell) -> Vec<String> {
    let text = std::fs::read_to_string(source(shell)).expect("the file is there");
    let mut sections = Vec::new();
    let mut previous = "";
    for line in text
        .lines()
        .filter(|line| !line.starts_with("# shellcheck"))
    {
        let heading = line.trim_start().strip_prefix("# ");
        if let Some(heading) = heading.filter(|_| previous.is_empty()) {
            let end = heading.find([':', '.', ',']).unwrap_or(heading.len());
            sections.push(heading[..end].replace(shell.name, "SHELL"));
        }
        previous = line.trim();
    }
    sections
}

#[test]
fn the_files_have_the_same_sections_in_the_same_order() {
    let [bash, zsh, fish] = SHELLS.each_ref().map(sections);
    assert!(bash.len() >= 3, "{bash:?}");
    assert_eq!(bash, zsh);
    assert_eq!(bash, fish);
}

#[test]
fn what_the_program_prints_is_the_file() {
    let home = Home::usual();
    for shell in &SHELLS {
        let file = std::fs::read_to_string(source(shell)).expect("the file is there");
        assert_eq!(home.run(&["shell", shell.name]).answer(), file);
    }
    assert_eq!(home.sandbox.requests(), 0);
}

#[test]
fn each_shell_loads_the_integration_silently() {
    for (shell, load) in [
        (
            "bash",
            r#"set -eu; credential shell bash | bash -n; eval "$(credential shell bash)""#,
        ),
        (
            "zsh",
            r#"credential shell zsh >i.zsh; zsh -n i.zsh && eval "$(credential shell zsh)""#,
        ),
        (
            "fish",
            "credential shell fish >i.fish; and fish -n i.fish; and credential shell fish | source",
        ),
    ] {
        if tool(shell) {
            let home = Home::bare(Setup::default());
            assert_eq!(
                outcome(script(&home, shell, load).output().expect("a shell")).answer(),
                "",
                "{shell}"
            );
            assert_ne!(home.run(&["shell", shell]).answer(), "", "{shell}");
        }
    }
}
