//! The command line of `exec`.

use std::ffi::OsString;

use clap::Args;

use super::SessionOptions;

/// Run a command with the session cookie in variables and private files
///
/// Runs the command without a shell, with the terminal, streams and environment of this call. This call ends as the
/// command ends: with its exit status, or by the same signal. The files are removed then.
#[derive(Debug, Args)]
#[command(after_long_help = GIVEN, override_usage = "credential exec [OPTIONS] [APP|URL] -- COMMAND [ARGUMENT…]")]
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

const GIVEN: &str = "\
The command gets:
  CREDENTIAL_URL          the app's URL
  CREDENTIAL_COOKIE       the Cookie header's value
  CREDENTIAL_HEADER_FILE  a file with the header line: curl -H @\"$CREDENTIAL_HEADER_FILE\"
  CREDENTIAL_JAR          a cookie file: curl -b, wget --load-cookies, Python's MozillaCookieJar
It does not get the variables that hold a password or a seed.

  credential exec grafana -- sh -c 'curl -H @\"$CREDENTIAL_HEADER_FILE\" \"$CREDENTIAL_URL/api/search\"'

Exit codes:
  126, 127  the command cannot be started, is not found
  1 to 6    of `credential get`, if there is no session; the command does not run then
  others    the command's own";
