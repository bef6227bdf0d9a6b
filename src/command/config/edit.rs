//! `credential config edit`: a person changes the configuration in an editor.
//!
//! The editor gets a private copy, as from visudo(8): a text with a mistake never takes the file's place, where every call of
//! every process would fail by it. Changes that do not get into the file are kept, unless the person gives them up.

mod copy;
mod editor;

use std::time::Duration;

use super::tell_right;
use crate::environment::Variables;
use crate::error::{Error, Kind, Result, Untrusted};
use crate::reply::Reply;
use crate::settings::{ConfigText, Settings};
use crate::terminal::{Echo, Line, Terminal};

use copy::Copy;

/// How long to wait for an answer.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// How often to ask a question that is answered wrongly.
const TRIES: usize = 3;
const QUESTION: &str = "e to edit it again, x to drop your changes: [e] ";

pub(super) fn run(terminal: Terminal, variables: &Variables) -> Result<Reply> {
    let file = ConfigText::open(variables)?;
    for path in copy::left_behind(&file, variables)? {
        terminal.notice(&format!(
            "an edit of {} that was killed has left its changes in {}; remove that file when you need it no more",
            file.name(),
            Untrusted::path(&path)
        ));
    }
    let copy = Copy::new(&file, variables)?;
    edit(terminal, &file, &copy).map_err(|error| copy.keep_after(error))
}

fn edit(terminal: Terminal, file: &ConfigText, copy: &Copy) -> Result<Reply> {
    loop {
        editor::run(copy.path(), &copy.secret_variables())?;
        let text = copy.read()?;
        if text == file.text() {
            file.parse(&text)?;
            terminal.notice(&format!("{}: nothing was changed", file.name()));
            return Ok(Reply::silent());
        }
        match replace(file, &text) {
            Ok(settings) => {
                terminal.notice(&format!("wrote {}", file.name()));
                tell_right(terminal, &settings);
                return Ok(Reply::silent());
            }
            // Editing again mends a mistake. It does not bring together what two people have changed.
            Err(error) if terminal.is_attended() && file.is_as_read() => {
                terminal.dialogue()?.tell(error.to_text().trim_end());
                if !is_again(terminal, copy)? {
                    copy.drop_changes();
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

/// Asks whether to go on after a mistake. No answer is an error.
fn is_again(terminal: Terminal, copy: &Copy) -> Result<bool> {
    let dialogue = terminal.dialogue()?;
    for _ in 0..TRIES {
        match dialogue.ask(QUESTION, Echo::Seen, PATIENCE)? {
            Line::Typed(answer) => match answer.expose().trim() {
                "" | "e" | "E" => return Ok(true),
                "x" | "X" => return Ok(false),
                _ => dialogue.tell("type e or x"),
            },
            Line::GaveUp | Line::Over => break,
            Line::Interrupted => {
                let error = copy.keep_after(Error::person("interrupted"));
                dialogue.tell(error.to_text().trim_end());
                dialogue.re_raise();
                return Err(error);
            }
        }
    }
    Err(Error::person("the question was not answered"))
}
