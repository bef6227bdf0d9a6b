//! Prints the shell integration and the manual page.

use clap::{Command, CommandFactory as _};

use crate::cli::{Cli, ShellName};
use crate::error::{Error, Kind, Result, typed};
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

/// `credential man`: the manual page of the program with all its commands, or the one of the command called `name`, in
/// troff.
pub(crate) fn manual(name: Option<&str>) -> Result<Reply> {
    let mut root = Cli::command();
    root.build();
    let is_shown = |command: &&Command| !command.is_hide_set() && command.get_name() != "help";
    let commands = || root.get_subcommands().filter(is_shown);
    let pages: Vec<&Command> = match name {
        None => std::iter::once(&root).chain(commands()).collect(),
        Some(name) => vec![
            commands()
                .find(|command| command.get_name() == name)
                .ok_or_else(|| no_command(name))?,
        ],
    };
    let mut text = Vec::new();
    for page in pages {
        let page = clap_mangen::Man::new(page.clone());
        page.render(&mut text).map_err(|error| {
            Error::new(Kind::Other, "cannot write the manual page").caused_by(error)
        })?;
    }
    Ok(Reply::answer(Secret::new(
        String::from_utf8_lossy(&text).into_owned(),
    )))
}

fn no_command(name: &str) -> Error {
    let error = Error::usage(format!("no command is called {}", typed(name)));
    error.hint("the list: credential --help")
}
