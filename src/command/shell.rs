//! Prints the shell integration.

use crate::cli::ShellName;
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
