//! The `--as` formats: one file each, all of one shape, [`Answer`] to [`Text`].
//!
//! A format knows nothing of where the session came from. Every one of them ends in exactly one newline.

mod cookie;
mod curl;
mod dotenv;
mod header;
mod headers_json;
mod httpie;
mod json;
mod netscape;

use crate::app::App;
use crate::clock::Moment;
use crate::secret::Secret;
use crate::session::Session;

/// What there is to answer with.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) app: &'a App,
    pub(crate) session: Session,
    /// When the session ends, as far as is known.
    pub(crate) end: Moment,
}

/// An answer in some format.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) stdout: Secret,
    /// A line for a person who may lose something by this format; mostly empty.
    pub(crate) stderr: String,
}

/// One format: its name on the command line, its line in the help, and its function.
#[derive(Debug)]
pub(crate) struct Format {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) render: fn(&Answer) -> Text,
}

/// Every format, the default first.
pub(crate) const ALL: [Format; 8] = [
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
        help: "everything that is known of the session",
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
];

impl From<Secret> for Text {
    fn from(stdout: Secret) -> Self {
        Self {
            stdout,
            stderr: String::new(),
        }
    }
}
