//! Calls of a wrapped client that get no cookie: it might leak, or the client's configuration is unknown.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::desk::{Desk, SHELLS, Stranger, clients, strs};
use crate::home::{feed, outcome};
use crate::tools::tool;

/// Calls a fake client in bash. Returns whether it got a cookie, and its stderr.
fn called(desk: &Desk, client: &str, change: impl Fn(&mut Command)) -> (bool, String) {
    let app = desk.app();
    let words = clients(&app)
        .into_iter()
        .find(|(name, _)| *name == client)
        .map_or_else(|| vec![app], |(_, words)| words);
    let mut command = desk.calling(&SHELLS[0], client, &strs(&words));
    change(&mut command);
    let got = feed(command, "\n");
    assert_eq!(got.code, 37, "{got:?}");
    let given = got.stdout.contains("given:\nenvironment:\n");
    (!given, got.stderr)
}

#[test]
fn client_configurations_are_read_from_every_file_and_with_any_bytes() {
    let desk = Desk::usual();
    desk.fake_clients();
    let home = desk.home.path("home");
    let saved = "wget would store the cookie in a file, or its configuration may say so";
    let known = "the call has an unknown option";
    for (client, file, text, reason) in [
        ("wget", ".wgetrc", &b"# \xff\nsave_cookies = j\n"[..], saved),
        ("curl", ".curlrc", b"# \xff\nunheard-of\n", known),
    ] {
        std::fs::write(home.join(file), text).expect("a file");
        let expected = format!("credential: no cookie for {client}: {reason}\n");
        assert_eq!(called(&desk, client, |_| ()), (false, expected), "{client}");
        std::fs::remove_file(home.join(file)).expect("it is there");
        assert_eq!(called(&desk, client, |_| ()), (true, String::new()));
    }
    // Two files, the first without a newline at its end.
    std::fs::write(home.join("one"), "quiet = on").expect("a file");
    std::fs::write(home.join(".wgetrc"), "save_cookies = j").expect("a file");
    let given = called(&desk, "wget", |command| {
        command.env("SYSTEM_WGETRC", home.join("one"));
    });
    assert!(!given.0, "{given:?}");
    std::fs::rename(home.join(".wgetrc"), home.join("two")).expect("it is there");
    let given = called(&desk, "wget", |command| {
        command.env("SYSTEM_WGETRC", home.join("two"));
    });
    assert!(!given.0, "{given:?}");
    // HTTPie's own session, next to bytes that are not UTF-8.
    let own = b"{\"default_options\": [\"--session=me\"], \"x\": \"\xff\"}";
    std::fs::create_dir_all(desk.home.path("temporary/httpie")).expect("a directory");
    std::fs::write(desk.home.path("temporary/httpie/config.json"), own).expect("a file");
    let given = called(&desk, "http", |_| ());
    assert_eq!(given, (false, String::new()));
}

#[test]
fn an_unreadable_client_configuration_withholds_the_cookie() {
    let desk = Desk::usual();
    desk.fake_clients();
    let path = desk.home.path("home/rc");
    let fifo = desk.home.path("home/fifo");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo starts").success());
    std::fs::write(&path, "").expect("a file");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o000)).expect("it is ours");
    let large = desk.home.path("home/large");
    std::fs::write(&large, "#".repeat((1 << 20) + 1)).expect("a file");
    for (file, reason) in [
        (&path, "its configuration cannot be read"),
        (&large, "its configuration is too large"),
        (&fifo, "its configuration is not a regular file"),
        (
            &desk.home.path("home"),
            "its configuration is not a regular file",
        ),
    ] {
        // Root can read every file.
        if file == &path && std::fs::read(file).is_ok() {
            continue;
        }
        let got = called(&desk, "wget", |command| {
            command.env("WGETRC", file);
        });
        let expected = format!("credential: no cookie for wget: {reason}\n");
        assert_eq!(got, (false, expected), "{}", file.display());
    }
    for file in ["/dev/null", "/nowhere/at/all"] {
        let got = called(&desk, "wget", |command| {
            command.env("WGETRC", file);
        });
        assert_eq!(got, (true, String::new()), "{file}");
    }
    for client in ["curl", "wget", "http", "xh"] {
        let got = called(&desk, client, |command| {
            command.env_remove("HOME");
        });
        let reason = "HOME is not set, so its configuration cannot be found";
        let expected = format!("credential: no cookie for {client}: {reason}\n");
        assert_eq!(got, (false, expected));
    }
}

#[test]
fn a_configuration_in_a_pipe_is_left_for_the_client() {
    let desk = Desk::usual();
    desk.program("wget", "#!/bin/sh\ncat \"$WGETRC\"\n");
    let text = "WGETRC=<(echo mine) wget \"$1\"";
    for (url, expected) in [
        ("https://x.example/", ""),
        (
            &desk.app(),
            "credential: no cookie for wget: its configuration is not a regular file\n",
        ),
    ] {
        let output = desk.script(&SHELLS[0], text, &[OsStr::new(url)]).output();
        let got = outcome(output.expect("a shell starts"));
        assert_eq!(
            (got.code, got.stdout.as_str(), got.stderr.as_str()),
            (0, "mine\n", expected),
            "{url}"
        );
    }
}

#[test]
fn wget_sends_no_cookie_to_another_port_of_the_apps_host() {
    if !tool("wget") {
        return;
    }
    let desk = Desk::usual();
    let app = desk.app();
    let neighbour = Stranger::start("127.0.0.1");
    std::fs::write(desk.home.path("list"), &neighbour.url).expect("a file");
    for words in [
        ["-qO", "out", &app, &neighbour.url],
        ["-qO", "out", "-ilist", &app],
    ] {
        let got = desk.call(&SHELLS[0], "wget", &words);
        let reason = "credential: no cookie for wget: ";
        assert!(got.stderr.starts_with(reason), "{words:?}: {got:?}");
        neighbour.saw_no_cookie(1, &format!("{words:?}"));
    }
}
