//! `get`, `store`, `erase` and `list`: a request in some dialect, and its reply.
#![expect(clippy::disallowed_methods, reason = "the owner of stdin")]

mod act;
mod paste;

use std::ffi::OsString;
use std::io::{BufRead as _, IsTerminal as _, Read as _};

use clap::Parser as _;
use zeroize::Zeroizing;

use self::act::{Terms, act};
use super::said_by_clap;
use crate::app::Target;
use crate::cli::{self, Erase, Get, Store, Wanted};
use crate::dialect::{self, Ask, Dialect, Plain, Verb};
use crate::error::{Error, Kind, Result};
use crate::get::Wish;
use crate::output;
use crate::reply::Reply;
use crate::world::World;

/// The most that is read of a request.
const LARGEST_REQUEST: u64 = 1 << 20;

/// A request on stdin, with the dialect that it is written in. It may hold a password, so it is wiped like one.
type Spoken = (&'static dyn Dialect, Zeroizing<Vec<u8>>);

/// `credential get`.
pub(crate) fn get(arguments: Get, verbosity: u8) -> Reply {
    let wish = wish(&arguments.wanted);
    let format = output::ALL
        .iter()
        .find(|format| format.name == arguments.format);
    let plain = Plain(format.expect("clap takes no other format"));
    let terms = Terms {
        wish,
        file: arguments.file,
        verbosity,
        ..Terms::default()
    };
    let spoken = match (&arguments.target, &arguments.protocol) {
        (Some(target), _) => return serve(&plain, "get", target.as_bytes(), &terms),
        (None, Some(protocol)) => stdin().map(|input| Some((named(protocol), input))),
        (None, None) => request_on_stdin("get"),
    };
    match spoken {
        Ok(Some((dialect, input))) => serve(dialect, "get", &input, &terms),
        Ok(None) => answer(&plain, &Ask::plain(Verb::Get, Target::Unnamed), &terms),
        Err(error) => Reply::failure(&error),
    }
}

/// `credential store`.
pub(crate) fn store(arguments: &Store, verbosity: u8) -> Reply {
    let terms = Terms {
        life: arguments.keeping.timeout,
        verbosity,
        ..Terms::default()
    };
    match &arguments.target {
        Some(target) => paste(target, &terms).unwrap_or_else(|error| Reply::failure(&error)),
        None => from_stdin("store", arguments.protocol.as_deref(), &terms),
    }
}

/// What the options say of the session that is wanted.
pub(super) fn wish(wanted: &Wanted) -> Wish {
    Wish {
        anew: wanted.fresh,
        insist: false,
        trusting: false,
        min_life: wanted.min_life.unwrap_or_default(),
        verify: wanted.verify,
        no_sign_in: wanted.no_sign_in,
    }
}

fn paste(target: &str, terms: &Terms) -> Result<Reply> {
    if std::io::stdin().is_terminal() {
        return Err(paste::not_at_a_terminal(target));
    }
    paste::run(target, &stdin()?, terms)
}

/// `credential erase`.
pub(crate) fn erase(arguments: &Erase, verbosity: u8) -> Reply {
    let terms = Terms {
        verbosity,
        ..Terms::default()
    };
    match &arguments.target {
        Some(target) => {
            let plain = Plain(&output::ALL[0]);
            serve(&plain, "erase", target.as_bytes(), &terms)
        }
        None => from_stdin("erase", arguments.protocol.as_deref(), &terms),
    }
}

/// `credential list`.
pub(crate) fn list(verbosity: u8) -> Reply {
    let ask = Ask::plain(Verb::List, Target::Unnamed);
    let terms = Terms {
        verbosity,
        ..Terms::default()
    };
    answer(&Plain(&output::ALL[0]), &ask, &terms)
}

/// A request that can only come from stdin.
fn from_stdin(action: &str, protocol: Option<&str>, terms: &Terms) -> Reply {
    let spoken = match protocol {
        Some(protocol) => stdin().map(|input| Some((named(protocol), input))),
        None => request_on_stdin(action),
    };
    match spoken {
        Ok(Some((dialect, input))) => serve(dialect, action, &input, terms),
        Ok(None) => Reply::failure(
            &Error::usage(format!("{action} what? there is no request on stdin"))
                .hint(format!("credential {action} --help")),
        ),
        Err(error) => Reply::failure(&error),
    }
}

/// A call by a helper's own name: the action is the last argument, because git puts it after the options that are
/// configured with a helper.
pub(crate) fn called_as(dialect: &dyn Dialect, arguments: &[OsString]) -> Reply {
    match arguments {
        [action] if dialect.takes(1) => {
            helper(dialect, &action.to_string_lossy(), &Terms::default())
        }
        _ if dialect.takes(arguments.len()) => match cli::Helper::try_parse_from(arguments) {
            Ok(of) => {
                let terms = Terms {
                    file: of.file,
                    life: of.keeping.timeout,
                    verbosity: of.verbose,
                    ..Terms::default()
                };
                helper(dialect, &of.action, &terms)
            }
            Err(error) => said_by_clap(&error),
        },
        _ => helper(dialect, "", &Terms::default()),
    }
}

/// stdin is read only for actions that have a request, as docker's `list` need not end it.
fn helper(dialect: &dyn Dialect, action: &str, terms: &Terms) -> Reply {
    let input = match action {
        "get" | "store" | "erase" => stdin(),
        _ => Ok(Zeroizing::default()),
    };
    match input {
        Ok(input) => serve(dialect, action, &input, terms),
        Err(error) => Reply::failure(&error),
    }
}

/// Reads the request, and answers it.
fn serve(dialect: &dyn Dialect, action: &str, input: &[u8], terms: &Terms) -> Reply {
    match dialect.parse(action, input) {
        Ok(ask) => answer(dialect, &ask, terms),
        Err(reply) => reply,
    }
}

/// Does what was asked, and has the dialect say what came of it.
fn answer(dialect: &dyn Dialect, ask: &Ask, terms: &Terms) -> Reply {
    match World::open(terms.verbosity, dialect.manner()) {
        Ok(world) => dialect.render(ask, act(&world, ask, terms).as_ref()),
        Err(error) => dialect.render_broken(&error),
    }
}

/// The request on stdin and the dialect that it is written in. None where stdin is a terminal or has nothing.
fn request_on_stdin(action: &str) -> Result<Option<Spoken>> {
    if std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let input = stdin()?;
    if input.trim_ascii().is_empty() {
        return Ok(None);
    }
    let dialect = dialect::sniff(action, &input).ok_or_else(|| {
        Error::usage("what stands on stdin is no request of git, docker or Bazel")
            .hint(format!("name an app: credential {action} APP"))
    })?;
    Ok(Some((dialect, input)))
}

/// All of stdin.
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

/// The first line of stdin, as far as 1 MiB goes; nothing where stdin is a terminal. What follows is not read: a caller
/// that has more to say may say it without an end.
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
    dialect::named(protocol).expect("clap takes no other dialect")
}
