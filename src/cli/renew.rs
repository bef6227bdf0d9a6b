//! The command line of `renew`, which a `get` runs by itself.

use clap::Args;

/// Renew the session of an app in the background, before it ends; `get` runs this by itself
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct Renew {
    /// This process is already in the background
    #[arg(long)]
    pub(crate) detached: bool,
    pub(crate) name: String,
}
