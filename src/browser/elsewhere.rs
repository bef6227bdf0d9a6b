//! Systems without descriptors 3 and 4. On Windows the pipe is two inheritable handles, which std cannot make without
//! `unsafe`: no browser is started there.

use std::convert::Infallible;
use std::time::Duration;

use url::Url;

use super::failure::{Failure, Reason};
use super::launch::Launch;
use super::sight::{Held, Sight};
use crate::error::Error;

/// A browser that cannot be started here.
pub(crate) struct Browser(Infallible);

impl Browser {
    /// Fails: see the module.
    pub(crate) fn start(launch: &Launch) -> Result<Self, Failure> {
        Self::begin(launch)
    }

    /// Fails: see the module.
    pub(crate) fn begin(launch: &Launch) -> Result<Self, Failure> {
        let name = launch.installed.shown();
        let error = Error::person(format!("{name} cannot be driven on this system"));
        Err(Failure::at_start(Reason::NoPipe, error))
    }

    pub(crate) fn come_up(&mut self, _stop: &dyn Fn() -> bool) -> Result<(), Failure> {
        match self.0 {}
    }

    pub(crate) fn product(&self) -> &str {
        match self.0 {}
    }

    pub(crate) fn open(&mut self, _callback: &Url, _address: &Url) {
        match self.0 {}
    }

    pub(crate) fn watch(&mut self, _pause: Duration) -> Result<Sight, Failure> {
        match self.0 {}
    }

    pub(crate) fn pass(&mut self, _held: &Held) {
        match self.0 {}
    }

    pub(crate) fn answer(&mut self, _held: &Held, _page: &str) {
        match self.0 {}
    }

    pub(crate) fn abort(&mut self, _held: &Held) {
        match self.0 {}
    }

    pub(crate) fn begin_close(&mut self) {
        match self.0 {}
    }

    pub(crate) fn close(self) {
        match self.0 {}
    }
}
