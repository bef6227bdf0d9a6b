//! Calls of a wrapped client that get no cookie: it might leak, or the client's configuration is unknown.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use sandbox::Event;

use crate::desk::{Desk, SHELLS, Stranger, clients, strs, user};
use crate::home::{ADA, Home, feed, outcome};
use crate::tools::{skip, tool, tools};

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
    let told = "credential: no cookie for http: the call brings its own cookies\n";
    assert_eq!(given, (false, told.to_owned()));
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

#[test]
fn curl_sends_one_cookie_header_whatever_else_brings_one() {
    if !tool("curl") {
        return;
    }
    let desk = Desk::usual();
    let header = desk.home.run(&["get", "grafana", "--as", "header"]);
    let header = header.answer();
    std::fs::write(desk.home.path("own"), &header).expect("a file");
    std::fs::write(desk.home.path("accept"), "Accept: */*\n").expect("a file");
    let own = "credential: no cookie for curl: the call brings its own cookies\n";
    let pipe = "credential: no cookie for curl: the headers it reads (-H @) cannot be known, and may bring a cookie\n";
    for (call, told) in [
        (
            "credential get grafana --as header | curl -sS -H @- \"$1\"",
            pipe,
        ),
        (
            "curl -sS -H @<(credential get grafana --as header) \"$1\"",
            pipe,
        ),
        (
            "credential get grafana --as curl | curl -sS -K - \"$1\"",
            "",
        ),
        ("curl -sS -H @own \"$1\"", own),
        ("curl -sS -H @accept \"$1\"", ""),
        ("echo 'header = @own' >home/.curlrc; curl -sS \"$1\"", own),
        ("curl -q -sS -H $'A: b\\r\\n'\"$(cat own)\" \"$1\"", own),
        ("curl -q -sS -H $'A: b\\n'\"$(cat own)\" \"$1\"", own),
        (
            "credential exec grafana -- bash -c 'eval \"$(credential shell bash)\"; curl -q -sS -H @\"$CREDENTIAL_HEADER_FILE\" \"$1\"' - \"$1\"",
            own,
        ),
    ] {
        let app = desk.app();
        let mut command = desk.script(&SHELLS[0], call, &[OsStr::new(&app)]);
        let got = outcome(command.output().expect("a shell starts"));
        assert_eq!((got.code, got.stderr.as_str()), (0, told), "{call}");
        assert_eq!(user(&got.stdout).as_deref(), Some(ADA), "{call}: {got:?}");
        // The sandbox tells of a second Cookie header.
        assert_eq!(desk.home.sandbox.violations(), [], "{call}");
    }
}

#[test]
fn a_server_with_an_untrusted_certificate_gets_no_cookie() {
    if !tools(&["curl", "wget"]) {
        return;
    }
    let desk = Desk::usual();
    let _ = desk.cookie_of("grafana");
    let app = desk.app();
    // The certificates of another sandbox do not vouch for this one: it may be an impostor.
    let other = Home::usual();
    let call = |client: &str, words: &[&str]| {
        desk.home.sandbox.clear_audit();
        let mut command = desk.calling(&SHELLS[0], client, words);
        command.env("SSL_CERT_FILE", other.sandbox.ca_file());
        outcome(command.output().expect("a shell starts"))
    };
    let seen = || {
        let is_page = |event: &Event| matches!(event, Event::UpstreamSaw { .. });
        desk.home.sandbox.count(is_page)
    };
    let unchecked = "the call switches certificate checks off, so any server may answer";
    for (client, words) in [
        ("curl", vec!["-sSk", "-o", "out", &app]),
        ("curl", vec!["-sSk", &app]),
        ("curl", vec!["-sSk", "-d", "@-", &app]),
        (
            "wget",
            vec!["-q", "--no-check-certificate", "--max-redirect=0", &app],
        ),
    ] {
        let got = call(client, &words);
        let told = format!("credential: no cookie for {client}: {unchecked}\n");
        assert_eq!(got.stderr, told, "{words:?}");
        assert_eq!(seen(), 0, "{words:?}");
    }
    // wget trusts this server (its own configuration says so), and the program does not.
    for (client, words) in [
        ("wget", vec!["-q", &app]),
        ("curl", vec!["-sSo", "out", &app]),
    ] {
        let words = call(client, &words).told(6);
        assert!(words.contains("certificate"), "{client}: {words}");
        assert_eq!(seen(), 0, "{client}");
        assert_eq!(desk.home.sandbox.requests(), 0, "{client}");
    }
}

#[test]
fn without_dev_fd_every_client_runs_without_a_cookie_and_says_so() {
    let bare = [
        "unshare",
        "-rm",
        "sh",
        "-c",
        "mount -t tmpfs none /proc && exec \"$@\"",
        "-",
    ];
    let is_possible = Command::new(bare[0]).args(&bare[1..]).arg("true").output();
    if !is_possible.is_ok_and(|output| output.status.success()) {
        return skip("no namespace can be made here");
    }
    let desk = Desk::usual();
    desk.fake_clients();
    let _ = desk.cookie_of("grafana");
    for client in ["curl", "wget", "http", "xh"] {
        for redirect in ["", " | cat"] {
            let text = format!("credential wrap {client} -- \"$1\"{redirect}");
            let app = desk.app();
            let inner = desk.without(&SHELLS[0], &text, &[OsStr::new(&app)]);
            let mut command = desk.home.command("unshare");
            command
                .args(&bare[1..])
                .arg(inner.get_program())
                .args(inner.get_args());
            for (name, value) in inner.get_envs() {
                command.env(name, value.unwrap_or_default());
            }
            let got = feed(command, "\n");
            let why = "files in /dev/fd cannot be opened here";
            let told = format!("credential: no cookie for {client}: {why}\n");
            assert!(got.stderr.starts_with(&told), "{client}{redirect}: {got:?}");
            let is_unchanged = got.stdout.starts_with(&format!("[{app}]\ngiven:\n"));
            assert!(is_unchanged, "{client}{redirect}: {got:?}");
        }
    }
}

#[test]
fn a_client_that_follows_redirects_with_a_session_file_gets_no_cookie() {
    let desk = Desk::usual();
    desk.fake_clients();
    let config = desk.home.path("temporary/httpie");
    std::fs::create_dir_all(&config).expect("a directory");
    let text = r#"{"default_options": ["--follow"]}"#;
    std::fs::write(config.join("config.json"), text).expect("a file");
    let (is_given, told) = called(&desk, "http", |_| ());
    let why = "it follows redirects, and would send the cookie to subdomains too";
    let expected = format!("credential: no cookie for http: {why}\n");
    assert_eq!((is_given, told), (false, expected));
}
