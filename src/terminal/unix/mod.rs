//! The controlling terminal and the signals of a Unix process.

pub(super) mod forward;
mod paste;
pub(super) mod signals;
pub(super) mod tty;
