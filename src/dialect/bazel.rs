//! Bazel's dialect: `HELPER get`, a JSON object with the URI on stdin, one with the headers on stdout.
//! Specification: <https://github.com/EngFlow/credential-helper-spec>.
//!
//! Bazel allows ten seconds, shows stderr inside its own error, and asks once for each URI, hundreds at a time: it gets
//! its answer from the cache, or an error at once. A URI of no app is an error too, as the specification has it.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Ask, Dialect, Manner, Outcome, Verb, place};
use crate::answer::Answer;
use crate::app::Target;
use crate::error::Error;
use crate::output::{json_line, timestamp};
use crate::reply::Reply;
use crate::secret::Secret;

/// Bazel gives its helper 10 s by default, and shows what the helper said only if it ends by itself before that.
const PATIENCE: Duration = Duration::from_secs(8);

/// See the module.
#[derive(Debug)]
pub(crate) struct Bazel;

/// What Bazel asks; it may say more in later versions.
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

    fn manner(&self) -> Manner {
        Manner {
            limit: Some(PATIENCE),
            ..Manner::MUTE
        }
    }

    fn parse(&self, action: &str, input: &[u8]) -> Result<Ask, Reply> {
        if action != "get" {
            let usage = "usage: bazel-credential-alb get, with {\"uri\": …} on stdin";
            return Err(Reply::failure(&Error::usage(usage)));
        }
        let request =
            read(input).ok_or_else(|| refusal("it is no JSON object with a member \"uri\""))?;
        let url = place(&request.uri).ok_or_else(|| refusal("its uri is no URL"))?;
        Ok(Ask {
            verb: Verb::Get,
            target: Target::Url(url),
            pattern: None,
            offer: None,
            subject: request.uri.into_owned(),
        })
    }

    fn render(&self, _ask: &Ask, outcome: Result<&Outcome, &Error>) -> Reply {
        match outcome {
            Ok(Outcome::Session(answer)) => Reply::answer(response(answer)),
            Ok(_) => Reply::silent(),
            Err(error) => Reply::failure(error),
        }
    }
}

/// The request in `input`. Why it is none is not told: serde's words could hold a part of it. (serde would take an
/// array for an object.)
fn read(input: &[u8]) -> Option<Request<'_>> {
    let is_object = input.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(input).ok())?
}

fn response(answer: &Answer) -> Secret {
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
