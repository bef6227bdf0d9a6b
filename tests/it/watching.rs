//! A guarded run of curl looks to its caller like curl itself: what it writes, when, and how it ends.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Output, Stdio};

use rustix::io::ioctl_fionread;
use rustix::pipe::fcntl_getpipe_size;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::desk::{Desk, SHELLS, shells};
use crate::home::{binary, feed, outcome};
use crate::screen::Terminal;
use crate::stage::{Stage, big};
use crate::tools::tool;

/// Makes a call of `credential wrap curl`, as the shell functions make it.
fn wrap(desk: &Desk, words: &[&str]) -> Command {
    let mut command = desk.home.command(binary());
    command.args(["wrap", "curl", "--"]).args(words);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Makes a call of curl itself, with the cookie as an option.
fn by_hand(desk: &Desk, stage: &Stage, words: &[&str]) -> Command {
    let cookie = format!("header = \"Cookie: {}\"\n", stage.cookie());
    std::fs::write(desk.home.path("by-hand"), cookie).expect("a file");
    let mut command = desk.home.command("curl");
    command.args(["-K", "by-hand"]).args(words);
    command
}

/// Returns the output of a command, and the content of the file `out`.
fn result(desk: &Desk, mut command: Command) -> (Output, Vec<u8>) {
    let output = command.output().expect("it starts");
    let path = desk.home.path("out");
    let file = std::fs::read(&path).unwrap_or_default();
    let _ = std::fs::remove_file(path);
    (output, file)
}

#[test]
fn curls_output_is_byte_for_byte_the_same_as_without_the_wrapper() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let url = |path: &str| format!("{}{path}", stage.url);
    for (options, path) in [
        ("-sS", "/x"),
        ("-sSi", "/x"),
        ("-sSI", "/x"),
        ("-sSLi", "/hop"),
        (
            "-sS -w %{http_code}|%{num_headers}|%{size_download}\\n",
            "/x",
        ),
        ("-sSv", "/x"),
        ("-sS --trace-ascii out", "/missing"),
        ("-sS -D out", "/x"),
        ("-sS -D -", "/hop"),
        ("-sS -o out", "/big"),
        ("-sSO", "/out"),
        ("-sSJO", "/out"),
        ("-sS -o out --no-clobber", "/x"),
        ("-sS -C - -o out", "/x"),
        ("-sS", "/big"),
        ("-sSN", "/own-302"),
        ("-sSf", "/missing"),
        ("-sS --fail-with-body", "/missing"),
        ("-sS -d a=b -X PATCH", "/x"),
        ("-sS --max-filesize 3", "/x"),
        ("-sS --compressed --retry 1 --no-keepalive", "/own-401"),
        ("-sS --max-time never", "/x"),
    ] {
        let url = url(path);
        let words: Vec<&str> = options.split(' ').chain([url.as_str()]).collect();
        let (wrapped, file) = result(&desk, wrap(&desk, &words));
        let (plain, expected) = result(&desk, by_hand(&desk, &stage, &words));
        assert_eq!(wrapped.status.code(), plain.status.code(), "{options}");
        assert_eq!(text(&wrapped.stderr), text(&plain.stderr), "{options}");
        assert!(
            wrapped.stdout == plain.stdout,
            "{options}: {}",
            text(&wrapped.stdout)
        );
        assert!(file == expected, "{options}: {}", text(&file));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(4000)]).into_owned()
}

#[test]
fn stdout_and_stderr_in_one_file_keep_their_order() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let url = format!("{}/missing", stage.url);
    let words = ["-sSN", "--fail-with-body", &url];
    let together = |mut command: Command| {
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        command.stdout(writer.try_clone().expect("another end"));
        command.stderr(writer);
        let mut child = command.spawn().expect("it starts");
        drop(command);
        let mut said = String::new();
        reader.read_to_string(&mut said).expect("it is text");
        (said, child.wait().expect("it ends").code())
    };
    let plain = together(by_hand(&desk, &stage, &words));
    assert!(plain.0.starts_with("missing\ncurl: (22) "), "{plain:?}");
    let _ = stage.seen();
    assert_eq!(together(wrap(&desk, &words)), plain);
    // The ALB was asked first, because this output cannot be held back.
    assert_eq!(stage.seen(), ["GET / 0", "GET /missing 0"]);
}

#[test]
fn output_to_a_file_is_written_or_appended_as_the_shell_says() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let url = format!("{}/big", stage.url);
    for shell in shells() {
        let text = format!(
            "curl -sS {0} >out; curl -sS {0} >>out; curl -sS {0} | cat >>out",
            shell.first
        );
        let mut command = desk.script(shell, &text, &[OsStr::new(&url)]);
        let output = command.output().expect("a shell starts");
        assert_eq!(outcome(output).answer(), "", "{}", shell.name);
        let written = std::fs::read(desk.home.path("out")).expect("a file");
        assert!(
            written == big().repeat(3),
            "{}: {}",
            shell.name,
            written.len()
        );
    }
}

#[test]
fn a_refused_attempt_writes_nothing_to_the_callers_file() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let url = format!("{}/out", stage.url);
    for words in [
        ["-sSL", "-o", "out"],
        ["-sS", "-f", "-O"],
        ["-sS", "-o", "/dev/stdout"],
    ] {
        stage.end_sessions();
        let mut command = wrap(&desk, &words);
        command.arg(&url);
        let (output, file) = result(&desk, command);
        let all = [output.stdout.clone(), file].concat();
        assert_eq!(
            (output.status.code(), text(&output.stderr)),
            (Some(0), String::new()),
            "{words:?}"
        );
        assert_eq!(text(&all), "GET /out 0\n", "{words:?}");
    }
}

/// Starts a call whose answer pauses, and reads its first line.
fn begun(mut command: Command) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = command.spawn().expect("it starts");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    output.read_line(&mut line).expect("it is text");
    assert_eq!(line, "first\n");
    (child, output)
}

#[test]
fn a_long_answer_is_forwarded_while_it_arrives() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let (mut child, mut output) = begun(wrap(&desk, &["-sSN", &format!("{}/slow", stage.url)]));
    stage.release();
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("it is text");
    assert_eq!(rest, "last\n");
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_signal_to_the_process_or_its_group_ends_both_by_it() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let url = format!("{}/slow", stage.url);
    for signal in [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM] {
        for to_group in [false, true] {
            let mut command = wrap(&desk, &["-sSN", &url]);
            command.process_group(0);
            let (mut child, mut output) = begun(command);
            let pid = Pid::from_child(&child);
            match to_group {
                true => kill_process_group(pid, signal),
                false => kill_process(pid, signal),
            }
            .expect("it runs");
            let status = child.wait().expect("it ends");
            assert_eq!(
                status.signal(),
                Some(signal.as_raw()),
                "{to_group}: {status}"
            );
            // The pipe ends only when no process holds it any more.
            let mut rest = String::new();
            output.read_to_string(&mut rest).expect("it is text");
            assert_eq!(rest, "");
        }
    }
    stage.release();
}

#[test]
fn a_call_with_a_sleeping_reader_can_be_ended() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let mut command = wrap(&desk, &["-sS", &format!("{}/endless", stage.url)]);
    let mut child = command.spawn().expect("it starts");
    let output = child.stdout.take().expect("a pipe");
    let full = fcntl_getpipe_size(&output).expect("it is a pipe") as u64;
    while ioctl_fionread(&output).expect("it can be asked") < full {
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it runs");
    assert_eq!(child.wait().expect("it ends").signal(), Some(15));
}

#[test]
fn ctrl_c_ends_a_call_in_a_pipeline() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let url = format!("{}/slow", stage.url);
    let mut terminal = Terminal::new();
    let script =
        format!("trap 'echo interrupted >&2' INT; credential wrap curl -- -sSN {url} | cat");
    let mut command = terminal.own(&desk.home);
    command
        .args(["bash", "-c", &script])
        .stdout(terminal.end())
        .stderr(terminal.end());
    let mut child = command.spawn().expect("setsid starts");
    terminal.until("first");
    terminal.type_in("\u{3}");
    terminal.until("interrupted");
    let _ = child.wait().expect("it ends");
    stage.release();
}

#[test]
fn a_closed_pipe_ends_the_call_as_it_ends_curl() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let url = format!("{}/endless", stage.url);
    std::fs::write(
        desk.home.path("by-hand"),
        format!("header = \"Cookie: {}\"\n", stage.cookie()),
    )
    .expect("a file");
    let text = r#"set +o pipefail
        curl -sS "$1" | head -n 1; echo "${PIPESTATUS[0]}"
        command curl -K by-hand -sS "$1" | head -n 1; echo "${PIPESTATUS[0]}""#;
    let output = desk.script(&SHELLS[0], text, &[OsStr::new(&url)]).output();
    let got = outcome(output.expect("a shell starts"));
    assert_eq!(got.stdout, "y\n23\ny\n23\n");
    let said: Vec<&str> = got.stderr.lines().collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(said[0], said[1]);
}

#[test]
fn the_exit_codes_are_curls() {
    if !tool("curl") {
        return;
    }
    let (stage, desk) = Stage::with_desk();
    let url = |path: &str| format!("{}{path}", stage.url);
    for (options, path, code) in [
        ("-sf", "/missing", 22),
        ("-s --connect-to ::127.0.0.1:1", "/x", 7),
        ("-s -m 1", "/slow", 28),
        ("-s -o /nowhere/at/all", "/x", 23),
    ] {
        let words: Vec<String> = options
            .split(' ')
            .map(str::to_owned)
            .chain([url(path)])
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = wrap(&desk, &words).output().expect("it starts");
        assert_eq!(output.status.code(), Some(code), "{options}");
    }
    stage.release();
}

#[test]
fn a_missing_client_is_reported_as_a_shell_reports_it() {
    let desk = Desk::usual();
    let app = desk.app();
    for url in ["https://x.example/", &app] {
        // A guarded call, and an unguarded one.
        for option in ["-s", "-v"] {
            let mut command = wrap(&desk, &[option, url]);
            command.env("PATH", desk.home.path("first"));
            let got = outcome(command.output().expect("it starts"));
            assert_eq!(got.failure(127), "credential: curl: command not found\n");
        }
    }
    desk.program("curl", "no program");
    std::fs::write(desk.home.path("first/curl"), "\0").expect("a file");
    let mut command = wrap(&desk, &[&app]);
    command.env("PATH", desk.home.path("first"));
    let words = outcome(command.output().expect("it starts")).failure(126);
    assert!(words.starts_with("credential: curl: "), "{words}");
}

#[test]
fn a_broken_configuration_does_not_stop_the_client() {
    if !tool("curl") {
        return;
    }
    let desk = Desk::usual();
    desk.fake_clients();
    for (broken, says) in [("[app.", true), ("", false), ("none", false)] {
        desk.home.configure(broken);
        for shell in shells() {
            let mut command = desk.calling(shell, "curl", &["https://x.example/"]);
            if broken == "none" {
                command.env_remove("ALB_CREDENTIAL_CONFIG");
            }
            let got = feed(command, "\n");
            assert_eq!(got.code, 37, "{}: {got:?}", shell.name);
            assert!(
                got.stdout.starts_with("[https://x.example/]\ngiven:\n"),
                "{got:?}"
            );
            assert_eq!(
                got.stderr
                    .starts_with("credential: warning: no cookie for curl: "),
                says,
                "{got:?}"
            );
            assert_eq!(got.stderr.lines().count(), usize::from(says), "{got:?}");
        }
    }
}

#[test]
fn a_foreign_call_keeps_the_limits_of_its_caller() {
    let desk = Desk::usual();
    desk.program("curl", "#!/bin/bash\nulimit -S -c\nulimit -H -c\n");
    let text = "ulimit -S -c \"$(ulimit -H -c)\"; curl https://x.example/";
    let output = desk.script(&SHELLS[0], text, &[]).output();
    let answer = outcome(output.expect("a shell starts")).answer();
    let limits: Vec<&str> = answer.lines().collect();
    assert_eq!(limits.len(), 2, "{answer}");
    assert_eq!(limits[0], limits[1]);
}
