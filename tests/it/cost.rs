//! The cost of a hit, of the program as README installs it: instructions and system calls, which are the same whatever
//! else the machine does. No time is looked at.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::home::{Home, outcome};
use crate::quick::ways;
use crate::released::usual;
use crate::tools::tools;

/// callgrind, which counts the instructions of what follows.
const CALLGRIND: [&str; 4] = [
    "valgrind",
    "--tool=callgrind",
    "--callgrind-out-file=/dev/null",
    "--log-file=log",
];
/// strace, which lists the system calls of what follows.
const STRACE: [&str; 4] = ["strace", "-f", "-o", "log"];

/// The most that a hit may cost. It was 53,000 and 31 with glibc 2.36; what is between leaves room for another glibc, and
/// not for another parser.
const INSTRUCTIONS: u64 = 90_000;
const SYSTEM_CALLS: usize = 40;

/// The most instructions that a call may take that is made in another way than by the app's name. They were 62,000 to
/// 103,000.
const OTHER_INSTRUCTIONS: u64 = 130_000;
/// The most system calls of such a call. They were 33 to 41.
const OTHER_SYSTEM_CALLS: usize = 50;

/// The most parts of the program, of 64 KiB each, in which a hit runs code: the kernel maps one with each page fault. They
/// were 15, of which ten are the C library's; without the order that build.rs asks for they are 41.
const PARTS: usize = 20;

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
    let mut command = home.command(CALLGRIND[0]);
    let output = command
        .args(&CALLGRIND[1..])
        .arg(usual())
        .args(arguments)
        .output()
        .expect("valgrind starts");
    outcome(output).answer();
    collected(home)
}

/// Returns what callgrind has counted.
fn collected(home: &Home) -> u64 {
    let log = std::fs::read_to_string(home.path("log")).expect("valgrind wrote it");
    let line = log.lines().find_map(|line| line.split_once("Collected : "));
    line.expect("a count").1.trim().parse().expect("a number")
}

/// The system calls of the program for an answer, a line each.
fn system_calls(home: &Home, arguments: &[&str]) -> Vec<String> {
    let mut command = home.command(STRACE[0]);
    let output = command
        .args(&STRACE[1..])
        .arg(usual())
        .args(arguments)
        .output();
    outcome(output.expect("strace starts")).answer();
    traced(home)
}

/// Returns what strace has seen, a line each.
fn traced(home: &Home) -> Vec<String> {
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
fn a_hit_runs_code_of_few_parts_of_the_program() {
    if !tools(&["valgrind"]) {
        return;
    }
    let home = warm(Home::usual());
    let options = [
        "--dump-instr=yes",
        "--compress-pos=no",
        "--callgrind-out-file=addresses",
    ];
    let mut command = home.command(CALLGRIND[0]);
    command.arg(CALLGRIND[1]).args(options).arg(CALLGRIND[3]);
    command.arg(usual()).args(["get", "grafana"]);
    outcome(command.output().expect("valgrind starts")).answer();
    let written = std::fs::read_to_string(home.path("addresses")).expect("valgrind wrote it");
    let addresses = written.lines().filter_map(|line| line.strip_prefix("0x"));
    let part = |line: &str| {
        u64::from_str_radix(line.split(' ').next()?, 16)
            .ok()
            .map(|at| at >> 16)
    };
    let parts: BTreeSet<u64> = addresses.filter_map(part).collect();
    assert!((1..=PARTS).contains(&parts.len()), "{parts:x?}");
}

#[test]
fn every_way_to_call_costs_little_more_than_the_name() {
    if !tools(&["valgrind", "strace"]) {
        return;
    }
    let home = warm(Home::usual());
    for (words, input) in ways(&home) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let program = home.path(&format!("{}-credential-alb", words[0]));
        let is_helper = ["git", "docker", "bazel"].contains(&words[0]);
        if is_helper && !program.exists() {
            symlink(usual(), &program).expect("it is ours");
        }
        let (program, words) = match is_helper {
            true => (program.as_path(), &words[1..]),
            false => (usual(), &words[..]),
        };
        let stdin = home.path("stdin");
        std::fs::write(&stdin, &input).expect("it is ours");
        let run = |by: Option<&[&str]>| {
            let mut command = home.command(by.map_or(program, |by| Path::new(by[0])));
            if let Some(by) = by {
                command.args(&by[1..]).arg(program);
            }
            command.args(words);
            command.stdin(std::fs::File::open(&stdin).expect("it is ours"));
            outcome(command.output().expect("it starts")).answer();
        };
        run(None);
        run(Some(&CALLGRIND));
        let count = collected(&home);
        assert!(
            count <= OTHER_INSTRUCTIONS,
            "{words:?} {input:?}: {count} instructions"
        );
        run(Some(&STRACE));
        let calls = traced(&home);
        assert!(
            calls.len() <= OTHER_SYSTEM_CALLS,
            "{words:?} {input:?}: {calls:#?}"
        );
        let has_read = calls
            .iter()
            .any(|call| call.contains("config.toml\", O_RDONLY"));
        assert!(!has_read, "{words:?} {input:?}: {calls:#?}");
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
