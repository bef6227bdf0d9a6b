//! What can be typed after `credential setup`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Have git, docker, Bazel or Go ask this program by itself
///
/// Links this program into a directory on PATH under the name by which the caller finds it, and changes the caller's own
/// configuration. What would be done is shown, a line a change, and --write does it. --undo takes back what --write has
/// made, and nothing else. What somebody else has put in the way is never overwritten: then nothing is changed at all.
#[derive(Debug, Args)]
#[command(after_long_help = super::EXIT_CODES)]
pub(crate) struct Setup {
    /// Who is to ask
    #[arg(value_name = "CALLER")]
    pub(crate) caller: Caller,
    /// An app by its name, or any URL of it; for git only one [default: the one that a bare `get` means]
    #[arg(value_name = "APP|URL")]
    pub(crate) apps: Vec<String>,
    /// Make the changes
    #[arg(long)]
    pub(crate) write: bool,
    /// Take back what --write has made
    #[arg(long, conflicts_with = "write")]
    pub(crate) undo: bool,
    /// Where the link goes [default: where `credential` is found on PATH, else ~/.local/bin]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) directory: Option<PathBuf>,
    /// For git: the helper that has the application's own credentials, such as store or manager [default: it wants none]
    #[arg(long, value_name = "HELPER")]
    pub(crate) helper: Option<String>,
}

/// The programs that can be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Caller {
    /// A helper and a cookie file for the app's URL, in git's global configuration
    Git,
    /// A helper for the app's host, in docker's config.json
    Docker,
    /// A helper for the app's host, in ~/.bazelrc
    Bazel,
    /// A command in GOAUTH, by go env -w (Go 1.24 and newer)
    Go,
}
