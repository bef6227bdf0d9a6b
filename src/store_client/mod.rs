//! The connection to the server of a store that machines share: Redis, Valkey, or one that speaks their protocol.
//!
//! One thread owns it. It connects with the first call, and anew after a connection has broken; it repeats what a process
//! has to say again and again while it holds something ([`StoreClient::repeat`]), whatever its other threads wait for.
//! A caller waits for an answer no longer than it says, however the server, its network or its name behave.
//!
//! A call is a script: it is run whole or not at all. This module knows none of them.

#[cfg(feature = "redis")]
mod answers;
#[cfg(feature = "redis")]
mod connection;
#[cfg(feature = "redis")]
mod open;
#[cfg(feature = "redis")]
mod redirect;
#[cfg(feature = "redis")]
mod sentinels;
#[cfg(feature = "redis")]
mod stream;
#[cfg(feature = "redis")]
mod thread;
mod trouble;
#[cfg(feature = "redis")]
mod wire;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub(crate) use trouble::{Trouble, TroubleKind};

use crate::app::StoreServer;
use crate::secret::Secret;

/// The server, and how this program makes itself known to it.
#[cfg_attr(
    not(feature = "redis"),
    expect(dead_code, reason = "nothing is called")
)]
pub(crate) struct Access {
    pub(crate) server: StoreServer,
    /// The file of the authorities to trust in place of the system's.
    pub(crate) ca: Option<PathBuf>,
    /// The files of this client's certificate and its key.
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Secret>,
}

/// A script with its keys and arguments.
#[derive(Debug, Clone)]
#[cfg_attr(
    not(feature = "redis"),
    expect(dead_code, reason = "nothing is called")
)]
pub(crate) struct ScriptCall {
    pub(crate) script: &'static str,
    pub(crate) keys: Vec<String>,
    pub(crate) arguments: Vec<Vec<u8>>,
    /// How many replicas have to confirm what it writes.
    pub(crate) replicas: u8,
}

/// The answer of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "redis"),
    expect(dead_code, reason = "nothing is called")
)]
pub(crate) enum Reply {
    Nothing,
    Number(i64),
    Bytes(Vec<u8>),
    List(Vec<Reply>),
    /// The script has written, but too few replicas have confirmed it.
    Unconfirmed,
}

/// A call that the thread repeats for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Repeated {
    state: Arc<RepeatedState>,
}

#[derive(Debug)]
#[cfg_attr(
    not(feature = "redis"),
    expect(dead_code, reason = "nothing is called")
)]
struct RepeatedState {
    call: ScriptCall,
    was_refused: AtomicBool,
}

impl Repeated {
    /// Returns whether the server has answered 0 once: what the call keeps is lost.
    pub(crate) fn was_refused(&self) -> bool {
        self.state.was_refused.load(Ordering::Acquire)
    }
}

/// The process's side of the thread.
#[cfg(feature = "redis")]
pub(crate) struct StoreClient {
    jobs: tokio::sync::mpsc::UnboundedSender<thread::Job>,
}

#[cfg(feature = "redis")]
impl StoreClient {
    /// Starts the thread. It connects with the first call.
    pub(crate) fn start(access: Access) -> Result<Self, Trouble> {
        thread::start(access).map(|jobs| Self { jobs })
    }

    /// Runs a script, and waits for its answer for `limit`.
    pub(crate) fn call(&self, call: ScriptCall, limit: Duration) -> Result<Reply, Trouble> {
        let until = crate::clock::ticks() + limit;
        let (answer, answers) = std::sync::mpsc::channel();
        let job = thread::Job::Call {
            call,
            until,
            answer,
        };
        self.jobs.send(job).map_err(|_| Trouble::ended())?;
        // The thread keeps the time; it gets a moment to say that it is over.
        match answers.recv_timeout(limit + Duration::from_millis(200)) {
            Ok(answer) => answer,
            Err(_) => Err(Trouble::silent()),
        }
    }

    /// Has `call` repeated, every few seconds, until what is returned is dropped.
    pub(crate) fn repeat(&self, call: ScriptCall) -> Repeated {
        let state = Arc::new(RepeatedState {
            call,
            was_refused: AtomicBool::new(false),
        });
        let _ = self.jobs.send(thread::Job::Repeat(Arc::downgrade(&state)));
        Repeated { state }
    }
}

/// In this build nothing can be called: the configuration names no such store.
#[cfg(not(feature = "redis"))]
pub(crate) struct StoreClient {}

#[cfg(not(feature = "redis"))]
#[expect(
    clippy::unused_self,
    reason = "the same calls as where there is a client"
)]
impl StoreClient {
    pub(crate) fn start(_access: Access) -> Result<Self, Trouble> {
        Err(Trouble::ended())
    }

    pub(crate) fn call(&self, _call: ScriptCall, _limit: Duration) -> Result<Reply, Trouble> {
        Err(Trouble::ended())
    }

    pub(crate) fn repeat(&self, call: ScriptCall) -> Repeated {
        let was_refused = AtomicBool::new(false);
        let state = Arc::new(RepeatedState { call, was_refused });
        Repeated { state }
    }
}
