//! Hostile surroundings: few descriptors, no room in files, no sockets of a kind, no `/proc`. Every call gives an answer, or
//! says in a line why there is none; it never panics, hangs, is killed, or ends with a code that means nothing.

use std::process::{Command, Stdio};

use crate::home::{Home, Outcome, binary, feed, outcome};
use crate::tools::{skip, tool};

/// Runs its arguments with AF_UNIX sockets forbidden, or threads.
const FILTER: &str = r#"
import ctypes, os, struct, sys
def bpf(code, true, false, value):
    return struct.pack("HBBI", code, true, false, value)
LOAD, EQUAL, SET, RETURN = 0x20, 0x15, 0x45, 0x06
NR, ARGUMENT, ERROR, ALLOW = 0, 16, 0x50000, 0x7fff0000
SOCKET, SOCKETPAIR, CLONE, FORK, VFORK, CLONE3 = 41, 53, 56, 57, 58, 435
rules = {
    "unix": [
        bpf(LOAD, 0, 0, NR), bpf(EQUAL, 1, 0, SOCKET), bpf(EQUAL, 0, 3, SOCKETPAIR),
        bpf(LOAD, 0, 0, ARGUMENT), bpf(EQUAL, 0, 1, 1), bpf(RETURN, 0, 0, ERROR | 97),
        bpf(RETURN, 0, 0, ALLOW)],
    "threads": [
        bpf(LOAD, 0, 0, NR), bpf(EQUAL, 4, 0, CLONE3), bpf(EQUAL, 0, 2, CLONE),
        bpf(LOAD, 0, 0, ARGUMENT), bpf(SET, 2, 0, 0x10000), bpf(RETURN, 0, 0, ALLOW),
        bpf(RETURN, 0, 0, ERROR | 38), bpf(RETURN, 0, 0, ERROR | 11)],
    # A clone that makes no thread is another process (clone(2)); vfork and fork are.
    "processes": [
        bpf(LOAD, 0, 0, NR), bpf(EQUAL, 6, 0, CLONE3), bpf(EQUAL, 4, 0, FORK), bpf(EQUAL, 3, 0, VFORK),
        bpf(EQUAL, 0, 3, CLONE), bpf(LOAD, 0, 0, ARGUMENT), bpf(SET, 1, 0, 0x10000),
        bpf(RETURN, 0, 0, ERROR | 11), bpf(RETURN, 0, 0, ALLOW),
        bpf(RETURN, 0, 0, ERROR | 38)],
    # The limit of processes counts threads, too (getrlimit(2), RLIMIT_NPROC). Root has none.
    "tasks": [
        bpf(LOAD, 0, 0, NR), bpf(EQUAL, 4, 0, CLONE3), bpf(EQUAL, 2, 0, FORK), bpf(EQUAL, 1, 0, VFORK),
        bpf(EQUAL, 0, 1, CLONE), bpf(RETURN, 0, 0, ERROR | 11), bpf(RETURN, 0, 0, ALLOW)],
}[sys.argv[1]]
program = b"".join(rules)
memory = ctypes.create_string_buffer(program, len(program))
filter = ctypes.create_string_buffer(
    struct.pack("HxxxxxxQ", len(rules), ctypes.addressof(memory)))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(filter)) == 0
os.execvp(sys.argv[2], sys.argv[2:])
"#;

/// The calls that are made in each of the surroundings.
const CALLS: [&str; 6] = ["hit", "json", "miss", "exec", "wrapper", "git"];

/// A program that runs its last arguments in some surroundings.
fn within(home: &Home, words: &[&str]) -> Command {
    let mut command = home.command("setsid");
    command.args(["--wait", "timeout", "--kill-after=1", "60"]);
    command.args(words).arg(binary());
    command
}

fn shell(script: &str) -> [String; 4] {
    let script = format!("{script}; exec \"$@\"");
    ["sh", "-c", &script, "sh"].map(str::to_owned)
}

fn call(home: &Home, words: &[&str], which: &str) -> Outcome {
    let url = format!("{}/", home.sandbox.app_url("grafana"));
    let mut command = within(home, words);
    match which {
        "hit" => command.args(["get", "grafana"]),
        "json" => command.args(["get", "grafana", "--as", "json"]),
        "miss" => command.args(["get", "grafana", "--fresh"]),
        "exec" => command.args([
            "exec",
            "grafana",
            "--",
            "sh",
            "-c",
            "echo \"$CREDENTIAL_COOKIE\"",
        ]),
        "wrapper" => command.args(["wrap", "curl", "--", "--silent", "--show-error", &url]),
        _ => {
            command.args(["get", "--protocol", "git"]);
            let host = url.trim_start_matches("https://").trim_end_matches('/');
            return feed(command, &format!("protocol=https\nhost={host}\n\n"));
        }
    };
    command.stdin(Stdio::null());
    outcome(command.output().expect("setsid starts"))
}

/// Asserts that `words` run each call to an answer, or to a line that says why not.
#[track_caller]
fn assert_calm(home: &Home, context: &str, words: &[&str]) {
    for which in CALLS {
        home.sandbox.clear_audit();
        let said = call(home, words, which);
        let context = format!("{context}, {which}: {said:?}");
        assert!(!said.stderr.contains("panicked"), "{context}");
        // Beyond 6 the codes are those of a client, or of one that cannot be run (126, 127). 124 is a call that hangs.
        let is_clients = matches!(which, "exec" | "wrapper");
        assert!(
            (0..=6).contains(&said.code) || is_clients && said.code <= 127 && said.code != 124,
            "{context}"
        );
        let is_answered = said.code == 0 && !said.stdout.is_empty();
        assert!(is_answered || !said.stderr.is_empty(), "{context}");
        assert_eq!(home.sandbox.violations(), [], "{context}");
    }
}

/// Asserts that `words` run each of these calls to an answer, without a word on stderr unless it is a warning.
#[track_caller]
fn assert_answers(home: &Home, context: &str, words: &[&str], calls: &[&str]) {
    for which in calls {
        let said = call(home, words, which);
        let is_cookie = said.stdout.contains("AWSELBAuthSessionCookie-0");
        // The application repeats who asked, and git wants a user and a password.
        let is_answer = match *which {
            "wrapper" => said.stdout.contains("x-amzn-oidc-identity"),
            "git" => said.stdout.contains("\npassword=") && is_cookie,
            _ => is_cookie,
        };
        assert_eq!(said.code, 0, "{context}, {which}: {said:?}");
        assert!(is_answer, "{context}, {which}: {said:?}");
        let mut lines = said.stderr.lines();
        let is_warning = |line: &str| {
            let beginnings = ["credential: warning: ", "  caused by: ", "hint: "];
            beginnings
                .iter()
                .any(|beginning| line.starts_with(beginning))
        };
        assert!(lines.all(is_warning), "{context}, {which}: {said:?}");
    }
}

/// The calls that the cache answers.
const HITS: [&str; 4] = ["hit", "json", "exec", "git"];

/// A home with a session.
fn warm() -> Home {
    let home = Home::usual();
    home.run(&["get", "grafana"]).answer();
    home
}

/// Asserts that `script` leaves each call an answer or an error, and those of `answered` an answer.
fn assert_calm_after(context: &str, script: &str, answered: &[&str]) {
    let home = warm();
    let words = shell(script);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_answers(&home, context, &words, answered);
    assert_calm(&home, context, &words);
    // What has passed does no harm to what comes.
    home.run(&["get", "grafana", "--fresh"]).answer();
    home.run(&["get", "grafana"]).answer();
}

/// The same with file systems of its own, which `script` mounts.
fn assert_calm_with_mounts(context: &str, script: &str, answered: &[&str]) {
    let probe = Command::new("unshare").args(["-m", "true"]).status();
    if !probe.is_ok_and(|status| status.success()) {
        return skip("nothing can be mounted here (unshare -m)");
    }
    let home = warm();
    let words = shell(&script.replace("HOME", &home.path("").display().to_string()));
    let mut all = vec!["unshare", "-m"];
    all.extend(words.iter().map(String::as_str));
    assert_answers(&home, context, &all, answered);
    assert_calm(&home, context, &all);
    home.run(&["get", "grafana", "--fresh"]).answer();
}

#[test]
fn few_descriptors_are_an_answer_or_an_error() {
    for descriptors in 4..=14 {
        assert_calm_after(
            &format!("{descriptors} descriptors"),
            &format!("ulimit -n {descriptors}"),
            if descriptors < 5 { &[] } else { &HITS[..2] },
        );
    }
}

#[test]
fn a_password_that_no_descriptor_could_carry_does_not_count_as_sent() {
    for descriptors in 5..=10 {
        let home = warm();
        home.sandbox.end_okta_sessions();
        let words = shell(&format!("ulimit -n {descriptors}"));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        for _ in 0..4 {
            let _ = call(&home, &words, "miss");
        }
        home.sandbox.end_okta_sessions();
        let said = home.run(&["get", "grafana", "--fresh"]);
        assert_eq!(said.code, 0, "{descriptors}: {said:?}");
    }
}

#[test]
fn no_room_in_files_is_an_answer_with_a_warning() {
    assert_calm_after("no room", "ulimit -f 0", &["hit", "json", "git"]);
    let home = warm();
    let words = shell("ulimit -f 0");
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    home.sandbox.end_okta_sessions();
    home.sandbox.clear_audit();
    let told = call(&home, &words, "miss").failure(3);
    assert!(told.contains("File too large"), "{told}");
    home.assert_passwords(0);
}

#[test]
fn little_memory_is_an_answer_or_an_error() {
    assert_calm_after("1 GB of addresses", "ulimit -v 1000000", &CALLS);
}

#[test]
fn ignored_signals_change_nothing() {
    assert_calm_after(
        "ignored signals",
        "trap '' HUP INT QUIT TERM PIPE XFSZ USR1",
        &CALLS,
    );
}

#[test]
fn odd_masks_change_nothing() {
    for mask in ["0777", "0000", "0200"] {
        assert_calm_after(&format!("umask {mask}"), &format!("umask {mask}"), &CALLS);
    }
}

#[test]
fn without_variables_of_places_there_is_an_answer() {
    assert_calm_after(
        "no HOME",
        "unset HOME XDG_RUNTIME_DIR TMPDIR",
        &["hit", "json", "miss", "exec", "git"],
    );
}

/// Runs every call with system calls of a kind forbidden.
fn assert_calm_without(kind: &str) -> Option<Home> {
    if !tool("python3") {
        return None;
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        skip("the filter knows the numbers of system calls of x86-64 alone");
        return None;
    }
    let home = warm();
    let words = ["python3", "-c", FILTER, kind];
    let answered: &[&str] = if kind == "unix" {
        &CALLS
    } else {
        &["hit", "json", "git"]
    };
    assert_answers(&home, kind, &words, answered);
    assert_calm(&home, kind, &words);
    Some(home)
}

#[test]
fn without_unix_sockets_everything_works() {
    let Some(home) = assert_calm_without("unix") else {
        return;
    };
    let words = ["python3", "-c", FILTER, "unix"];
    home.sandbox.end_okta_sessions();
    for which in CALLS {
        let said = call(&home, &words, which);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{which}");
    }
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn without_threads_there_is_an_answer_or_an_error() {
    assert_calm_without("threads");
}

#[test]
fn at_the_limit_of_processes_there_is_an_answer_or_an_error() {
    for kind in ["processes", "tasks"] {
        let Some(home) = assert_calm_without(kind) else {
            return;
        };
        let words = ["python3", "-c", FILTER, kind];
        // What needs no other process is an answer.
        for which in ["hit", "json", "git"] {
            assert_eq!(call(&home, &words, which).code, 0, "{kind} {which}");
        }
        // A password that a command gives is none, and says so.
        let text = home.configuration(&["grafana".into()]);
        let source = "{ command = [\"cat\", \"/etc/hostname\"] }";
        home.configure(&text.replace("{ file = \"password\" }", source));
        home.sandbox.end_okta_sessions();
        home.sandbox.clear_audit();
        let told = call(&home, &words, "miss");
        assert!((1..=6).contains(&told.code), "{kind}: {told:?}");
        assert!(
            told.stderr.contains("credential: ") && !told.stderr.contains("panicked"),
            "{told:?}"
        );
        assert_eq!(home.sandbox.password_tries(), 0, "{kind}");
    }
}

#[test]
fn without_proc_there_is_an_answer() {
    let answered = ["hit", "json", "miss", "exec", "git"];
    assert_calm_with_mounts("no /proc", "mount -t tmpfs none /proc", &answered);
}

#[test]
fn without_descriptors_by_name_there_is_an_answer_or_an_error() {
    assert_calm_with_mounts(
        "no /dev/fd",
        "mount -t tmpfs none /dev; mknod -m 666 /dev/null c 1 3; mknod -m 666 /dev/urandom c 1 9",
        &HITS,
    );
}

#[test]
fn where_nothing_can_be_written_there_is_an_answer_or_an_error() {
    assert_calm_with_mounts(
        "read-only",
        "mount --bind HOME HOME; mount -o remount,bind,ro HOME",
        &["hit", "json", "git"],
    );
}

#[test]
fn as_the_first_process_it_answers() {
    let probe = Command::new("unshare").args(["-p", "-f", "true"]).status();
    if !probe.is_ok_and(|status| status.success()) {
        return skip("no namespace of processes can be had here (unshare -p)");
    }
    let words = ["unshare", "-p", "-f", "--mount-proc"];
    assert_answers(&warm(), "PID 1", &words, &CALLS);
    assert_calm(&warm(), "PID 1", &words);
}
