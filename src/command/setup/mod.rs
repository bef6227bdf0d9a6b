//! `credential setup`: makes git, docker, Bazel or Go call this program, by a link on PATH and a change of their own
//! configuration.
//!
//! Each caller's module looks at the present state and makes a [`Plan`], a pure value that is shown, or shown and followed.
//! It looks at everything before the first change, so a setup that is refused changes nothing.

mod bazel;
mod docker;
mod git;
mod go;
mod link;
mod plan;
mod program;
mod rewrite;

use std::path::PathBuf;

use self::link::Place;
use self::plan::Plan;
use crate::app::{App, Target};
use crate::caller_policy::CallerPolicy;
use crate::cli::{Caller, Setup};
use crate::context::Context;
use crate::error::{Error, Result, typed};
use crate::reply::Reply;
use crate::secret::Secret;

/// The setup, or the undo, that is asked for.
struct SetupRequest<'a> {
    apps: Vec<&'a App>,
    /// All apps of the configuration.
    known: &'a [App],
    /// Undo instead.
    undo: bool,
    /// The directory for the link (`--directory`).
    directory: Option<PathBuf>,
    /// The helper that git asks next (`--helper`).
    helper: Option<&'a str>,
}

/// Plans, and follows the plan if that is asked for.
pub(crate) fn run(arguments: &Setup, verbosity: u8) -> Result<Reply> {
    check(arguments)?;
    let context = Context::open(verbosity, CallerPolicy::MUTE)?;
    let request = request(&context, arguments)?;
    let plan = match arguments.caller {
        Caller::Git => git::plan(&request, &context.variables),
        Caller::Docker => docker::plan(&request),
        Caller::Bazel => bazel::plan(&request),
        Caller::Go => go::plan(&request),
    };
    let plan = plan.and_then(|plan| plan.check().map(|()| plan));
    let plan = plan.map_err(|error| error.while_doing(&failed(arguments)))?;
    if arguments.write || arguments.undo {
        plan.follow()
            .map_err(|error| error.while_doing(&failed(arguments)))?;
    }
    let text = format!("{}{}\n", plan.to_text(), end(arguments, &plan));
    Ok(Reply::answer(Secret::new(text)))
}

fn check(arguments: &Setup) -> Result<()> {
    let is_git = arguments.caller == Caller::Git;
    match (&arguments.helper, arguments.apps.as_slice()) {
        (Some(_), _) if !is_git => Err(Error::usage("--helper is for git alone")),
        (Some(helper), _) if helper.trim().is_empty() => {
            Err(Error::usage("--helper names no helper"))
        }
        (_, [_, _, ..]) if is_git => Err(Error::usage("for git, one app is set up at a time")),
        (Some(_), _) if arguments.undo => {
            let error = Error::usage("--undo finds the helper by itself");
            Err(error.hint("leave --helper out"))
        }
        _ if arguments.caller == Caller::Go && arguments.directory.is_some() => Err(Error::usage(
            "go needs no link, so --directory is not for it",
        )),
        _ => Ok(()),
    }
}

fn request<'a>(context: &'a Context, arguments: &'a Setup) -> Result<SetupRequest<'a>> {
    let mut apps: Vec<&App> = Vec::new();
    for name in &arguments.apps {
        let app = context.find(&Target::parse(name)?)?;
        if !apps.iter().any(|known| std::ptr::eq(*known, app)) {
            apps.push(app);
        }
    }
    if apps.is_empty() {
        apps.push(context.find(&Target::Unnamed)?);
    }
    let directory = arguments.directory.as_ref().map(std::path::absolute);
    let directory = directory
        .transpose()
        .map_err(|error| Error::usage("--directory").caused_by(error))?;
    Ok(SetupRequest {
        apps,
        known: &context.settings.apps,
        undo: arguments.undo,
        directory,
        helper: arguments.helper.as_deref(),
    })
}

/// The first words of an error.
fn failed(arguments: &Setup) -> String {
    let caller = word(arguments.caller);
    match arguments.undo {
        true => format!("cannot undo the setup of {caller}"),
        false => format!("cannot set up {caller}"),
    }
}

/// The last line: whether something was changed, and how to go on.
fn end(arguments: &Setup, plan: &Plan) -> String {
    match (plan.changes_something(), arguments.undo, arguments.write) {
        (true, false, false) => format!("nothing is changed yet: {}", again(arguments, "--write")),
        (true, false, true) => format!("done; to take it back: {}", again(arguments, "--undo")),
        (true, true, _) => "done".to_owned(),
        (false, true, _) => "there is nothing to undo".to_owned(),
        (false, false, _) => "all is there already: nothing to change".to_owned(),
    }
}

/// The same command with `option`, quoted for a shell.
fn again(arguments: &Setup, option: &str) -> String {
    let mut words = vec!["credential setup".to_owned(), word(arguments.caller).into()];
    words.extend(arguments.apps.iter().map(|app| typed(app)));
    let helper = arguments.helper.as_ref().filter(|_| option == "--write");
    words.extend(helper.map(|helper| format!("--helper {}", typed(helper))));
    let directory = arguments.directory.as_ref();
    words.extend(directory.map(|path| format!("--directory {}", typed(&path.to_string_lossy()))));
    words.push(option.into());
    words.join(" ")
}

fn word(caller: Caller) -> &'static str {
    match caller {
        Caller::Git => "git",
        Caller::Docker => "docker",
        Caller::Bazel => "bazel",
        Caller::Go => "go",
    }
}

/// The link by which a caller finds this program.
fn place(name: &str, request: &SetupRequest<'_>) -> Result<Place> {
    Place::look(name, request.directory.as_deref())
}
