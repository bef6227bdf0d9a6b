//! The command line of `config`.

use clap::{Args, Subcommand};

/// Say where the configuration file is, check it, or edit it
///
/// The file is TOML: `credential config path` prints where it is, and ALB_CREDENTIAL_CONFIG names another one. Where
/// ALB_CREDENTIAL_ORG_URL is set, variables are the whole configuration, and no file is read.
#[derive(Debug, Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    pub(crate) action: ConfigAction,
}

/// The verbs of `config`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ConfigAction {
    /// Print the path of the configuration file, which need not exist
    Path,
    /// Check the configuration; where it is right, say so at a terminal, and nothing else
    Check,
    /// Edit the configuration file in $VISUAL, else $EDITOR, else vi, and check it before it is replaced
    ///
    /// The editor gets a private copy. The file itself is replaced, with its owner and mode, only by a text without mistakes;
    /// after a mistake you may edit again, or leave the file as it was.
    Edit,
}
