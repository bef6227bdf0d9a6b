//! The command line of `go`.

use clap::Args;

/// Give Go the session cookies of apps (GOAUTH)
///
/// The go command, 1.24 or newer, calls this (go help goauth). Before its first download it gets the cookies of the
/// apps that are named here. Their ALBs are asked first, because an ALB redirects an ended session, and Go would take
/// the page behind the redirect as the download. Without APP it gets every fresh session in the cache. After a 401 or
/// 403, the ALB is asked whether it still accepts that app's session; if not, the session is renewed.
///
/// The go command sets GIT_TERMINAL_PROMPT=0 for the commands that it calls, so no questions are asked: sign in before
/// with `credential login`, or export GIT_TERMINAL_PROMPT=1. `go get -x` shows why a session could not be renewed.
#[derive(Debug, Default, Args)]
pub(crate) struct Go {
    /// Apps by name, or any URL of them; Go appends a refused URL
    #[arg(value_name = "APP|URL")]
    pub(crate) targets: Vec<String>,
}
