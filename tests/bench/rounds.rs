//! Rounds: commands run by turns in random order, and the table of what they took.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use sandbox::Chance;

/// How many rounds there are, and the order in each.
pub(crate) struct Rounds {
    share: usize,
    pub(crate) chance: Chance,
}

/// One line of a table.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) command: Command,
    /// The text on its stdin.
    pub(crate) input: Option<PathBuf>,
}

/// The times of one command in each round, in milliseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(pub(crate) Vec<f64>);

impl Row {
    pub(crate) fn new(name: &str, command: Command) -> Self {
        Self {
            name: name.to_owned(),
            command,
            input: None,
        }
    }

    /// Runs it once and gives the milliseconds. Its output goes nowhere.
    fn run(&mut self) -> f64 {
        let stdin = self.stdin();
        self.command.stdin(stdin).stdout(Stdio::null());
        self.command.stderr(Stdio::null());
        let start = Instant::now();
        let status = self.command.status().expect("it starts");
        let took = milliseconds(start);
        assert!(status.success(), "{}: {status}", self.name);
        took
    }

    /// Its stdin, from the beginning.
    pub(crate) fn stdin(&self) -> Stdio {
        let open = |path: &PathBuf| File::open(path).expect("the request was written").into();
        self.input.as_ref().map_or_else(Stdio::null, open)
    }
}

impl Times {
    /// Returns what so many per cent of the rounds took at most.
    pub(crate) fn share(&self, part: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = sorted.len() * part / 100;
        sorted
            .get(at.min(sorted.len() - 1))
            .copied()
            .unwrap_or_default()
    }

    pub(crate) fn median(&self) -> f64 {
        self.share(50)
    }

    /// The median of the differences from what the `first` took in the same round.
    pub(crate) fn beyond(&self, first: &Self) -> f64 {
        let pairs = self.0.iter().zip(&first.0);
        Self(pairs.map(|(time, first)| time - first).collect()).median()
    }

    /// The median of the ratios to what the `first` took in the same round.
    pub(crate) fn ratio(&self, first: &Self) -> f64 {
        let pairs = self.0.iter().zip(&first.0);
        Self(pairs.map(|(time, first)| time / first).collect()).median()
    }
}

impl Rounds {
    /// One round in every `share` of the usual number.
    pub(crate) fn new(share: usize) -> Self {
        let seed = u64::from(std::process::id());
        Self {
            share,
            chance: Chance::seeded(seed),
        }
    }

    pub(crate) fn count(&self, usual: usize) -> usize {
        (usual / self.share).max(2)
    }

    /// Runs all of `rows` in each of `usual` rounds, each after `prepare`.
    pub(crate) fn run(&mut self, usual: usize, rows: &mut [Row], prepare: impl Fn()) -> Vec<Times> {
        self.run_exactly(self.count(usual), rows, prepare)
    }

    /// Runs all of `rows` in each of so many rounds, however short the whole run is to be.
    pub(crate) fn run_exactly(
        &mut self,
        count: usize,
        rows: &mut [Row],
        prepare: impl Fn(),
    ) -> Vec<Times> {
        let mut times = vec![Times::default(); rows.len()];
        let mut order: Vec<usize> = (0..rows.len()).collect();
        // The first run of each finds nothing ready for it.
        for row in &mut *rows {
            prepare();
            row.run();
        }
        for _ in 0..count {
            self.chance.shuffle(&mut order);
            for &row in &order {
                prepare();
                times[row].0.push(rows[row].run());
            }
        }
        times
    }
}

/// The milliseconds since `start`.
pub(crate) fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

/// Prints a table with a line for each name, all compared with the first.
pub(crate) fn print(title: &str, names: &[String], times: &[Times]) {
    let rounds = times.first().map_or(0, |times| times.0.len());
    println!("\n## {title} ({rounds} rounds)\n");
    println!("| | ms, median (10 %–90 %) | ratio |\n|---|---|---|");
    for (name, row) in names.iter().zip(times) {
        let (low, middle, high) = (row.share(10), row.median(), row.share(90));
        let ratio = row.ratio(&times[0]);
        println!("| {name} | {middle:.2} ({low:.2}–{high:.2}) | {ratio:.2} |");
    }
}

/// The names of `rows`.
pub(crate) fn names(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| row.name.clone()).collect()
}
