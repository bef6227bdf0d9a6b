//! The place of a process: whether its user sits at this machine, and whether a window can be shown.

use super::foreign_path;

/// Returns whether another program's variable is set.
pub(crate) fn is_set(name: &str) -> bool {
    foreign_path(name).is_some()
}

/// Returns the variable that says that the user is at another machine (`sshd(8)`, "ENVIRONMENT"), if there is one.
pub(crate) fn ssh_variable(is_set: impl Fn(&str) -> bool) -> Option<&'static str> {
    let names = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"];
    names.into_iter().find(|name| is_set(name))
}

/// Returns whether there is a display. On Windows and macOS a session always has one.
pub(crate) fn has_display(is_set: impl Fn(&str) -> bool) -> bool {
    let always = cfg!(any(windows, target_os = "macos"));
    always || is_set("WAYLAND_DISPLAY") || is_set("DISPLAY")
}
