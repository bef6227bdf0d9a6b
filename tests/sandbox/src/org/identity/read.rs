//! Rules that every request has to obey before anything comes of it: JSON, of a transaction, a step of its last answer, and the
//! form of that step.

use serde_json::{Map, Value};

use crate::demand::{Violation, accepts_ion, is_ion};
use crate::org::Exchange;
use crate::org::error::{not_found, okta_error, rate_limited};
use crate::org::identity::answer::{Told, bare, show};
use crate::org::identity::fastpass::REASONS;
use crate::org::identity::follow;
use crate::org::identity::note;
use crate::org::identity::offer::{Does, Offer, Path};
use crate::org::identity::shown::shown;
use crate::org::identity::transaction::token_of;
use crate::org::limit::Limit;
use crate::wire::Response;

/// So many polls that come too soon are not answered any more.
const MOST_HASTY: u32 = 3;

/// A step that was offered, with a body of its form.
pub(crate) struct Step {
    pub(crate) token: String,
    pub(crate) name: String,
    pub(crate) does: Does,
    pub(crate) body: Value,
    /// Fixed members that the body lacks.
    pub(crate) dropped: Vec<String>,
}

impl Step {
    pub(crate) fn text(&self, pointer: &str) -> String {
        let text = self.body.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    }

    pub(crate) fn wish(&self, name: &str) -> Option<bool> {
        self.body.get(name)?.as_bool()
    }
}

/// JSON in, JSON out, and an object.
pub(crate) fn read(exchange: &mut Exchange<'_>) -> Result<Map<String, Value>, Response> {
    if !is_ion(exchange.request) {
        return Err(bare(exchange, None, 400, note::bad_request("Content-Type")));
    }
    if !accepts_ion(exchange.request) {
        return Err(okta_error(406, "E0000122", "Not acceptable"));
    }
    let body = serde_json::from_slice(&exchange.request.body);
    match body {
        Ok(Value::Object(body)) => Ok(body),
        _ => Err(bare(
            exchange,
            None,
            400,
            note::bad_request("the body is no object"),
        )),
    }
}

/// The token of a transaction that has not ended.
pub(crate) fn living(exchange: &Exchange<'_>, given: &str) -> Option<String> {
    let token = token_of(given);
    let known = exchange.state.identity.transactions.get(token)?;
    (exchange.now < known.expires).then(|| token.to_owned())
}

/// A transaction that is no more: with or without a handle, by turns.
pub(crate) fn over(exchange: &mut Exchange<'_>, given: &str) -> Response {
    let token = token_of(given).to_owned();
    if exchange.state.over.contains(&token) {
        exchange.violated(Violation::TransactionOver);
    }
    let known = exchange.state.identity.transactions.get(&token);
    let with_handle = known.is_some_and(|known| known.trail.steps.len() % 2 == 1);
    bare(
        exchange,
        with_handle.then_some(token.as_str()),
        401,
        note::expired(),
    )
}

/// Holds a request against the last answer of its transaction.
pub(crate) fn step(
    exchange: &mut Exchange<'_>,
    mut body: Map<String, Value>,
) -> Result<Step, Response> {
    let most = exchange.identity().limits.steps_per_minute;
    count(exchange, "steps of the org", most)?;
    let Some(Value::String(handle)) = body.remove("stateHandle") else {
        return Err(no_handle(exchange));
    };
    let Some(token) = living(exchange, &handle) else {
        return Err(over(exchange, &handle));
    };
    count_token(exchange, &token)?;
    let Some(path) = given_path(exchange, &token) else {
        let path = exchange.request.path.clone();
        exchange.violated(Violation::HrefBuilt { path });
        return Err(not_found());
    };
    let offer = offered(exchange, &token, &handle, &path)?;
    if path.does == Does::Poll && exchange.transaction(&token).pace.hasty >= MOST_HASTY {
        let bucket = "polls of a transaction";
        exchange.record(crate::audit::Event::RateLimited { bucket });
        return Err(rate_limited());
    }
    let dropped = follow(exchange, &token, &offer, &Value::Object(body.clone()))?;
    exchange.transaction_mut(&token).last = Some(path.does);
    Ok(Step {
        token,
        name: path.name,
        does: path.does,
        body: Value::Object(body),
        dropped,
    })
}

/// The step that an answer gave this path to.
fn given_path(exchange: &Exchange<'_>, token: &str) -> Option<Path> {
    let transaction = exchange.transaction(token);
    transaction.path(&exchange.request.path).cloned()
}

/// The step as the last answer offered it, for the newest handle.
fn offered(
    exchange: &mut Exchange<'_>,
    token: &str,
    handle: &str,
    path: &Path,
) -> Result<Offer, Response> {
    let transaction = exchange.transaction(token);
    let age = transaction.age_of(handle);
    // the answer to the poll before may have been lost
    let again = path.does == Does::Poll && transaction.last == Some(Does::Poll) && age == Some(1);
    if age != Some(0) && !again {
        exchange.violated(Violation::StaleHandle);
        return Err(bare(exchange, None, 401, note::expired()));
    }
    same_client(exchange, token);
    let all = shown(exchange, exchange.transaction(token));
    let mut offers = all.offers.into_iter();
    let found = offers.find(|offer| offer.name == path.name && offer.tail == path.tail);
    match found {
        Some(offer) => Ok(offer),
        None if again => Err(show(exchange, token, &Told::default())),
        None => Err(not_offered(exchange, token, &path.name)),
    }
}

fn no_handle(exchange: &mut Exchange<'_>) -> Response {
    let step = exchange.request.path.clone();
    let what = "no stateHandle".to_owned();
    exchange.violated(Violation::FormNotFollowed { step, what });
    bare(exchange, None, 400, note::bad_request("stateHandle"))
}

fn not_offered(exchange: &mut Exchange<'_>, token: &str, name: &str) -> Response {
    let step = name.to_owned();
    exchange.violated(Violation::StepNotOffered { step });
    let text = format!(
        "Invalid operation requested. Attempted: [{}]",
        name.to_uppercase()
    );
    bare(exchange, Some(token), 400, note::bad_request(&text))
}

/// Returns whether a request has the jar and the name that the page was given to: Okta may compare both when it makes a
/// session.
pub(crate) fn same_client(exchange: &mut Exchange<'_>, token: &str) -> bool {
    let (device, agent) = (exchange.device(), exchange.request.header("user-agent"));
    let agent = agent.map(str::to_owned);
    let transaction = exchange.transaction_mut(token);
    transaction.trail.seen(device.as_deref(), agent.as_deref());
    let (other_device, other_agent) = (transaction.device != device, transaction.agent != agent);
    if other_device {
        exchange.violated(Violation::DeviceChanged);
    }
    if other_agent {
        exchange.violated(Violation::AgentChanged);
    }
    !other_device && !other_agent
}

/// Holds a body against its form. The form of `cancel-polling` lists no member of those that it takes.
fn follow(
    exchange: &mut Exchange<'_>,
    token: &str,
    offer: &Offer,
    body: &Value,
) -> Result<Vec<String>, Response> {
    let judged = match offer.does {
        Does::CancelPolling => reasons(body).map(|()| Vec::new()),
        _ => follow::check(&offer.fields, body),
    };
    match judged {
        Ok(dropped) => {
            if let Some(member) = dropped.first() {
                let member = member.clone();
                exchange.violated(Violation::FixedMemberDropped { member });
            }
            Ok(dropped)
        }
        Err(what) => {
            let step = offer.name.clone();
            exchange.violated(Violation::FormNotFollowed {
                step,
                what: what.clone(),
            });
            Err(show(
                exchange,
                token,
                &Told::note(400, note::bad_request(&what)),
            ))
        }
    }
}

fn reasons(body: &Value) -> Result<(), String> {
    let reason = body
        .get("reason")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let status = body.get("statusCode");
    let known = REASONS.contains(&reason);
    let stated = status.is_some_and(|status| status.is_null() || status.is_u64());
    match known && stated && body.as_object().is_some_and(|members| members.len() == 2) {
        true => Ok(()),
        false => Err("reason and statusCode".to_owned()),
    }
}

pub(crate) fn count(
    exchange: &mut Exchange<'_>,
    name: &'static str,
    most: u32,
) -> Result<(), Response> {
    exchange.count(&Limit {
        name,
        key: String::new(),
        most,
        seconds: 60,
    })
}

/// So many requests of a transaction, and of a user, in five seconds.
pub(crate) fn count_token(exchange: &mut Exchange<'_>, token: &str) -> Result<(), Response> {
    let limits = exchange.world.setup.factor_limits.clone();
    let user = exchange.transaction(token).user.clone();
    exchange.count(&Limit {
        name: "steps of a transaction",
        key: token.to_owned(),
        most: limits.token_per_five_seconds,
        seconds: 5,
    })?;
    let Some(user) = user else {
        return Ok(());
    };
    exchange.count(&Limit {
        name: "steps of a user",
        key: user.to_lowercase(),
        most: limits.user_per_five_seconds,
        seconds: 5,
    })
}
