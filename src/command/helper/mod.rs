//! `get`, `store`, `erase` and `list`: one request in some dialect, and its reply.
#![expect(clippy::disallowed_methods, reason = "the owner of stdin")]

mod execute;
mod paste;

use std::ffi::OsString;
use std::io::{BufRead as _, IsTerminal as _, Read as _};

use clap::Parser as _;
use zeroize::Zeroizing;

use self::execute::{HelperOptions, execute};
use super::clap_reply;
use crate::app::Target;
use crate::cli::{self, Erase, Get, SessionOptions, Store};
use crate::context::Context;
use crate::dialect::{self, Dialect, HelperRequest, Operation, Plain};
use crate::error::{Error, Kind, Result};
use crate::get::GetOptions;
use crate::output;
use crate::reply::Reply;

/// The largest request that is read, in bytes.
const LARGEST_REQUEST: u64 = 1 << 20;

/// A request on stdin with its dialect. The request may hold a password, so it is wiped from memory like one.
type StdinRequest = (&'static dyn Dialect, Zeroizing<Vec<u8>>);

/// `credential get`.
pub(crate) fn get(arguments: Get, verbosity: u8) -> Reply {
    let format = output::ALL
        .iter()
        .find(|format| format.name == arguments.format);
    let plain = Plain(format.expect("clap accepts no other format"));
    let options = HelperOptions {
        get_options: get_options(&arguments.session),
        file: arguments.file,
        verbosity,
        ..HelperOptions::default()
    };
    if let Some(target) = &arguments.target {
        return serve(&plain, "get", target.as_bytes(), &options);
    }
    match request_on_stdin("get", arguments.protocol.as_deref()) {
        Ok(Some((dialect, input))) => serve(dialect, "get", &input, &options),
        Ok(None) => {
            let request = HelperRequest::new(Operation::Get, Target::Unnamed);
            answer(&plain, &request, &options)
        }
        Err(error) => Reply::failure(&error),
    }
}

/// `credential store`.
pub(crate) fn store(arguments: &Store, verbosity: u8) -> Reply {
    let options = HelperOptions {
        life: arguments.options.timeout,
        verbosity,
        ..HelperOptions::default()
    };
    match &arguments.target {
        Some(target) => paste(target, &options).unwrap_or_else(|error| Reply::failure(&error)),
        None => from_stdin("store", arguments.protocol.as_deref(), &options),
    }
}

/// Converts the command-line options about the session.
pub(super) fn get_options(options: &SessionOptions) -> GetOptions {
    GetOptions {
        anew: options.fresh,
        insist: false,
        trusting: false,
        min_life: options.min_life.unwrap_or_default(),
        verify: options.verify,
        no_sign_in: options.no_sign_in,
    }
}

fn paste(target: &str, options: &HelperOptions) -> Result<Reply> {
    if std::io::stdin().is_terminal() {
        return Err(paste::stdin_is_terminal(target));
    }
    paste::run(target, &stdin()?, options)
}

/// `credential erase`.
pub(crate) fn erase(arguments: &Erase, verbosity: u8) -> Reply {
    let options = HelperOptions {
        verbosity,
        ..HelperOptions::default()
    };
    match &arguments.target {
        Some(target) => {
            let plain = Plain(&output::ALL[0]);
            serve(&plain, "erase", target.as_bytes(), &options)
        }
        None => from_stdin("erase", arguments.protocol.as_deref(), &options),
    }
}

/// `credential list`.
pub(crate) fn list(verbosity: u8) -> Reply {
    let request = HelperRequest::new(Operation::List, Target::Unnamed);
    let options = HelperOptions {
        verbosity,
        ..HelperOptions::default()
    };
    answer(&Plain(&output::ALL[0]), &request, &options)
}

/// Serves an action whose request can only come from stdin.
fn from_stdin(action: &str, protocol: Option<&str>, options: &HelperOptions) -> Reply {
    match request_on_stdin(action, protocol) {
        Ok(Some((dialect, input))) => serve(dialect, action, &input, options),
        Ok(None) => Reply::failure(
            &Error::usage(format!("{action} what? there is no request on stdin"))
                .hint(format!("credential {action} --help")),
        ),
        Err(error) => Reply::failure(&error),
    }
}

/// Serves a call by a helper's own name, such as `git-credential-alb`. The action is the last argument, because git
/// puts it after the options that are configured with the helper.
pub(crate) fn called_as(dialect: &dyn Dialect, arguments: &[OsString]) -> Reply {
    match arguments {
        [action] if dialect.accepts_arguments(1) => serve_action(
            dialect,
            &action.to_string_lossy(),
            &HelperOptions::default(),
        ),
        _ if dialect.accepts_arguments(arguments.len()) => {
            match cli::Helper::try_parse_from(arguments) {
                Ok(parsed) => {
                    let options = HelperOptions {
                        file: parsed.file,
                        life: parsed.options.timeout,
                        verbosity: parsed.verbose,
                        ..HelperOptions::default()
                    };
                    serve_action(dialect, &parsed.action, &options)
                }
                Err(error) => clap_reply(error),
            }
        }
        _ => serve_action(dialect, "", &HelperOptions::default()),
    }
}

/// Reads stdin if the action has a request there, and serves it. docker's `list` may leave stdin open.
fn serve_action(dialect: &dyn Dialect, action: &str, options: &HelperOptions) -> Reply {
    let input = match action {
        "get" | "store" | "erase" => stdin(),
        _ => Ok(Zeroizing::default()),
    };
    match input {
        Ok(input) => serve(dialect, action, &input, options),
        Err(error) => Reply::failure(&error),
    }
}

/// Parses a request and answers it.
fn serve(dialect: &dyn Dialect, action: &str, input: &[u8], options: &HelperOptions) -> Reply {
    match dialect.parse(action, input) {
        Ok(request) => answer(dialect, &request, options),
        Err(reply) => reply,
    }
}

/// Executes a request and renders its outcome.
fn answer(dialect: &dyn Dialect, request: &HelperRequest, options: &HelperOptions) -> Reply {
    match Context::open(options.verbosity, dialect.policy()) {
        Ok(context) => dialect.render(request, execute(&context, request, options).as_ref()),
        Err(error) => dialect.render_broken(&error),
    }
}

/// Reads a request from stdin. Its dialect is `protocol`; without one it is detected, and a terminal or an empty stdin
/// is no request.
fn request_on_stdin(action: &str, protocol: Option<&str>) -> Result<Option<StdinRequest>> {
    if let Some(protocol) = protocol {
        return Ok(Some((named(protocol), stdin()?)));
    }
    if std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let input = stdin()?;
    if input.trim_ascii().is_empty() {
        return Ok(None);
    }
    let dialect = dialect::detect(action, &input).ok_or_else(|| {
        Error::usage("stdin is not a git, docker or Bazel request")
            .hint(format!("name an app: credential {action} APP"))
    })?;
    Ok(Some((dialect, input)))
}

/// Reads all of stdin.
fn stdin() -> Result<Zeroizing<Vec<u8>>> {
    let mut input = Zeroizing::new(Vec::new());
    let read = std::io::stdin()
        .lock()
        .take(LARGEST_REQUEST + 1)
        .read_to_end(&mut input);
    match read {
        Err(error) => Err(unreadable(error)),
        Ok(_) if input.len() as u64 > LARGEST_REQUEST => {
            Err(Error::usage("the request on stdin is larger than 1 MiB"))
        }
        Ok(_) => Ok(input),
    }
}

/// Reads the first line of stdin, up to 1 MiB. Returns nothing if stdin is a terminal. Leaves the other lines unread,
/// because the caller may keep stdin open.
pub(super) fn first_line() -> Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut input = std::io::stdin().lock();
    if !input.is_terminal() {
        let read = input
            .by_ref()
            .take(LARGEST_REQUEST)
            .read_until(b'\n', &mut line);
        read.map_err(unreadable)?;
    }
    Ok(line)
}

fn unreadable(error: std::io::Error) -> Error {
    Error::new(Kind::Other, "cannot read the request on stdin").caused_by(error)
}

fn named(protocol: &str) -> &'static dyn Dialect {
    dialect::named(protocol).expect("clap accepts no other dialect")
}
