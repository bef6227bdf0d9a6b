//! `introspect`: the token of a page becomes a handle, and a handle is read again.

use serde_json::{Map, Value};

use crate::demand::Violation;
use crate::org::Exchange;
use crate::org::identity::after::begin;
use crate::org::identity::answer::{Told, bare, expired, show};
use crate::org::identity::note;
use crate::org::identity::read::{count, count_token, living, over};
use crate::org::identity::transaction::Stage;
use crate::wire::Response;

/// The ways of naming a transaction.
const TOKENS: [&str; 3] = ["stateToken", "stateHandle", "interactionHandle"];

/// Reads a transaction, and changes nothing about it but that the first time begins it.
pub(crate) fn introspect(exchange: &mut Exchange<'_>, body: &Map<String, Value>) -> Response {
    let token = match named(exchange, body) {
        Ok(token) => token,
        Err(refusal) => return refusal,
    };
    match exchange.transaction(&token).stage {
        Stage::Fresh => begin(exchange, &token),
        _ => show(exchange, &token, &Told::default()),
    }
}

/// The living transaction that a body names.
fn named(exchange: &mut Exchange<'_>, body: &Map<String, Value>) -> Result<String, Response> {
    let most = exchange.identity().limits.introspect_per_minute;
    count(exchange, "introspect of the org", most)?;
    let Some(given) = only(body) else {
        let step = "introspect".to_owned();
        let what = "not one token alone".to_owned();
        exchange.violated(Violation::FormNotFollowed { step, what });
        return Err(bare(
            exchange,
            None,
            400,
            note::bad_request("exactly one token"),
        ));
    };
    if let Some(violation) = misread(exchange, &given) {
        exchange.violated(violation);
        return Err(expired(exchange));
    }
    let Some(token) = living(exchange, &given) else {
        return Err(over(exchange, &given));
    };
    let transaction = exchange.transaction(&token);
    if given != token && transaction.age_of(&given).is_none() {
        return Err(expired(exchange));
    }
    if transaction.ambiguous {
        exchange.violated(Violation::AmbiguousToken);
        return Err(expired(exchange));
    }
    count_token(exchange, &token)?;
    Ok(token)
}

/// The one token of a body that has nothing else.
fn only(body: &Map<String, Value>) -> Option<String> {
    let (name, value) = body.iter().next().filter(|_| body.len() == 1)?;
    let known = TOKENS.contains(&name.as_str());
    value.as_str().filter(|_| known).map(str::to_owned)
}

/// The text that the reader of a page has read for its token.
fn misread(exchange: &Exchange<'_>, given: &str) -> Option<Violation> {
    if given.contains('\\') || given.contains("&#") {
        return Some(Violation::TokenNotDecoded);
    }
    let stale = exchange.state.identity.stale.iter().any(|old| old == given);
    stale.then_some(Violation::TokenOfComment)
}
