//! Finds whether a window can be opened here, before a browser is started: without a display it ends at once.

use std::fmt;

use crate::environment::{self, Variables, is_set};

/// Why no window can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoWindow {
    /// The configuration forbids it.
    Forbidden,
    /// A CI service runs this process: nobody looks at a window.
    Ci,
    /// The person is at another machine, as this variable says.
    Ssh(&'static str),
    /// There is neither Wayland nor X11.
    Display,
}

impl fmt::Display for NoWindow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden => write!(formatter, "window = false in [browser]"),
            Self::Ci => write!(formatter, "CI is set"),
            Self::Ssh(variable) => write!(formatter, "this is an SSH session ({variable} is set)"),
            Self::Display => write!(
                formatter,
                "there is no display (neither WAYLAND_DISPLAY nor DISPLAY is set)"
            ),
        }
    }
}

/// Returns why no window can be opened here, if so. `over_ssh` says that a window is wanted over SSH too, where X11 may be
/// forwarded.
pub(crate) fn check_display(variables: &Variables, over_ssh: bool) -> Result<(), NoWindow> {
    judge(variables.is_ci(), over_ssh, is_set)
}

/// The rules of [`check_display`].
fn judge(is_ci: bool, over_ssh: bool, is_set: impl Fn(&str) -> bool) -> Result<(), NoWindow> {
    if is_ci {
        return Err(NoWindow::Ci);
    }
    if let Some(variable) = environment::ssh_variable(&is_set).filter(|_| !over_ssh) {
        return Err(NoWindow::Ssh(variable));
    }
    match environment::has_display(&is_set) {
        true => Ok(()),
        false => Err(NoWindow::Display),
    }
}

#[cfg(test)]
#[cfg(all(unix, not(target_os = "macos")))]
mod tests {
    use super::{NoWindow, judge};

    #[test]
    fn a_window_needs_a_display_and_a_person_before_it() {
        type Row = (bool, bool, &'static [&'static str], Result<(), NoWindow>);
        let table: [Row; 9] = [
            (false, false, &["DISPLAY"], Ok(())),
            (false, false, &["WAYLAND_DISPLAY"], Ok(())),
            (false, false, &[], Err(NoWindow::Display)),
            (true, true, &["DISPLAY"], Err(NoWindow::Ci)),
            (
                false,
                false,
                &["DISPLAY", "SSH_TTY"],
                Err(NoWindow::Ssh("SSH_TTY")),
            ),
            (
                false,
                false,
                &["SSH_CONNECTION"],
                Err(NoWindow::Ssh("SSH_CONNECTION")),
            ),
            (false, true, &["DISPLAY", "SSH_CONNECTION"], Ok(())),
            (false, true, &["SSH_CONNECTION"], Err(NoWindow::Display)),
            (true, false, &[], Err(NoWindow::Ci)),
        ];
        for (is_ci, over_ssh, set, verdict) in table {
            let judged = judge(is_ci, over_ssh, |name| set.contains(&name));
            assert_eq!(judged, verdict, "{is_ci} {over_ssh} {set:?}");
        }
        assert!(NoWindow::Ssh("SSH_TTY").to_string().contains("SSH_TTY"));
    }
}
