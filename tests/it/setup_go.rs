//! `credential setup go`: `GOAUTH`, as the real `go env` keeps it.

use std::fs;

use crate::setup_scene::{SetupHome, link, program, run};
use crate::tools::tool;

#[test]
fn go_keeps_what_it_was_told_and_asks_this_program_first() {
    if !tool("go") {
        return;
    }
    let desk = SetupHome::new();
    let go = |arguments: &[&str]| {
        let mut command = desk.beside("go", &["bin"]);
        command.arg("env").args(arguments);
        run(command).answer()
    };
    go(&["-w", "GOAUTH=git /repositories; netrc"]);
    desk.lines(&["go", "--write"]);
    let value = format!("credential go {}; git /repositories; netrc\n", desk.url());
    assert_eq!(go(&["GOAUTH"]), value);
    desk.lines(&["go", "--undo"]);
    assert_eq!(go(&["GOAUTH"]), "git /repositories; netrc\n");

    // A command for all apps, and one for another's URL, are the person's.
    let own = "credential go; /opt/credential go https://other.example";
    go(&["-w", &format!("GOAUTH={own}")]);
    desk.lines(&["go", "--write"]);
    let value = format!("credential go {}; {own}\n", desk.url());
    assert_eq!(go(&["GOAUTH"]), value);
    desk.lines(&["go", "--undo"]);
    assert_eq!(go(&["GOAUTH"]), format!("{own}\n"));

    go(&["-w", "GOAUTH=off"]);
    let before = desk.picture();
    let words = desk.setup(&["go", "--write"]).told(2);
    assert!(
        words.contains("hint: if go may ask for credentials: go env -u GOAUTH"),
        "{words}"
    );
    assert_eq!(desk.picture(), before);
    go(&["-u", "GOAUTH"]);

    // The variable is not what go keeps, but it is what go takes.
    let mut command = desk.command(&["go", "--write"]);
    command.env("GOAUTH", "git /other");
    let lines = desk.short(&run(command).answer());
    assert_eq!(
        lines[..2],
        [
            "go      env -w 'GOAUTH=credential go https://HOST; netrc'",
            "note    the variable GOAUTH is set, and go takes it instead: unset it",
        ]
    );
}

#[test]
fn go_gets_no_other_version_of_itself_to_be_asked() {
    if !tool("go") {
        return;
    }
    let desk = SetupHome::new();
    let module = desk.home.path("module");
    fs::create_dir(&module).expect("a directory");
    let text = "module x\n\ngo 1.99\ntoolchain go1.99.1\n";
    fs::write(module.join("go.mod"), text).expect("it is ours");
    let write = |variable: &str, value: &str| {
        let mut command = desk.command(&["go", "--write"]);
        command.current_dir(&module).env(variable, value);
        run(command)
    };
    let words = write("GOENV", "off").told(2);
    assert!(
        words.contains("GOENV is off, so go keeps no settings"),
        "{words}"
    );
    assert!(
        words.contains("hint: by hand: set the variable GOAUTH='credential go https://"),
        "{words}"
    );
    let said = write("GOPROXY", "https://127.0.0.1:1").answer();
    assert!(said.starts_with("go      env -w"), "{said}");
}

#[test]
fn go_has_to_be_new_enough_and_to_find_the_program() {
    let desk = SetupHome::new();
    fs::create_dir(desk.home.path("old")).expect("a directory");
    program(&desk.home.path("old/go"), "#!/bin/sh\necho go1.23.4\n");
    let words = link(&desk, &["old", "bin"], &["go", "--write"]).told(2);
    assert!(
        words.contains("GOAUTH is known to Go 1.24 and newer, and this is go1.23.4"),
        "{words}"
    );
    program(
        &desk.home.path("old/go"),
        "#!/bin/sh\nprintf 'go1.24.0\\n/env\\nnetrc\\n'\n",
    );
    let words = link(&desk, &["old"], &["go", "--write"]).told(2);
    assert!(words.contains("there is no credential on PATH"), "{words}");
    program(&desk.home.path("old/credential"), "#!/bin/sh\n");
    let words = link(&desk, &["old", "bin"], &["go", "--write"]).told(2);
    assert!(
        words.contains("/old/credential is another program"),
        "{words}"
    );
}
