//! Prints the shell integration and the manual page.

use clap::CommandFactory as _;

use crate::cli::{Cli, ShellName};
use crate::error::{Error, Kind, Result};
use crate::reply::Reply;
use crate::secret::Secret;

/// `credential shell`: the shell functions that wrap the HTTP clients.
pub(crate) fn integration(shell: ShellName) -> Reply {
    let text = match shell {
        ShellName::Bash => include_str!("../../shell/credential.bash"),
        ShellName::Zsh => include_str!("../../shell/credential.zsh"),
        ShellName::Fish => include_str!("../../shell/credential.fish"),
    };
    Reply::answer(Secret::new(text.into()))
}

/// `credential man`: the manual page of the program with all its commands, in troff.
pub(crate) fn manual() -> Result<Reply> {
    let mut text = Vec::new();
    let failed = |error: std::io::Error| {
        Error::new(Kind::Other, "cannot write the manual page").caused_by(error)
    };
    let mut root = Cli::command();
    root.build();
    clap_mangen::Man::new(root.clone())
        .render(&mut text)
        .map_err(failed)?;
    for command in root
        .get_subcommands()
        .filter(|command| !command.is_hide_set() && command.get_name() != "help")
    {
        clap_mangen::Man::new(command.clone())
            .render(&mut text)
            .map_err(failed)?;
    }
    Ok(Reply::answer(Secret::new(
        String::from_utf8_lossy(&text).into_owned(),
    )))
}
