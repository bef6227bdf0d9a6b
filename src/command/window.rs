//! Whether a person can get a browser's window here, in words.

use crate::browser;
use crate::environment::Variables;
use crate::settings::BrowserSettings;

/// Returns why no window can be opened here, if none can.
pub(super) fn no_window(settings: &BrowserSettings, variables: &Variables) -> Option<String> {
    if !settings.window {
        return Some("window = false in [browser]".to_owned());
    }
    let checked = browser::check_display(variables, settings.command.is_some());
    checked.err().map(|why| why.to_string())
}

#[cfg(test)]
mod tests {
    use super::no_window;
    use crate::environment::Variables;
    use crate::settings::BrowserSettings;

    #[test]
    fn a_window_is_refused_by_the_configuration_and_by_ci() {
        let ci = Variables {
            silenced_by: Some("CI"),
            ..Variables::default()
        };
        let why = no_window(&BrowserSettings::default(), &ci);
        assert_eq!(why.as_deref(), Some("CI is set"));
        let never = BrowserSettings {
            window: false,
            ..BrowserSettings::default()
        };
        let why = no_window(&never, &ci);
        assert_eq!(why.as_deref(), Some("window = false in [browser]"));
    }
}
