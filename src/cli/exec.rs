//! The command line of `exec`.

use std::ffi::OsString;

use clap::Args;

use super::SessionOptions;

/// Run a command with the session in variables and private files
///
/// Runs the command without a shell, with the terminal, streams and environment of this call. This call ends as the
/// command ends: with its exit status, or by the same signal. The files are removed then.
#[derive(Debug, Args)]
#[command(override_usage = "credential exec [OPTIONS] [APP|URL] -- COMMAND [ARGUMENT…]")]
pub(crate) struct Exec {
    /// An app by its name, or any URL of it [default: the one that a bare `get` means]
    #[arg(value_name = "APP|URL")]
    pub(crate) target: Option<String>,
    /// The command and its arguments
    #[arg(value_name = "COMMAND", required = true, last = true)]
    pub(crate) command: Vec<OsString>,
    #[command(flatten)]
    pub(crate) session: SessionOptions,
}
