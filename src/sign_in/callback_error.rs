//! The error that an identity provider hands back to the callback in place of a code.
//!
//! Facts: RFC 6749, 4.1.2.1, and OpenID Connect Core, 3.1.2.6, list the codes; providers add codes of their own. The
//! description is text for people.

use url::Url;

use super::alb::parameter;
use crate::error::{Error, Kind, foreign};

/// The codes with a known meaning, by what a person can do.
const KINDS: [(&str, Kind); 16] = [
    ("login_required", Kind::Person),
    ("interaction_required", Kind::Person),
    ("consent_required", Kind::Person),
    ("account_selection_required", Kind::Person),
    ("access_denied", Kind::Refused),
    ("unauthorized_client", Kind::Refused),
    ("invalid_client", Kind::Refused),
    ("invalid_grant", Kind::Refused),
    ("invalid_request", Kind::Refused),
    ("invalid_scope", Kind::Refused),
    ("unsupported_response_type", Kind::Refused),
    ("unsupported_response_mode", Kind::Refused),
    ("unmet_authentication_requirements", Kind::Refused),
    ("registration_not_supported", Kind::Refused),
    ("temporarily_unavailable", Kind::Network),
    ("server_error", Kind::Network),
];

/// An error in a callback, as it came.
pub(crate) struct CallbackError {
    code: String,
    description: String,
}

impl CallbackError {
    /// Reads the error in a callback; `None` if it has none.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        Some(Self {
            code: parameter(url, "error")?,
            description: parameter(url, "error_description").unwrap_or_default(),
        })
    }

    /// Returns the code, as it came.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// Returns the provider's own words and the code, fit to be shown.
    pub(crate) fn words(&self) -> String {
        match foreign(&self.description) {
            description if description.is_empty() => foreign(&self.code),
            description => format!("{description} ({})", foreign(&self.code)),
        }
    }

    /// Returns it as the error of `provider`: a name, or a host. An unknown code stops the sign-in as well.
    pub(crate) fn error(&self, provider: &str) -> Error {
        let row = KINDS.iter().find(|row| row.0 == self.code);
        let kind = row.map_or(Kind::Network, |row| row.1);
        let error = Error::new(kind, format!("{provider}: {}", self.words()));
        match row {
            Some(_) => error,
            None => error.caused_by("this error is not known here"),
        }
    }
}
