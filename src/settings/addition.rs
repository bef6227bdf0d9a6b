//! The tables that `credential add` appends to a configuration file: an app, and its org if that is new.
//!
//! The text before them stays, byte for byte. TOML 1.0.0, "String", "Keys".

use std::fmt::Write as _;

use crate::app::Source;
use crate::error::{Error, Result, toml_key};

/// The tables to add.
#[derive(Debug, Clone)]
pub(crate) struct Addition {
    /// The app's org, if it is new.
    pub(crate) org: Option<NewOrg>,
    pub(crate) app: NewApp,
}

/// The table of an org, as strings of the file.
#[derive(Debug, Clone)]
pub(crate) struct NewOrg {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) username: String,
    pub(crate) password: Source,
}

/// The table of an app, as strings of the file. `None` leaves a key out.
#[derive(Debug, Clone)]
pub(crate) struct NewApp {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) sign_in: NewSignIn,
    pub(crate) start: Option<String>,
    pub(crate) cookie: Option<String>,
    pub(crate) session: Option<String>,
}

/// How people sign in to the new app.
#[derive(Debug, Clone)]
pub(crate) enum NewSignIn {
    /// At the org of this name.
    Okta { org: String },
    /// In a browser, at this identity provider.
    Browser { idp: String },
}

impl Addition {
    /// The tables, each ending in a newline, with an empty line between them.
    pub(crate) fn text(&self) -> Result<String> {
        let org = self.org.as_ref().map(NewOrg::text).transpose()?;
        let tables = [org, Some(self.app.text()?)];
        Ok(tables.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    /// `text` with the tables at its end, in its style of line ends. A missing last line end is added.
    pub(super) fn after(&self, text: &str) -> Result<String> {
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut whole = text.to_owned();
        if !whole.is_empty() {
            if !whole.ends_with('\n') {
                whole.push_str(line_end);
            }
            whole.push_str(line_end);
        }
        whole.push_str(&self.text()?.replace('\n', line_end));
        Ok(whole)
    }

    /// The names of the tables for a message: `[org.corp] and [app.grafana]`.
    pub(crate) fn labels(&self) -> String {
        let app = format!("[app.{}]", toml_key(&self.app.name));
        match &self.org {
            Some(org) => format!("[org.{}] and {app}", toml_key(&org.name)),
            None => app,
        }
    }
}

impl NewOrg {
    fn text(&self) -> Result<String> {
        Ok(format!(
            "[org.{}]\nurl = {}\nusername = {}\npassword = {}\n",
            toml_key(&self.name),
            quoted("url", &self.url)?,
            quoted("username", &self.username)?,
            source("password", &self.password)?,
        ))
    }
}

impl NewApp {
    fn text(&self) -> Result<String> {
        let (org, method, idp) = match &self.sign_in {
            NewSignIn::Okta { org } => (Some(org.as_str()), None, None),
            NewSignIn::Browser { idp } => (None, Some("browser"), Some(idp.as_str())),
        };
        let lines = [
            ("url", Some(self.url.as_str())),
            ("org", org),
            ("method", method),
            ("idp", idp),
            ("start", self.start.as_deref()),
            ("cookie", self.cookie.as_deref()),
            ("session", self.session.as_deref()),
        ];
        let mut text = format!("[app.{}]\n", toml_key(&self.name));
        for (key, value) in lines {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} = {}", quoted(key, value)?);
            }
        }
        Ok(text)
    }
}

/// The source of a secret as an inline table.
fn source(key: &str, source: &Source) -> Result<String> {
    Ok(match source {
        Source::Command(words) => {
            let words: Result<Vec<_>> = words.iter().map(|word| quoted(key, word)).collect();
            format!("{{ command = [{}] }}", words?.join(", "))
        }
        Source::Env(name) => format!("{{ env = {} }}", quoted(key, name)?),
        Source::File(path) => {
            let path = path.to_str();
            let path = path.ok_or_else(|| Error::usage(format!("{key}: the path is not UTF-8")))?;
            format!("{{ file = {} }}", quoted(key, path)?)
        }
        Source::Keyring(item) if item.is_own() => "{ keyring = true }".to_owned(),
        Source::Keyring(item) => format!(
            "{{ keyring = {{ service = {}, username = {} }} }}",
            quoted(key, &item.service)?,
            quoted(key, &item.username)?
        ),
        Source::Prompt => "{ prompt = true }".to_owned(),
    })
}

/// A basic string. Control characters are refused, because a reader of the file would not see them. The error does not
/// quote the value: it may be a secret in the wrong place.
fn quoted(key: &str, text: &str) -> Result<String> {
    if text.chars().any(char::is_control) {
        return Err(Error::usage(format!(
            "{key} cannot have control characters"
        )));
    }
    Ok(format!(
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}
