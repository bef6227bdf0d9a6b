//! The person's editor.

use std::path::Path;
use std::process::Command;

use crate::command::exec::{self, Ended, FORWARDED};
use crate::environment;
use crate::error::{Error, Kind, Result};
use crate::terminal::SignalForwarder;

/// Has a person edit the file at `path`, and waits for the editor's end. Signals of the terminal are the editor's. It gets
/// none of our secrets, and none of the variables called `withheld`.
pub(super) fn run(path: &Path, withheld: &[String]) -> Result<()> {
    let failed = |cause: String| {
        let error = Error::new(Kind::Other, "the editor failed, and nothing was written");
        let error = error.caused_by(cause);
        error.hint("name the editor in VISUAL or EDITOR")
    };
    let forwarder = SignalForwarder::new(&FORWARDED).map_err(|error| failed(error.to_string()))?;
    let mut command = command(path);
    environment::withhold_secrets(&mut command);
    for name in withheld {
        command.env_remove(name);
    }
    match exec::attend(&mut command, &forwarder) {
        Ok(Ended::As(status)) if status.success() => Ok(()),
        Ok(Ended::As(status)) => Err(failed(status.to_string())),
        Ok(Ended::Before) => Err(failed("interrupted".to_owned())),
        Ok(Ended::Never(error)) | Err(error) => Err(failed(error.to_string())),
    }
}

/// Returns the editor's command. The variables hold lines of the shell (POSIX.1-2024, `EDITOR` in 8.3 and the utilities that read
/// it), such as `code --wait`.
fn command(path: &Path) -> Command {
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
