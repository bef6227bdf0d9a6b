//! The `--as` formats. Each has a file of its own, and renders a [`ServedSession`] as a [`Text`].
//!
//! A format does not know where the session came from. Its text ends in exactly one newline.

mod cookie;
mod curl;
mod dotenv;
mod env;
pub(crate) mod header;
mod headers_json;
mod httpie;
mod json;
pub(crate) mod netscape;

use serde::Serialize;
use time::UtcOffset;
use time::macros::format_description;

use crate::clock::Moment;
use crate::secret::Secret;
use crate::served_session::ServedSession;

/// An answer in one format.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) stdout: Secret,
    /// A warning for the user, if this format may lose something. Usually empty.
    pub(crate) stderr: String,
}

/// One format: its name on the command line, its line in the help, and its function.
#[derive(Debug)]
pub(crate) struct Format {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) render: fn(&ServedSession) -> Text,
}

/// Every format, the default first.
pub(crate) const ALL: [Format; 9] = [
    Format {
        name: "cookie",
        help: "the Cookie header's value",
        render: cookie::render,
    },
    Format {
        name: "header",
        help: "the whole header line, for curl -H @-",
        render: header::render,
    },
    Format {
        name: "headers-json",
        help: "a JSON object of headers, for editors and agents",
        render: headers_json::render,
    },
    Format {
        name: "json",
        help: "everything that is known about the session",
        render: json::render,
    },
    Format {
        name: "curl",
        help: "a curl config file, for curl -K -",
        render: curl::render,
    },
    Format {
        name: "netscape",
        help: "a cookie file, for curl -b, wget, Python and git",
        render: netscape::render,
    },
    Format {
        name: "httpie",
        help: "a session file, for HTTPie and xh",
        render: httpie::render,
    },
    Format {
        name: "dotenv",
        help: "CREDENTIAL_COOKIE=\"…\"",
        render: dotenv::render,
    },
    Format {
        name: "env",
        help: "export CREDENTIAL_COOKIE='…', for a POSIX shell's eval",
        render: env::render,
    },
];

impl From<Secret> for Text {
    fn from(stdout: Secret) -> Self {
        Self {
            stdout,
            stderr: String::new(),
        }
    }
}

/// Renders `value` as one line of JSON.
pub(crate) fn json_line(value: &impl Serialize) -> Secret {
    let mut line = serde_json::to_string(value).expect("strings and numbers do not fail");
    line.push('\n');
    Secret::new(line)
}

/// Formats `moment` as in RFC 3339: UTC, whole seconds, `Z`.
pub(crate) fn timestamp(moment: Moment) -> String {
    moment
        .to_offset(UtcOffset::UTC)
        .format(format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second]Z"
        ))
        .expect("a moment has all of these parts")
}

/// Splits `text` into pieces with a backslash before each byte of `special`, which are ASCII. Copies no byte of the text.
fn escaped<'a>(text: &'a str, special: &[u8]) -> Vec<&'a str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (index, byte) in text.bytes().enumerate() {
        if special.contains(&byte) {
            pieces.extend([&text[start..index], "\\"]);
            start = index;
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// An app and an answer for the tests of formats and dialects.
#[cfg(test)]
pub(crate) mod fixture {
    use std::rc::Rc;

    use time::macros::datetime;

    use crate::app::{
        App, Content, DEFAULT_COOKIE, DEFAULT_RENEW_AHEAD, Org, SignIn, Source, Storage,
    };
    use crate::secret::Secret;
    use crate::served_session::{ServedApp, ServedSession};
    use crate::session::{Session, Shard};
    use crate::site::Site;

    /// Makes the app `wiki` at `url`, with the account `ada@corp.example`.
    pub(crate) fn app(url: &str) -> App {
        let site = Site::parse(url).expect("a site");
        App {
            name: "wiki".into(),
            start: site.at("/"),
            content: Content::Session(SignIn::Okta {
                org: Rc::new(Org {
                    name: "corp".into(),
                    site: Site::parse("https://corp.okta.com").expect("a site"),
                    account: "ada@corp.example".into(),
                    password: Source::Prompt,
                    factors: Vec::new(),
                    passcode: None,
                    engine: None,
                    remember_device: false,
                    push_unattended: false,
                    browser: true,
                    storage: Storage::File,
                }),
                client: None,
            }),
            site,
            cookie: DEFAULT_COOKIE.into(),
            session: None,
            renew_ahead: DEFAULT_RENEW_AHEAD,
        }
    }

    /// Makes an answer whose session has these shard values and lasts from 20:00 to 08:00.
    pub(crate) fn answer<'a>(app: &'a App, values: &[&str]) -> ServedSession<'a> {
        let shards = values.iter().enumerate().map(|(index, value)| Shard {
            name: format!("{}-{index}", app.cookie),
            value: Secret::new((*value).into()),
        });
        ServedSession {
            app: ServedApp::of(app),
            session: Session::issued(shards.collect(), datetime!(2026-11-23 20:00:00 UTC), None),
            end: datetime!(2026-11-24 08:00:00 UTC),
        }
    }
}
