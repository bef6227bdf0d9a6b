//! The table of the browser, for all apps: `[browser]`.

use super::reader::Section;
use super::source::program_words;
use crate::browser::{NoWindow, check_display};
use crate::environment::Variables;
use crate::error::{Error, Result};

/// The known keys.
pub(super) const KEYS: [&str; 5] = ["command", "arguments", "window", "headless", "keep"];

/// How a browser is used to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BrowserSettings {
    /// The browser's program and its first arguments; without it, the first browser that is found.
    pub(crate) command: Option<Vec<String>>,
    /// More arguments: `--no-sandbox` in a container.
    pub(crate) arguments: Vec<String>,
    /// Whether a window may be opened for a person.
    pub(crate) window: bool,
    /// Whether a session may be renewed without a window.
    pub(crate) headless: bool,
    /// Whether the profile is kept, so that the next sign-in needs no person.
    pub(crate) keep: bool,
}

impl Default for BrowserSettings {
    fn default() -> Self {
        Self {
            command: None,
            arguments: Vec::new(),
            window: true,
            headless: true,
            keep: true,
        }
    }
}

impl BrowserSettings {
    /// Returns why no window can be opened here, if none can. A browser that is configured may have a display over SSH.
    pub(crate) fn check_window(&self, variables: &Variables) -> Result<(), NoWindow> {
        match self.window {
            true => check_display(variables, self.command.is_some()),
            false => Err(NoWindow::Forbidden),
        }
    }
}

/// Reads the table, if there is one.
pub(super) fn browser(root: &Section<'_>) -> Result<BrowserSettings> {
    let Some(field) = root.field("browser") else {
        return Ok(BrowserSettings::default());
    };
    let form = || "a table: [browser] with command, arguments, window, headless or keep".to_owned();
    let section = field.section(&KEYS, form)?;
    let flag = |key| section.flag(key).map(|flag| flag.unwrap_or(true));
    Ok(BrowserSettings {
        command: (section.field("command"))
            .map(|field| program_words(&field, "[\"chromium\"]"))
            .transpose()?,
        arguments: arguments(&section)?,
        window: flag("window")?,
        headless: flag("headless")?,
        keep: flag("keep")?,
    })
}

/// Reads the arguments, none of which is empty: a browser would read it as an address. An empty list is none.
fn arguments(section: &Section<'_>) -> Result<Vec<String>> {
    let Some(field) = section.field("arguments") else {
        return Ok(Vec::new());
    };
    if field.is_empty_list() {
        return Ok(Vec::new());
    }
    field.list(|word| match word.starts_with('-') {
        true => Ok(word.to_owned()),
        false => Err(Error::usage("an argument of the browser begins with `-`")),
    })
}

#[cfg(test)]
mod tests {
    use super::{BrowserSettings, NoWindow};
    use crate::environment::Variables;

    #[test]
    fn a_window_is_refused_by_the_configuration_and_by_ci() {
        let ci = Variables {
            silenced_by: Some("CI"),
            ..Variables::default()
        };
        let usual = BrowserSettings::default();
        assert_eq!(usual.check_window(&ci), Err(NoWindow::Ci));
        let never = BrowserSettings {
            window: false,
            ..usual
        };
        assert_eq!(never.check_window(&ci), Err(NoWindow::Forbidden));
    }
}
