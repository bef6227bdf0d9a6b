//! `credential config edit`: a person changes the configuration in an editor.
//!
//! The editor gets a private copy, as from visudo(8): a text with a mistake never takes the file's place, where every call of
//! every process would fail by it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::tell_right;
use crate::command::exec::private_dir::PrivateDirs;
use crate::command::exec::{self, Ended, FORWARDED};
use crate::environment::{self, Variables};
use crate::error::{Error, Kind, Result};
use crate::paths;
use crate::reply::Reply;
use crate::secret::Secret;
use crate::settings::{ConfigText, Settings};
use crate::terminal::{Echo, SignalForwarder, Terminal};

/// The name of the private copy: editors know by its end what is in it.
const COPY: &str = "config.toml";
/// How long to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How often to ask a question that is answered wrongly.
const TRIES: usize = 3;
const QUESTION: &str = "e to edit it again, x to leave the file as it was: [e] ";

pub(super) fn run(terminal: Terminal, variables: &Variables) -> Result<Reply> {
    let file = ConfigText::open(variables)?;
    let before = file.text();
    let cache = paths::cache_directory(variables);
    let places = PrivateDirs::new(paths::runtime_directory(), cache);
    places.sweep();
    let directory = places.make(&[(COPY, &Secret::new(before.to_owned()))])?;
    let copy = directory.path(COPY);
    loop {
        edit(&copy)?;
        let text = read(&copy)?;
        if text == before {
            file.parse(&text)?;
            terminal.notice(&format!("{}: nothing was changed", file.name()));
            return Ok(Reply::silent());
        }
        match replace(&file, &text) {
            Ok(settings) => {
                terminal.notice(&format!("wrote {}", file.name()));
                tell_right(terminal, &settings);
                return Ok(Reply::silent());
            }
            Err(error) if terminal.is_attended() => {
                terminal.dialogue()?.tell(error.to_text().trim_end());
                if !is_again(terminal)? {
                    let error = format!("nothing was written: {} is as it was", file.name());
                    return Err(Error::new(Kind::Other, error));
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// Puts `text` in the file's place, if it is right.
fn replace(file: &ConfigText, text: &str) -> Result<Settings> {
    let settings = file.parse(text)?;
    file.replace(text, "look who may write the file and its directory")?;
    Ok(settings)
}

/// Asks whether to go on after a mistake.
fn is_again(terminal: Terminal) -> Result<bool> {
    for _ in 0..TRIES {
        let answer = terminal.ask(QUESTION, Echo::Seen, PATIENCE)?;
        match answer.expose().trim() {
            "" | "e" | "E" => return Ok(true),
            "x" | "X" => return Ok(false),
            _ => terminal.dialogue()?.tell("type e or x"),
        }
    }
    Ok(false)
}

fn read(copy: &Path) -> Result<String> {
    std::fs::read_to_string(copy).map_err(|error| {
        let failed = Error::new(Kind::Other, "cannot read what the editor has written");
        failed.caused_by(error)
    })
}

/// Has a person edit the file at `path`, and waits for the editor's end. Signals of the terminal are the editor's.
fn edit(path: &Path) -> Result<()> {
    let failed = |cause: String| {
        let error = Error::new(Kind::Other, "the editor failed, and nothing was written");
        let error = error.caused_by(cause);
        error.hint("name the editor in VISUAL or EDITOR")
    };
    let forwarder = SignalForwarder::new(&FORWARDED).map_err(|error| failed(error.to_string()))?;
    let mut command = editor(path);
    environment::withhold_secrets(&mut command);
    match exec::attend(&mut command, &forwarder) {
        Ok(Ended::As(status)) if status.success() => Ok(()),
        Ok(Ended::As(status)) => Err(failed(status.to_string())),
        Ok(Ended::Before) => Err(failed("interrupted".to_owned())),
        Ok(Ended::Never(error)) | Err(error) => Err(failed(error.to_string())),
    }
}

/// Returns the editor's command. The variables hold lines of the shell (POSIX.1-2024, `EDITOR` in 8.3 and the utilities that read
/// it), such as `code --wait`.
fn editor(path: &Path) -> Command {
    let named = |name| environment::foreign(name).filter(|line| !line.trim().is_empty());
    let line = named("VISUAL").or_else(|| named("EDITOR"));
    let line = line.unwrap_or_else(|| "vi".to_owned());
    let words: &[&str] = match cfg!(unix) {
        true => &["/bin/sh", "-c", &format!("{line} \"$@\""), "sh"],
        false => &[&line],
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "the user's own editor; this program's secrets are withheld"
    )]
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg(path);
    command
}
