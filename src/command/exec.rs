//! `credential exec`: runs a command with the session in its environment and in private files.
//!
//! The command gets the streams and the terminal of this process, its environment without our secrets, and a private
//! directory. This process waits for the command, removes the files, and ends as the command ended. The command inherits
//! files that the caller opened for it, such as a shell's `<(…)`, and none that this process opened.

pub(super) mod private_dir;

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::{Command, ExitStatus};

#[cfg(unix)]
use rustix::process::Signal;

use super::helper::get_options;
use crate::app::Target;
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

/// The signals that are forwarded to the command instead of ending this process.
#[cfg(unix)]
pub(super) const FORWARDED: [Signal; 6] = [
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::TERM,
    Signal::USR1,
    Signal::USR2,
];
#[cfg(not(unix))]
pub(super) const FORWARDED: [(); 0] = [];

/// How the command ended.
pub(super) enum Ended {
    /// A signal came before the command was started.
    Before,
    /// The command could not be started.
    Never(io::Error),
    /// The command ran.
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
        foreign(&arguments.command[0].to_string_lossy())
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

/// Parses the target. An empty one is an error: it comes from an unset variable of a script, and the script does not mean
/// the default app.
fn target(typed: Option<&str>) -> Result<Target> {
    match typed {
        Some("") => Err(Error::usage("the name of the app is empty")),
        Some(text) => Target::parse(text),
        None => Ok(Target::Unnamed),
    }
}

fn command(words: &[OsString]) -> Command {
    let in_its_place = in_shells_place(words);
    let words = in_its_place.as_deref().unwrap_or(words);
    let (program, arguments) = words.split_first().expect("clap demands a command");
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller withholds the secrets"
    )]
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Returns the command as a shell takes its place, if `LISTEN_PID` names this process: systemd has opened sockets for it, and
/// a program takes them only if the variable has its own number (`sd_listen_fds(3)`). The shell knows that number. A command
/// that is not found is left alone, so that its error is the usual one.
fn in_shells_place(words: &[OsString]) -> Option<Vec<OsString>> {
    const SCRIPT: &str = r#"unset LISTEN_PIDFDID; LISTEN_PID=$$; export LISTEN_PID; exec "$@""#;
    let is_named = environment::foreign("LISTEN_PID")? == std::process::id().to_string();
    if !is_named || !is_on_path(&words[0]) {
        return None;
    }
    let before = ["/bin/sh", "-c", SCRIPT, "sh"].map(OsString::from);
    Some(before.into_iter().chain(words.iter().cloned()).collect())
}

/// Returns whether a program can be found: by its path, or by its name in `PATH`.
fn is_on_path(program: &OsStr) -> bool {
    let mut directories = environment::search_path().into_iter();
    match Path::new(program).components().count() {
        1 => directories.any(|directory| directory.join(program).exists()),
        _ => Path::new(program).exists(),
    }
}

/// Puts the session into private files, after removing those that killed processes left.
fn private_dir(context: &Context, answer: &ServedSession) -> Result<PrivateDir> {
    let dirs = private_dirs(context);
    dirs.sweep();
    // The format's warning is dropped: most commands read another form of the session.
    let jar = netscape::render(answer).stdout;
    dirs.make(&[(HEADER, &header::render(answer).stdout), (JAR, &jar)])
}

/// Returns the places of the commands' private directories.
pub(super) fn private_dirs(context: &Context) -> PrivateDirs {
    let cache = paths::cache_directory(&context.variables);
    PrivateDirs::new(paths::runtime_directory(), cache)
}

/// Puts the session into the command's environment, and removes the variables that hold our secrets.
fn equip(command: &mut Command, context: &Context, answer: &ServedSession, files: &PrivateDir) {
    environment::withhold_secrets(command);
    for name in context.settings.secret_variables() {
        command.env_remove(name);
    }
    command
        .env("CREDENTIAL_URL", &*answer.app.url)
        .env(environment::LENT_SESSION, answer.session.cookie().expose())
        .env("CREDENTIAL_HEADER_FILE", files.path(HEADER))
        .env("CREDENTIAL_JAR", files.path(JAR));
}

/// Runs the command with the session in files, which are gone when this returns.
fn with_files(context: &Context, answer: ServedSession, command: &mut Command) -> Result<Ended> {
    let failed =
        |error: io::Error| Error::new(Kind::Other, "it cannot be waited for").caused_by(error);
    // From here on no signal ends this process before the files are gone.
    let forwarder = SignalForwarder::new(&FORWARDED).map_err(failed)?;
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
pub(super) fn attend(command: &mut Command, forwarder: &SignalForwarder) -> io::Result<Ended> {
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
