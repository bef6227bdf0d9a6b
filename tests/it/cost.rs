//! What a hit costs, of the program as README installs it: instructions and system calls, which are the same whatever
//! else the machine does. No time is looked at.

use crate::home::{Home, outcome};
use crate::released::usual;
use crate::tools::tools;

/// The most that a hit may cost. It was 62,000 and 31 with glibc 2.36; what is between leaves room for another glibc, and
/// not for another parser.
const INSTRUCTIONS: u64 = 90_000;
const SYSTEM_CALLS: usize = 40;

/// A home whose cache answers grafana by the quick road.
fn warm(home: Home) -> Home {
    let has_bookmark = || {
        home.all_files()
            .iter()
            .any(|name| name.ends_with(".bookmark"))
    };
    while !has_bookmark() {
        let mut command = home.command(usual());
        outcome(
            command
                .args(["get", "grafana"])
                .output()
                .expect("it starts"),
        )
        .answer();
    }
    home
}

/// Returns how many instructions the program takes for an answer.
fn instructions(home: &Home, arguments: &[&str]) -> u64 {
    let mut command = home.command("valgrind");
    command.args([
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        "--log-file=log",
    ]);
    let output = command
        .arg(usual())
        .args(arguments)
        .output()
        .expect("valgrind starts");
    outcome(output).answer();
    let log = std::fs::read_to_string(home.path("log")).expect("valgrind wrote it");
    let line = log.lines().find_map(|line| line.split_once("Collected : "));
    line.expect("a count").1.trim().parse().expect("a number")
}

/// The system calls of the program for an answer, a line each.
fn system_calls(home: &Home, arguments: &[&str]) -> Vec<String> {
    let mut command = home.command("strace");
    let output = command
        .args(["-f", "-o", "log"])
        .arg(usual())
        .args(arguments)
        .output();
    outcome(output.expect("strace starts")).answer();
    let log = std::fs::read_to_string(home.path("log")).expect("strace wrote it");
    let lines = log.lines().filter_map(|line| line.split_once(' '));
    lines
        .map(|(_, call)| call.trim().to_owned())
        .filter(|call| !call.starts_with("+++"))
        .collect()
}

#[test]
fn a_hit_costs_a_look_at_three_files() {
    if !tools(&["valgrind", "strace"]) {
        return;
    }
    let home = warm(Home::usual());
    for arguments in [
        &["get", "grafana"][..],
        &["get", "grafana", "--as", "header"],
    ] {
        let count = instructions(&home, arguments);
        assert!(count <= INSTRUCTIONS, "{arguments:?}: {count} instructions");
        let calls = system_calls(&home, arguments);
        assert!(
            calls.len() <= SYSTEM_CALLS,
            "{arguments:?}: {}: {calls:#?}",
            calls.len()
        );
        let opened: Vec<&String> = calls
            .iter()
            .filter(|call| call.starts_with("open"))
            .collect();
        let is_of_cache = |call: &&String| call.contains("/cache/") && call.contains("O_RDONLY");
        assert!(
            opened.len() == 2 && opened.iter().all(is_of_cache),
            "{opened:#?}"
        );
        for never in [
            "write(2",
            "flock",
            "socket",
            "clone",
            "mkdir",
            "rename",
            "execve(\"/bin",
        ] {
            assert!(
                !calls.iter().any(|call| call.starts_with(never)),
                "{never}: {calls:#?}"
            );
        }
        assert_eq!(
            calls
                .iter()
                .filter(|call| call.starts_with("write(1"))
                .count(),
            1
        );
    }
}

#[test]
fn a_hit_costs_the_same_whatever_is_configured_and_cached() {
    if !tools(&["valgrind", "strace"]) {
        return;
    }
    let home = warm(Home::usual());
    let (few, calls) = (
        instructions(&home, &["get", "grafana"]),
        system_calls(&home, &["get", "grafana"]),
    );
    let (entry, _) = home.record("grafana");
    let text = std::fs::read(&entry).expect("it is ours");
    for number in 0..100_000 {
        let other = home
            .cache()
            .join(format!("app{number}.corp.example-{number:016x}.v2.json"));
        std::fs::write(other, &text).expect("it is ours");
    }
    for name in home
        .all_files()
        .iter()
        .filter(|name| name.ends_with(".bookmark"))
    {
        std::fs::remove_file(home.cache().join(name)).expect("it is ours");
    }
    let section =
        |number| format!("\n[app.app{number}]\nurl = \"https://app{number}.corp.example\"\n");
    let apps: Vec<String> = (1..1000).map(section).collect();
    home.append(&apps.concat());
    let home = warm(home);
    let many = instructions(&home, &["get", "grafana"]);
    assert!(
        many * 10 <= few * 11,
        "{few} instructions have become {many}"
    );
    assert_eq!(system_calls(&home, &["get", "grafana"]).len(), calls.len());
}
