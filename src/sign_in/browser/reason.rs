//! Why an address is not the callback that ends a sign-in. Never repeats a query or a path, because a code may stand there.

use std::fmt;

use crate::site::CALLBACK;

/// Why an address, or another pasted text, was refused. `Display` is a sentence about it: "it has no code".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// There is no text at all.
    Nothing,
    TooLong,
    /// The text can be read neither as an address nor as a `Cookie` line.
    NoAddress,
    /// It has a control character, plain or encoded.
    ControlCharacter,
    /// It has a user name or a password before its host.
    UserInfo,
    AnotherOrigin {
        /// Fit to be shown.
        found: String,
        wanted: String,
    },
    /// It is at the app's origin, but not at the path of the callback.
    AnotherPath {
        wanted: String,
    },
    /// It is the authorize URL, at which the browser was sent off.
    AuthorizeUrl,
    /// It belongs to another authorization request.
    ForeignState,
    /// It lacks this parameter: `code` or `state`.
    Missing(&'static str),
    /// It has this parameter more than once.
    Doubled(&'static str),
    CodeAndError,
    Fragment,
    /// It is a `Cookie` line without the whole family of this base name.
    NoFamily(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => formatter.write_str("it is empty"),
            Self::TooLong => formatter.write_str("it is longer than 16 KiB"),
            Self::NoAddress => formatter.write_str("it is neither an address nor a Cookie line"),
            Self::ControlCharacter => formatter.write_str("it has a control character in it"),
            Self::UserInfo => formatter.write_str("it has a user name before its host"),
            Self::AnotherOrigin { found, wanted } => {
                write!(formatter, "it leads to {found}, not to {wanted}")
            }
            Self::AnotherPath { wanted } => {
                write!(formatter, "it is a page of {wanted}, but not {CALLBACK}")
            }
            Self::AuthorizeUrl => {
                formatter.write_str("it is the address where the sign-in starts, not where it ends")
            }
            Self::ForeignState => {
                formatter.write_str("it is from an earlier attempt: its state is another one")
            }
            Self::Missing(name) => write!(formatter, "it has no {name}"),
            Self::Doubled(name) => write!(formatter, "it has more than one {name}"),
            Self::CodeAndError => formatter.write_str("it has both a code and an error"),
            Self::Fragment => formatter.write_str("it has a fragment, after #"),
            Self::NoFamily(base) => write!(
                formatter,
                "it is a Cookie line without the whole of {base}-0, {base}-1, …"
            ),
        }
    }
}
