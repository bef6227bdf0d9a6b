//! Okta's error body, and the hint for each of its codes (Okta's error-codes reference).

use serde::Deserialize;
use serde_json::Value;

use crate::app::Org;
use crate::error::{Error, Kind, foreign, shown};
use crate::http::Response;

/// The codes with a meaning of their own at a sign-in: the kind, and the hint. Every other one is judged by its HTTP
/// status.
const CODES: [(&str, Kind, &str); 12] = [
    (
        "E0000064",
        Kind::Person,
        "change the password at Okta in a browser: it has expired",
    ),
    (
        "E0000259",
        Kind::Person,
        "reset the password at Okta in a browser: it is known from a breach",
    ),
    (
        "E0000006",
        Kind::Refused,
        "ask the admins whether a network zone or threat rule blocks this place",
    ),
    (
        "E0000085",
        Kind::Refused,
        "ask the admins which sign-on policy denies this account",
    ),
    (
        "E0000069",
        Kind::Refused,
        "have the account unlocked: too many codes were wrong",
    ),
    ("E0000119", Kind::Refused, "have the account unlocked"),
    (
        "E0000047",
        Kind::Network,
        "try again in a minute: the org's rate limit is used up",
    ),
    (
        "E0000009",
        Kind::Network,
        "try again: Okta had trouble of its own",
    ),
    (
        "E0000067",
        Kind::Network,
        "try again: Okta had trouble of its own",
    ),
    (
        "E0000074",
        Kind::Network,
        "try again: the factor's own service had trouble",
    ),
    (
        "E0000247",
        Kind::Network,
        "choose another factor: Okta cannot send messages or call now",
    ),
    (
        "E0000191",
        Kind::Person,
        "try again: it was not answered in time",
    ),
];

/// Okta's refusal of a request. Its words are fit to be shown.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: String,
    summary: String,
    /// The id by which an admin finds the refusal.
    id: String,
    causes: Vec<String>,
}

/// Okta's error body, whatever the types of its members.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Body {
    #[serde(rename = "errorCode")]
    code: Value,
    #[serde(rename = "errorSummary")]
    summary: Value,
    #[serde(rename = "errorId")]
    id: Value,
    #[serde(rename = "errorCauses")]
    causes: Value,
}

impl Refusal {
    /// Reads the refusal in a response's body; `None` if it has no error code. Every other member may be missing, null,
    /// or of another type.
    pub(super) fn parse(response: &Response) -> Option<Self> {
        let body: Body = serde_json::from_slice(&response.body).ok()?;
        let words = |value: &Value| foreign(value.as_str().unwrap_or_default());
        let causes = body
            .causes
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let refusal = Self {
            code: words(&body.code),
            summary: words(&body.summary),
            id: words(&body.id),
            causes: causes
                .iter()
                .map(|cause| words(&cause["errorSummary"]))
                .collect(),
        };
        (!refusal.code.is_empty()).then_some(refusal)
    }

    /// Returns Okta's own words: its summary, its code, its causes.
    pub(super) fn words(&self) -> String {
        let summary = match self.summary.as_str() {
            "" => "no reason given",
            summary => summary,
        };
        let mut words = format!("{summary} ({})", self.code);
        for cause in self.causes.iter().filter(|cause| !cause.is_empty()).take(3) {
            words.push_str("; ");
            words.push_str(cause);
        }
        words
    }

    /// Adds the id to an error.
    pub(super) fn with_id(&self, error: Error) -> Error {
        if self.id.is_empty() {
            error
        } else {
            error.caused_by(format!("Okta's error id is {}", self.id))
        }
    }

    /// Returns the refusal as an error, by its code or else by the HTTP status of the `response` that it came in.
    pub(super) fn error(&self, org: &Org, response: &Response) -> Error {
        let status = response.status;
        let row = CODES.iter().find(|row| row.0 == self.code);
        let kind = match (row, status) {
            (Some(row), _) => row.1,
            (None, 400..=428 | 430..=499) => Kind::Refused,
            (None, _) => Kind::Network,
        };
        let host = org.site.authority();
        let error = match kind {
            Kind::Network => Error::new(kind, format!("{host} answers {status}: {}", self.words())),
            _ => Error::new(
                kind,
                format!("Okta refused the sign-in ({status}): {}", self.words()),
            ),
        };
        let error = with_request_id(self.with_id(error), response);
        match row {
            Some(row) => error.hint(row.2),
            None => error,
        }
    }
}

/// The hint for an answer that Okta does not give.
pub(super) const IMPOSTOR_HINT: &str =
    "look for what answers in Okta's place: a proxy, or a network's sign-in page";

/// Adds the compression of an answer that cannot be read to its error.
pub(super) fn with_compression(error: Error, response: &Response) -> Error {
    match response.compression() {
        Some(name) => error.caused_by(format!(
            "it is compressed ({}), though the request asks for plain text",
            foreign(name)
        )),
        None => error,
    }
}

/// Adds the id by which an admin finds a request that the server had trouble with.
pub(super) fn with_request_id(error: Error, response: &Response) -> Error {
    let id = response.header("x-okta-request-id").map(foreign);
    match id.filter(|id| response.status >= 500 && !id.is_empty()) {
        Some(id) => error.caused_by(format!("Okta's request id is {id}")),
        None => error,
    }
}

/// Returns the error of an answer that is not Okta's JSON. Okta, or a server in between, made it.
pub(super) fn unreadable(response: &Response) -> Error {
    let error = Error::network(format!(
        "{} answers {} without Okta's JSON",
        response.host(),
        response.status
    ));
    let error = match response.location() {
        Some(location) => error.caused_by(format!("it sends to {}", shown(&location))),
        None => with_compression(error, response),
    };
    let error = with_request_id(error, response);
    match response.status {
        401 | 403 => error.hint(
            "ask the admins whether a network zone, a firewall or a proxy keeps this place out",
        ),
        407 => error.hint("look at HTTPS_PROXY: the proxy wants a sign-in of its own"),
        429 | 500.. => error.hint("try again in a minute: the server has trouble of its own"),
        _ => error.hint(IMPOSTOR_HINT),
    }
}

#[cfg(test)]
mod tests;
