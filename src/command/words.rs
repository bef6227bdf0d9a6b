//! Words of a command line, as a shell would read and as a person could type them (POSIX, Shell Command Language, 2.2
//! "Quoting"). No shell is run, so nothing is expanded.

use crate::error::{Error, Result};

pub(super) use crate::error::typed;

/// The words of `line`. The error quotes nothing: it may be a secret that got into the wrong place.
pub(super) fn split(line: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' => words.extend(word.take()),
            '\'' | '"' => quoted(letter, &mut letters, word.get_or_insert_default())?,
            '\\' => {
                let next = letters.next().ok_or_else(|| unfinished("a backslash"))?;
                word.get_or_insert_default().push(next);
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Reads up to the closing `quote`. Within double quotes a backslash keeps what follows from being special.
fn quoted(quote: char, letters: &mut std::str::Chars<'_>, word: &mut String) -> Result<()> {
    loop {
        match letters.next().ok_or_else(|| unfinished("a quote"))? {
            letter if letter == quote => return Ok(()),
            '\\' if quote == '"' => match letters.next().ok_or_else(|| unfinished("a quote"))? {
                escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                other => word.extend(['\\', other]),
            },
            other => word.push(other),
        }
    }
}

fn unfinished(what: &str) -> Error {
    Error::usage(format!("the command ends within {what}"))
}

#[cfg(test)]
mod tests {
    use super::{split, typed};
    use proptest::prelude::*;

    #[test]
    fn words_are_what_a_shell_makes_of_them() {
        for (line, words) in [
            (
                "op read op://work/okta/password",
                &["op", "read", "op://work/okta/password"][..],
            ),
            ("  op\t read  ", &["op", "read"]),
            (
                "op read \"op://My Vault/a\"",
                &["op", "read", "op://My Vault/a"],
            ),
            ("a 'b \"c\\' d\\ e", &["a", "b \"c\\", "d e"]),
            ("\"a\\\"b\\n\\\\\"c", &["a\"b\\n\\c"]),
            ("'' x", &["", "x"]),
            ("C:\\\\op.exe $HOME", &["C:\\op.exe", "$HOME"]),
            ("", &[]),
        ] {
            assert_eq!(split(line).expect(line), words);
        }
        for unfinished in ["'a", "\"a", "a\\", "\"a\\"] {
            let error = split(unfinished).expect_err(unfinished);
            assert!(
                error.message.starts_with("the command ends within"),
                "{}",
                error.message
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_typed_is_read_as_it_was(words in prop::collection::vec(any::<String>(), 0..4)) {
            let line = words.iter().map(|word| typed(word)).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(split(&line), Ok(words));
        }
    }
}
