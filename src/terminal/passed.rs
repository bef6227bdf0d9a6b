//! Where a console sends its signals to all of its processes by itself, and there is nothing to pass on.

use std::io;
use std::process::{Child, ExitStatus};

/// What other systems pass on.
pub(crate) type Signal = ();

/// Waits for a child; a console sends its signals to all its processes by itself.
#[derive(Debug)]
pub(crate) struct Relay;

impl Relay {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the signals of other systems can fail here"
    )]
    pub(crate) fn new(_signals: &[Signal]) -> io::Result<Self> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "as on other systems")]
    pub(crate) fn is_interrupted(&self) -> bool {
        false
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "as on other systems"
    )]
    pub(crate) fn obey(&self) -> io::Result<()> {
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "as on other systems")]
    pub(crate) fn wait(&self, child: &mut Child) -> io::Result<ExitStatus> {
        child.wait()
    }
}

/// The exit status to end with after a child.
pub(crate) fn end_like(status: ExitStatus) -> u8 {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.unwrap_or(1)
}
