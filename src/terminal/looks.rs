//! How words look where they are read: in colour by their meaning, and with hanging indents, on a terminal; as they are
//! everywhere else. A colour never says what the words do not say.
//!
//! Specification: <https://no-color.org>, <https://bixense.com/clicolors>; the variables are weighed as clap's anstream does.

use std::fs::File;

use anstyle::{AnsiColor, Style};

use super::tty;
use crate::environment;

/// The narrowest terminal whose lines are broken between words. Narrower ones have no room for an indent.
const NARROWEST: usize = 40;
/// The beginning of a command that a person may copy as a whole.
const OWN_COMMAND: &str = "credential ";

/// The meaning of a word, which decides on its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    Fine,
    Warning,
    Failure,
    /// Something that a person takes over: the number of a push, a hint.
    Act,
}

impl Meaning {
    fn style(self) -> Style {
        let colour = |colour: AnsiColor| Style::new().bold().fg_color(Some(colour.into()));
        match self {
            Self::Fine => colour(AnsiColor::Green),
            Self::Warning => colour(AnsiColor::Yellow),
            Self::Failure => colour(AnsiColor::Red),
            Self::Act => Style::new().bold(),
        }
    }
}

/// The abilities of the place where words are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Looks {
    colour: bool,
    /// The columns of the terminal, if it tells them.
    width: Option<usize>,
}

impl Looks {
    /// Returns the abilities of this terminal.
    pub(super) fn at(terminal: &File) -> Self {
        Self::of_terminal(tty::columns(terminal))
    }

    /// Returns the abilities of a terminal of `width` columns.
    pub(super) fn of_terminal(width: Option<usize>) -> Self {
        Self {
            colour: is_coloured(true, environment::foreign),
            width: width.filter(|width| *width >= NARROWEST),
        }
    }

    /// Returns the abilities of a pipe or a file.
    pub(super) fn of_pipe() -> Self {
        Self {
            colour: is_coloured(false, environment::foreign),
            width: None,
        }
    }

    /// Returns the looks of a terminal of this width, without colour.
    #[cfg(test)]
    pub(crate) fn of_width(width: usize) -> Self {
        Self {
            colour: false,
            width: Some(width),
        }
    }

    /// Reports whether a line of so many columns need not be broken.
    pub(crate) fn has_room(self, columns: usize) -> bool {
        self.width.is_none_or(|width| columns <= width)
    }

    /// Returns `words` in the colour of `meaning`.
    pub(crate) fn paint(self, meaning: Meaning, words: &str) -> String {
        match self.colour {
            true => format!("{0}{words}{0:#}", meaning.style()),
            false => words.to_owned(),
        }
    }

    /// Breaks `words`, which begin in column `indent`, between words, so that each further line begins there too. A command
    /// of ours at their end stays whole, so that it can be copied.
    pub(crate) fn hang(self, indent: usize, words: &str) -> String {
        self.hang_after(indent, indent, words)
    }

    /// As [`Looks::hang`], for words that begin in column `start`.
    pub(crate) fn hang_after(self, indent: usize, start: usize, words: &str) -> String {
        let Some(width) = self.width.filter(|width| indent + NARROWEST / 2 <= *width) else {
            return words.to_owned();
        };
        let mut text = String::new();
        let mut column = start;
        for (index, word) in unbroken(words).enumerate() {
            let (gap, length) = (usize::from(index > 0), word.chars().count());
            if column > indent && column + gap + length > width {
                text.push('\n');
                text.push_str(&" ".repeat(indent));
                column = indent;
            } else {
                text.push_str(&" "[..gap]);
                column += gap;
            }
            text.push_str(word);
            column += length;
        }
        text
    }

    /// Lays out lines of the forms that errors and notices have. `is_failure` if they tell why the call failed.
    pub(super) fn lay_out(self, text: &str, is_failure: bool) -> String {
        if self == Self::default() {
            return text.to_owned();
        }
        let lines = text.split_inclusive('\n');
        lines.map(|line| self.line(line, is_failure)).collect()
    }

    /// Lays out a line of a dialogue. Where it has no label, its further lines begin where its words do.
    pub(super) fn lay_out_told(self, line: &str) -> String {
        if label(line).is_some() {
            return self.lay_out(line, false);
        }
        let (start, indent) = beginning(line);
        format!(
            "{}{}",
            &line[..start],
            self.hang_after(indent, start, &line[start..])
        )
    }

    fn line(self, line: &str, is_failure: bool) -> String {
        let words = line.trim_end_matches('\n');
        let end = &line[words.len()..];
        let (plain, label, meaning) = match label(words) {
            Some(("", "credential:", _)) if !is_failure => ("credential:", "", None),
            Some((plain, label, meaning)) => (plain, label, meaning),
            None => return line.to_owned(),
        };
        let head = match meaning {
            Some(meaning) => format!("{plain}{}", self.paint(meaning, label)),
            None => format!("{plain}{label}"),
        };
        let length = plain.len() + label.len();
        let body = words[length..].trim_start_matches(' ');
        let blanks = words.len() - length - body.len();
        // Below a long label there is little room, so a warning hangs below its name.
        let indent = match plain {
            "credential: " => plain.len(),
            _ => length + blanks,
        };
        let body = self.hang_after(indent, length + blanks, body);
        format!("{head}{}{body}{end}", " ".repeat(blanks))
    }
}

/// Returns the text before the label at the beginning of `line`, the label, and its meaning.
fn label(line: &str) -> Option<(&'static str, &'static str, Option<Meaning>)> {
    const LABELS: [(&str, &str, Option<Meaning>); 5] = [
        ("credential: ", "warning:", Some(Meaning::Warning)),
        ("", "credential:", Some(Meaning::Failure)),
        ("", "hint:", Some(Meaning::Act)),
        // In a dialogue no line names the program.
        ("", "warning:", Some(Meaning::Warning)),
        ("", "  caused by:", None),
    ];
    let has = |(plain, label, _): &(&str, &str, _)| {
        (line.strip_prefix(plain)).is_some_and(|rest| rest.starts_with(label))
    };
    LABELS.into_iter().find(has)
}

/// Returns the column in which the words of a line begin, and that of its further lines: in a table behind the name, in a
/// menu behind the number.
fn beginning(line: &str) -> (usize, usize) {
    /// The longest name with its blanks.
    const NAME: usize = 10;
    let start = line.len() - line.trim_start_matches(' ').len();
    let number = line[start..].find(") ").filter(|end| *end <= 2);
    if let Some(number) = number {
        return (start + number + 2, start + number + 2);
    }
    let blanks = line[start..]
        .find("  ")
        .filter(|name| *name < NAME && start == 0);
    match blanks {
        Some(name) => {
            let words = line.len() - line[name..].trim_start_matches(' ').len();
            (words, words)
        }
        None => (start, start.max(2)),
    }
}

/// Splits `words` at blanks, but for a command of ours at their end.
fn unbroken(words: &str) -> impl Iterator<Item = &str> {
    let is_command =
        |tail: &str| tail.starts_with(OWN_COMMAND) || tail.contains(&format!("| {OWN_COMMAND}"));
    let colon = words.rfind(": ").map(|colon| colon + 2);
    let command = [Some(0), colon]
        .into_iter()
        .flatten()
        .rfind(|start| is_command(&words[*start..]));
    let (words, command) = match command {
        Some(start) => (&words[..start], Some(&words[start..])),
        None => (words, None),
    };
    let words = words.trim_end_matches(' ');
    let words = (!words.is_empty()).then(|| words.split(' '));
    words.into_iter().flatten().chain(command)
}

/// Decides whether words are coloured. `variable` gives a variable's value.
fn is_coloured(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let value = |name: &str| variable(name).filter(|value| !value.is_empty());
    let is_off = |value: &String| value == "0";
    if value(environment::NO_COLOR.name).is_some() {
        return false;
    }
    let forced = value(environment::CLICOLOR_FORCE.name);
    if forced.is_some_and(|value| !is_off(&value)) {
        return true;
    }
    let is_wanted = !value(environment::CLICOLOR.name).is_some_and(|value| is_off(&value));
    is_terminal && is_wanted && is_able(variable)
}

/// Returns whether a terminal can do more than print lines. One without a name can be anything: an editor's window, a serial
/// line.
pub(super) fn is_able(variable: impl Fn(&str) -> Option<String>) -> bool {
    let name = variable(environment::TERM.name);
    name.is_some_and(|name| !name.is_empty() && name != "dumb")
}

#[cfg(test)]
mod tests;
