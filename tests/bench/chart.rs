//! The chart of README's section on speed: bars of text, which look alike everywhere.

use crate::rounds::Times;

/// How wide the first line's bar is.
const FIRST: f64 = 4.0;
/// No bar is wider: the rest is cut off, and looks so.
const WIDEST: usize = 40;

/// Prints a bar for each line, as long as its ratio to the first.
pub(crate) fn print(names: &[String], times: &[Times]) {
    println!("\nThe same as a chart, for README.md:\n\n```text");
    let room = names.iter().map(|name| name.chars().count()).max();
    let room = room.unwrap_or_default();
    for (name, row) in names.iter().zip(times) {
        let ratio = row.ratio(&times[0]);
        println!("{name:<room$}  {:>6.1} ×  {}", ratio, bar(ratio));
    }
    println!("```");
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
