//! `credential exec`: a command with the session in its environment and in private files.
//!
//! The command gets the streams and the terminal of this process, its environment but for our secrets, and a private
//! directory. This process stays until the command has ended, to remove the files, and ends as it did. What the caller
//! opened for the command, such as a shell's `<(…)`, goes through; nothing that is open here does.

mod private_dir;

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::process::{Command, ExitStatus};

use super::helper::get_options;
#[cfg(unix)]
use rustix::process::Signal;

use crate::app::{Source, Target};
use crate::caller_policy::CallerPolicy;
use crate::cli::Exec;
use crate::context::Context;
use crate::environment;
use crate::error::{Error, Kind, Result, foreign};
use crate::get;
use crate::output::{header, netscape};
use crate::paths;
use crate::reply::Reply;
use crate::served_session::ServedSession;
use crate::terminal::{SignalForwarder, exit_like};

use private_dir::{PrivateDir, PrivateDirs};

/// The file with the header line, and the cookie file.
const HEADER: &str = "header";
const JAR: &str = "cookies.txt";

/// What the command gets that is sent to this process alone.
#[cfg(unix)]
const PASSED_ON: [Signal; 6] = [
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::TERM,
    Signal::USR1,
    Signal::USR2,
];
#[cfg(not(unix))]
const PASSED_ON: [(); 0] = [];

/// How it went with the command.
enum Ended {
    /// A signal came before it was started.
    Before,
    /// It could not be started.
    Never(io::Error),
    /// It ran.
    As(ExitStatus),
}

/// Runs the command, if there is a session for it.
pub(crate) fn run(arguments: &Exec, verbosity: u8) -> Result<Reply> {
    let context = Context::open(verbosity, CallerPolicy::PATIENT)?;
    let app = context.find(&target(arguments.target.as_deref())?)?;
    let answer = get::get(&context, app, &get_options(&arguments.session))?;
    let mut command = command(&arguments.command);
    let cannot = format!(
        "cannot run {}",
        foreign(&command.get_program().to_string_lossy())
    );
    match with_files(&context, answer, &mut command).map_err(|error| error.while_doing(&cannot))? {
        Ended::As(status) => Ok(Reply {
            code: exit_like(status),
            ..Reply::silent()
        }),
        Ended::Never(error) => Ok(Reply {
            code: as_of_a_shell(&error),
            ..Reply::failure(&Error::new(Kind::Other, cannot).caused_by(error))
        }),
        Ended::Before => Err(Error::new(Kind::Other, cannot).caused_by("interrupted")),
    }
}

/// Returns what was typed. An empty name is what a script's unset variable becomes, and must not become the default.
fn target(typed: Option<&str>) -> Result<Target> {
    match typed {
        Some("") => Err(Error::usage("the name of the app is empty")),
        Some(text) => Target::parse(text),
        None => Ok(Target::Unnamed),
    }
}

fn command(words: &[OsString]) -> Command {
    let (program, arguments) = words.split_first().expect("clap demands a command");
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller withholds the secrets"
    )]
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Puts the session into files, after it has removed what others may have left.
fn private_dir(context: &Context, answer: &ServedSession) -> Result<PrivateDir> {
    let dirs = private_dirs(context);
    dirs.sweep();
    // What does not fit into it is not worth a line on the command's stderr: most commands read another form.
    let jar = netscape::render(answer).stdout;
    dirs.make(&[(HEADER, &header::render(answer).stdout), (JAR, &jar)])
}

/// Where the private directories of commands are.
pub(super) fn private_dirs(context: &Context) -> PrivateDirs {
    let cache = paths::cache_directory(&context.variables);
    PrivateDirs::new(paths::runtime_directory(), cache)
}

/// Gives the command the session, and takes from it the variables that are only for us.
fn equip(command: &mut Command, context: &Context, answer: &ServedSession, files: &PrivateDir) {
    let sources = context.settings.orgs.iter().flat_map(|org| org.sources());
    let named = sources.filter_map(|source| match source {
        Source::Env(name) => Some(name.as_str()),
        _ => None,
    });
    environment::withhold_secrets(command);
    for name in named {
        command.env_remove(name);
    }
    command
        .env("CREDENTIAL_URL", answer.app.site.url())
        .env("CREDENTIAL_COOKIE", answer.session.cookie().expose())
        .env("CREDENTIAL_HEADER_FILE", files.path(HEADER))
        .env("CREDENTIAL_JAR", files.path(JAR));
}

/// Runs the command with the session in files, which are gone when this returns.
fn with_files(context: &Context, answer: ServedSession, command: &mut Command) -> Result<Ended> {
    let failed =
        |error: io::Error| Error::new(Kind::Other, "it cannot be waited for").caused_by(error);
    // From here on no signal ends this process before the files are gone.
    let forwarder = SignalForwarder::new(&PASSED_ON).map_err(failed)?;
    let mut files = private_dir(context, &answer)?;
    equip(command, context, &answer, &files);
    drop(answer);
    let ended = attend(command, &forwarder);
    if let Err(error) = files.remove() {
        let directory = foreign(&files.directory().to_string_lossy());
        let warning = format!("warning: cannot remove {directory}: {error}");
        context.terminal.notice(&warning);
    }
    if matches!(ended, Ok(Ended::Before)) {
        let _ = forwarder.re_raise();
    }
    ended.map_err(failed)
}

/// Starts the command and waits for its end.
fn attend(command: &mut Command, forwarder: &SignalForwarder) -> io::Result<Ended> {
    if forwarder.is_interrupted() {
        return Ok(Ended::Before);
    }
    match command.spawn() {
        Ok(mut child) => forwarder.wait(&mut child).map(Ended::As),
        Err(error) => Ok(Ended::Never(error)),
    }
}

/// The exit status that a shell has for a command that could not be started.
fn as_of_a_shell(error: &io::Error) -> u8 {
    match error.kind() {
        ErrorKind::NotFound => 127,
        _ => 126,
    }
}
