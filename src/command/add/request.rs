//! The options of `credential add`, each checked by the configuration's rule for its key.

use std::path::PathBuf;

use url::{Position, Url};

use crate::app::Source;
use crate::cli::Add;
use crate::error::{Error, Result, shown, typed};
use crate::settings::validate;
use crate::site::Site;

/// The app to add, as far as the options describe it.
#[derive(Debug)]
pub(super) struct AddRequest {
    pub(super) site: Site,
    /// Its URL as it is written.
    pub(super) url: Url,
    pub(super) start: Option<Url>,
    pub(super) name: Option<String>,
    pub(super) org: Option<String>,
    pub(super) username: Option<String>,
    pub(super) password: Option<Source>,
    /// Set if the password will be in the keyring.
    pub(super) in_keyring: bool,
    /// Set if a browser is wanted, whatever the provider is.
    pub(super) in_browser: bool,
    pub(super) cookie: Option<String>,
    pub(super) session: Option<String>,
}

impl AddRequest {
    pub(super) fn read(arguments: &Add) -> Result<Self> {
        let (site, url) = site(&arguments.url)?;
        Ok(Self {
            start: read("--start", arguments.start.as_ref(), |text| {
                validate::start(text, &site)
            })?,
            name: read("--name", arguments.name.as_ref(), validate::name)?,
            org: read("--org", arguments.org.as_ref(), validate::name)?,
            username: read("--username", arguments.username.as_ref(), validate::account)?,
            password: password(arguments)?,
            in_keyring: arguments.password_keyring,
            in_browser: arguments.browser,
            cookie: read("--cookie", arguments.cookie.as_ref(), validate::cookie)?,
            session: read("--session", arguments.session.as_ref(), |text| {
                validate::session(text).map(|_| text.to_owned())
            })?,
            site,
            url,
        })
    }

    /// Returns the app's URL, as the key `url` has it.
    pub(super) fn shown_url(&self) -> String {
        match self.site.prefix() {
            "" => self.site.url(),
            _ => self.url.to_string(),
        }
    }

    /// Returns the first option that only an Okta org has a use for.
    pub(super) fn for_okta(&self) -> Option<&'static str> {
        let given = [
            ("--org", self.org.is_some()),
            ("--username", self.username.is_some()),
            ("--password-…", self.password.is_some() || self.in_keyring),
        ];
        let mut given = given.into_iter().filter(|(_, is_given)| *is_given);
        given.next().map(|(option, _)| option)
    }

    /// Returns a command line with the same options, and with `more`. Leaves out the values of the password options,
    /// because people put the secret itself there.
    pub(super) fn again(&self, more: &[&str]) -> String {
        let start = self.start.as_ref().map(path);
        let options = [
            ("--name", &self.name),
            ("--org", &self.org),
            ("--username", &self.username),
            ("--cookie", &self.cookie),
            ("--start", &start),
            ("--session", &self.session),
        ];
        let mut words = vec![format!("credential add {}", typed(&self.shown_url()))];
        for (option, value) in options {
            words.extend(
                value
                    .as_ref()
                    .map(|value| format!("{option} {}", typed(value))),
            );
        }
        let password = match self.password {
            Some(Source::Command(_)) => Some("--password-command …"),
            Some(Source::File(_)) => Some("--password-file …"),
            Some(Source::Env(_)) => Some("--password-env …"),
            None if self.in_keyring => Some("--password-keyring"),
            Some(Source::Keyring(_) | Source::Prompt) | None => None,
        };
        let browser = self.in_browser.then_some("--browser");
        let more = (password.into_iter())
            .chain(browser)
            .chain(more.iter().copied());
        words.extend(more.map(str::to_owned));
        words.join(" ")
    }
}

/// Returns path and query of a page, as the key `start` has them.
pub(super) fn path(page: &Url) -> String {
    page[Position::BeforePath..Position::AfterQuery].to_owned()
}

/// Parses the app's URL. For a URL copied from a browser, the error suggests it without user info, query and fragment.
fn site(text: &str) -> Result<(Site, Url)> {
    validate::app_url(text).map_err(|error| match Url::parse(text) {
        Ok(url) if url.scheme() == "https" && shown(&url) != text => {
            error.hint(format!("credential add {}", typed(&shown(&url))))
        }
        _ => error,
    })
}

fn read<T>(
    option: &str,
    value: Option<&String>,
    rule: impl FnOnce(&str) -> Result<T>,
) -> Result<Option<T>> {
    let value = value.map(|text| rule(text)).transpose();
    value.map_err(|error| error.while_doing(option))
}

fn password(arguments: &Add) -> Result<Option<Source>> {
    let command = read(
        "--password-command",
        arguments.password_command.as_ref(),
        command,
    )?;
    let file = read("--password-file", arguments.password_file.as_ref(), file)?;
    let env = read("--password-env", arguments.password_env.as_ref(), env)?;
    Ok(command.or(file).or(env))
}

/// Parses a program and its arguments, quoted as for a shell (POSIX, Shell Command Language, 2.2). No shell expands
/// them. The error does not quote the line, which may be a secret in the wrong place.
pub(super) fn command(line: &str) -> Result<Source> {
    let mut words = shlex::split(line)
        .ok_or_else(|| Error::usage("the command has an open quote, or ends with a backslash"))?;
    match words.first_mut() {
        Some(program) if !program.is_empty() => {
            // Without a slash it is searched for.
            if program.contains(std::path::is_separator) {
                let path = absolute(program)?.into_os_string().into_string();
                *program =
                    path.map_err(|_| Error::usage("the path of the program is not UTF-8"))?;
            }
            Ok(Source::Command(words))
        }
        _ => Err(Error::usage("the program has no name")),
    }
}

/// The file at `path`.
pub(super) fn file(path: &str) -> Result<Source> {
    validate::filled(path)?;
    absolute(path).map(Source::File)
}

/// Makes a path absolute: it is relative to the current directory, but the configuration would read it relative to its
/// own.
fn absolute(path: &str) -> Result<PathBuf> {
    if path.starts_with("~/") {
        return Ok(PathBuf::from(path));
    }
    std::path::absolute(path)
        .map_err(|error| Error::usage("the path cannot be made absolute").caused_by(error))
}

/// Checks the name of an environment variable.
pub(super) fn env(name: &str) -> Result<Source> {
    validate::variable(name).map(Source::Env)
}

#[cfg(test)]
mod tests;
