//! Instructions and system calls: what a call does, whatever the machine does beside it.

use std::process::{Command, Stdio};

use crate::growth::with;
use crate::limit::{STATIC, limit};
use crate::place::{Place, find};
use crate::rounds::Row;
use crate::ways::ways;

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
    let limit = limit(place, &answer, STATIC);
    let mut rows: Vec<Row> = (limit.into_iter())
        .map(|command| Row::new("the C program", command))
        .collect();
    rows.extend(ways(place));
    rows.push(Row::new("a hit, 1,000 apps and 100,000 records", crowded));
    rows.push(Row::new(SIGN_IN, place.get()));
    for row in &rows {
        let name = &row.name;
        // The first call of each way keeps what makes the next one cheap.
        let mut first = under("env", &[], row).expect("env is on every machine");
        let _ = first.status();
        let count = |by: Option<Count>| {
            if name == SIGN_IN {
                place.forget();
            }
            by.and_then(|count| count(place, row))
                .map_or_else(|| "-".to_owned(), grouped)
        };
        let counts = [
            count(valgrind.as_ref().map(|_| instructions as Count)),
            count(strace.as_ref().map(|_| system_calls as Count)),
        ];
        println!("| {name} | {} | {} |", counts[0], counts[1]);
    }
}

/// The row of a call on an empty cache.
const SIGN_IN: &str = "a sign-in";

type Count = fn(&Place, &Row) -> Option<u64>;

/// The command of `row` as the last arguments of `by`.
fn under(by: &str, arguments: &[&str], row: &Row) -> Option<Command> {
    let command = &row.command;
    let mut whole = Command::new(find(by)?);
    whole.args(arguments).arg(command.get_program());
    whole.args(command.get_args()).env_clear();
    let variables = command.get_envs();
    whole.envs(variables.filter_map(|(name, value)| Some((name, value?))));
    whole.stdin(row.stdin()).stdout(Stdio::null());
    Some(whole)
}

/// Returns what callgrind counts, the loader included.
pub(crate) fn instructions(_: &Place, row: &Row) -> Option<u64> {
    let options = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let output = under("valgrind", &options, row)?
        .stderr(Stdio::piped())
        .output();
    let text = String::from_utf8_lossy(&output.ok()?.stderr).into_owned();
    let (_, counted) = text.split_once("Collected : ")?;
    counted.lines().next()?.trim().parse().ok()
}

/// Returns what strace counts, in all threads.
pub(crate) fn system_calls(place: &Place, row: &Row) -> Option<u64> {
    let list = place.path("strace");
    let list = list.to_str()?;
    let status = under("strace", &["-f", "-qq", "-c", "-o", list], row)?.status();
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
