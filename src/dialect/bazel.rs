//! Bazel's dialect: `HELPER get`, with a JSON object on stdin that has the URI. The answer is a JSON object with headers.
//! Specification: <https://github.com/EngFlow/credential-helper-spec>.
//!
//! Bazel waits ten seconds, shows stderr inside its own error, and asks once per URI, hundreds of times at once. So it
//! gets a cached session or an error, and no questions are asked. A URI without an app is an error too, as the
//! specification says.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Dialect, HelperOutcome, HelperRequest, Operation, json_length, strict_url};
use crate::app::Target;
use crate::caller_policy::CallerPolicy;
use crate::error::Error;
use crate::output::{json_line, timestamp};
use crate::reply::Reply;
use crate::secret::Secret;
use crate::served_session::ServedSession;

/// The time limit of an answer. Bazel gives its helper 10 s by default, and shows its stderr only if it ends before
/// that.
const LIMIT: Duration = Duration::from_secs(8);

/// Bazel's credential-helper protocol.
#[derive(Debug)]
pub(crate) struct Bazel;

/// Bazel's request. Later versions may have more members.
#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    uri: Cow<'a, str>,
}

#[derive(Serialize)]
struct Response<'a> {
    headers: Headers<'a>,
    expires: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Headers<'a> {
    cookie: [&'a str; 1],
}

impl Dialect for Bazel {
    fn name(&self) -> &'static str {
        "bazel"
    }

    fn policy(&self) -> CallerPolicy {
        CallerPolicy {
            limit: Some(LIMIT),
            ..CallerPolicy::MUTE
        }
    }

    fn length(&self, _action: &str, input: &[u8]) -> Option<usize> {
        json_length(input)
    }

    fn parse(&self, action: &str, input: &[u8]) -> Result<HelperRequest, Reply> {
        if action != "get" {
            let usage = "usage: bazel-credential-alb get, with {\"uri\": …} on stdin";
            return Err(Reply::failure(&Error::usage(usage)));
        }
        let request =
            read(input).ok_or_else(|| refusal("it is not a JSON object with a member \"uri\""))?;
        let url = strict_url(&request.uri).ok_or_else(|| refusal("its uri is not a URL"))?;
        Ok(HelperRequest {
            operation: Operation::Get,
            target: Target::Url(url),
            pattern: None,
            offer: None,
            subject: request.uri.into_owned(),
        })
    }

    fn render(&self, _request: &HelperRequest, outcome: Result<&HelperOutcome, &Error>) -> Reply {
        match outcome {
            Ok(HelperOutcome::Session(answer)) => Reply::answer(response(answer)),
            Ok(_) => Reply::silent(),
            Err(error) => Reply::failure(error),
        }
    }
}

/// Reports whether `input` is a request.
pub(super) fn is_request(input: &[u8]) -> bool {
    read(input).is_some()
}

/// Parses a request. The reason of a failure is dropped, because serde's text could quote a secret. (The brace is
/// checked because serde accepts an array for an object.)
fn read(input: &[u8]) -> Option<Request<'_>> {
    if !input.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(input).ok()
}

fn response(answer: &ServedSession) -> Secret {
    json_line(&Response {
        headers: Headers {
            cookie: [answer.session.cookie().expose()],
        },
        expires: timestamp(answer.end),
    })
}

fn refusal(why: &str) -> Reply {
    Reply::failure(&Error::usage(format!(
        "cannot answer Bazel's request: {why}"
    )))
}
