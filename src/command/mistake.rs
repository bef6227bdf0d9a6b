//! Mistakes on the command line, in the words of every other error. Pure.

use std::ffi::OsString;

use clap::Error as Found;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use url::Url;

use crate::error::{Error, Hint, foreign, shown};
use crate::output;

/// Returns the error that `found` is. `arguments` are those of the whole call; `suggested` is the call that was probably
/// meant, if the command is not one.
pub(super) fn error(found: &Found, arguments: &[OsString], suggested: Option<Hint>) -> Error {
    let mistake = Mistake { found, arguments };
    let error = mistake.error();
    let hints = suggested.into_iter().chain(mistake.hint());
    hints.take(1).fold(error, Error::hint)
}

/// A mistake that the parser has found.
struct Mistake<'a> {
    found: &'a Found,
    arguments: &'a [OsString],
}

impl Mistake<'_> {
    fn error(&self) -> Error {
        let argument = || self.word(ContextKind::InvalidArg);
        let option = || option(&argument()).to_owned();
        let value = || self.word(ContextKind::InvalidValue);
        match self.found.kind() {
            ErrorKind::InvalidSubcommand => {
                let word = self.word(ContextKind::InvalidSubcommand);
                let word = Url::parse(&word).map_or(word, |url| shown(&url));
                Error::usage(format!("{word:?} is not a command"))
            }
            ErrorKind::UnknownArgument if argument().starts_with('-') => {
                Error::usage(format!("there is no option {}", argument()))
            }
            ErrorKind::UnknownArgument => {
                Error::usage(format!("{:?} is one argument too many", argument()))
            }
            ErrorKind::InvalidValue if value().is_empty() => {
                Error::usage(format!("{} needs a value", option()))
            }
            ErrorKind::InvalidValue => {
                Error::usage(format!("{:?} is not a value of {}", value(), option()))
            }
            ErrorKind::ValueValidation => {
                let why = std::error::Error::source(self.found).map(ToString::to_string);
                let why = why.unwrap_or_else(|| format!("{:?} is not a value of it", value()));
                Error::usage(format!("{}: {}", option(), foreign(&why)))
            }
            ErrorKind::NoEquals => {
                Error::usage(format!("{} needs its value after an equals sign", option()))
            }
            ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => {
                Error::usage(format!("{} has too many values", option()))
            }
            ErrorKind::TooFewValues => Error::usage(format!("{} needs a value", option())),
            ErrorKind::MissingRequiredArgument => {
                Error::usage(format!("an argument is missing: {}", option()))
            }
            ErrorKind::MissingSubcommand => {
                let words = self.word(ContextKind::ValidSubcommand);
                Error::usage(format!("a command is missing: {words}"))
            }
            ErrorKind::ArgumentConflict => self.conflict(),
            ErrorKind::InvalidUtf8 => Error::usage("an argument is not UTF-8"),
            _ => Error::usage(self.first_line()),
        }
    }

    fn conflict(&self) -> Error {
        let (one, other) = (
            self.word(ContextKind::InvalidArg),
            self.word(ContextKind::PriorArg),
        );
        match one == other {
            true => Error::usage(format!("{} is given twice", option(&one))),
            false => Error::usage(format!(
                "{} and {} exclude each other",
                option(&one),
                option(&other)
            )),
        }
    }

    /// Returns the parser's own words, for what it may find one day.
    fn first_line(&self) -> String {
        let text = foreign(
            self.found
                .render()
                .to_string()
                .lines()
                .next()
                .unwrap_or_default(),
        );
        text.trim_start_matches("error: ").to_owned()
    }

    /// Returns the nearest right word, else the words that are right, else the command's help.
    fn hint(&self) -> Option<Hint> {
        let command = self.command();
        let near = [ContextKind::SuggestedArg, ContextKind::SuggestedValue];
        let near = || near.into_iter().find_map(|kind| self.first_word(kind));
        let values = self.word(ContextKind::ValidValue);
        let near = self.format().or_else(near);
        let text = match (self.first_word(ContextKind::SuggestedSubcommand), near) {
            (Some(command_near), _) => Some(format!("{} {command_near}", command?)),
            (None, Some(near)) if !values.is_empty() => {
                Some(format!("use {near}, or another one of: {values}"))
            }
            (None, Some(near)) => Some(format!("use {near}")),
            (None, None) if !values.is_empty() => Some(format!("use one of: {values}")),
            (None, None) => Some(format!("{} --help", command?)),
        };
        text.map(Hint::from)
    }

    /// Returns the option for an output format whose name was taken for an option.
    fn format(&self) -> Option<String> {
        let is_get = self.arguments.iter().any(|argument| argument == "get");
        let is_unknown = is_get && self.found.kind() == ErrorKind::UnknownArgument;
        let word = is_unknown.then(|| self.word(ContextKind::InvalidArg))?;
        let name = word.strip_prefix("--")?;
        let format = output::ALL.iter().find(|format| format.name == name)?;
        Some(format!("--as {}", format.name))
    }

    /// Returns the command as far as it was understood, such as `credential config`; `None` if the mistake needs no such
    /// words.
    fn command(&self) -> Option<String> {
        let usage = match self.found.get(ContextKind::Usage)? {
            ContextValue::StyledStr(usage) => usage.to_string(),
            _ => return None,
        };
        let is_name = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
        let words = usage.split_whitespace().skip(1).take_while(is_name);
        Some(words.collect::<Vec<_>>().join(" "))
    }

    fn first_word(&self, kind: ContextKind) -> Option<String> {
        match self.found.get(kind)? {
            ContextValue::String(word) => Some(foreign(word)),
            // The nearest is the last.
            ContextValue::Strings(words) => words.last().map(|word| foreign(word)),
            _ => None,
        }
    }

    /// Returns the words of this kind, which may repeat an argument, in a line that commands no terminal.
    fn word(&self, kind: ContextKind) -> String {
        match self.found.get(kind) {
            Some(ContextValue::String(word)) => foreign(word),
            Some(ContextValue::Strings(words)) => {
                let words: Vec<String> = words.iter().map(|word| foreign(word)).collect();
                words.join(", ")
            }
            _ => String::new(),
        }
    }
}

/// Returns the name of an option or an argument, without its brackets and its value.
fn option(argument: &str) -> &str {
    let argument = argument.trim_end_matches("...");
    let argument = argument.trim_start_matches(['[', '<']);
    let end = match argument.starts_with('-') {
        true => argument.find([' ', '=', '[']),
        false => argument.find([']', '>']),
    };
    &argument[..end.unwrap_or(argument.len())]
}
