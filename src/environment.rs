//! Every environment variable that the program reads or sets: named once, documented once, read once.
//!
//! No other module asks the environment. An empty value counts as unset. [`Variables`] holds no secret: it notes that one
//! is set, and [`secret`] reads it at the moment it is needed.
#![expect(clippy::disallowed_methods, reason = "the owner of the environment")]

mod child;
mod display;
mod looks;
mod lookup;
mod others;
mod programs;
mod proxies;
mod store;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, Table, Untrusted};
use crate::secret::Secret;
use lookup::{look, read_secret, read_text};

pub(crate) use child::{
    LENT_SESSION, is_signing_in, mark_signing_in, reduce, search_absolutely, withhold_secrets,
};
pub(crate) use display::{has_display, is_set, ssh_variable};
pub(crate) use looks::{CLICOLOR, CLICOLOR_FORCE, NO_COLOR, TERM};
pub(crate) use others::OTHERS;
pub(crate) use programs::{find_program, is_program, search_path};
#[cfg(unix)]
pub(crate) use proxies::proxy_text;
pub(crate) use proxies::{check_proxies, has_empty_certificate_file, proxies};
pub(crate) use store::{
    STORE, STORE_CA, STORE_KEY, STORE_NAMESPACE, STORE_OFFLINE, STORE_PASSWORD, STORE_RECHECK,
    STORE_USERNAME, StoreVariables,
};

/// A variable's name, and its purpose in one line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
}

const fn variable(name: &'static str, about: &'static str) -> Variable {
    Variable { name, about }
}

pub(crate) const CONFIG: Variable = variable("ALB_CREDENTIAL_CONFIG", "the configuration file");
const CACHE: Variable = variable("ALB_CREDENTIAL_CACHE", "the cache directory");
pub(crate) const APP: Variable = variable(
    "ALB_CREDENTIAL_APP",
    "the app, by name or URL, where the command names none",
);
pub(crate) const ORG_URL: Variable = variable(
    "ALB_CREDENTIAL_ORG_URL",
    "the org's URL; where it is set, variables are the whole configuration",
);
pub(crate) const USERNAME: Variable = variable("ALB_CREDENTIAL_USERNAME", "the user name there");
pub(crate) const PASSWORD: Variable = variable(
    "ALB_CREDENTIAL_PASSWORD",
    "the password there (else it is asked for)",
);
pub(crate) const PASSCODE_SEED: Variable = variable(
    "ALB_CREDENTIAL_PASSCODE_SEED",
    "the seed of the second factor: base32 or an otpauth URI; implies TOTP",
);
pub(crate) const APP_URL: Variable = variable("ALB_CREDENTIAL_APP_URL", "the app's URL");
pub(crate) const FACTOR: Variable = variable(
    "ALB_CREDENTIAL_FACTOR",
    "factors in order of preference, separated by commas",
);
pub(crate) const COOKIE: Variable = variable(
    "ALB_CREDENTIAL_COOKIE",
    "the base name of the app's session cookie",
);
pub(crate) const SESSION: Variable = variable(
    "ALB_CREDENTIAL_SESSION",
    "the ALB's SessionTimeout, such as 12h",
);
pub(crate) const START: Variable = variable(
    "ALB_CREDENTIAL_START",
    "a path of the app that the ALB protects",
);
pub(crate) const ENGINE: Variable = variable(
    "ALB_CREDENTIAL_ENGINE",
    "the org's engine: auto, classic, or idx (Identity Engine)",
);
const SIGNING_IN: Variable = variable(
    "ALB_CREDENTIAL_SIGNING_IN",
    "set for password and passcode commands: who waits for them",
);
const CI: Variable = variable("CI", "if true, no questions are asked");
const GIT_TERMINAL_PROMPT: Variable =
    variable("GIT_TERMINAL_PROMPT", "if 0, no questions are asked");

/// Trusted certificates; also read by the TLS library.
const SSL_CERT_FILE: Variable = variable("SSL_CERT_FILE", "trusted certificates, in one file");
/// See [`SSL_CERT_FILE`].
const SSL_CERT_DIR: Variable = variable("SSL_CERT_DIR", "trusted certificates, in a directory");

/// All variables, in the order of the help text. The libraries read the last seven.
pub(crate) const ALL: [Variable; 35] = [
    CONFIG,
    CACHE,
    APP,
    ORG_URL,
    USERNAME,
    PASSWORD,
    PASSCODE_SEED,
    APP_URL,
    FACTOR,
    COOKIE,
    SESSION,
    START,
    ENGINE,
    STORE,
    STORE_NAMESPACE,
    STORE_KEY,
    STORE_USERNAME,
    STORE_PASSWORD,
    STORE_CA,
    STORE_OFFLINE,
    STORE_RECHECK,
    SIGNING_IN,
    CI,
    GIT_TERMINAL_PROMPT,
    NO_COLOR,
    CLICOLOR,
    CLICOLOR_FORCE,
    TERM,
    variable(
        "XDG_RUNTIME_DIR",
        "the directory for what exec lends, and for the spare cache",
    ),
    variable(
        "TMPDIR",
        "the directory for the spare cache, where there is no other",
    ),
    variable("HTTPS_PROXY", "the proxy that requests go through"),
    variable("NO_PROXY", "hosts that are reached without the proxy"),
    SSL_CERT_FILE,
    SSL_CERT_DIR,
    variable(
        "DBUS_SESSION_BUS_ADDRESS",
        "where the keyring is reached, if the configuration names it (Linux)",
    ),
];

/// The variable that stands for the setting `key` of `table`, where there is one.
pub(crate) fn of_setting(table: &Table, key: &str) -> Option<&'static str> {
    let variable = match (table, key) {
        (Table::Org(_), "url") => ORG_URL,
        (Table::Org(_), "username") => USERNAME,
        (Table::Org(_), "password") => PASSWORD,
        (Table::Org(_), "passcode") => PASSCODE_SEED,
        (Table::Org(_), "factor") => FACTOR,
        (Table::Org(_), "engine") => ENGINE,
        (Table::App(_), "url") => APP_URL,
        (Table::App(_), "cookie") => COOKIE,
        (Table::App(_), "session") => SESSION,
        (Table::App(_), "start") => START,
        _ => return None,
    };
    Some(variable.name)
}

/// The values of the variables, without the secrets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Variables {
    pub(crate) config: Option<PathBuf>,
    pub(crate) cache: Option<PathBuf>,
    pub(crate) app: Option<String>,
    pub(crate) org_url: Option<String>,
    pub(crate) username: Option<String>,
    /// Set if the variable is.
    pub(crate) password: bool,
    /// Set if the variable is.
    pub(crate) passcode_seed: bool,
    pub(crate) app_url: Option<String>,
    pub(crate) factor: Option<String>,
    pub(crate) cookie: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) start: Option<String>,
    pub(crate) engine: Option<String>,
    pub(crate) store: StoreVariables,
    /// The name of the variable that forbids questions: `CI` or `GIT_TERMINAL_PROMPT`.
    pub(crate) silenced_by: Option<&'static str>,
    /// The file of trusted certificates (`SSL_CERT_FILE`).
    pub(crate) certificates: Option<PathBuf>,
}

impl Variables {
    /// Reads the environment of this process.
    pub(crate) fn of_process() -> Result<Self> {
        let variables = Self::read(|name| std::env::var_os(name))?;
        check_cache(variables.cache.as_deref())?;
        Ok(variables)
    }

    /// Reads the variables that name files; `None` if variables are the whole configuration.
    pub(crate) fn of_files() -> Option<Self> {
        let value = |variable: &Variable| look(|name| std::env::var_os(name), variable.name);
        let cache = value(&CACHE).map(PathBuf::from);
        if value(&ORG_URL).is_some() || check_cache(cache.as_deref()).is_err() {
            return None;
        }
        Some(Self {
            config: value(&CONFIG).map(PathBuf::from),
            cache,
            app: value(&APP).map(OsString::into_string).transpose().ok()?,
            ..Self::default()
        })
    }

    /// Returns whether a CI service runs this process.
    pub(crate) fn is_ci(&self) -> bool {
        self.silenced_by == Some(CI.name)
    }

    /// Reads all variables through `lookup`. Paths may have any bytes; another value that is not UTF-8 is an error.
    pub(crate) fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let path = |variable: &Variable| look(&lookup, variable.name).map(PathBuf::from);
        let text = |variable: &Variable| read_text(&lookup, variable.name);
        let secret = |variable| Ok(read_secret(&lookup, variable)?.is_some());
        Ok(Self {
            config: path(&CONFIG),
            cache: path(&CACHE),
            app: text(&APP)?,
            org_url: text(&ORG_URL)?,
            username: text(&USERNAME)?,
            password: secret(PASSWORD.name)?,
            passcode_seed: secret(PASSCODE_SEED.name)?,
            app_url: text(&APP_URL)?,
            factor: text(&FACTOR)?,
            cookie: text(&COOKIE)?,
            session: text(&SESSION)?,
            start: text(&START)?,
            engine: text(&ENGINE)?,
            store: StoreVariables::read(&lookup)?,
            silenced_by: silenced_by(text(&CI)?, text(&GIT_TERMINAL_PROMPT)?),
            certificates: path(&SSL_CERT_FILE),
        })
    }
}

/// Refuses a cache directory that depends on the current one: each call would have another memory. No shell expands `~` in
/// quotes.
fn check_cache(cache: Option<&Path>) -> Result<()> {
    match cache {
        Some(path) if !path.is_absolute() => {
            let (name, shown) = (CACHE.name, Untrusted::path(path));
            let error = Error::usage(format!("{name}: {shown} is not an absolute path"));
            Err(error.hint(match path.starts_with("~") {
                true => "write $HOME instead of ~, or leave ~ without quotes".to_owned(),
                false => format!("name the whole path in {name}, or unset it"),
            }))
        }
        _ => Ok(()),
    }
}

/// Reads the secret in the variable called `name`; `None` if it is unset or empty.
pub(crate) fn secret(name: &str) -> Result<Option<Secret>> {
    read_secret(|name| std::env::var_os(name), name)
}

/// The value of another program's variable, if it is UTF-8.
pub(crate) fn foreign(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The path in another program's variable.
pub(crate) fn foreign_path(name: &str) -> Option<PathBuf> {
    look(|name| std::env::var_os(name), name).map(PathBuf::from)
}

/// The variable that forbids questions. CI services set `CI=true`, and people undo that with `CI=false`.
/// `GIT_TERMINAL_PROMPT` is a boolean of git's (git-config(1), "Values").
fn silenced_by(ci: Option<String>, prompt: Option<String>) -> Option<&'static str> {
    let ci = ci.filter(|value| !is_false(value)).map(|_| CI.name);
    let prompt = prompt.filter(|value| is_false(value));
    ci.or_else(|| prompt.map(|_| GIT_TERMINAL_PROMPT.name))
}

fn is_false(value: &str) -> bool {
    ["0", "false", "no", "off"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
