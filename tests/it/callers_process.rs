//! Things that a caller's process hands down: SIGCHLD ignored, streams that do not block, no more processes, files of another
//! owner. Each call gives an answer, or says in a line why there is none.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::chown;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::io::ioctl_fionbio;
use sandbox::PASSWORD;

use crate::home::{Home, Outcome, binary, outcome};
use crate::screen::{Terminal, outcome as at_terminal};
use crate::tools::skip;

/// Dash ignores this trap.
const IGNORING: &str = "trap '' CHLD; exec \"$@\"";

/// Runs a call of the program by a bash that ignores SIGCHLD.
fn ignoring(home: &Home, arguments: &[&str]) -> Outcome {
    let mut command = home.command("setsid");
    command.args(["--wait", "timeout", "--kill-after=1", "60"]);
    command.args(["bash", "-c", IGNORING, "bash"]);
    command.arg(binary()).args(arguments).stdin(Stdio::null());
    outcome(command.output().expect("setsid starts"))
}

/// Has the password come from this command.
fn by_command(home: &Home, script: &str) {
    let text = home.configuration(&["grafana".into()]);
    let source = format!("{{ command = [\"sh\", \"-c\", {script:?}] }}");
    home.configure(&text.replace("{ file = \"password\" }", &source));
}

#[test]
fn with_sigchld_ignored_a_childs_status_is_known() {
    let home = Home::usual();
    by_command(&home, &format!("echo '{PASSWORD}'"));
    let cookie = ignoring(&home, &["get", "grafana"]).answer();
    assert!(cookie.starts_with("AWSELBAuthSessionCookie-0="), "{cookie}");
    for code in [0, 7] {
        let script = format!("exit {code}");
        let said = ignoring(&home, &["exec", "grafana", "--", "sh", "-c", &script]);
        assert_eq!(said.code, code, "{said:?}");
    }
    let missing = ignoring(&home, &["exec", "grafana", "--", "no-such-program"]);
    assert_eq!(missing.code, 127, "{missing:?}");
    assert!(!missing.stderr.contains("panicked"), "{missing:?}");
    let url = home.sandbox.app_url("grafana");
    let curl = ["wrap", "curl", "--", "--silent", "--show-error"];
    let said = ignoring(&home, &[&curl[..], &[&url]].concat());
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    let said = ignoring(&home, &[&curl[..], &["--max-filesize", "1", &url]].concat());
    assert_eq!(said.code, 63, "curl's own: {said:?}");
}

#[test]
fn with_sigchld_ignored_a_failing_password_command_is_told() {
    let home = Home::usual();
    by_command(&home, "exit 3");
    let told = ignoring(&home, &["get", "grafana"]).told(2);
    assert!(told.contains("exit status: 3"), "{told}");
    by_command(&home, "no-such-program");
    let _ = ignoring(&home, &["get", "grafana"]).failure(2);
    let text = home.configuration(&["grafana".into()]);
    let source = "{ command = [\"no-such-program\"] }";
    home.configure(&text.replace("{ file = \"password\" }", source));
    let told = ignoring(&home, &["get", "grafana"]).told(2);
    assert!(told.contains("no-such-program"), "{told}");
    assert_eq!(home.sandbox.password_tries(), 0);
}

#[test]
fn with_sigchld_ignored_a_password_command_works_for_a_person_too() {
    let home = Home::usual();
    by_command(&home, &format!("echo '{PASSWORD}'"));
    let terminal = Terminal::new();
    let script = "exec bash -c \"trap '' CHLD; exec credential login grafana\"";
    let _ = at_terminal(terminal.start(&home, script)).done();
    assert_eq!(home.sandbox.password_tries(), 1);
}

#[test]
fn with_sigchld_ignored_a_renewal_ahead_of_time_begins() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    crate::ahead::make_old(&home);
    let said = ignoring(&home, &["get", "grafana", "-v"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.stderr.contains("renews it in the background"),
        "{said:?}"
    );
    crate::ahead::until_over(&home);
}

#[test]
fn with_sigchld_ignored_setup_reads_what_git_says() {
    let home = Home::usual();
    let place = home.path("home/.local/bin");
    std::fs::create_dir_all(&place).expect("a directory");
    let place = place.to_string_lossy().into_owned();
    let said = ignoring(
        &home,
        &["setup", "git", "grafana", "--write", "--directory", &place],
    );
    assert_eq!(said.code, 0, "{said:?}");
}

/// A pipe of which the near end does not block and takes nothing any more, with all that is in it.
fn full_pipe() -> (File, OwnedFd, usize) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    ioctl_fionbio(&writer, true).expect("it does not block");
    let mut writer = writer;
    let mut held = 0;
    for piece in [4096, 1] {
        while let Ok(length) = writer.write(&vec![b'.'; piece]) {
            held += length;
        }
    }
    (File::from(OwnedFd::from(reader)), writer.into(), held)
}

/// Starts a call that writes to a full pipe, and reads all of the pipe once the call waits for its reader, or has ended
/// without a reader, as it must not. `is_due` tells it of the process.
fn drained(mut command: Command, is_stderr: bool, is_due: &dyn Fn(u32) -> bool) -> (i32, String) {
    let (mut reader, writer, held) = full_pipe();
    match is_stderr {
        true => command.stdout(Stdio::null()).stderr(writer),
        false => command.stdout(writer).stderr(Stdio::null()),
    };
    let mut child = command.stdin(Stdio::null()).spawn().expect("it starts");
    drop(command);
    while child.try_wait().expect("it is ours").is_none() && !is_due(child.id()) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).expect("it is read");
    let text = String::from_utf8_lossy(&bytes[held..]).into_owned();
    let status = child.wait().expect("it ends");
    (status.code().expect("no signal"), text)
}

/// Returns whether a process sleeps, and waits for no child (proc(5)).
fn waits(process: u32) -> bool {
    let read = |name: &str| {
        let path = format!("/proc/{process}/{name}");
        std::fs::read_to_string(path).unwrap_or_default()
    };
    let children = read(&format!("task/{process}/children"));
    let stat = read("stat");
    let state = stat.rsplit(") ").next().unwrap_or_default();
    state.starts_with('S') && children.trim().is_empty()
}

#[test]
fn a_stdout_that_does_not_block_gets_the_whole_answer() {
    let home = Home::usual();
    let cookie = home.run(&["get", "grafana"]).answer();
    for (arguments, part) in [
        (&["get", "grafana"][..], cookie.trim_end()),
        (&["get", "grafana", "--as", "json"], "\"expires_at\""),
        (&["status"], "fresh"),
        (&["man"], ".TH"),
    ] {
        let (code, text) = drained(home.credential(arguments), false, &waits);
        assert_eq!(code, 0, "{arguments:?}: {text}");
        assert!(text.contains(part), "{arguments:?}: {text}");
    }
    let url = home.sandbox.app_url("grafana");
    let curl = ["wrap", "curl", "--", "--silent", "--show-error", &url];
    home.sandbox.clear_audit();
    let has_asked = |_| home.sandbox.requests() > 0;
    let (code, text) = drained(home.credential(&curl), false, &has_asked);
    assert_eq!(code, 0, "{text}");
    assert!(!text.is_empty());
}

#[test]
fn a_stderr_that_does_not_block_gets_every_word() {
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    // None of these asks a server, so only its reader is waited for.
    for (arguments, expected, parts) in [
        (
            &["get", "nowhere"][..],
            4,
            ["no app is called \"nowhere\"", "hint: apps: grafana"],
        ),
        (&["get", "--no-such-option"], 2, ["--no-such-option", "\n"]),
        (&["get", "grafana", "-v"], 0, ["grafana", "\n"]),
        (&["config", "check", "x"], 2, ["x", "\n"]),
    ] {
        let (code, text) = drained(home.credential(arguments), true, &waits);
        assert_eq!(code, expected, "{arguments:?}: {text}");
        for part in parts {
            assert!(text.contains(part), "{arguments:?}: {text}");
        }
        assert!(text.ends_with('\n'), "{arguments:?}: {text}");
    }
    home.password("stale");
    let fails = &["get", "grafana", "--fresh"];
    home.sandbox.end_okta_sessions();
    let has_asked = |_| home.sandbox.password_tries() > 1;
    let (code, text) = drained(home.credential(fails), true, &has_asked);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("Okta refused the password"), "{text}");
}

/// Gives these files of the home to another user.
fn give_away(home: &Home, names: &[&str]) {
    for name in names {
        chown(home.path(name), Some(65_534), Some(65_534)).expect("root gives files away");
    }
}

/// The cookie that a stranger's record would have handed out.
const PLANTED: &str = "cGxhbnRlZA==";

/// The calls that a foreign file meets.
fn calls(home: &Home) -> Vec<Vec<String>> {
    let url = format!("{}/", home.sandbox.app_url("grafana"));
    let lines = [
        "get grafana",
        "get grafana --as json",
        "get grafana --fresh",
        "get grafana --no-sign-in",
        "exec grafana -- printenv CREDENTIAL_COOKIE",
        &format!("wrap curl -- -sS -i {url}"),
        "status",
    ];
    let words = |line: &str| line.split(' ').map(str::to_owned).collect();
    lines.into_iter().map(words).collect()
}

fn run(home: &Home, call: &[String]) -> Outcome {
    let call: Vec<&str> = call.iter().map(String::as_str).collect();
    home.run(&call)
}

#[test]
fn a_configuration_of_another_owner_is_refused_and_named() {
    if !rustix::process::geteuid().is_root() {
        return skip("only root gives files away");
    }
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    give_away(&home, &["config.toml"]);
    home.sandbox.clear_audit();
    for call in calls(&home) {
        let said = run(&home, &call);
        assert!(said.stderr.contains("config.toml"), "{call:?}: {said:?}");
        match call[0].as_str() {
            // The wrapper never makes a call worse: curl runs, without a cookie.
            "wrap" => assert_eq!(said.code, 0, "{call:?}: {said:?}"),
            _ => assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{call:?}"),
        }
        assert!(!said.stdout.contains("AWSELB"), "{call:?}: {said:?}");
    }
}

#[test]
fn a_record_of_another_owner_is_not_used_and_is_named() {
    if !rustix::process::geteuid().is_root() {
        return skip("only root gives files away");
    }
    let usual = Home::usual();
    for call in calls(&usual) {
        let home = Home::usual();
        let cookie = home.run(&["get", "grafana"]).answer();
        let (_, value) = cookie.trim_end().split_once('=').expect("a cookie");
        let mut planted = Vec::new();
        for (record, _) in home.records() {
            let text = std::fs::read_to_string(&record).expect("it is text");
            if text.contains(value) {
                std::fs::write(&record, text.replace(value, PLANTED)).expect("it is ours");
                planted.push(record.file_name().expect("a name").display().to_string());
            }
            chown(&record, Some(65_534), Some(65_534)).expect("root gives files away");
        }
        assert_eq!(planted.len(), 1, "{planted:?}");
        home.sandbox.clear_audit();
        let url = format!("{}/", home.sandbox.app_url("grafana"));
        let before = usual.sandbox.app_url("grafana");
        let call: Vec<String> = call
            .iter()
            .map(|word| word.replace(&format!("{before}/"), &url))
            .collect();
        let said = run(&home, &call);
        let context = format!("{call:?}: {said:?}");
        let words = format!("{}{}", said.stdout, said.stderr);
        let refused = format!("{} belongs to another user", planted[0]);
        assert!(words.contains(&refused), "{context}");
        assert!(!words.contains(PLANTED), "{context}");
        let expected = if call == ["status"] { 0 } else { 2 };
        assert_eq!(said.code, expected, "{context}");
        // Nobody signs in past a record that may have held a warning.
        assert_eq!(home.sandbox.requests(), 0, "{context}");
    }
}

#[test]
fn a_lock_of_another_owner_stops_a_sign_in_by_name_and_no_hit() {
    if !rustix::process::geteuid().is_root() {
        return skip("only root gives files away");
    }
    let home = Home::usual();
    let _ = home.run(&["get", "grafana"]).answer();
    for (record, _) in home.records() {
        let name = record.to_string_lossy().replace(".v2.json", ".lock");
        chown(&name, Some(65_534), Some(65_534)).expect("root gives files away");
    }
    for call in calls(&home) {
        let said = run(&home, &call);
        // A hit takes no lock.
        if !call.contains(&"--fresh".to_owned()) {
            assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{call:?}");
            continue;
        }
        assert_eq!(said.code, 2, "{said:?}");
        assert!(
            said.stderr.contains(".lock belongs to another user"),
            "{said:?}"
        );
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn a_password_of_another_owner_is_read() {
    if !rustix::process::geteuid().is_root() {
        return skip("only root gives files away");
    }
    let home = Home::usual();
    give_away(&home, &["password"]);
    let _ = home.run(&["get", "grafana"]).answer();
}
