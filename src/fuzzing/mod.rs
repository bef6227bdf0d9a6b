//! Functions of bytes that panic where a parser breaks its promise. The bytes are those that a caller, a server or a file
//! can give.
//!
//! Two drive them: the tests beside the parsers, which make requests and spoil them (`mutation`), and the fuzzer of
//! `tests/fuzz`, for which the feature `fuzzing` exports [`ALL`]. So every run of the tests compiles them, and tries the
//! fuzzer's seeds.

pub(crate) mod callbacks;
#[cfg(unix)]
pub(crate) mod clients;
pub(crate) mod dialects;
pub(crate) mod files;
#[cfg(test)]
pub(crate) mod mutation;
pub(crate) mod place;
pub(crate) mod play;
pub(crate) mod servers;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::app::App;
use crate::error::Error;
use crate::settings::{Settings, file};

/// A parser: the name of its seeds, and the function that checks it.
pub type Parser = (&'static str, fn(&[u8]));

/// Every parser.
pub const ALL: &[Parser] = &[
    ("balancer", servers::balancer),
    ("bazel", dialects::bazel),
    #[cfg(unix)]
    ("clients", clients::clients),
    ("cookies", servers::cookies),
    ("docker", dialects::docker),
    ("git", dialects::git),
    ("go", dialects::go),
    #[cfg(unix)]
    ("heads", clients::heads),
    ("identity", play::identity),
    ("okta", play::okta),
    ("pasted", callbacks::pasted),
    ("plain", dialects::plain),
    ("records", files::records),
    ("seed", files::seed),
    ("settings", files::settings),
    ("sniff", dialects::sniff),
];

/// The configuration: two apps of one name but for the port, one below the other's domain, one below a path.
const CONFIGURATION: &str = r#"
[org.corp]
url = "https://corp.okta.com"
username = "ada@corp.example"
password = { env = "PASSWORD" }

[org.alone]
url = "https://corp.okta.com"
username = "eve@corp.example"
password = { env = "PASSWORD" }
passcode = { command = ["code"] }
factor = ["sms", "token:software:totp", "push"]
push_unattended = true

[app.whole]
url = "https://example.com"
org = "corp"
[app.victim]
url = "https://victim.example.com"
org = "alone"
[app.port]
url = "https://example.com:8443"
org = "corp"
[app.below]
url = "https://paths.example.com/graf"
org = "corp"
[app.local]
url = "http://localhost:8080"
method = "none"
[app.six]
url = "https://[2001:db8::1]"
org = "corp"
"#;

thread_local! {
    static SETTINGS: &'static Settings = {
        let settings = file::parse(Path::new("config.toml"), CONFIGURATION);
        Box::leak(Box::new(settings.expect("it is well formed")))
    };
}

/// The settings that every parser is tried with.
pub(crate) fn settings() -> &'static Settings {
    SETTINGS.with(|settings| *settings)
}

pub(crate) fn app(name: &str) -> &'static App {
    let mut apps = settings().apps.iter();
    apps.find(|app| app.name == name).expect("it is configured")
}

/// Returns whether a person can be shown this: nothing that commands a terminal or turns the direction of reading.
fn is_tame(text: &str) -> bool {
    let misleads = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    !text.chars().any(misleads)
}

/// Returns whether an error keeps to its form: parts of one line, tame, none empty, none endless.
fn is_fit(error: &Error) -> bool {
    let fits = |part: &str| !part.is_empty() && part.chars().count() < 4000 && is_tame(part);
    error.parts().all(fits)
}

/// The mark that takes the place of a secret in the requests that are made here.
pub(crate) const MARK: &[u8] = b"hunter2";

/// Counts how often the mark is in `text`.
fn marks(text: &[u8]) -> usize {
    let windows = text.windows(MARK.len());
    windows.filter(|window| *window == MARK).count()
}
