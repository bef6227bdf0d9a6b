//! What can be typed: the commands, their options and their help. No logic.

mod ask;
mod exec;
mod go;
mod renew;
mod setup;
mod wanted;

use std::ffi::OsString;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub(crate) use ask::{CookieFile, Erase, Get, Helper, Store};
pub(crate) use exec::Exec;
pub(crate) use go::Go;
pub(crate) use renew::Renew;
pub(crate) use setup::{Caller, Setup};
pub(crate) use wanted::Wanted;

/// Get the session cookie of an application behind an AWS ALB and Okta, from a cache that all your processes share.
#[derive(Debug, Parser)]
#[command(
    name = "credential",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    max_term_width = 100
)]
#[command(after_long_help = after_help())]
pub(crate) struct Cli {
    /// Say on stderr what happens and why, never a secret
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Every command.
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
#[derive(Debug, Args)]
pub(crate) struct List {}

/// Find out how an app signs people in, and write it into the configuration
///
/// Looks at URL without a cookie and without a password: whether an ALB protects it, and which Okta org the ALB signs
/// people in at. Shows what it found, asks for the rest, and adds tables to the end of the configuration file; what is
/// there stays as it is. Nothing is written before a person has confirmed the org's host, because that is where the
/// password will go. Where nobody can be asked, --yes confirms it.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub(crate) struct Add {
    /// The app's URL, with a path where the app is only below that
    #[arg(value_name = "URL")]
    pub(crate) url: String,
    /// What to call the app [default: the first part of its host]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The org's name: one that is configured, or what to call the new one [default: the one at the host that the ALB
    /// names, else made of that host]
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
    /// A variable of the environment that holds the password
    #[arg(long, value_name = "VARIABLE", group = "password")]
    pub(crate) password_env: Option<String>,
    /// The system's keyring: it is asked for once, and kept there
    #[arg(long, group = "password")]
    pub(crate) password_keyring: bool,
    /// The base name of the app's session cookie [default: AWSELBAuthSessionCookie]
    #[arg(long, value_name = "NAME")]
    pub(crate) cookie: Option<String>,
    /// A path of the app that the ALB protects [default: the URL's own, or where it redirects to within the app]
    #[arg(long, value_name = "PATH")]
    pub(crate) start: Option<String>,
    /// The ALB's session timeout, such as 12h
    #[arg(long, value_name = "DURATION")]
    pub(crate) session: Option<String>,
    /// Print what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Ask only what has no default: the org that the ALB names is the right one
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Check every step of a sign-in, and say what is wrong and what to do
///
/// One line a step: ok, warn, FAIL, or skip for what depends on a step that failed. No secret is shown. The sign-in itself
/// is done for real, as get --fresh does it: a password that Okta has refused is not sent again, and a right one is sent
/// once at most. A command that prints the password runs once for its own check and once for the sign-in. The exit code is
/// that of the first step that failed.
#[derive(Debug, Args)]
#[command(after_long_help = EXIT_CODES)]
pub(crate) struct Doctor {
    /// An app by its name, or any URL of it [default: the one that a bare `get` means]
    #[arg(value_name = "APP|URL")]
    pub(crate) target: Option<String>,
    /// Check all but the sign-in itself
    #[arg(long)]
    pub(crate) no_sign_in: bool,
}

/// Sign in now, and forget that a password was refused
///
/// For an org, the first of its apps carries the sign-in; the others then need none of their own.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// An app by its name or URL, or an org by its name
    #[arg(value_name = "APP|ORG")]
    pub(crate) target: Option<String>,
}

/// Forget cookies; for an org also end the Okta session
#[derive(Debug, Args)]
pub(crate) struct Logout {
    /// An app by its name or URL, or an org by its name
    #[arg(value_name = "APP|ORG", required_unless_present = "all")]
    pub(crate) target: Option<String>,
    /// Every app and every org
    #[arg(long, conflicts_with = "target")]
    pub(crate) all: bool,
    /// Forget the org's device token too: Okta will take this for a new device
    #[arg(long)]
    pub(crate) device: bool,
}

/// Show every app: account, state, when it expires, method, last error
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print the shell integration, to be loaded with: eval "$(credential shell bash)"
///
/// It wraps curl, wget, HTTPie and xh, so that a URL of an app gets its cookie. For fish:
/// credential shell fish | source
#[derive(Debug, Args)]
pub(crate) struct Shell {
    pub(crate) shell: ShellName,
}

/// Print completions for a shell
#[derive(Debug, Args)]
pub(crate) struct Completions {
    pub(crate) shell: ShellName,
}

/// The shells that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellName {
    Bash,
    Zsh,
    Fish,
}

/// Print the manual page
#[derive(Debug, Args)]
pub(crate) struct Man {}

/// Run an HTTP client with the sessions of the apps that its arguments name: the shell integration's own command
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct Wrap {
    pub(crate) tool: String,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<OsString>,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  answer given
  1  other failure
  2  usage or configuration
  3  a person is needed
  4  no such app
  5  refused by Okta or the ALB
  6  network, timeout, server trouble";

/// The end of the long help: exit codes and every variable.
fn after_help() -> String {
    let rows = crate::environment::ALL.iter();
    let rows: Vec<String> = rows
        .map(|variable| format!("\n  {:30} {}", variable.name, variable.about))
        .collect();
    format!("{EXIT_CODES}\n\nVariables:{}", rows.concat())
}

#[cfg(test)]
mod tests {
    use super::{Cli, Command, Get};
    use clap::{CommandFactory as _, Parser as _};

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_plain_get_is_what_the_parser_makes_of_it() {
        let cli = Cli::try_parse_from(["credential", "get", "grafana"]).expect("it parses");
        let Command::Get(parsed) = cli.command else {
            panic!("it is a get")
        };
        assert_eq!(format!("{parsed:?}"), format!("{:?}", Get::of("grafana")));
    }
}
