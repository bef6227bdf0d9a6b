//! What can be typed of the helper verbs, `get`, `store` and `erase`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser};

use super::{EXIT_CODES, Wanted};

/// Print the session cookie; sign in if there is none that is fresh
///
/// Without APP and --protocol, a request on stdin is answered in the language that it is written in: git's, docker's
/// or Bazel's credential-helper protocol. With APP, stdin is never read.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub(crate) struct Get {
    /// An app by its name, or any URL of it [default: ALB_CREDENTIAL_APP, else `default` in the file, else the only app]
    #[arg(value_name = "APP|URL")]
    pub(crate) target: Option<String>,
    /// What to print
    #[arg(long = "as", value_name = "FORMAT", default_value = crate::output::ALL[0].name, value_parser = formats())]
    pub(crate) format: String,
    /// Answer a request on stdin in this language
    #[arg(long, value_name = "DIALECT", conflicts_with_all = ["target", "format"], value_parser = dialects())]
    pub(crate) protocol: Option<String>,
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    #[command(flatten)]
    pub(crate) file: CookieFile,
}

/// How a caller gets the cookie that can read it from a file only, as git does
#[derive(Debug, Default, Args)]
pub(crate) struct CookieFile {
    /// Write the session into this cookie file, asking the ALB first, and answer without a password (http.cookieFile)
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) cookie_file: Option<PathBuf>,
    /// Answer nothing, so that git asks its next helper for the application's own credentials
    #[arg(long, requires = "cookie_file")]
    pub(crate) next: bool,
}

/// How long a credential is kept
#[derive(Debug, Default, Args)]
pub(crate) struct Keeping {
    /// Keep it no longer than this, such as 8h; a bare number is seconds
    #[arg(long, value_name = "DURATION", value_parser = seconds_or_duration)]
    pub(crate) timeout: Option<time::Duration>,
}

/// The options that git's configuration can give to git-credential-alb, before git's own word
#[derive(Debug, Parser)]
#[command(name = "git-credential-alb", version, no_binary_name = true)]
pub(crate) struct Helper {
    /// Say on stderr what happens and why, never a secret
    #[arg(short, long, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(flatten)]
    pub(crate) file: CookieFile,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
    /// get, store, erase or capability; anything else is passed over
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
}

/// A duration, or a number of seconds as git's own helpers take it.
fn seconds_or_duration(text: &str) -> Result<time::Duration, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    crate::settings::parse_duration(&format!("{text}{}", if is_number { "s" } else { "" }))
}

impl Get {
    /// `get` of one target, and every option as it is when it is not typed.
    pub(crate) fn of(target: &str) -> Self {
        Self {
            target: Some(target.to_owned()),
            format: crate::output::ALL[0].name.to_owned(),
            protocol: None,
            wanted: Wanted::default(),
            file: CookieFile::default(),
        }
    }
}

/// Keep a session cookie that was copied from a browser, or what a helper's caller gives (on stdin)
///
/// With APP, stdin has the value of the Cookie header; what else stands there is left out. Without, it has a request of
/// git's or docker's: for an app with method "none" the credential is kept as it is, and given back to whoever asks for
/// it; for an app that is signed in to, a session cookie as password is taken as its session, and anything else is
/// passed over.
#[derive(Debug, Args)]
pub(crate) struct Store {
    /// An app by its name, or any URL of it
    #[arg(value_name = "APP|URL")]
    pub(crate) target: Option<String>,
    /// The language of the request
    #[arg(long, value_name = "DIALECT", conflicts_with = "target", value_parser = dialects())]
    pub(crate) protocol: Option<String>,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
}

/// Forget the cached session of an app (APP as argument, or a helper's request on stdin)
///
/// The ALB is asked first: if it refuses that session, it is learnt how long sessions of the app live.
#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// An app by its name, or any URL of it
    #[arg(value_name = "APP|URL")]
    pub(crate) target: Option<String>,
    /// The language of the request on stdin
    #[arg(long, value_name = "DIALECT", conflicts_with = "target", value_parser = dialects())]
    pub(crate) protocol: Option<String>,
}

fn formats() -> clap::builder::PossibleValuesParser {
    let values = crate::output::ALL
        .iter()
        .map(|format| clap::builder::PossibleValue::new(format.name).help(format.help));
    clap::builder::PossibleValuesParser::new(values)
}

fn dialects() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(
        crate::dialect::ALL.iter().map(|dialect| dialect.name()),
    )
}
