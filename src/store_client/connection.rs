//! The connection: opened with the first call, and once anew if it is found broken.
//!
//! The first call goes out in one flight with AUTH and the client's name. The server is asked nothing before it, so a user of
//! the access list needs no other right than those commands and the call's.
//!
//! All of a fleet's keys are in one slot of a cluster. So one redirect a call is enough, and the node that it leads to is
//! asked from then on.

use std::time::{Duration, Instant};

use tokio::time::timeout_at;

use super::answers::{Failed, Flight, judge};
use super::open::{Open, introduce};
use super::redirect::Redirect;
use super::sentinels;
use super::stream::Streams;
use super::{Access, Reply, ScriptCall, Trouble};
use crate::app::{StoreNode, StoreServer};

/// How long the replicas may take to confirm a write, in milliseconds.
const REPLICA_LIMIT: u32 = 200;
/// The pause before another try: a server begins to listen, a script of somebody else ends, sentinels elect a primary.
const PAUSE: Duration = Duration::from_millis(250);

/// The server, and the connection to it, if there is one.
pub(super) struct Line {
    access: Access,
    streams: Streams,
    open: Option<Open>,
    /// The node that has the records, where the cluster's named one has said so.
    node: Option<StoreNode>,
}

impl Line {
    pub(super) fn new(access: Access) -> Self {
        Self {
            streams: Streams::default(),
            access,
            open: None,
            node: None,
        }
    }

    /// Runs a script, until the time is over; once more after a trouble that may pass. A connection that was idle may have been
    /// closed meanwhile: it is first opened anew at once, with its host's name resolved anew, since the primary may have moved.
    /// While sentinels name a server that takes no writes, they have not heard of the new primary yet, and are asked again.
    pub(super) async fn call(
        &mut self,
        call: &ScriptCall,
        until: Instant,
    ) -> Result<Reply, Trouble> {
        let has_sentinels = matches!(self.access.server, StoreServer::Sentinels { .. });
        let mut was_idle = self.open.is_some();
        let mut may_repeat = true;
        let mut before = None;
        let end = tokio::time::Instant::from_std(until);
        loop {
            let Ok(tried) = timeout_at(end, self.follow(call)).await else {
                self.disconnect();
                return Err(before.unwrap_or_else(Trouble::silent));
            };
            let failed = match tried {
                Ok(reply) => return Ok(reply),
                Err(failed) => failed,
            };
            if failed.is_broken {
                self.disconnect();
            }
            let is_late = has_sentinels && failed.trouble.is_of_replica();
            if !failed.trouble.may_pass() || !(may_repeat || is_late) {
                return Err(failed.trouble);
            }
            let was_closed = was_idle && failed.is_broken;
            if !was_closed && timeout_at(end, tokio::time::sleep(PAUSE)).await.is_err() {
                return Err(failed.trouble);
            }
            (may_repeat, was_idle) = (was_closed, false);
            before = Some(failed.trouble);
        }
    }

    fn disconnect(&mut self) {
        (self.open, self.node) = (None, None);
    }

    /// Tries the call, and once more at the node to which it is redirected.
    async fn follow(&mut self, call: &ScriptCall) -> Result<Reply, Failed> {
        let failed = match self.try_call(call).await {
            Err(failed) => failed,
            done => return done,
        };
        let from = self.open.as_ref().and_then(|open| open.node.as_ref());
        match &failed.redirect {
            None => Err(failed),
            Some(Redirect::Moved(place)) => {
                let node = place.node(from).map_err(Failed::broken)?;
                self.open = None;
                self.node = Some(node);
                self.try_call(call).await
            }
            Some(Redirect::Ask(place)) => {
                let node = place.node(from).map_err(Failed::broken)?;
                let opened = Open::to(node, &mut self.streams, &self.access).await;
                let mut open = opened.map_err(Failed::kept)?;
                exchange(&self.access, &mut open, call, Flight::Asking).await
            }
        }
    }

    /// Connects to the server of the settings. Sentinels are asked for the primary each time: it may be another one now.
    async fn open_anew(&mut self) -> Result<Open, Trouble> {
        let (streams, access) = (&mut self.streams, &self.access);
        match &access.server {
            StoreServer::Node(node) => Open::to(node.clone(), streams, access).await,
            StoreServer::Sentinels { primary, nodes } => {
                let node = sentinels::primary(primary, nodes, streams, access).await?;
                Open::to(node, streams, access).await
            }
            #[cfg(unix)]
            StoreServer::Unix(path) => Ok(Open::over(streams.unix(path).await?)),
            #[cfg(not(unix))]
            StoreServer::Unix(_) => Err(Trouble::away("this system has no such sockets")),
        }
    }

    async fn try_call(&mut self, call: &ScriptCall) -> Result<Reply, Failed> {
        let flight = match self.open {
            Some(_) => Flight::Plain,
            None => Flight::First,
        };
        if self.open.is_none() {
            let opened = match self.node.clone() {
                Some(node) => Open::to(node, &mut self.streams, &self.access).await,
                None => self.open_anew().await,
            };
            self.open = Some(opened.map_err(Failed::broken)?);
        }
        let open = self.open.as_mut().expect("it was opened above");
        exchange(&self.access, open, call, flight).await
    }
}

/// Sends the call, and judges its answers.
async fn exchange(
    access: &Access,
    open: &mut Open,
    call: &ScriptCall,
    flight: Flight,
) -> Result<Reply, Failed> {
    let mut pipeline = redis::pipe();
    if flight != Flight::Plain {
        introduce(&mut pipeline, access);
    }
    if flight == Flight::Asking {
        pipeline.cmd("ASKING");
    }
    let command = pipeline.cmd("EVAL").arg(call.script).arg(call.keys.len());
    for key in &call.keys {
        command.arg(key);
    }
    for argument in &call.arguments {
        command.arg(argument.as_slice());
    }
    if call.replicas > 0 {
        pipeline.cmd("WAIT").arg(call.replicas).arg(REPLICA_LIMIT);
    }
    let replies = open.exchange(&pipeline).await.map_err(Failed::broken)?;
    judge(access, replies, call.replicas, flight)
}
