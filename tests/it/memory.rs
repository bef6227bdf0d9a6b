//! The memory of the program when it ends has no secret, not even where its libraries had one.

use std::process::Command;

use sandbox::PASSWORD;

use crate::factors::{SEED, with_seed};
use crate::home::{Home, binary, feed, outcome};
use crate::tools::tools;

/// Runs the program up to its last system call, and gives its answer. What it has in memory then is in a file.
fn run_to_its_end(home: &Home, arguments: &str) -> String {
    let run = format!("run {arguments} >answer");
    let commands = [
        "catch syscall exit_group",
        &run,
        "generate-core-file memory",
        "kill",
    ];
    let mut command = home.command("gdb");
    command.args(["-nx", "-batch"]);
    for each in commands {
        command.args(["-ex", each]);
    }
    let said = outcome(command.arg(binary()).output().expect("gdb starts"));
    let core = std::fs::read(home.path("memory")).expect("gdb wrote it");
    std::fs::write(home.path("memory"), mapped(&core)).expect("it is ours");
    let answer = std::fs::read_to_string(home.path("answer")).expect("it is written");
    assert!(answer.contains('='), "{}{}", said.stdout, said.stderr);
    answer
}

/// Returns what the process could write, of a core file (elf(5)). What else is there are its registers, which end with
/// it.
fn mapped(core: &[u8]) -> Vec<u8> {
    const LOAD: u64 = 1;
    const WRITABLE: u64 = 2;
    let number = |at: usize, size: usize| {
        let bytes = core[at..at + size].iter().rev();
        bytes.fold(0, |number, &byte| number << 8 | u64::from(byte))
    };
    let place = |at: usize| usize::try_from(number(at, 8)).expect("it is in memory");
    let headers =
        (0..number(56, 2)).map(|index| place(32) + 56 * usize::try_from(index).expect("few"));
    let segments = headers.filter(|&at| number(at, 4) == LOAD && number(at + 4, 4) & WRITABLE != 0);
    let segments = segments.map(|at| &core[place(at + 8)..][..place(at + 32)]);
    segments.collect::<Vec<_>>().concat()
}

/// Returns how many of the lines of that memory match one of these expressions.
fn matches(home: &Home, expressions: &[&str]) -> usize {
    let mut grep = Command::new("grep");
    grep.args(["--text", "--count", "--extended-regexp", "--file=-"])
        .arg(home.path("memory"))
        .env("LC_ALL", "C");
    let said = feed(grep, &expressions.join("\n"));
    assert_eq!(said.stderr, "");
    said.stdout.trim().parse().expect("a count")
}

#[test]
fn nothing_secret_is_left_in_memory_after_a_sign_in_or_a_hit() {
    if !tools(&["gdb", "grep"]) {
        return;
    }
    let home = with_seed(sandbox::Factor::okta_verify("Ada's phone", SEED));
    for arguments in [
        "get grafana",
        "get grafana --fresh",
        "get grafana",
        "get grafana --as json",
    ] {
        let answer = run_to_its_end(&home, arguments);
        let (_, record) = home.record("grafana");
        let value = record["session"]["cookies"][0]["value"]
            .as_str()
            .expect("a value");
        assert!(answer.contains(value));
        assert!(
            matches(&home, &["ALB_CREDENTIAL_CACHE="]) > 0,
            "memory can be seen"
        );
        let (_, account) = home.account();
        let mut cookies = account["session"].as_array().expect("a list").iter();
        let sid = cookies
            .find(|cookie| cookie["name"] == "sid")
            .expect("a session");
        let sid = sid["value"].as_str().expect("a value");
        let device = account["device"]["value"].as_str().expect("a value");
        for (what, secret) in [
            ("password", PASSWORD),
            ("seed", SEED),
            ("cookie", &value[..40]),
            ("the cookie's end", &value[value.len() - 40..]),
            ("Okta's session", sid),
            ("Okta's device token", device),
            ("a session token", "20111[A-Za-z0-9_-]{10}"),
            ("a code", "code=[A-Za-z0-9_-]{20}"),
        ] {
            let secret = secret.replace(['+', '.'], ".");
            assert_eq!(matches(&home, &[&secret]), 0, "{arguments}: {what}");
        }
    }
}
