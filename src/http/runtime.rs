//! The runtime that drives the client: of one thread, and started when it is needed.

use std::cell::OnceCell;

use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Kind, Result};

/// A runtime that keeps nobody waiting at its end: a name that is still looked up, for a request that was given up, may
/// take its time.
#[derive(Default)]
pub(super) struct Background(OnceCell<Runtime>);

impl Background {
    /// The runtime, started on first use.
    pub(super) fn get(&self) -> Result<&Runtime> {
        if let Some(runtime) = self.0.get() {
            return Ok(runtime);
        }
        let built = Builder::new_current_thread().enable_all().build();
        let built = built
            .map_err(|error| Error::new(Kind::Other, "cannot start a runtime").caused_by(error))?;
        Ok(self.0.get_or_init(|| built))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
