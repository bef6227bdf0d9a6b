//! `get`, `store`, `erase` and `list`: one request in some dialect, and its reply.

mod cached;
mod execute;
mod paste;
#[cfg(unix)]
mod peek;
mod stdin;

use std::ffi::OsString;
use std::time::Duration;

use clap::Parser as _;
use url::Url;

use self::cached::{cached, cached_unnamed};
use self::execute::{HelperOptions, execute};
use super::not_parsed;
use crate::app::Target;
use crate::caller_policy::ChosenWay;
use crate::cli::{self, Erase, Get, SessionOptions, Store};
use crate::context::Configuration;
use crate::dialect::{self, Dialect, HelperRequest, Operation, Plain, Sight, go};
use crate::error::{Error, Result, foreign};
use crate::get::GetOptions;
use crate::output;
use crate::reply::Reply;
use crate::terminal;

/// How long a `get` without a name looks for a request on stdin, if it has an answer without one.
const LOOK: Duration = Duration::from_millis(200);
/// How long Go may take to write the response that it was given.
const GO_LOOK: Duration = Duration::from_secs(1);

/// A request on stdin with its dialect.
type StdinRequest = (&'static dyn Dialect, stdin::Bytes);

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
    match (&arguments.target, &arguments.protocol) {
        (Some(target), _) => serve(&plain, "get", target.as_bytes(), &options),
        (None, Some(protocol)) => serve_action(named(protocol), "get", &options),
        (None, None) => unnamed(&plain, &options),
    }
}

/// `credential get` without an app and a protocol: answers the request on stdin, if there is one, else the default app.
fn unnamed(plain: &Plain, options: &HelperOptions) -> Reply {
    if let Some(reply) = cached_unnamed(plain, options) {
        return reply;
    }
    let configuration = Configuration::load();
    match request_in_sight(&configuration) {
        Ok(Some((dialect, input))) => parse(dialect, "get", &input, |request| {
            answer_with(configuration, dialect, request, options)
        }),
        Ok(None) => {
            let request = HelperRequest::new(Operation::Get, Target::Unnamed);
            answer_with(configuration, plain, &request, options)
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
        Some(target) => {
            let reply = paste(target, &options).unwrap_or_else(|error| Reply::failure(&error));
            confirmed(reply, target, "kept")
        }
        None => from_stdin("store", arguments.protocol.as_deref(), &options),
    }
}

/// Converts the command-line options about the session.
pub(super) fn get_options(options: &SessionOptions) -> GetOptions {
    GetOptions {
        anew: options.fresh,
        insist: false,
        way: ChosenWay::Any,
        trusting: false,
        min_life: options.min_life.unwrap_or_default(),
        verify: options.verify,
        no_sign_in: options.no_sign_in,
    }
}

/// Says on a terminal what was done for the app that a person has named.
fn confirmed(reply: Reply, target: &str, done: &str) -> Reply {
    if reply.code == 0 {
        terminal::confirm(&format!("the session of {} is {done}", foreign(target)));
    }
    reply
}

fn paste(target: &str, options: &HelperOptions) -> Result<Reply> {
    if stdin::is_terminal() {
        return Err(paste::stdin_is_terminal(target));
    }
    paste::run(target, &stdin::read_to_end()?, options)
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
            let reply = serve(&plain, "erase", target.as_bytes(), &options);
            confirmed(reply, target, "forgotten")
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
    if let Some(protocol) = protocol {
        return serve_action(named(protocol), action, options);
    }
    match request_on_stdin(action) {
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
                Err(error) => not_parsed(&error, arguments),
            }
        }
        _ => serve_action(dialect, "", &HelperOptions::default()),
    }
}

/// Reads stdin if the action has a request there, and serves it. docker's `list` may leave stdin open.
fn serve_action(dialect: &dyn Dialect, action: &str, options: &HelperOptions) -> Reply {
    let input = match action {
        "get" | "store" | "erase" => {
            let request = stdin::read(|input, _| Some(((), dialect.length(action, input)?)));
            request.map(|(_, input)| input)
        }
        _ => Ok(stdin::Bytes::default()),
    };
    match input {
        Ok(input) => serve(dialect, action, &input, options),
        Err(error) => Reply::failure(&error),
    }
}

/// Parses a request and answers it.
fn serve(dialect: &dyn Dialect, action: &str, input: &[u8], options: &HelperOptions) -> Reply {
    parse(dialect, action, input, |request| {
        answer(dialect, request, options)
    })
}

/// Parses a request, and has `answer` answer it.
fn parse(
    dialect: &dyn Dialect,
    action: &str,
    input: &[u8],
    answer: impl FnOnce(&HelperRequest) -> Reply,
) -> Reply {
    match dialect.parse(action, input) {
        Ok(request) => answer(&request),
        Err(reply) => reply,
    }
}

/// Executes a request and renders its outcome.
fn answer(dialect: &dyn Dialect, request: &HelperRequest, options: &HelperOptions) -> Reply {
    if let Some(reply) = cached(dialect, request, options) {
        return reply;
    }
    answer_with(Configuration::load(), dialect, request, options)
}

fn answer_with(
    configuration: Result<Configuration>,
    dialect: &dyn Dialect,
    request: &HelperRequest,
    options: &HelperOptions,
) -> Reply {
    let policy = dialect.policy();
    match configuration.map(|configuration| configuration.open(options.verbosity, policy)) {
        Ok(context) => dialect.render(request, execute(&context, request, options).as_ref()),
        Err(error) => dialect.render_broken(&error),
    }
}

/// Looks for a request on stdin, and takes it if it is complete. All else there belongs to another reader, such as the shell
/// of `ssh host bash -s`. Where nobody can look without taking, stdin is read only if the request has to be there.
fn request_in_sight(configuration: &Result<Configuration>) -> Result<Option<StdinRequest>> {
    let configuration = configuration.as_ref().ok();
    let is_settled = configuration
        .is_some_and(|known| known.variables.app.is_some() || known.variables.org_url.is_some());
    if is_settled || stdin::is_terminal() {
        return Ok(None);
    }
    let needs_request = configuration.is_some_and(|known| known.find(&Target::Unnamed).is_err());
    let has_app = |url: &Url| configuration.is_some_and(|known| known.settings.has_app_at(url));
    let sight = stdin::look((!needs_request).then_some(LOOK), |input, is_whole| {
        dialect::recognise(input, is_whole, &has_app)
    });
    match sight {
        Some(Sight::Found((dialect, length))) => Ok(Some((dialect, stdin::take(length)?))),
        None if needs_request => request_on_stdin("get"),
        _ => Ok(None),
    }
}

/// Reads a request from stdin, and detects its dialect. A terminal or an empty stdin is no request.
fn request_on_stdin(action: &str) -> Result<Option<StdinRequest>> {
    if stdin::is_terminal() {
        return Ok(None);
    }
    let (dialect, input) =
        stdin::read(|input, is_whole| dialect::first_request(action, input, is_whole))?;
    match dialect {
        Some(dialect) => Ok(Some((dialect, input))),
        None if input.trim_ascii().is_empty() => Ok(None),
        None => Err(Error::usage("stdin is not a git, docker or Bazel request")
            .hint(format!("name an app: credential {action} APP"))),
    }
}

/// Returns the first line of a response that Go writes to stdin, or nothing. Looks at stdin, which may be a script's, and
/// reads one line where nobody can look.
pub(super) fn go_response() -> Result<Vec<u8>> {
    if stdin::is_terminal() {
        return Ok(Vec::new());
    }
    match stdin::look(Some(GO_LOOK), go::response_line) {
        Some(Sight::Found(line)) => Ok(line),
        Some(_) => Ok(Vec::new()),
        None => {
            let line = |input: &[u8]| input.iter().position(|&byte| byte == b'\n');
            let (_, line) = stdin::read(|input, _| Some(((), line(input)?)))?;
            Ok(line)
        }
    }
}

fn named(protocol: &str) -> &'static dyn Dialect {
    dialect::named(protocol).expect("clap accepts no other dialect")
}
