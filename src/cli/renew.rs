//! What can be typed of `renew`, which nobody types.

use clap::Args;

/// Renew the session of an app ahead of its end, in the background: a hit's own command
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct Renew {
    /// This process is the background
    #[arg(long)]
    pub(crate) detached: bool,
    pub(crate) name: String,
}
