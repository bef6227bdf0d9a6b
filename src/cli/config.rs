//! The command line of `config`.

use std::fmt::Write as _;

use clap::{Args, Subcommand};

use crate::settings::TABLES;

/// The width of the list of keys.
const WIDTH: usize = 78;
/// The column of the keys.
const COLUMN: usize = 14;

/// Say where the configuration file is, check it, or edit it
#[derive(Debug, Args)]
#[command(after_long_help = keys_and_variables())]
pub(crate) struct Config {
    #[command(subcommand)]
    pub(crate) action: ConfigAction,
}

/// What `config` does.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ConfigAction {
    /// Print the path of the configuration file, which need not exist
    Path,
    /// Check the configuration; where it is right, say so at a terminal, and nothing else
    Check,
    /// Edit the configuration file in $VISUAL, else $EDITOR, else vi, and check it before it is replaced
    ///
    /// The editor gets a private copy. The file itself is replaced, with its owner and mode, only by a text without mistakes;
    /// after a mistake you may edit again, or leave the file as it was.
    Edit,
}

/// Returns every key, table by table, and every variable.
fn keys_and_variables() -> String {
    let mut text = "Keys of the file, which is TOML:".to_owned();
    for (table, keys) in TABLES {
        let _ = write!(text, "\n  {table:width$}", width = COLUMN - 2);
        let mut column = COLUMN;
        for (index, key) in keys.iter().enumerate() {
            let word = match index + 1 == keys.len() {
                true => (*key).to_owned(),
                false => format!("{key}, "),
            };
            if column + word.len() > WIDTH {
                text.truncate(text.trim_end().len());
                let _ = write!(text, "\n{:COLUMN$}", "");
                column = COLUMN;
            }
            column += word.len();
            text += &word;
        }
    }
    format!("{text}\n\n{}", super::variables())
}

#[cfg(test)]
mod tests {
    use super::{TABLES, keys_and_variables};

    #[test]
    fn the_list_has_each_key_and_fits_the_screen() {
        let text = keys_and_variables();
        let (list, _) = text.split_once("\n\n").expect("two lists");
        let words: Vec<&str> = list.split([' ', ',', '\n']).collect();
        for (table, keys) in TABLES {
            assert!(list.contains(&format!("\n  {table} ")), "{list}");
            assert!(keys.iter().all(|key| words.contains(key)), "{list}");
        }
        let is_fit = |line: &str| line.len() <= super::WIDTH && !line.ends_with(' ');
        assert!(list.lines().all(is_fit), "{list}");
    }
}
