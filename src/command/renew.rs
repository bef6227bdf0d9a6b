//! `credential renew APP`: the session of an app, renewed in the background. A hit near the session's end runs it.
//!
//! It comes in two processes. The first leaves the caller's terminal, and the signals of it, for a session of processes
//! of its own, starts the second with none of the caller's descriptors, and ends. The second belongs to nobody. It leads
//! no session, so that no terminal can become its own; no pipe of the caller's stays open for its sake; and nobody has
//! to wait for it.

use std::time::Duration;

use crate::app::Target;
use crate::cli::Renew;
use crate::dialect::Manner;
use crate::error::{Error, Result};
use crate::get::ahead;
use crate::reply::Reply;
use crate::terminal::Questions;
use crate::world::World;

/// Nobody is asked, and it takes no longer than a sign-in that nobody attends.
const MANNER: Manner = Manner {
    questions: Questions::Forbidden,
    limit: Some(Duration::from_secs(60)),
};

/// Goes to the background or, once there, renews the session.
pub(crate) fn run(arguments: &Renew, verbosity: u8) -> Result<Reply> {
    if arguments.detached {
        let world = World::open(verbosity, MANNER)?;
        let app = world.find(&Target::Name(arguments.name.clone()))?;
        ahead::renew(&world, app)?;
    } else {
        detach(&arguments.name)?;
    }
    Ok(Reply::silent())
}

/// Starts the second process and does not wait for it: this one ends at once, and whoever then adopts it does.
#[cfg(unix)]
fn detach(name: &str) -> Result<()> {
    use crate::error::Kind;

    let failed = |error: std::io::Error| {
        Error::new(Kind::Other, "cannot go to the background").caused_by(error)
    };
    rustix::process::setsid().map_err(|error| failed(error.into()))?;
    close_fds::set_fds_cloexec(3, &[]);
    let second = ahead::once_more(&["renew", "--detached", "--", name]);
    let started = second.and_then(|mut second| second.spawn());
    started.map(drop).map_err(failed)
}

#[cfg(not(unix))]
fn detach(_name: &str) -> Result<()> {
    Err(Error::usage(
        "sessions are renewed in the background on Unix systems only",
    ))
}
