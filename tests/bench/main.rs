//! The benchmarks: `cargo bench`, or `cargo bench -- --quick` for a tenth of the rounds. They print tables and assert no
//! time. `--svg FILE` also draws the chart of a hit, and `--only PART` measures one part.
//!
//! Everything is a ratio within one run. In each round of a table every command runs once, in random order, so that
//! whatever else the machine does falls on all of them alike; a line shows the median and the tenth and ninetieth
//! percentile, and the median of the ratios to the first line within the same round. All programs that can be are
//! copied freshly into one directory first: how a file came into the page cache can double the cost of its start.
//!
//! `hit` is the call of every day, against the physical limit and what else keeps credentials on this machine;
//! `ways` every other way to ask for it; `growth` what it costs when there is more of everything; `crowd` a thousand at once;
//! `cold` a whole sign-in; `browser` a renewal by a browser; `fleet` machines that share a store; and `effort` counts
//! instructions and system calls, which are no matter of luck.
#![expect(clippy::print_stdout, reason = "a benchmark is a table on stdout")]

mod bars;
mod browser;
mod chart;
mod cold;
mod crowd;
mod effort;
mod fleet;
mod growth;
mod hit;
mod keyring;
mod limit;
mod peers;
mod place;
mod rounds;
mod ways;

use std::time::Duration;

use place::Place;
use rounds::Rounds;

/// How long the sandbox takes for each exchange.
const DELAY: Duration = Duration::from_millis(20);

fn main() {
    let is_given = |option: &str| std::env::args().any(|argument| argument == option);
    // `cargo test --benches` would otherwise run all of it.
    if !is_given("--bench") {
        return;
    }
    let mut rounds = Rounds::new(if is_given("--quick") { 10 } else { 1 });
    println!("# Benchmarks\n\n{}", machine());
    let place = Place::new(DELAY);
    let only = std::env::args().skip_while(|word| word != "--only").nth(1);
    let is_meant = |part: &str| only.as_ref().is_none_or(|only| only == part);
    if is_meant("hit") {
        hit::run(&place, &mut rounds);
    }
    if is_meant("ways") {
        ways::run(&place, &mut rounds);
    }
    if is_meant("growth") {
        growth::run(&place, &mut rounds);
    }
    if is_meant("crowd") {
        crowd::run(&place, &mut rounds);
    }
    if is_meant("cold") {
        cold::run(&place, &mut rounds);
    }
    if is_meant("browser") {
        browser::run(&mut rounds);
    }
    if is_meant("fleet") {
        fleet::run(&place, &mut rounds);
    }
    if is_meant("effort") {
        effort::run(&place);
    }
}

/// Returns what all of it was measured on.
fn machine() -> String {
    let threads = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let (system, processor) = (std::env::consts::OS, std::env::consts::ARCH);
    let version = env!("CARGO_PKG_VERSION");
    format!("credential {version}, {system} {processor}, {threads} processors.")
}
