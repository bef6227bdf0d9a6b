//! Answers that no server gave, for the tests of what judges them.

use time::macros::datetime;
use url::Url;

use super::Response;
use crate::clock::Moment;
use crate::error::Error;

/// When every answer here arrived.
pub(crate) const NOW: Moment = datetime!(2026-11-23 20:00:00 UTC);

/// The answer of `url`: its status, its headers, its body.
pub(crate) fn answer(
    url: &str,
    status: u16,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Response {
    let headers = headers.iter();
    Response {
        url: Url::parse(url).expect("a URL"),
        status,
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body: body.as_ref().to_vec(),
        asked_at: NOW,
        at: NOW,
    }
}

/// Every word of an error, in the order that a person reads it, less the frame around them.
pub(crate) fn words(error: &Error) -> String {
    error.parts().collect::<Vec<_>>().join(" | ")
}

/// Returns whether an error keeps to the form: one line a part, nothing that a terminal could take for a command, no
/// final period, and no more than somebody would read.
pub(crate) fn is_fit(error: &Error) -> bool {
    error.parts().all(|part| {
        !part.is_empty()
            && part.chars().count() < 4000
            && !part
                .chars()
                .any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c))
    })
}
