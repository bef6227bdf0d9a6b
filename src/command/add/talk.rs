//! Asks the user at the terminal.

use std::time::Duration;

use super::request;
use crate::app::Source;
use crate::error::{Error, Kind, Result, foreign};
use crate::keyring::Item;
use crate::paths;
use crate::settings::validate;
use crate::site::Site;
use crate::terminal::{Echo, Terminal};

/// How long to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How often to ask a question that is answered wrongly.
const TRIES: usize = 3;

/// The possible sources of a password. The first is the default.
const MENU: &str = "  1) I type it each time
  2) a command prints it, such as a password manager's
  3) a file holds it
  4) an environment variable holds it
  5) the system's keyring keeps it: I type it once";

/// Prints `lines` to the terminal if there is one, else to stderr.
pub(super) fn tell(terminal: Terminal, lines: &[String]) -> Result<()> {
    let dialogue = terminal.dialogue()?;
    for line in lines {
        dialogue.tell(line);
    }
    Ok(())
}

/// Asks the user to confirm that `host` is the right identity provider. The question shows the exact host.
pub(super) fn confirm(terminal: Terminal, host: &str, question: &str) -> Result<()> {
    let answer = terminal.ask(&format!("{question} [y/N] "), Echo::Seen, PATIENCE)?;
    match answer.expose().trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Error::new(
            Kind::Other,
            format!("nothing was written: {host} was not confirmed"),
        )),
    }
}

/// Asks whether the user wants something. Enter is yes.
pub(super) fn is_wanted(terminal: Terminal, question: &str) -> Result<bool> {
    ask(
        terminal,
        &format!("{question} [Y/n] "),
        |answer| match answer.to_ascii_lowercase().as_str() {
            "" | "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err(Error::usage("type y or n")),
        },
    )
}

/// Asks for the app's name.
pub(super) fn name(
    terminal: Terminal,
    default: &str,
    judge: impl Fn(&str) -> Result<String>,
) -> Result<String> {
    let question = format!("What do you want to call the app? [{default}] ");
    ask(terminal, &question, |answer| match answer {
        "" => Ok(default.to_owned()),
        name => judge(name),
    })
}

/// Asks for the user name at `org`.
pub(super) fn username(terminal: Terminal, org: &Site) -> Result<String> {
    let question = format!("Your user name at {}: ", org.authority());
    ask(terminal, &question, validate::account)
}

/// Asks where the password comes from. `own` is its item in the keyring.
pub(super) fn password(terminal: Terminal, own: Item) -> Result<Source> {
    let question = format!("Where does your password come from?\n{MENU}\nnumber (1-5) [1]: ");
    let choice = ask(terminal, &question, |answer| match answer {
        "" => Ok('1'),
        "1" | "2" | "3" | "4" | "5" => Ok(answer.chars().next().unwrap_or('1')),
        _ => Err(Error::usage("type a number from 1 to 5")),
    })?;
    match choice {
        '2' => ask(
            terminal,
            "The command and its arguments: ",
            request::command,
        ),
        '3' => ask(terminal, "The file: ", existing_file),
        '4' => ask(terminal, "The name of the variable: ", request::env),
        '5' => Ok(Source::Keyring(own)),
        _ => Ok(Source::Prompt),
    }
}

/// Reads the path of a file that is there: no shell has expanded what a person types here, such as `$HOME`.
fn existing_file(path: &str) -> Result<Source> {
    let source = request::file(path)?;
    let place = match path.strip_prefix("~/") {
        Some(rest) => paths::home().map(|home| home.join(rest)),
        None => std::path::absolute(path).ok(),
    };
    match place.map(|place| place.try_exists()) {
        Some(Ok(false)) => Err(Error::usage(format!(
            "there is no file {}; no shell expands this path",
            foreign(path)
        ))),
        _ => Ok(source),
    }
}

/// Asks until `judge` accepts the answer, at most [`TRIES`] times.
fn ask<T>(terminal: Terminal, question: &str, judge: impl Fn(&str) -> Result<T>) -> Result<T> {
    let mut tries = 0;
    loop {
        let answer = terminal.ask(question, Echo::Seen, PATIENCE)?;
        tries += 1;
        match judge(answer.expose().trim()) {
            Err(error) if tries < TRIES => tell(terminal, &[error.message])?,
            judged => return judged,
        }
    }
}
