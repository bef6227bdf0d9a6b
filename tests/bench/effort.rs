//! Instructions and system calls: what a call does, whatever the machine does beside it.

use std::process::{Command, Stdio};

use crate::growth::with;
use crate::limit::{STATIC, limit};
use crate::place::{Place, find};

/// Prints what a hit, a hit in a crowded place and a sign-in take.
pub(crate) fn run(place: &Place) {
    let (valgrind, strace) = (find("valgrind"), find("strace"));
    if valgrind.is_none() {
        println!("\n(not counted: instructions: there is no valgrind)");
    }
    if strace.is_none() {
        println!("\n(not counted: system calls: there is no strace)");
    }
    println!(
        "\n## Instructions and system calls\n\n| | instructions | system calls |\n|---|---|---|"
    );
    let answer = place.warm();
    let crowded = with(place, 1000, 100_000);
    let rows = [
        ("the C program", limit(place, &answer, STATIC)),
        ("a hit", Some(place.get())),
        ("a hit, 1,000 apps and 100,000 records", Some(crowded)),
        ("a sign-in", Some(place.get())),
    ];
    for (name, command) in rows {
        let Some(command) = command else { continue };
        let count = |by: Option<Count>| {
            if name == "a sign-in" {
                place.forget();
            }
            by.and_then(|count| count(place, &command))
                .map_or_else(|| "-".to_owned(), grouped)
        };
        let counts = [
            count(valgrind.as_ref().map(|_| instructions as Count)),
            count(strace.as_ref().map(|_| system_calls as Count)),
        ];
        println!("| {name} | {} | {} |", counts[0], counts[1]);
    }
}

type Count = fn(&Place, &Command) -> Option<u64>;

/// `command` as the last arguments of `by`.
fn under(by: &str, arguments: &[&str], command: &Command) -> Option<Command> {
    let mut whole = Command::new(find(by)?);
    whole.args(arguments).arg(command.get_program());
    whole.args(command.get_args()).env_clear();
    let variables = command.get_envs();
    whole.envs(variables.filter_map(|(name, value)| Some((name, value?))));
    whole.stdin(Stdio::null()).stdout(Stdio::null());
    Some(whole)
}

/// Returns what callgrind counts, the loader included.
pub(crate) fn instructions(_: &Place, command: &Command) -> Option<u64> {
    let options = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let output = under("valgrind", &options, command)?
        .stderr(Stdio::piped())
        .output();
    let text = String::from_utf8_lossy(&output.ok()?.stderr).into_owned();
    let (_, counted) = text.split_once("Collected : ")?;
    counted.lines().next()?.trim().parse().ok()
}

/// Returns what strace counts, in all threads.
pub(crate) fn system_calls(place: &Place, command: &Command) -> Option<u64> {
    let list = place.path("strace");
    let list = list.to_str()?;
    let status = under("strace", &["-f", "-qq", "-c", "-o", list], command)?.status();
    status.ok().filter(std::process::ExitStatus::success)?;
    let text = std::fs::read_to_string(list).ok()?;
    let total = text
        .lines()
        .find(|line| line.trim_end().ends_with("total"))?;
    // % time, seconds, usecs/call, calls, (errors,) "total"
    total.split_whitespace().nth(3)?.parse().ok()
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<String> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    groups.join(",")
}
