//! A chapter of a help text or of a manual page: rows of a name and what it means.

use std::fmt::Write as _;

/// The longest line: what the narrowest usual terminal shows.
pub(super) const WIDTH: usize = 80;

/// How the rows stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The name, and beside it what it means.
    Columns,
    /// A line to type, and below it what it does.
    Lines,
}

/// Rows under a heading.
#[derive(Debug)]
pub(crate) struct Chapter {
    pub(crate) heading: &'static str,
    pub(crate) form: Form,
    pub(crate) rows: Vec<(&'static str, &'static str)>,
    /// The text after the rows.
    pub(crate) note: Option<&'static str>,
}

impl Chapter {
    /// Makes a chapter of names.
    pub(super) fn columns(
        heading: &'static str,
        rows: impl IntoIterator<Item = (&'static str, &'static str)>,
    ) -> Self {
        Self {
            heading,
            form: Form::Columns,
            rows: rows.into_iter().collect(),
            note: None,
        }
    }

    /// Makes a chapter of lines to type.
    pub(super) fn lines(heading: &'static str, rows: &[(&'static str, &'static str)]) -> Self {
        Self {
            form: Form::Lines,
            ..Self::columns(heading, rows.iter().copied())
        }
    }

    /// Adds what is said after the rows.
    pub(super) fn with_note(self, note: &'static str) -> Self {
        Self {
            note: Some(note),
            ..self
        }
    }

    /// Returns the chapter as it stands in a help text, without a final line end.
    pub(super) fn to_help(&self) -> String {
        let mut text = format!("{}:", self.heading);
        let longest = self.rows.iter().map(|row| row.0.len()).max();
        let column = longest.unwrap_or_default() + 4;
        for (name, words) in &self.rows {
            let _ = match self.form {
                Form::Columns => {
                    let width = column - 2;
                    write!(text, "\n  {name:width$}{}", hang(words, column))
                }
                Form::Lines => write!(text, "\n  {name}\n      {}", hang(words, 6)),
            };
        }
        if let Some(note) = self.note {
            let _ = write!(text, "\n{}", hang(note, 0));
        }
        text
    }
}

/// Returns `words` with the text in braces as one word, by blanks that break no line.
pub(crate) fn unbroken(words: &str) -> String {
    let mut depth = 0;
    let kept = words.chars().map(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match (c, depth) {
            (' ', 1..) => '\u{a0}',
            _ => c,
        }
    });
    kept.collect()
}

/// Breaks `words`, which begin in `column`, between words, so that each further line begins there too.
pub(super) fn hang(words: &str, column: usize) -> String {
    let mut text = String::new();
    let mut at = column;
    for word in unbroken(words).split(' ') {
        let length = word.chars().count();
        if at > column && at + 1 + length > WIDTH {
            let _ = write!(text, "\n{:column$}", "");
            at = column;
        } else if at > column {
            text.push(' ');
            at += 1;
        }
        text.push_str(word);
        at += length;
    }
    text.replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::{Chapter, hang};

    #[test]
    fn words_hang_below_their_beginning() {
        let words = "word ".repeat(20);
        let lines: Vec<String> = hang(words.trim_end(), 10)
            .lines()
            .map(str::to_owned)
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].len(), 69, "it begins in column 10");
        assert_eq!(
            lines[1],
            format!("{:10}{}", "", "word ".repeat(6).trim_end())
        );
    }

    #[test]
    fn a_table_of_toml_is_not_broken() {
        let words = format!("{}{{ a = 1 }} or b", "word ".repeat(14));
        assert_eq!(hang(&words, 2).lines().last(), Some("  { a = 1 } or b"));
    }

    #[test]
    fn names_stand_in_a_column_and_lines_above_their_words() {
        let columns = Chapter::columns("Names", [("a", "one"), ("bcd", "two")]);
        assert_eq!(columns.to_help(), "Names:\n  a    one\n  bcd  two");
        let lines = Chapter::lines("Lines", &[("a b", "one")]).with_note("the end");
        assert_eq!(lines.to_help(), "Lines:\n  a b\n      one\nthe end");
    }
}
