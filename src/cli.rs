//! The command line: commands, options and their help. No logic.

mod config;
mod exec;
mod go;
pub(crate) mod help;
mod helper;
pub(crate) mod plain;
mod renew;
mod session_options;
mod setup;

use std::ffi::OsString;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub(crate) use config::{Config, ConfigAction};
pub(crate) use exec::Exec;
pub(crate) use go::Go;
pub(crate) use helper::{CookieFile, Erase, Get, Helper, Store};
pub(crate) use renew::Renew;
pub(crate) use session_options::SessionOptions;
pub(crate) use setup::{Caller, Setup};

use crate::caller_policy::ChosenWay;

/// Print the session cookie of a web application behind an AWS ALB, from a cache that all your processes share.
#[derive(Debug, Parser)]
#[command(
    name = "credential",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 80
)]
pub(crate) struct Cli {
    /// Say on stderr what happens and why, never a secret
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Get(Get),
    Store(Store),
    Erase(Erase),
    List(List),
    Add(Add),
    Doctor(Doctor),
    Login(Login),
    Logout(Logout),
    Status(Status),
    Config(Config),
    Setup(Setup),
    Exec(Exec),
    Go(Go),
    Shell(Shell),
    Completions(Completions),
    Man(Man),
    Wrap(Wrap),
    Renew(Renew),
}

/// List the names of all apps
///
/// One on each line, for scripts. `credential status` shows more.
#[derive(Debug, Args)]
pub(crate) struct List {}

/// Find out how an app signs people in, and configure it
///
/// Requests URL without a cookie and without a password, to see whether an ALB protects it and which identity provider
/// the ALB uses: an Okta org, or any other, where people sign in in a browser. Shows what it found, asks for the rest,
/// and appends tables to the configuration file; existing lines stay as they are. Nothing is written before you have
/// confirmed the provider's host, because you will sign in there. Where no questions can be asked, --yes confirms it.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each option is on or off by itself"
)]
pub(crate) struct Add {
    /// The app's URL; with a path if the app is only below that path
    #[arg(value_name = "URL")]
    pub(crate) url: String,
    /// The app's name [default: the first part of its host]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The org's name: a configured org, or the name of the new one [default: the configured org at the host that the
    /// ALB names, else a name made from that host]
    #[arg(long, value_name = "NAME")]
    pub(crate) org: Option<String>,
    /// The user name at the org, if the org is new
    #[arg(long, value_name = "USER")]
    pub(crate) username: Option<String>,
    /// A command that prints the password, quoted as for a shell; no shell runs it
    #[arg(long, value_name = "PROGRAM ARG…", group = "password")]
    pub(crate) password_command: Option<String>,
    /// A file that holds the password
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::FilePath, group = "password")]
    pub(crate) password_file: Option<String>,
    /// An environment variable that holds the password
    #[arg(long, value_name = "VARIABLE", group = "password")]
    pub(crate) password_env: Option<String>,
    /// Ask for the password once, and keep it in the system's keyring
    #[arg(long, group = "password")]
    pub(crate) password_keyring: bool,
    /// Sign in to the app in a browser, also where an Okta org would take a password: no user name and no password is
    /// kept
    #[arg(long, conflicts_with_all = ["org", "username", "password"])]
    pub(crate) browser: bool,
    /// The base name of the app's session cookie [default: AWSELBAuthSessionCookie]
    #[arg(long, value_name = "NAME")]
    pub(crate) cookie: Option<String>,
    /// A path of the app that the ALB protects [default: the URL's path, or the path that it redirects to in the app]
    #[arg(long, value_name = "PATH")]
    pub(crate) start: Option<String>,
    /// The ALB's session timeout, such as 12h
    #[arg(long, value_name = "DURATION")]
    pub(crate) session: Option<String>,
    /// Print the additions, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Accept the defaults and the identity provider that the ALB names; ask only for the rest
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Check every step of a sign-in: what is wrong, and how to mend it
///
/// Prints one line per step: ok, warn, FAIL, or skip if the step depends on one that failed. Shows no secrets. The
/// sign-in is a real one, as with get --fresh: a password that Okta has refused is not sent again, and an accepted one
/// is sent once at most. A command that prints the password runs twice: once for its own check, once for the sign-in.
/// For an app with method browser, the browser is started once without a window, on an empty profile. The exit code is
/// that of the first failed step.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// An app by its name, or any URL of it [default: the one that a bare `get` means]
    #[arg(value_name = "APP|URL")]
    pub(crate) target: Option<String>,
    /// Skip the sign-in itself
    #[arg(long)]
    pub(crate) no_sign_in: bool,
    /// Print one JSON list of the steps, at the end
    #[arg(long)]
    pub(crate) json: bool,
}

/// Sign in now, and forget that a password was refused
///
/// For an org, signs in to its first app; the Okta session then serves the org's other apps too. Without APP and ORG,
/// that is the only org, or the only identity provider. An app with method browser opens a window of your browser; where
/// none can be had, it prints an address to open anywhere, and reads the address of the last page.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// An app by its name or URL, an org by its name, or an identity provider by its host
    #[arg(value_name = "APP|ORG|PROVIDER")]
    pub(crate) target: Option<String>,
    /// Sign in in a browser's window here
    #[arg(long, conflicts_with = "paste")]
    pub(crate) browser: bool,
    /// Sign in in any browser anywhere, and paste the address of its last page here
    #[arg(long)]
    pub(crate) paste: bool,
    /// Print the address to open on stderr, and read the address of the last page from stdin
    #[arg(long, value_name = "-", value_parser = ["-"], conflicts_with_all = ["browser", "paste"])]
    pub(crate) callback: Option<String>,
}

impl Login {
    /// Returns the way that the person has chosen.
    pub(crate) fn way(&self) -> ChosenWay {
        match (self.browser, self.paste, &self.callback) {
            (true, _, _) => ChosenWay::Window,
            (_, true, _) => ChosenWay::Paste,
            (_, _, Some(_)) => ChosenWay::Stdin,
            _ => ChosenWay::Any,
        }
    }
}

/// Forget cookies; for an org also end the Okta session
///
/// For an identity provider, also removes the profile of the browser that signed in there, which has the provider's
/// session; an org's browser profile goes with the org. While a browser uses the profile, nothing is removed.
#[derive(Debug, Args)]
pub(crate) struct Logout {
    /// An app by its name or URL, an org by its name, or an identity provider by its host
    #[arg(value_name = "APP|ORG|PROVIDER", required_unless_present = "all")]
    pub(crate) target: Option<String>,
    /// Every app, every org and every identity provider
    #[arg(long, conflicts_with = "target")]
    pub(crate) all: bool,
    /// Forget the org's device token too: Okta will take this for a new device
    #[arg(long)]
    pub(crate) device: bool,
    /// The copies of this machine alone, where a fleet of machines shares the sessions
    #[arg(long, conflicts_with = "device")]
    pub(crate) here: bool,
}

/// Show every app: account, state, when it expires, last error
///
/// With APP, only that one. Below are the orgs, with the age of the session that each has at Okta, and the identity providers that you sign in at in a
/// browser: which browser, its last use, and the size of its profile.
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Only this app, by its name or any URL of it
    #[arg(value_name = "APP|URL")]
    pub(crate) target: Option<String>,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print the shell integration for curl, wget, HTTPie and xh
///
/// It wraps these programs in the shell that loads it, so that a URL of an app gets the app's cookie.
#[derive(Debug, Args)]
pub(crate) struct Shell {
    pub(crate) shell: ShellName,
}

/// Print the completions for a shell
///
/// They complete commands, options, and the names of your apps and orgs.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    pub(crate) shell: ShellName,
}

/// The supported shells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellName {
    Bash,
    Zsh,
    Fish,
}

/// Print the manual page of the program, or of a command
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// A command, such as get
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}

/// Run an HTTP client with the sessions of the apps that its arguments name; the shell integration calls this
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct Wrap {
    pub(crate) tool: String,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<OsString>,
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
