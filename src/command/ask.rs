//! `get`, `store`, `erase` and `list`: a request in some dialect, and its reply.

use std::ffi::OsString;
use std::io::{BufRead as _, IsTerminal as _, Read as _};

use zeroize::Zeroizing;

use crate::app::Target;
use crate::cli::{Erase, Get, Wanted};
use crate::clock;
use crate::dialect::{self, Ask, Dialect, Listed, Outcome, Plain, Verb};
use crate::error::{Error, Kind, Result};
use crate::get::{self, Wish};
use crate::output;
use crate::reply::Reply;
use crate::session::Freshness;
use crate::store::{Entry, Key};
use crate::world::World;

/// The most that is read of a request.
const LARGEST_REQUEST: u64 = 1 << 20;

/// A request on stdin, with the dialect that it is written in. It may hold a password, so it is wiped like one.
type Spoken = (&'static dyn Dialect, Zeroizing<Vec<u8>>);

/// `credential get`.
pub(crate) fn get(arguments: &Get, verbosity: u8) -> Reply {
    let wish = wish(&arguments.wanted);
    let format = output::ALL
        .iter()
        .find(|format| format.name == arguments.format);
    let plain = Plain(format.expect("clap takes no other format"));
    let spoken = match (&arguments.target, &arguments.protocol) {
        (Some(target), _) => return serve(&plain, "get", target.as_bytes(), &wish, verbosity),
        (None, Some(protocol)) => stdin().map(|input| Some((named(protocol), input))),
        (None, None) => request_on_stdin(),
    };
    match spoken {
        Ok(Some((dialect, input))) => serve(dialect, "get", &input, &wish, verbosity),
        Ok(None) => answer(
            &plain,
            &Ask::plain(Verb::Get, Target::Unnamed),
            &wish,
            verbosity,
        ),
        Err(error) => Reply::failure(&error),
    }
}

/// What the options say of the session that is wanted.
pub(super) fn wish(wanted: &Wanted) -> Wish {
    Wish {
        anew: wanted.fresh,
        insist: false,
        min_life: wanted.min_life.unwrap_or_default(),
        verify: wanted.verify,
        no_sign_in: wanted.no_sign_in,
    }
}

/// `credential erase`.
pub(crate) fn erase(arguments: &Erase, verbosity: u8) -> Reply {
    match &arguments.target {
        Some(target) => {
            let plain = Plain(&output::ALL[0]);
            serve(
                &plain,
                "erase",
                target.as_bytes(),
                &Wish::default(),
                verbosity,
            )
        }
        None => from_stdin("erase", arguments.protocol.as_deref(), verbosity),
    }
}

/// `credential list`.
pub(crate) fn list(verbosity: u8) -> Reply {
    let ask = Ask::plain(Verb::List, Target::Unnamed);
    answer(&Plain(&output::ALL[0]), &ask, &Wish::default(), verbosity)
}

/// A request that can only come from stdin.
pub(crate) fn from_stdin(action: &str, protocol: Option<&str>, verbosity: u8) -> Reply {
    let spoken = match protocol {
        Some(protocol) => stdin().map(|input| Some((named(protocol), input))),
        None => request_on_stdin(),
    };
    match spoken {
        Ok(Some((dialect, input))) => serve(dialect, action, &input, &Wish::default(), verbosity),
        Ok(None) => Reply::failure(
            &Error::usage(format!("{action} what? there is no request on stdin"))
                .hint(format!("credential {action} --help")),
        ),
        Err(error) => Reply::failure(&error),
    }
}

/// A call by a helper's own name: the action is the last argument, because git puts it after the options that are
/// configured with a helper. stdin is read only for actions that have a request, as docker's `list` need not end it.
pub(crate) fn called_as(dialect: &dyn Dialect, arguments: &[OsString]) -> Reply {
    let action = arguments.last().filter(|_| dialect.takes(arguments.len()));
    let action = action
        .map(|action| action.to_string_lossy().into_owned())
        .unwrap_or_default();
    let input = match action.as_str() {
        "get" | "store" | "erase" => stdin(),
        _ => Ok(Zeroizing::default()),
    };
    match input {
        Ok(input) => serve(dialect, &action, &input, &Wish::default(), 0),
        Err(error) => Reply::failure(&error),
    }
}

/// Reads the request, and answers it.
fn serve(dialect: &dyn Dialect, action: &str, input: &[u8], wish: &Wish, verbosity: u8) -> Reply {
    match dialect.parse(action, input) {
        Ok(ask) => answer(dialect, &ask, wish, verbosity),
        Err(reply) => reply,
    }
}

/// Does what was asked, and has the dialect say what came of it.
fn answer(dialect: &dyn Dialect, ask: &Ask, wish: &Wish, verbosity: u8) -> Reply {
    match World::open(verbosity, dialect.manner()) {
        Ok(world) => dialect.render(ask, act(&world, ask, wish).as_ref()),
        Err(error) => dialect.render_broken(&error),
    }
}

fn act<'a>(world: &'a World, ask: &Ask, wish: &Wish) -> Result<Outcome<'a>> {
    if ask.verb == Verb::List {
        return listed(world);
    }
    let app = world.find(&ask.target)?;
    if ask
        .account
        .as_deref()
        .is_some_and(|account| account != app.account())
    {
        return Err(Error::new(
            Kind::NoSuchApp,
            format!("{} has another account than the one asked for", app.name),
        ));
    }
    match ask.verb {
        Verb::Erase => get::erase(world, app, ask.secret.as_ref()).map(|()| Outcome::Erased),
        _ => get::get(world, app, wish).map(Outcome::Session),
    }
}

/// Every app, with whether a `get` could be answered at once.
fn listed(world: &World) -> Result<Outcome<'_>> {
    let now = clock::now();
    let row = |app| {
        let entry: Entry = world.cache.read(&Key::of_app(app))?;
        let fresh = entry.judge(app, now, time::Duration::ZERO) == Some(Freshness::Fresh);
        Ok(Listed { app, fresh })
    };
    world
        .settings
        .apps
        .iter()
        .map(row)
        .collect::<Result<_>>()
        .map(Outcome::Listed)
}

/// The request on stdin and the dialect that it is written in. None where stdin is a terminal or has nothing.
fn request_on_stdin() -> Result<Option<Spoken>> {
    if std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let input = stdin()?;
    if input.trim_ascii().is_empty() {
        return Ok(None);
    }
    let dialect = dialect::sniff(&input).ok_or_else(|| {
        Error::usage("what stands on stdin is no request of git, docker or Bazel")
            .hint("name an app: credential get APP")
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
