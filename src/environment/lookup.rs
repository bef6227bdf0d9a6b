//! Reading one variable: an empty value counts as unset, and a text has to be UTF-8.

use std::ffi::OsString;

use crate::error::{Error, Result};
use crate::secret::Secret;

pub(super) fn look(lookup: impl Fn(&str) -> Option<OsString>, name: &str) -> Option<OsString> {
    lookup(name).filter(|value| !value.is_empty())
}

/// Reads a text through `lookup`; `None` if it is unset or empty.
pub(super) fn read_text(
    lookup: impl Fn(&str) -> Option<OsString>,
    name: &str,
) -> Result<Option<String>> {
    let value = look(lookup, name).map(OsString::into_string);
    value.transpose().map_err(|_| not_utf8(name))
}

/// Reads a secret through `lookup`.
pub(super) fn read_secret(
    lookup: impl Fn(&str) -> Option<OsString>,
    name: &str,
) -> Result<Option<Secret>> {
    let Some(value) = look(lookup, name) else {
        return Ok(None);
    };
    match String::from_utf8(value.into_encoded_bytes()) {
        Ok(text) => Ok(Some(Secret::new(text))),
        // The bytes are no part of the error: they are the secret.
        Err(_) => Err(not_utf8(name)),
    }
}

fn not_utf8(name: &str) -> Error {
    Error::usage(format!("{name}: the value is not UTF-8"))
}
