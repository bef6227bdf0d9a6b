//! The pictures in docs/ show what the pages say: each is drawn anew from a page's figures or transcripts, and compared.
//!
//! `DRAW_PICTURES=1 cargo test --test it pictures` writes them.

use std::fmt::Write as _;
use std::path::Path;

use crate::transcripts;
use crate::tree::read;

#[path = "../bench/bars.rs"]
mod bars;

/// The width of a letter of the terminal's font, the height of its lines, and the margin around them, in pixels.
const LETTER: f64 = 8.5;
const LINE: f64 = 20.0;
const MARGIN: f64 = 18.0;

/// Asserts that the file at `path` has this picture, or writes it.
#[track_caller]
fn assert_drawn(path: &str, picture: &str) {
    if std::env::var_os("DRAW_PICTURES").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::write(file, picture).expect("it is ours");
    }
    assert!(
        read(path) == picture,
        "{path} shows something else than the page: DRAW_PICTURES=1 cargo test --test it pictures"
    );
}

/// The rows of a table of two columns, a name and a number, with the columns' names in its first row.
fn figures(page: &str, head: &str) -> Vec<(String, f64)> {
    let (_, table) = page.split_once(head).unwrap_or_default();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let number = cells[1].parse().expect("a figure");
        (cells[0].replace("**", ""), number)
    })
    .collect()
}

/// A terminal with these lines on its screen. A command stands out from its answer.
fn terminal(lines: &[String]) -> String {
    let (mut drawn, mut bottom, mut widest) = (String::new(), MARGIN, 0);
    for line in lines {
        bottom += LINE;
        widest = widest.max(u32::try_from(line.chars().count()).expect("a line"));
        let class = match line.starts_with("$ ") {
            true => " class=\"command\"",
            false => "",
        };
        let line = line.replace('&', "&amp;").replace('<', "&lt;");
        let base = bottom - 5.0;
        let _ = writeln!(
            drawn,
            "<text x=\"{MARGIN}\" y=\"{base}\"{class} xml:space=\"preserve\">{line}</text>"
        );
    }
    let width = (LETTER * f64::from(widest) + 2.0 * MARGIN).ceil();
    let height = bottom + MARGIN;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n<style>text {{ font: 14px monospace; white-space: pre; fill: #c9d1d9 }} \
         .command {{ fill: #ffffff; font-weight: bold }}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#161b22\"/>\n{drawn}</svg>\n"
    )
}

#[test]
fn the_chart_of_speed_has_the_figures_of_its_page() {
    let table = "x\n| | r |\n|---|---|\n| **a** | 1.0 |\n| b, c | 12.5 |\n\n| d | 3 |\n";
    let expected = [("a".to_owned(), 1.0), ("b, c".to_owned(), 12.5)];
    assert_eq!(figures(table, "| | r |"), expected);
    let figures = figures(&read("docs/speed.md"), "| | ratio, median |");
    assert!(figures.len() > 5, "{figures:?}");
    assert_drawn("docs/speed.svg", &bars::svg(&figures));
}

#[test]
fn the_picture_of_the_first_minutes_has_the_transcripts_of_the_readme() {
    let lines = transcripts::lines(&read("README.md"));
    assert!(lines.len() > 15, "{lines:?}");
    assert_drawn("docs/first-minutes.svg", &terminal(&lines));
}
