//! The chart of docs/speed.md: bars of text for the one who measures, and SVG for the page (`--svg FILE`).

use crate::bars::svg;
use crate::rounds::Times;

/// How wide the first line's bar is.
const FIRST: f64 = 4.0;
/// No bar is wider: the rest is cut off, and looks so.
const WIDEST: usize = 40;

/// Prints a bar for each line, as long as its ratio to the first.
pub(crate) fn print(names: &[String], times: &[Times]) {
    println!(
        "\nThe same as a chart (`--svg docs/speed.svg` draws it for docs/speed.md):\n\n```text"
    );
    let room = names.iter().map(|name| name.chars().count()).max();
    let room = room.unwrap_or_default();
    for (name, row) in names.iter().zip(times) {
        let ratio = row.ratio(&times[0]);
        println!("{name:<room$}  {:>6.1} ×  {}", ratio, bar(ratio));
    }
    println!("```");
    if let Some(path) = std::env::args().skip_while(|word| word != "--svg").nth(1) {
        let ratios = times.iter().map(|row| row.ratio(&times[0]));
        let rows: Vec<_> = names.iter().cloned().zip(ratios).collect();
        std::fs::write(&path, svg(&rows)).expect("the chart can be written");
        println!("\n{path}: drawn");
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bar has a few dozen cells"
)]
fn bar(ratio: f64) -> String {
    let cells = (ratio * FIRST).round().clamp(1.0, 10_000.0) as usize;
    match cells > WIDEST {
        true => format!("{}…", "█".repeat(WIDEST)),
        false => "█".repeat(cells),
    }
}
