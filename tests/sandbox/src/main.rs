//! The sandbox as a program: `sandbox demo` shows the main job, `sandbox serve` runs an org and two apps until it is
//! told to end.
//!
//! Each subcommand is a module with a function `run`, which takes the arguments after its name and returns the exit code
//! or a line for stderr.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to the person who started it"
)]

mod announce;
mod demo;
mod environment;
mod handset;
mod place;
mod serve;
mod targets;

use std::process::ExitCode;

const USAGE: &str = "\
usage: sandbox demo
       sandbox serve [--engine ENGINE] [--dir DIR] [--port PORT] [--delay MS] [--factors] [--browser]
                     [--until-stdin-closes]

demo shows a cold and a warm get, curl with the cookie, a second app, and an org of the Identity Engine. serve keeps
running, with something to try for git, Go and docker too:

  --engine ENGINE        classic (the default), or idx: the Identity Engine, whose first app also asks for a
                         second factor, with this terminal as the user's phone
  --dir DIR              where the certificate, the configuration and the password go
                         (default: a new temporary directory, which is removed at the end)
  --port PORT            the org's port; the apps and the others take the next ones (default: free ones)
  --delay MS             how long each exchange takes, in milliseconds
  --factors              the user has second factors, and this terminal is their phone
  --browser              the first app's people sign in at a provider that is no Okta org, on its page in a
                         browser; the configuration's table [browser] lets a Chromium trust the sandbox
  --until-stdin-closes   end when standard input ends, as well as on Ctrl-C";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", &[][..]),
    };
    let outcome = match command {
        "demo" => demo::run(rest),
        "serve" => serve::run(rest),
        "--help" | "-h" | "help" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}
