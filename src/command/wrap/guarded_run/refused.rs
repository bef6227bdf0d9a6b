//! A client that is stopped: the ALB has refused its session, and nobody has seen any of its output.

use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};

use super::{Flow, cannot_guard, finish};
use crate::command::wrap::response_heads::ResponseHeads;
use crate::error::Result;
use crate::reply::Reply;
use crate::terminal::SignalForwarder;

/// A client whose session the ALB has refused. Dropping it ends the client.
pub(in super::super) struct Refused {
    child: Child,
    flow: Flow,
    /// No signal may end this process now: the client would stay stopped.
    forwarder: SignalForwarder,
}

impl Refused {
    /// Stops the client. It may have followed the ALB's redirect by then, and wait for an answer of another host.
    pub(super) fn stop(child: Child, flow: Flow, forwarder: SignalForwarder) -> Self {
        let _ = kill_process(Pid::from_child(&child), Signal::STOP);
        Self {
            child,
            flow,
            forwarder,
        }
    }

    /// Reports whether a signal came that the client has to get.
    pub(in super::super) fn is_interrupted(&self) -> bool {
        self.forwarder.is_interrupted()
    }

    /// Lets the client finish, with the refusal as its answer.
    pub(in super::super) fn resume(mut self, heads: &mut ResponseHeads) -> Result<Reply> {
        heads.overrule();
        kill_process(Pid::from_child(&self.child), Signal::CONT)
            .map_err(|error| cannot_guard(error.into()))?;
        let ended = self.flow.run(&mut self.child, &self.forwarder, heads);
        let flow = std::mem::take(&mut self.flow);
        finish(&mut self.child, flow, ended)
    }
}

impl Drop for Refused {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
