//! Describes what was found, and what will be written, one line each.

use super::adding::Adding;
use super::look::Way;
use crate::app::{DEFAULT_COOKIE, Engine};
use crate::browser;
use crate::error::{foreign, shown};
use crate::settings::ConfigFile;
use crate::sign_in::okta::FirstStep;

/// The way without a window.
const PASTE: &str = "any browser elsewhere will do, with credential login APP --paste";

/// The column of the words.
const INDENT: &str = "          ";

impl Adding<'_> {
    /// Describes the findings and the additions.
    pub(super) fn findings(&self, file: &ConfigFile) -> Vec<String> {
        let request = &self.found.request;
        let cookie = match &self.wanted.cookie {
            Some(name) => name.clone(),
            None => format!("{DEFAULT_COOKIE} (the default; for another one: --cookie NAME)"),
        };
        let mut lines = vec![
            format!("app       {}", self.wanted.shown_url()),
            format!("ALB       yes, it protects {}", shown(&self.found.page)),
        ];
        lines.extend(self.provider());
        if has_foreign_letters(request.provider.host()) {
            let words = "this name has letters beyond a to z, which may look like other letters";
            lines.insert(3, format!("{INDENT}{words}"));
        }
        lines.extend([
            format!("client    {}", foreign(&request.client_id)),
            format!("callback  {}", shown(&request.callback)),
            format!("cookie    {cookie}"),
            format!("writes    {} {}", self.tables(file), file.name()),
        ]);
        lines
    }

    /// Describes the identity provider, and the sign-in there.
    fn provider(&self) -> Vec<String> {
        match &self.found.way {
            Way::Password { engine, first_step } => {
                let mut lines = vec![self.org_line(*engine)];
                lines.extend(first_step.iter().flat_map(|step| self.first_step(step)));
                lines
            }
            Way::Browser => vec![
                self.provider_line(),
                "sign-in   in a browser, on the provider's own pages; no user name and no password is kept here"
                    .to_owned(),
                self.browser_line(),
            ],
        }
    }

    fn org_line(&self, engine: Engine) -> String {
        let org = match &self.org {
            Some(org) => format!("already configured as {}, for {}", org.name, org.account),
            None => "not configured yet".to_owned(),
        };
        let url = self.found.request.provider.url();
        format!("org       {url} ({}), {org}", engine.name())
    }

    fn first_step(&self, step: &FirstStep) -> Vec<String> {
        match step {
            FirstStep::Answerable(words) => vec![format!("sign-in   {words}")],
            FirstStep::Browser(words) => vec![
                format!("sign-in   {words}: a browser goes on there (browser = true, the default)"),
                format!(
                    "{INDENT}without any password: credential add {} --browser",
                    self.wanted.shown_url()
                ),
            ],
        }
    }

    fn provider_line(&self) -> String {
        let request = &self.found.request;
        let name = request.name.map(|name| format!(" ({name})"));
        let url = request.provider.url();
        let known = match self.app_at_provider() {
            Some(app) => format!(", where {app} signs in too"),
            None => String::new(),
        };
        format!("provider  {url}{}{known}", name.unwrap_or_default())
    }

    /// Tells which browser would be used.
    fn browser_line(&self) -> String {
        let settings = &self.settings.browser;
        let words = match browser::find(settings.command.as_deref()) {
            Err(error) => format!("{}: {PASTE}", error.message),
            Ok(installed) => match settings.check_window(self.variables) {
                Ok(()) => installed.shown(),
                Err(why) => format!("{}; no window here ({why}): {PASTE}", installed.shown()),
            },
        };
        format!("browser   {words}")
    }

    /// Returns what is added, and where.
    fn tables(&self, file: &ConfigFile) -> &'static str {
        match (self.has_new_org(), file.is_new()) {
            (true, true) => "an org and an app, into the new file",
            (true, false) => "an org and an app, at the end of",
            (false, true) => "an app, into the new file",
            (false, false) => "an app, at the end of",
        }
    }
}

/// Returns whether a host's name has letters that are written in ASCII (RFC 5890, "A-label").
fn has_foreign_letters(host: &str) -> bool {
    host.split('.').any(|label| label.starts_with("xn--"))
}
