//! The environment of programs that this one starts.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use super::proxies::PROXIES;
use super::{PASSCODE_SEED, PASSWORD, SIGNING_IN, STORE_KEY, STORE_PASSWORD, foreign, look};

/// Gives `command`, which outlives its caller, a small environment: the variables that this program and its libraries read,
/// and those called `also`. A relative path in one of them becomes absolute.
pub(crate) fn reduce(command: &mut Command, also: &[&str]) {
    command.env_clear();
    for (name, value) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if !also.contains(&text) && !is_for_background(text) {
            continue;
        }
        match text {
            "PATH" => command.env(&name, absolute_only(&value)),
            "HOME" | "TMPDIR" | "SSL_CERT_FILE" | "SSL_CERT_DIR" | "ALB_CREDENTIAL_CONFIG" => {
                command.env(&name, std::path::absolute(&value).unwrap_or(value.into()))
            }
            _ => command.env(&name, value),
        };
    }
}

pub(super) fn is_for_background(name: &str) -> bool {
    const PREFIXES: [&str; 4] = ["ALB_", "DBUS_", "SSL_", "XDG_"];
    // Without the directory for the spare cache, a refused password would be remembered in two places.
    ["HOME", "PATH", "TMPDIR"].contains(&name)
        || PROXIES.contains(&name)
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Has `command` be searched for in no directory that depends on the current one, which may be a stranger's checkout.
pub(crate) fn search_absolutely(command: &mut Command) {
    if let Some(path) = look(|name| std::env::var_os(name), "PATH") {
        command.env("PATH", absolute_only(&path));
    }
}

/// The directories of a search path that do not depend on the current one.
fn absolute_only(path: &OsStr) -> OsString {
    let directories = std::env::split_paths(path).filter(|directory| directory.is_absolute());
    std::env::join_paths(directories).expect("it was a search path")
}

/// The session that `credential exec` lends to its command.
pub(crate) const LENT_SESSION: &str = "CREDENTIAL_COOKIE";

/// Removes the variables with secrets from the environment of `command`: ours, and the session that a caller was lent.
pub(crate) fn withhold_secrets(command: &mut Command) {
    command.env_remove(PASSWORD.name);
    command.env_remove(PASSCODE_SEED.name);
    command.env_remove(STORE_KEY.name);
    command.env_remove(STORE_PASSWORD.name);
    command.env_remove(LENT_SESSION);
}

/// Tells `command`, and its children, that the sign-in of `account` waits for it, besides those that wait for this process.
pub(crate) fn mark_signing_in(command: &mut Command, account: &str) {
    let before = foreign(SIGNING_IN.name).unwrap_or_default();
    let own = format!("{} {account}", std::process::id());
    command.env(SIGNING_IN.name, format!("{before}{own}\n"));
}

/// Returns whether the sign-in of `account` waits for this process.
pub(crate) fn is_signing_in(account: &str) -> bool {
    waits(&foreign(SIGNING_IN.name).unwrap_or_default(), account)
}

/// Returns whether one of the `lines`, each a process number and an account, names `account` and a live process. A
/// child of the command may outlive the sign-in, and keeps the variable.
pub(super) fn waits(lines: &str, account: &str) -> bool {
    let mut lines = lines.lines().filter_map(|line| line.split_once(' '));
    lines.any(|(process, own)| own == account && is_alive(process))
}

#[cfg(unix)]
fn is_alive(process: &str) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};
    let process = process.parse().ok().and_then(Pid::from_raw);
    process.is_some_and(|process| test_kill_process(process) != Err(Errno::SRCH))
}

#[cfg(not(unix))]
fn is_alive(_process: &str) -> bool {
    true
}
