//! curl, wget, HTTPie and xh in bash, zsh and fish: a call of an app gets its cookie, and any other call is unchanged.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::process::Stdio;

use sandbox::{Event, PASSWORD, Setup, User};
use serde_json::Value;

use crate::desk::{CLIENTS, Desk, Shell, Stranger, WRAPPED, below, clients, shells, strs, user};
use crate::home::{ADA, feed};
use crate::tools::{tool, tools};

#[test]
fn every_client_in_every_shell_gets_in_cold_and_warm_with_one_sign_in() {
    for shell in shells() {
        let desk = Desk::usual();
        for (client, words) in clients(&format!("{}/d/1?a=b&c=%20d", desk.app())) {
            let context = format!("{} {client}", shell.name);
            // The cache is removed, so that each client starts cold.
            let _ = desk.home.run(&["logout", "--all"]);
            desk.home.sandbox.clear_audit();
            let _ = desk.calls();
            for temperature in ["cold", "warm"] {
                let answer = desk.call(shell, client, &strs(&words)).answer();
                assert_eq!(user(&answer).as_deref(), Some(ADA), "{context}: {answer}");
                assert!(answer.contains("a=b&c=%20d"), "{context}: {answer}");
                assert_eq!(desk.calls(), ["wrap"], "{context} {temperature}");
            }
            assert_eq!(desk.home.sandbox.sessions_issued(), 1, "{context}");
            assert_eq!(desk.home.sandbox.violations(), [], "{context}");
        }
    }
}

#[test]
fn a_family_of_four_shards_passes_through_every_client() {
    let user_of_many = User::new(ADA, PASSWORD).with_shards(4);
    let desk = Desk::new(Setup {
        users: vec![user_of_many],
        ..Setup::default()
    });
    for shell in shells() {
        for (client, words) in clients(&desk.app()) {
            let context = format!("{} {client}", shell.name);
            let got = desk.call(shell, client, &strs(&words));
            assert_eq!(got.code, 0, "{context}: {}", got.stderr);
            assert_eq!(user(&got.stdout).as_deref(), Some(ADA), "{context}");
            assert_eq!(desk.home.sandbox.violations(), [], "{context}");
            if client == "curl" {
                assert_eq!(got.stderr, "", "{context}: a header has room for all");
            }
        }
    }
    let issued = |event: &Event| matches!(event, Event::SessionIssued { shards: 4, .. });
    assert_eq!(desk.home.sandbox.count(issued), 1);
}

#[test]
fn a_foreign_url_passes_through_without_a_cookie() {
    let desk = Desk::usual();
    for host in ["127.0.0.2", "127.0.0.1"] {
        let stranger = Stranger::start(host);
        for shell in shells() {
            for (client, words) in clients(&format!("{}/x", stranger.url)) {
                let context = format!("{} {client} {host}", shell.name);
                let answer = desk.call(shell, client, &strs(&words)).answer();
                assert_eq!(answer.trim_end(), "stranger", "{context}");
                stranger.saw_no_cookie(1, &context);
                assert_eq!(desk.calls(), ["wrap"], "{context}");
            }
        }
    }
    assert_eq!(desk.home.sandbox.requests(), 0);
    assert_eq!(desk.home.files(), [""; 0], "not even a cache");
}

#[test]
fn with_several_urls_only_the_app_gets_the_cookie() {
    if !tools(&["curl", "wget"]) {
        return;
    }
    let desk = Desk::usual();
    let app = desk.app();
    for shell in shells() {
        let stranger = Stranger::start("127.0.0.2");
        for (client, options) in CLIENTS.iter().take(2) {
            for urls in [
                [app.as_str(), stranger.url.as_str()],
                [stranger.url.as_str(), app.as_str()],
            ] {
                let context = format!("{} {client} {urls:?}", shell.name);
                let answer = desk
                    .call(shell, client, &[*options, &urls].concat())
                    .answer();
                stranger.saw_no_cookie(1, &context);
                let both = answer.contains("stranger") && answer.contains(&format!("\"{ADA}\""));
                assert!(both, "{context}: {answer}");
            }
        }
    }
    assert_eq!(desk.home.sandbox.violations(), []);
}

#[test]
fn curl_sends_no_cookie_to_another_port_or_by_rerouting_options() {
    if !tool("curl") {
        return;
    }
    let desk = Desk::usual();
    let app = desk.app();
    let neighbour = Stranger::start("127.0.0.1");
    let stranger = Stranger::start("127.0.0.2");
    std::fs::write(
        desk.home.path("options"),
        format!("url = \"{}\"\n", neighbour.url),
    )
    .expect("a file");
    let next = ["-sS", &app, "--next", "-sS", &stranger.url];
    for shell in shells() {
        for (words, calls) in [
            (vec!["-sS", "-o", "/dev/null", &app, &neighbour.url], (1, 0)),
            (
                vec!["-sS", "-o", "/dev/null", "-K", "options", &app],
                (1, 0),
            ),
            (next.to_vec(), (0, 1)),
            (
                vec!["-sS", "-H", "Host: 127.0.0.1", &stranger.url, &app],
                (0, 1),
            ),
        ] {
            let context = format!("{} {words:?}", shell.name);
            // The app's answer to a call without a cookie does not matter here.
            let _ = desk.call(shell, "curl", &words);
            neighbour.saw_no_cookie(calls.0, &context);
            stranger.saw_no_cookie(calls.1, &context);
        }
    }
}

#[test]
fn stdin_belongs_to_the_client() {
    if !tools(&["curl", "http", "xh"]) {
        return;
    }
    let desk = Desk::usual();
    let app = desk.app();
    let body = "app=1\nand more \u{e9}\n";
    for shell in shells() {
        for (client, words, method) in [
            ("curl", vec!["-sSf", "--data-binary", "@-", &app], "POST"),
            ("curl", vec!["-sSf", "-T", "-", &app], "PUT"),
            ("http", vec!["--body", "POST", &app], "POST"),
            ("xh", vec!["--body", "POST", &app], "POST"),
        ] {
            // Cold and warm: a sign-in must not read stdin either.
            for _ in 0..2 {
                let context = format!("{} {client} {words:?}", shell.name);
                let got = feed(desk.calling(shell, client, &words), body);
                assert_eq!((got.code, got.stderr.as_str()), (0, ""), "{context}");
                let answer: Value = serde_json::from_str(&got.stdout).expect("JSON");
                assert_eq!(answer["user"], ADA, "{context}");
                assert_eq!(answer["method"], method, "{context}");
                assert_eq!(answer["body_length"], body.len(), "{context}");
            }
        }
        let _ = desk.home.run(&["logout", "--all"]);
    }
    assert_eq!(desk.home.sandbox.violations(), []);
}

#[test]
fn a_loop_over_lines_runs_the_client_for_each_line() {
    if !tool("curl") {
        return;
    }
    let desk = Desk::usual();
    let lines = format!("{0}/1\n{0}/2\n{0}/3\n", desk.app());
    for shell in shells() {
        let text = match shell.name {
            "fish" => "while read -l url; curl -sSf $url; end",
            _ => r#"while IFS= read -r url; do curl -sSf "$url"; done"#,
        };
        let answer = feed(desk.script(shell, text, &[]), &lines).answer();
        assert_eq!(
            answer.matches(&format!(r#""user":"{ADA}""#)).count(),
            3,
            "{}: {answer}",
            shell.name
        );
    }
}

#[test]
fn the_clients_exit_status_is_the_callers() {
    if !tools(&["curl", "wget"]) {
        return;
    }
    let desk = Desk::usual();
    let stranger = Stranger::start("127.0.0.2");
    let missing = format!("{}/missing", stranger.url);
    for shell in shells() {
        for (client, words, code) in [
            ("curl", ["-sf", &missing], 22),
            ("wget", ["-q", &missing], 8),
            ("curl", ["-s", "http://127.0.0.2:1/"], 7),
        ] {
            let got = desk.call(shell, client, &words);
            assert_eq!(got.code, code, "{} {client}: {got:?}", shell.name);
        }
    }
    desk.fake_clients();
    desk.program("wget", "#!/bin/sh\nkill -TERM $$\n");
    for shell in shells() {
        let killed = desk.call(shell, "wget", &[&desk.app()]);
        assert_eq!(killed.code, 128 + 15, "{}: {killed:?}", shell.name);
        for client in ["curl", "http", "https", "xh", "xhs"] {
            let got = feed(desk.calling(shell, client, &[&desk.app()]), "\n");
            assert_eq!(got.code, 37, "{} {client}: {got:?}", shell.name);
        }
    }
}

#[test]
fn after_a_failed_sign_in_no_client_runs_and_its_status_is_returned() {
    let desk = Desk::usual();
    desk.home.password("wrong");
    desk.fake_clients();
    for shell in shells() {
        for client in WRAPPED {
            let got = feed(desk.calling(shell, client, &[&desk.app()]), "\n");
            let words = got.told(5);
            assert_eq!(words.matches("credential: ").count(), 1, "{words}");
        }
    }
    assert_eq!(desk.home.sandbox.password_tries(), 1);
}

/// Returns the arguments that a fake client got.
fn as_typed(words: &[&str]) -> String {
    words.iter().flat_map(|word| ["[", word, "]\n"]).collect()
}

/// Arguments that a shell would change if it read them twice.
const ODD: [&str; 14] = [
    "",
    " ",
    "two  words",
    "*",
    "?",
    "[a-z]*",
    "{a,b}",
    "~",
    "$HOME",
    "$(id)`id`",
    "a\nb\n",
    "'\"\\",
    "!x;#y|z&",
    "\u{e9}\t=",
];

#[test]
fn arguments_arrive_as_they_were_typed() {
    let desk = Desk::usual();
    desk.fake_clients();
    let foreign = "https://x.example/a";
    let app = desk.app();
    for shell in shells() {
        for client in WRAPPED {
            for url in [foreign, &app] {
                let context = format!("{} {client} {url}", shell.name);
                let mut words = vec![url];
                words.extend(ODD);
                let got = feed(desk.calling(shell, client, &words), "line\n");
                assert_eq!((got.code, got.stderr.as_str()), (37, ""), "{context}");
                assert!(got.stdout.ends_with("\nready\nline\n"), "{context}");
                let (arguments, _) = got.stdout.split_once("given:\n").expect("it says that");
                let typed = as_typed(&words);
                let added = arguments.strip_suffix(&typed);
                let added = added.unwrap_or_else(|| panic!("{context}: {arguments}"));
                if url == foreign {
                    assert_eq!(added, "", "{context}");
                }
            }
        }
    }
}

#[test]
fn arguments_that_are_not_utf8_pass_through_with_the_cookie() {
    let desk = Desk::usual();
    desk.fake_clients();
    let odd = OsStr::from_bytes(b"-d\xff\xfe/caf\xe9");
    let app = desk.app();
    for shell in shells() {
        let text = format!("curl {} {}", shell.first, shell.rest);
        for url in ["https://x.example/", &app] {
            let mut command = desk.script(shell, &text, &[OsStr::new(url), odd]);
            let output = command.output().expect("a shell starts");
            let context = format!("{} {url}: {output:?}", shell.name);
            let argument = [b"[", odd.as_bytes(), b"]\n"].concat();
            let mut said = output.stdout.windows(argument.len());
            assert!(said.any(|window| window == argument), "{context}");
            assert_eq!(output.status.code(), Some(37), "{context}");
            assert!(output.stderr.is_empty(), "{context}");
            let given = String::from_utf8_lossy(&output.stdout).contains("given:\nenvironment:");
            assert_eq!(!given, url == app, "{context}");
        }
    }
}

#[test]
fn shell_options_of_the_caller_change_nothing() {
    let desk = Desk::usual();
    desk.fake_clients();
    let app = desk.app();
    for (shell, options) in [
        ("bash", "set -euf; IFS=':/'"),
        ("bash", "set +eu; shopt -s nullglob failglob; IFS="),
        ("bash", "set -o posix -e"),
        ("bash", "set -C; trap 'echo exited' EXIT"),
        ("zsh", "setopt sh_word_split glob_subst; IFS=':/'"),
        ("zsh", "setopt ksh_arrays no_nomatch noclobber"),
        ("zsh", "setopt null_glob err_exit no_unset; IFS="),
        ("fish", "set -x IFS ':/'"),
    ] {
        let Some(shell) = shells().find(|there| there.name == shell) else {
            continue;
        };
        let text = format!("{options}\ncurl {} '*' 'a  b' ''", shell.first);
        let words = [OsStr::new(app.as_str())];
        let got = feed(desk.script(shell, &text, &words), "\n");
        let context = format!("{} {options}: {got:?}", shell.name);
        assert!(
            got.stdout.contains(&format!("[{app}]\n[*]\n[a  b]\n[]\n")),
            "{context}"
        );
        assert!(got.stdout.contains(&desk.secret()), "{context}");
        assert_eq!((got.code, got.stderr.as_str()), (37, ""), "{context}");
    }
}

#[test]
fn curls_q_stays_the_first_option() {
    let desk = Desk::usual();
    desk.fake_clients();
    for shell in shells() {
        for quiet in ["-q", "-qsS", "--disable"] {
            let got = feed(desk.calling(shell, "curl", &[quiet, &desk.app()]), "\n");
            assert!(
                got.stdout.starts_with("[-q"),
                "{} {quiet}: {got:?}",
                shell.name
            );
            assert!(
                got.stdout.contains(&desk.secret()),
                "{}: {got:?}",
                shell.name
            );
        }
    }
}

#[test]
fn a_call_with_its_own_cookies_runs_unchanged() {
    let desk = Desk::usual();
    desk.fake_clients();
    let app = desk.app();
    for shell in shells() {
        for (client, words) in [
            ("curl", vec!["-b", "a=b", &app]),
            ("curl", vec!["-H", "Cookie: a=b", &app]),
            ("wget", vec!["--header=Cookie: a=b", &app]),
            ("http", vec!["--session=me", &app]),
            ("xh", vec![&app, "Cookie:a=b"]),
        ] {
            let context = format!("{} {client} {words:?}", shell.name);
            let got = feed(desk.calling(shell, client, &words), "\n");
            let typed = as_typed(&words);
            assert!(got.stdout.starts_with(&typed), "{context}: {got:?}");
            let told = "the call brings its own cookies";
            let told = format!("credential: no cookie for {client}: {told}\n");
            assert_eq!(got.stderr, told, "{context}");
            assert_eq!(desk.calls(), ["wrap"], "{context}");
        }
    }
}

/// Asserts that no process has one of `secrets` in its arguments or its environment.
#[track_caller]
fn assert_unseen(secrets: &[String], context: &str) {
    let processes = std::fs::read_dir("/proc").expect("this is Linux").flatten();
    for process in processes.map(|entry| entry.path()) {
        for file in ["cmdline", "environ"] {
            let path = process.join(file);
            // The process has ended meanwhile, or this directory of /proc is not a process.
            let bytes = std::fs::read(&path).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            for secret in secrets {
                assert!(
                    !text.contains(secret.as_str()),
                    "{context}: {}",
                    path.display()
                );
            }
        }
    }
}

/// Returns commands that make a shell export its variables.
fn exporting(shell: &Shell) -> &'static [&'static str] {
    match shell.name {
        "fish" => &[
            "",
            "set -gx cookie exported; set -gx part exported; set -gx plan exported",
        ],
        "zsh" => &[
            "",
            "setopt all_export",
            "export cookie=exported part=exported plan=exported",
        ],
        _ => &[
            "",
            "set -a",
            "export cookie=exported part=exported plan=exported",
        ],
    }
}

#[test]
fn a_running_clients_cookie_is_in_no_argument_variable_or_file() {
    let desk = Desk::usual();
    desk.fake_clients();
    let app = desk.app();
    let before = desk.tree();
    for shell in shells() {
        for client in WRAPPED {
            for preparation in exporting(shell) {
                let context = format!("{} {client} {preparation}", shell.name);
                let text = format!("{preparation}\n{client} {}", shell.first);
                let mut command = desk.script(shell, &text, &[OsStr::new(app.as_str())]);
                command.stdin(Stdio::piped()).stdout(Stdio::piped());
                let mut child = command.spawn().expect("a shell starts");
                let mut said = BufReader::new(child.stdout.take().expect("it is a pipe"));
                let mut text = String::new();
                while !text.ends_with("\nready\n") {
                    let more = said.read_line(&mut text).expect("it is text");
                    assert_ne!(more, 0, "{context}: {text}");
                }

                // Now the client has its cookie and waits.
                let value = &*desk.secret();
                let (_, given) = text.split_once("given:\n").expect("it says that");
                let (given, environment) = given.split_once("environment:\n").expect("it says so");
                assert!(given.contains(value), "{context}: {given}");
                assert!(!environment.contains(value), "{context}: {environment}");
                assert_unseen(&[value.to_owned(), PASSWORD.to_owned()], &context);
                assert_eq!(desk.tree(), before, "{context}");

                let mut stdin = child.stdin.take().expect("it is a pipe");
                stdin.write_all(b"go on\n").expect("it reads");
                let mut rest = String::new();
                said.read_to_string(&mut rest).expect("it is text");
                assert_eq!(rest, "go on\n", "{context}");
                assert_eq!(child.wait().expect("it ends").code(), Some(37), "{context}");
                assert_eq!(desk.tree(), before, "{context}: afterwards");
            }
        }
    }
}

#[test]
fn real_clients_leave_no_file_behind() {
    for shell in shells() {
        let desk = Desk::usual();
        let before = desk.tree();
        for (client, words) in clients(&desk.app()) {
            assert_eq!(desk.call(shell, client, &strs(&words)).code, 0);
            assert_eq!(desk.tree(), before, "{} {client}", shell.name);
        }
        let value = &desk.secret();
        for file in below(&desk.home.path("")) {
            let bytes = std::fs::read(&file).expect("it is ours");
            let has = String::from_utf8_lossy(&bytes).contains(value);
            let kept = file.starts_with(desk.home.cache());
            assert!(!has || kept, "{}", file.display());
        }
    }
}

#[test]
fn a_shell_trace_shows_no_cookie() {
    let desk = Desk::usual();
    desk.fake_clients();
    let app = desk.app();
    for shell in shells() {
        for client in WRAPPED {
            let traces = match shell.name {
                "fish" => ["set -g fish_trace 1", "set -gx fish_trace 2"],
                _ => ["set -x", "set -xv"],
            };
            for trace in traces {
                let text = format!("{trace}\n{client} {}", shell.first);
                let words = [OsStr::new(app.as_str())];
                let got = feed(desk.script(shell, &text, &words), "\n");
                let value = &*desk.secret();
                let context = format!("{} {client} {trace}: {}", shell.name, got.stderr);
                assert!(!got.stderr.is_empty(), "it traces: {context}");
                assert!(!got.stderr.contains(value), "{context}");
                assert!(got.stdout.contains(value), "the client has it: {context}");
            }
        }
    }
}
