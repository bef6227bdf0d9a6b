//! `go`: what can be typed of it.

use clap::Args;

/// Give Go the session cookies of apps (GOAUTH)
///
/// To be called by the go command, 1.24 or newer (go help goauth). Before its first download Go gets the cookies of the apps
/// that are named here; their ALBs are asked first, because Go takes the page that a refusal redirects to for an answer.
/// Where none is named, it gets those of every app that has a fresh session in the cache. When a download is answered with
/// 401 or 403, the ALB is asked whether it still takes that app's session, which is renewed if it does not.
#[derive(Debug, Args)]
#[command(after_long_help = GOAUTH)]
pub(crate) struct Go {
    /// Apps by name, or any URL of them; Go appends the URL that was refused
    #[arg(value_name = "APP|URL")]
    pub(crate) targets: Vec<String>,
}

const GOAUTH: &str = "\
Set it up with one of:
  credential setup go APP --write
  export GOAUTH='credential go https://go.corp.example; netrc'

The go command sets GIT_TERMINAL_PROMPT=0 for what it calls, so that no questions are asked:
sign in before with `credential login`, or export GIT_TERMINAL_PROMPT=1. Why a refused session
could not be renewed, Go shows with `go get -x`.";
