//! What shells are given: the integration, completions, the manual page, and the answer to the integration's
//! question which apps a command line is about.

use clap::CommandFactory as _;
use clap_complete::Shell;
use url::Url;

use crate::app::Target;
use crate::cli::{Cli, Match, ShellName};
use crate::dialect::Manner;
use crate::error::{Error, Kind, Result, foreign};
use crate::invocation::{Plan, Tool, plan};
use crate::reply::Reply;
use crate::secret::Secret;
use crate::settings::variables;
use crate::world::World;

/// The functions that wrap the HTTP clients.
pub(crate) fn integration(shell: ShellName) -> Reply {
    let text = match shell {
        ShellName::Bash => include_str!("../../shell/credential.bash"),
        ShellName::Zsh => include_str!("../../shell/credential.zsh"),
        ShellName::Fish => include_str!("../../shell/credential.fish"),
    };
    Reply::answer(Secret::new(text.into()))
}

/// Completions of this program's own command line.
pub(crate) fn completions(shell: ShellName) -> Reply {
    let shell = match shell {
        ShellName::Bash => Shell::Bash,
        ShellName::Zsh => Shell::Zsh,
        ShellName::Fish => Shell::Fish,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut visible(), "credential", &mut text);
    Reply::answer(Secret::new(String::from_utf8_lossy(&text).into_owned()))
}

/// The command line without what is not for people to type.
fn visible() -> clap::Command {
    let all = Cli::command();
    let commands = all
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .cloned();
    clap::Command::new("credential")
        .version(env!("CARGO_PKG_VERSION"))
        .args(all.get_arguments().cloned())
        .subcommands(commands)
}

/// The manual page of the program with all its commands, in troff.
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

/// Which apps the wrapped client's command line asks, a line each; exit 4 where there is none.
pub(crate) fn matching(of: &Match, verbosity: u8) -> Result<Reply> {
    let tool = Tool::named(&of.tool)
        .ok_or_else(|| Error::usage(format!("{} is not wrapped", foreign(&of.tool))))?;
    let world = World::open(verbosity, Manner::MUTE)?;
    let files = tool.defaults(&variables::foreign);
    // A file that cannot be read here is one that the client does not read either.
    let defaults: String = files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .collect();
    let app_of = |url: &Url| Some(world.find(&Target::Url(url.clone())).ok()?.name.as_str());
    // What is not UTF-8 is no URL of an app, whatever it is read as.
    let words = of
        .arguments
        .iter()
        .map(|word| word.to_string_lossy().into_owned());
    match plan(tool, &defaults, &words.collect::<Vec<_>>(), &app_of) {
        give @ Plan::Give(..) => Ok(Reply::answer(Secret::new(give.to_text()))),
        Plan::Withheld(why) => {
            world
                .terminal
                .trace(|| format!("no cookie for {}: {why}", of.tool));
            Ok(Reply {
                code: Kind::NoSuchApp.exit_code(),
                ..Reply::silent()
            })
        }
        Plan::Foreign => Ok(Reply {
            code: Kind::NoSuchApp.exit_code(),
            ..Reply::silent()
        }),
    }
}
