//! Where there are no signals to keep: Ctrl-C ends the process.

use std::io;

/// Keeps nothing.
#[derive(Debug)]
pub(super) struct Signals;

impl Signals {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the signals of other systems can fail here"
    )]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "as on other systems")]
    pub(super) fn have_come(&self) -> bool {
        false
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "as on other systems"
    )]
    pub(super) fn obey(&self) -> io::Result<()> {
        Ok(())
    }
}
