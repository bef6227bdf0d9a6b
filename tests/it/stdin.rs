//! stdin: a request there is answered when it is complete, and nothing else is taken from it.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::dialects::{authority, cookie, request};
use crate::home::{Home, feed, outcome};
use crate::outcome::Outcome;
use crate::tools::beside;

/// Longer than any answer takes, and shorter than a person waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs `command`, writes `pieces` to its stdin, and keeps that open until it has ended.
#[track_caller]
fn open_ended(mut command: Command, pieces: &[&str]) -> Outcome {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    for piece in pieces {
        let _ = stdin.write_all(piece.as_bytes());
        std::thread::sleep(Duration::from_millis(30));
    }
    let start = Instant::now();
    while child.try_wait().expect("it is a child").is_none() {
        assert!(start.elapsed() < PATIENCE, "it waits for the end of stdin");
        std::thread::sleep(Duration::from_millis(10));
    }
    outcome(child.wait_with_output().expect("it has ended"))
}

/// Returns a home whose configuration names no app where the command names none.
fn undecided() -> Home {
    let home = Home::with_apps(&["grafana", "wiki"]);
    home.run(&["get", "grafana"]).answer();
    home
}

/// The ways to give `text` to a command: a pipe, a file, a socket.
fn streams(home: &Home, text: &str) -> Vec<(&'static str, Stdio)> {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(text.as_bytes()).expect("it holds it");
    std::fs::write(home.path("stdin"), text).expect("a file");
    let file = File::open(home.path("stdin")).expect("a file");
    let (near, mut far) = UnixStream::pair().expect("sockets");
    far.write_all(text.as_bytes()).expect("it holds it");
    vec![
        ("pipe", reader.into()),
        ("file", file.into()),
        ("socket", OwnedFd::from(near).into()),
    ]
}

#[test]
fn a_request_is_answered_before_its_pipe_ends() {
    let home = undecided();
    let (git, docker) = (request(&home), format!("{}\n", authority(&home)));
    let bazel = format!("{{\"uri\":\"https://{}/x\"}}", authority(&home));
    let keep = git.replace("\n\n", "\nusername=ada\npassword=x\n\n");
    let offer = format!(
        "{{\"ServerURL\":\"{}\",\"Username\":\"ada\",\"Secret\":\"x\"}}",
        authority(&home)
    );
    let unknown = "protocol=https\nhost=elsewhere.example\n\n";
    for (program, arguments, input, code) in [
        ("git-credential-alb", "get", git.as_str(), 0),
        ("git-credential-alb", "store", &keep, 0),
        ("git-credential-alb", "erase", unknown, 0),
        ("git-credential-alb", "get", "host=\n\n", 2),
        ("docker-credential-alb", "get", &docker, 0),
        ("docker-credential-alb", "erase", "elsewhere.example\n", 0),
        ("docker-credential-alb", "store", &offer, 1),
        ("docker-credential-alb", "store", "no JSON", 1),
        ("bazel-credential-alb", "get", &bazel, 0),
        ("bazel-credential-alb", "get", "[]", 2),
        ("credential", "get --protocol git", &git, 0),
        ("credential", "store --protocol git", &keep, 0),
        ("credential", "erase --protocol docker", "a.example\n", 0),
        ("credential", "get --protocol bazel", &bazel, 0),
        ("credential", "get", &git, 0),
        ("credential", "get", &bazel, 0),
        ("credential", "store", &keep, 0),
        ("credential", "erase", "elsewhere.example\n", 0),
        ("credential", "erase", unknown, 0),
    ] {
        let mut command = beside(&home, program);
        command.args(arguments.split(' '));
        let said = open_ended(command, &[input]);
        assert_eq!(said.code, code, "{program} {arguments}: {said:?}");
    }
}

#[test]
fn a_request_may_come_in_pieces() {
    let home = undecided();
    let cookie = cookie(&home);
    let (git, uri) = (request(&home), format!("https://{}/x", authority(&home)));
    let (start, end) = git.split_at(git.find("host").expect("a host") + 2);
    for arguments in [&["get", "--protocol", "git"][..], &["get"]] {
        let said = open_ended(home.credential(arguments), &[start, end]);
        assert!(said.answer().contains(&cookie), "{arguments:?}");
    }
    for arguments in [&["get", "--protocol", "bazel"][..], &["get"]] {
        let pieces = [" {\"uri\":", &format!("\"{uri}\"}}")];
        let said = open_ended(home.credential(arguments), &pieces);
        assert!(said.answer().contains(&cookie), "{arguments:?}");
    }
}

#[test]
fn a_bare_get_leaves_the_rest_of_a_script_to_its_shell() {
    let home = Home::usual();
    let cookie = cookie(&home);
    for rest in [
        "echo after\n",
        "x=1\necho after\n",
        "url=x\nprintf 'a%ser\\n' ft\n",
        "url=https://x; echo after\n",
        "url='https://x'\n\necho after\n",
        "{ echo after; }\n",
    ] {
        for (kind, stdin) in streams(&home, &format!("credential get\n{rest}")) {
            let mut command = beside(&home, "bash");
            let output = command.arg("-s").stdin(stdin).output();
            let answer = outcome(output.expect("bash starts")).answer();
            assert_eq!(answer, format!("{cookie}\nafter\n"), "{kind}: {rest}");
        }
    }
}

#[test]
fn a_bare_get_does_not_wait_for_a_silent_stdin() {
    let home = Home::usual();
    let cookie = cookie(&home);
    let said = open_ended(home.credential(&["get"]), &[]);
    assert_eq!(said.answer().trim_end(), cookie);
    let said = open_ended(home.credential(&["get", "--as", "header"]), &["word\n"]);
    assert_eq!(said.answer().trim_end(), format!("Cookie: {cookie}"));
    let (near, _far) = UnixStream::pair().expect("sockets");
    let mut command = home.credential(&["get"]);
    command.stdin(OwnedFd::from(near));
    let output = command.output().expect("the program starts");
    assert_eq!(outcome(output).answer().trim_end(), cookie, "a socket");
}

#[test]
fn a_request_is_taken_from_stdin_and_what_follows_is_left() {
    let home = Home::usual();
    let cookie = cookie(&home);
    let uri = format!("https://{}/x", authority(&home));
    for input in [request(&home), format!("{{\"uri\":\"{uri}\"}}")] {
        for (kind, stdin) in streams(&home, &format!("{input}left\nover\n")) {
            let mut command = beside(&home, "sh");
            command.args(["-c", "credential get; cat"]).stdin(stdin);
            let answer = outcome(command.output().expect("sh starts")).answer();
            assert!(answer.contains(&cookie), "{kind}: {answer}");
            assert!(answer.ends_with("left\nover\n"), "{kind}: {answer}");
            assert_ne!(answer.lines().next(), Some(cookie.as_str()), "{kind}");
        }
    }
}

#[test]
fn a_loop_over_lines_survives_a_bare_get() {
    let home = Home::usual();
    let text = "one\nhttps://a.example\nprotocol=https\n{}\ntwo words\n".repeat(3);
    for (kind, stdin) in streams(&home, &text) {
        let mut command = beside(&home, "bash");
        let script =
            "while read -r line; do credential get >/dev/null || exit; echo \"$line\"; done";
        command.args(["-c", script]).stdin(stdin);
        let answer = outcome(command.output().expect("bash starts")).answer();
        assert_eq!(answer, text, "{kind}");
    }
}

#[test]
fn with_no_app_to_answer_other_input_is_an_error_and_is_left() {
    let home = undecided();
    for noise in [
        "hello world\n",
        "host\nhost\n",
        "\u{1}\u{2}\n",
        "[1]\n",
        "- a: b\n",
    ] {
        let mut command = beside(&home, "sh");
        command.args(["-c", "credential get; echo $?; cat"]);
        let said = feed(command, noise);
        assert_eq!(said.stdout, format!("2\n{noise}"), "{said:?}");
        assert!(
            said.stderr.contains("grafana") && said.stderr.contains("wiki"),
            "{said:?}"
        );
    }
}

#[test]
fn where_a_variable_names_the_app_stdin_is_not_looked_at() {
    let mut home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    home.set("ALB_CREDENTIAL_APP", "grafana");
    let cookie = cookie(&home);
    let mut command = beside(&home, "sh");
    command.args(["-c", "credential get; cat"]);
    let said = feed(command, &request(&home)).answer();
    assert_eq!(said, format!("{cookie}\n{}", request(&home)));
}

#[test]
fn a_broken_configuration_is_told_in_the_callers_dialect() {
    let home = Home::usual();
    home.configure("[app.");
    let said = home.run_with(&["get"], "protocol=https\nhost=a.example\n\n");
    assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said:?}");
    let said = home.run_with(&["get"], "https://a.example");
    assert_eq!((said.code, said.stderr.as_str()), (1, ""), "{said:?}");
    home.run(&["get"]).told(2);
}

#[test]
fn go_leaves_what_is_no_response_to_its_reader() {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    let block = home.run(&["go", "grafana"]).answer();
    for script in [
        "credential go grafana\necho after\n",
        "credential go\necho after\n",
    ] {
        for (kind, stdin) in streams(&home, script) {
            let mut command = beside(&home, "bash");
            let output = command.arg("-s").stdin(stdin).output();
            let answer = outcome(output.expect("bash starts")).answer();
            assert_eq!(answer, format!("{block}after\n"), "{kind}");
        }
    }
    let said = open_ended(home.credential(&["go", "grafana"]), &[]);
    assert_eq!(said.answer(), block, "a silent stdin");
    let said = open_ended(home.credential(&["go"]), &[]);
    assert_eq!(said.answer(), block, "a silent stdin");
}

#[test]
fn a_configuration_that_can_be_read_once_is_read_once() {
    let home = Home::usual();
    let cookie = cookie(&home);
    let mut command = beside(&home, "bash");
    let script = "ALB_CREDENTIAL_CONFIG=<(cat config.toml) credential get";
    command.args(["-c", script]);
    assert_eq!(feed(command, "").answer().trim_end(), cookie);
}
