//! `credential renew APP`: renews the session of an app in the background. A `get` near the session's end starts it.
//!
//! It takes two processes, as a daemon does. The first starts a process session of its own, so that it has left the
//! caller's terminal and its signals. It starts the second process without the caller's descriptors, and ends. The
//! second process leads no process session, so it can never acquire a terminal. It keeps none of the caller's pipes
//! open, and nobody has to wait for it.

use std::time::Duration;

use crate::app::Target;
use crate::caller_policy::{CallerPolicy, Questions};
use crate::cli::Renew;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::get::background_renewal;
use crate::reply::Reply;

/// Asks no questions, and takes no longer than any unattended sign-in.
const POLICY: CallerPolicy = CallerPolicy {
    questions: Questions::Forbidden,
    windows: false,
    limit: Some(Duration::from_secs(60)),
};

/// Goes to the background or, if this process is there, renews the session.
pub(crate) fn run(arguments: &Renew, verbosity: u8) -> Result<Reply> {
    if arguments.detached {
        let context = Context::open(verbosity, POLICY)?;
        let app = context.find(&Target::Name(arguments.name.clone()))?;
        background_renewal::renew(&context, app)?;
    } else {
        detach(&arguments.name)?;
    }
    Ok(Reply::silent())
}

/// Starts the second process without waiting for it. This process ends at once, and init adopts the second.
#[cfg(unix)]
fn detach(name: &str) -> Result<()> {
    use crate::child_status;
    use crate::error::Kind;

    let failed = |error: std::io::Error| {
        Error::new(Kind::Other, "cannot go to the background").caused_by(error)
    };
    rustix::process::setsid().map_err(|error| failed(error.into()))?;
    close_fds::set_fds_cloexec(3, &[]);
    let second = background_renewal::once_more(&["renew", "--detached", "--", name]);
    child_status::keep();
    let started = second.and_then(|mut second| second.spawn());
    started.map(drop).map_err(failed)
}

#[cfg(not(unix))]
fn detach(_name: &str) -> Result<()> {
    Err(Error::usage(
        "sessions are renewed in the background on Unix systems only",
    ))
}
