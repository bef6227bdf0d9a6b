//! A table for a person: columns that are as wide as their cells, within the terminal.

use crate::terminal::{Looks, Meaning};

/// The indent of a last cell that has lines of its own.
const INDENT: usize = 4;

/// The head of the column whose cells have a meaning.
const STATE: &str = "STATE";

/// Renders a table. Each column but the last is as wide as its widest cell. Where the last cell does not fit on the terminal,
/// it stands below its row.
pub(super) fn render<const N: usize>(
    looks: Looks,
    head: [&str; N],
    lines: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(lines);
    let widest = |column: usize| rows.iter().map(|row| width(&row[column])).max();
    let widths: Vec<usize> = (0..N - 1).filter_map(widest).collect();
    let room: usize = widths.iter().map(|width| width + 2).sum();
    let mut text = String::new();
    for row in &rows {
        for ((name, cell), column) in head.iter().zip(row).zip(&widths) {
            let blanks = " ".repeat(column - width(cell) + 2);
            match *name {
                STATE => text.push_str(&painted(looks, cell)),
                _ => text.push_str(cell),
            }
            text.push_str(&blanks);
        }
        let last = &row[N - 1];
        if !looks.has_room(room + width(last)) {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.push_str(&" ".repeat(INDENT));
        }
        text.push_str(&looks.hang(INDENT, last));
        text.push('\n');
    }
    text
}

fn width(cell: &str) -> usize {
    cell.chars().count()
}

/// Returns a state in the colour of what it means.
fn painted(looks: Looks, cell: &str) -> String {
    match cell {
        "fresh" => looks.paint(Meaning::Fine, cell),
        "failing" => looks.paint(Meaning::Failure, cell),
        cell => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::terminal::Looks;

    fn row(last: &str) -> [String; 3] {
        ["grafana", "fresh", last].map(str::to_owned)
    }

    #[test]
    fn a_pipe_gets_each_row_on_a_line() {
        let words = "word ".repeat(30);
        let text = render(
            Looks::default(),
            ["APP", "STATE", "ERROR"],
            [row(words.trim())],
        );
        assert_eq!(
            text,
            format!("APP      STATE  ERROR\ngrafana  fresh  {}\n", words.trim())
        );
    }

    #[test]
    fn on_a_terminal_a_long_last_cell_stands_below_its_row() {
        let words = "word ".repeat(10);
        let lines = [row("-"), row(words.trim())];
        let text = render(Looks::of_width(40), ["APP", "STATE", "ERROR"], lines);
        assert_eq!(
            text,
            "APP      STATE  ERROR\ngrafana  fresh  -\ngrafana  fresh\n    word word word word word word word\n    \
             word word word\n"
        );
    }
}
