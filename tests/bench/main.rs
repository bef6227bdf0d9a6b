//! The benchmarks: `cargo bench`. They report ratios within one run and assert nothing.
//!
//! Rounds: in each, every command of a table runs once, one after the other, so that whatever else the machine does
//! falls on all of them alike. A line shows the median and the tenth and ninetieth percentile in milliseconds, and
//! the median of the ratios to the first line within the same round.
#![expect(clippy::print_stdout, reason = "a benchmark is a table on stdout")]

mod commands;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use commands::Place;

/// How long the sandbox takes for each exchange.
const DELAY: Duration = Duration::from_millis(20);

fn main() {
    // `cargo test --benches` would otherwise run all of it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let place = Place::new(DELAY);
    hits(&place);
    cold(&place);
    crowds(&place);
}

/// A hit against the limit: a program that opens the entry, reads it and writes as much.
fn hits(place: &Place) {
    place.warm();
    let mut rows = vec![];
    match place.limit() {
        Some(limit) => rows.push(("C program: open, read, write", limit)),
        None => println!("(no C compiler: the limit is not measured)"),
    }
    rows.push(("credential get, warm", place.get("grafana")));
    rows.push(("cat of the entry", place.cat()));
    table("A hit", 200, &mut rows, || {});
}

/// A cold sign-in against its three round trips, and against the same flow in a script.
fn cold(place: &Place) {
    let mut rows = vec![
        ("sleep for three round trips", sleep(3 * DELAY)),
        ("credential get, cold", place.get("grafana")),
    ];
    match place.script() {
        Some(script) => rows.push(("the same flow in Python requests", script)),
        None => println!("(no Python with requests: the script is not measured)"),
    }
    table("A sign-in, 20 ms for each exchange", 15, &mut rows, || {
        place.forget();
    });
}

/// Many at once.
fn crowds(place: &Place) {
    println!(
        "\n## 200 processes at once\n\n| cache | ms until the last has its answer | passwords sent |\n|---|---|---|"
    );
    for cache in ["cold", "warm"] {
        if cache == "cold" {
            place.forget();
        }
        let before = place.sandbox.password_tries();
        let start = Instant::now();
        let children: Vec<_> = (0..200)
            .map(|_| place.get("grafana").spawn().expect("it starts"))
            .collect();
        let failed = children
            .into_iter()
            .filter_map(|mut child| child.wait().ok())
            .filter(|status| !status.success());
        assert_eq!(failed.count(), 0, "every process has its answer");
        let (took, sent) = (
            start.elapsed().as_secs_f64() * 1000.0,
            place.sandbox.password_tries() - before,
        );
        println!("| {cache} | {took:.0} | {sent} |");
    }
}

fn sleep(time: Duration) -> Command {
    let mut command = Command::new("sleep");
    command.arg(time.as_secs_f64().to_string());
    command
}

/// Runs every command once in each round, after `prepare`, and prints what they took.
fn table(title: &str, rounds: usize, rows: &mut [(&str, Command)], prepare: impl Fn()) {
    let mut times = vec![Vec::with_capacity(rounds); rows.len()];
    for _ in 0..rounds {
        for (row, times) in rows.iter_mut().zip(&mut times) {
            prepare();
            row.1.stdout(Stdio::null()).stdin(Stdio::null());
            let start = Instant::now();
            let status = row.1.status().expect("it starts");
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            assert!(status.success(), "{}: {status}", row.0);
        }
    }
    println!(
        "\n## {title} ({rounds} rounds)\n\n| | ms, median (10 %–90 %) | ratio |\n|---|---|---|"
    );
    for ((name, _), row) in rows.iter().zip(&times) {
        let ratios = row
            .iter()
            .zip(&times[0])
            .map(|(time, first)| time / first)
            .collect();
        let share = |part: usize| sorted(row.clone())[row.len() * part / 100];
        println!(
            "| {name} | {:.2} ({:.2}–{:.2}) | {:.2} |",
            share(50),
            share(10),
            share(90),
            sorted(ratios)[rounds / 2]
        );
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}
