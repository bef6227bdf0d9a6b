//! The command lines of `get`, `store`, `erase` and the helpers.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser};

use super::SessionOptions;
use crate::output::Format;

/// Print the session cookie; sign in if there is no fresh one
///
/// Without APP, a request on stdin is answered in its own protocol: git's, docker's or Bazel's credential-helper
/// protocol. All else on stdin is left there, such as the rest of a script. With APP, stdin is never read.
#[derive(Debug, Args)]
pub(crate) struct Get {
    /// An app by its name, or any URL of it [default: ALB_CREDENTIAL_APP, else `default` in the file, else the only
    /// app]
    #[arg(value_name = "APP|URL")]
    pub(crate) target: Option<String>,
    /// The output format
    #[arg(long = "as", value_name = "FORMAT", default_value = crate::output::ALL[0].name, value_parser = formats())]
    pub(crate) format: String,
    /// Answer a request on stdin in this protocol
    #[arg(long, value_name = "DIALECT", conflicts_with_all = ["target", "format"], value_parser = dialects())]
    pub(crate) protocol: Option<String>,
    #[command(flatten)]
    pub(crate) session: SessionOptions,
    #[command(flatten)]
    pub(crate) file: CookieFile,
}

/// The cookie file of a caller that can read cookies from a file only, such as git
#[derive(Debug, Default, Args)]
pub(crate) struct CookieFile {
    /// Write the session into this cookie file (http.cookieFile) after asking the ALB, and answer without a password
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) cookie_file: Option<PathBuf>,
    /// Answer nothing, so that git asks its next helper for the application's own credentials
    #[arg(long, requires = "cookie_file")]
    pub(crate) next: bool,
}

/// The options of `store`
#[derive(Debug, Default, Args)]
pub(crate) struct StoreOptions {
    /// Forget it after this time, such as 8h; a bare number is seconds
    #[arg(long, value_name = "DURATION", value_parser = seconds_or_duration)]
    pub(crate) timeout: Option<time::Duration>,
}

/// The options of git-credential-alb, which git's configuration puts before the action
#[derive(Debug, Parser)]
#[command(name = "git-credential-alb", version, no_binary_name = true)]
pub(crate) struct Helper {
    /// Say on stderr what happens and why, never a secret
    #[arg(short, long, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(flatten)]
    pub(crate) file: CookieFile,
    #[command(flatten)]
    pub(crate) options: StoreOptions,
    /// get, store, erase or capability; other actions are ignored
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
}

/// Parses a duration, or a number of seconds as git's own helpers accept it.
fn seconds_or_duration(text: &str) -> Result<time::Duration, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    crate::duration::parse_duration(&format!("{text}{}", if is_number { "s" } else { "" }))
}

impl Get {
    /// Makes a `get` with the default of every other option.
    pub(crate) fn of(target: Option<&str>, format: &Format, protocol: Option<&str>) -> Self {
        Self {
            target: target.map(str::to_owned),
            format: format.name.to_owned(),
            protocol: protocol.map(str::to_owned),
            session: SessionOptions::default(),
            file: CookieFile::default(),
        }
    }
}

/// Keep a cookie copied from a browser, or what git or docker gives
///
/// With APP, stdin has the value of the Cookie header; other cookies in it are dropped. Without APP, stdin has a
/// request of git or docker. For an app with method "none" the credential is stored as it is, and answered to later
/// requests. For an app with a sign-in, a password that is a session cookie becomes its session, and anything else is
/// ignored.
#[derive(Debug, Args)]
pub(crate) struct Store {
    /// An app by its name, or any URL of it
    #[arg(value_name = "APP|URL")]
    pub(crate) target: Option<String>,
    /// The protocol of the request
    #[arg(long, value_name = "DIALECT", conflicts_with = "target", value_parser = dialects())]
    pub(crate) protocol: Option<String>,
    #[command(flatten)]
    pub(crate) options: StoreOptions,
}

/// Forget the cached session of an app
///
/// Without APP, the app is named by a request of git or docker on stdin. The ALB is asked first: a refusal shows how long
/// sessions of the app last.
#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// An app by its name, or any URL of it
    #[arg(value_name = "APP|URL")]
    pub(crate) target: Option<String>,
    /// The protocol of the request on stdin
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
