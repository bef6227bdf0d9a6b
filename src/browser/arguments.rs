//! The arguments that a browser is started with. Every user of the machine can read them: no address is among them.
//!
//! Sources: <https://peter.sh/experiments/chromium-command-line-switches/>, and trials with Chromium 156.

use std::ffi::OsString;

use super::failure::{Failure, Reason};
use super::launch::Launch;
use crate::error::{Error, Hint, Table, foreign};

/// Without these there is no pipe, no profile of its own, or a restored tab, which would send its callback to the app.
/// `--restore-last-session` keeps cookies without an end date over restarts, as identity providers set them; with
/// `--no-startup-window` no tab comes back. The store of passwords is chosen at the first start, and a change loses all cookies.
const ALWAYS: [&str; 6] = [
    "--remote-debugging-pipe",
    "--no-startup-window",
    "--restore-last-session",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-search-engine-choice-screen",
];
/// Without it a keyring asks its own questions at each start. The profile's mode protects its cookies.
const KEYRING: &str = match cfg!(target_os = "macos") {
    true => "--use-mock-keychain",
    false => "--password-store=basic",
};
/// With a window: after a killed browser no bubble asks to restore its tabs.
const WINDOW: [&str; 1] = ["--hide-crash-restore-bubble"];
const HEADLESS: [&str; 5] = [
    "--headless=new",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--mute-audio",
];
/// The arguments that a person's own ones cannot change, with the reason.
const OURS: [(&str, &str); 3] = [
    (
        "--remote-debugging-",
        "a port is open to every local process",
    ),
    ("--user-data-dir", "the profile is this program's own"),
    ("--profile-directory", "the profile is this program's own"),
];

/// All arguments for a launch; a failure if the person's own ones would undo ours.
pub(super) fn arguments(launch: &Launch) -> Result<Vec<OsString>, Failure> {
    launch.arguments.iter().try_for_each(|own| check(own))?;
    let mut profile = OsString::from("--user-data-dir=");
    profile.push(launch.profile.path());
    let kind: &[&str] = match launch.is_headless {
        true => &HEADLESS,
        false => &WINDOW,
    };
    let fixed = ALWAYS
        .iter()
        .chain([&KEYRING])
        .chain(kind)
        .map(OsString::from);
    let own = launch.arguments.iter().map(OsString::from);
    let first = launch.installed.first_arguments.iter().map(OsString::from);
    Ok(first.chain(fixed).chain([profile]).chain(own).collect())
}

/// Refuses an argument that is a page to open, or one of ours.
fn check(argument: &str) -> Result<(), Failure> {
    let ours = OURS.iter().find(|(start, _)| argument.starts_with(start));
    let why = match ours {
        Some((_, why)) => *why,
        None if argument.starts_with("--") && argument.len() > 2 => return Ok(()),
        None => "it is no option that begins with --",
    };
    let error = Error::usage(format!("the browser cannot be given {}", foreign(argument)));
    let error = error.caused_by(why).hint(Hint::settings(
        "take it out of",
        Table::Browser,
        &["arguments"],
    ));
    Err(Failure::at_start(Reason::Arguments, error))
}
