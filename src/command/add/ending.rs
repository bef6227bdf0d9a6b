//! Ends an addition: the first sign-in, and the line for the person's shell.

use super::talk;
use crate::app::Target;
use crate::caller_policy::{CallerPolicy, ChosenWay};
use crate::command::login;
use crate::context::Context;
use crate::environment;
use crate::error::Result;
use crate::terminal::Terminal;

/// Each shell with an integration: its name, the file that it reads at its start, and the line for that file.
const SHELLS: [(&str, &str, &str); 3] = [
    ("bash", "~/.bashrc", r#"eval "$(credential shell bash)""#),
    ("zsh", "~/.zshrc", r#"eval "$(credential shell zsh)""#),
    (
        "fish",
        "~/.config/fish/config.fish",
        "credential shell fish | source",
    ),
];

/// Offers the person to sign in to the app called `name` now, and says what comes next. Without a sign-in that is `verb`.
pub(super) fn offer(terminal: Terminal, verbosity: u8, name: &str, verb: &str) -> Result<()> {
    let verb = match talk::is_wanted(terminal, "Sign in now?")? {
        true => {
            let context = Context::open(verbosity, CallerPolicy::PATIENT)?;
            let app = context.find(&Target::Name(name.to_owned()))?;
            login::sign_in(&context, app, ChosenWay::Any)?;
            "get"
        }
        false => verb,
    };
    super::next(terminal, name, verb);
    let shell = environment::foreign("SHELL").and_then(|path| line_for(&path));
    if let Some((file, line)) = shell {
        terminal.notice(&format!("for curl, wget, HTTPie and xh, in {file}: {line}"));
    }
    Ok(())
}

/// Returns the file and the line that load the integration into the shell at `path`.
fn line_for(path: &str) -> Option<(&'static str, &'static str)> {
    let name = path.rsplit('/').next()?;
    let (_, file, line) = SHELLS.into_iter().find(|(known, ..)| *known == name)?;
    Some((file, line))
}

#[cfg(test)]
mod tests {
    use super::{SHELLS, line_for};

    #[test]
    fn each_shell_has_its_file_and_its_line() {
        for (name, file, line) in SHELLS {
            assert_eq!(line_for(&format!("/usr/bin/{name}")), Some((file, line)));
            assert!(line.contains(&format!("credential shell {name}")));
        }
        assert_eq!(line_for("/bin/sh"), None);
        assert_eq!(line_for("/opt/bash/"), None);
    }
}
