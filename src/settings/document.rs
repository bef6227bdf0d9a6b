//! The text of a configuration file, and the line and column of each byte.

use std::borrow::Cow;
use std::path::Path;

use crate::error::{Error, Untrusted};

/// One file: its path and its text.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Document<'_> {
    /// Puts file, line and column of the byte at `offset` in front of `error`.
    pub(super) fn locate(&self, offset: usize, error: Error) -> Error {
        let (line, column) = self.position(offset);
        error.while_doing(&format!("{}:{line}:{column}", self.name()))
    }

    /// The path, for a message.
    pub(super) fn name(&self) -> Untrusted<Cow<'_, str>> {
        Untrusted::path(self.path)
    }

    /// Line and column of the byte at `offset`, both counted from 1, the column in characters.
    fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        // Editors do not count the byte order mark at the start of a file of Windows.
        let characters = before[start..].trim_start_matches('\u{feff}').chars();
        (line, characters.count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Document;
    use crate::error::Error;
    use std::path::Path;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let text = "\u{feff}ab\r\näöx\n";
        let document = Document {
            path: Path::new("c.toml"),
            text,
        };
        for (wanted, place) in [("a", "1:1"), ("b", "1:2"), ("ä", "2:1"), ("x", "2:3")] {
            let offset = text.find(wanted).expect("it is there");
            let error = document.locate(offset, Error::usage("no"));
            assert_eq!(error.message, format!("c.toml:{place}: no"));
        }
        assert_eq!(document.position(999), (3, 1));
    }
}
