//! The command line of `setup`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Make git, docker, Bazel or Go call this program by themselves
///
/// Links this program into a directory on PATH under the name that the caller looks for, and changes the caller's own
/// configuration. Shows the changes, one per line; --write makes them. --undo removes the changes of --write, and
/// nothing else. Files and settings that somebody else made are never overwritten: then nothing is changed at all.
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// The program to set up
    #[arg(value_name = "CALLER")]
    pub(crate) caller: Caller,
    /// An app by its name, or any URL of it; for git only one [default: the one that a bare `get` means]
    #[arg(value_name = "APP|URL")]
    pub(crate) apps: Vec<String>,
    /// Make the changes
    #[arg(long)]
    pub(crate) write: bool,
    /// Undo the changes of --write
    #[arg(long, conflicts_with = "write")]
    pub(crate) undo: bool,
    /// The directory of the link [default: the one where PATH has `credential`, else ~/.local/bin]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) directory: Option<PathBuf>,
    /// For git: the helper with the application's own credentials, such as store or manager [default: none]
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
