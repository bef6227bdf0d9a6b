//! Second factors at `/api/v1/authn/factors`: choosing one, proving it, and what follows.
//!
//! One module each for pushes, for codes that a device shows, and for codes that the org sends. This one knows what they
//! share: which requests fit the state of a transaction, the counter of wrong answers, and the end in success.

mod browser;
mod code;
mod held;
mod key;
mod message;
mod outcome;
mod policy;
mod push;
mod remember;
mod shown;

use serde_json::Value;

use crate::audit::Event;
use crate::demand::Kind;
use crate::factor::{Factor, FactorKind};
use crate::org::Exchange;
use crate::org::error::{caused, invalid_token, not_allowed, not_found};
use crate::org::limit::Limit;
use crate::org::transaction::{self, Challenge, Stage};
use crate::query::Query;
use crate::wire::Response;

pub(crate) use held::Held;
pub(crate) use message::{take_click, too_recent, transmit};
pub(crate) use outcome::Judged;
use outcome::{finish, user_locked};
pub(crate) use policy::{asked, first_stage, none_is_set_up};
pub(crate) use push::{Answered, Heard, Push, ask, launch, withdraw};
pub(crate) use shown::{challenge, list, types};

/// A request to verify one factor in one transaction.
pub(crate) struct Attempt {
    token: String,
    user: String,
    factor: Factor,
    challenge: Option<Challenge>,
    /// The request asks that the device be remembered.
    remember: bool,
}

/// `/factors/{id}/verify` and `/factors/{id}/verify/resend`.
pub(crate) fn answer(exchange: &mut Exchange<'_>, body: &Value, rest: &str) -> Response {
    let operation = rest
        .strip_prefix("/factors/")
        .and_then(|rest| rest.split_once('/'));
    let (id, resend) = match operation {
        Some((id, "verify")) => (id, false),
        Some((id, "verify/resend")) => (id, true),
        _ => {
            exchange.not_understood(&format!("/api/v1/authn{rest}"));
            return not_found();
        }
    };
    let limit = Limit {
        name: "verify of the org",
        key: String::new(),
        most: exchange.world.setup.factor_limits.verify_per_minute,
        seconds: 60,
    };
    if let Err(refusal) = exchange.count(&limit) {
        return refusal;
    }
    let attempt = match attempt(exchange, body, id) {
        Ok(attempt) => attempt,
        Err(refusal) => return refusal,
    };
    match (resend, &attempt.challenge) {
        (true, Some(_)) => resend_to(exchange, &attempt),
        (true, None) => not_allowed(),
        (false, _) => verify(exchange, &attempt, body),
    }
}

/// `/previous`: back to the list.
pub(crate) fn previous(exchange: &mut Exchange<'_>, body: &Value) -> Response {
    let Some((token, transaction)) = transaction::of(exchange, body) else {
        return invalid_token();
    };
    let Stage::Challenge(challenge) = transaction.stage else {
        return not_allowed();
    };
    push::withdraw(exchange, &transaction.user, challenge.push);
    transaction::enter(exchange, &token, Stage::Factors)
}

/// Holds a request against the state of its transaction and the factors of its user.
fn attempt(exchange: &mut Exchange<'_>, body: &Value, id: &str) -> Result<Attempt, Response> {
    let (token, transaction) = transaction::of(exchange, body).ok_or_else(invalid_token)?;
    let challenge = match transaction.stage {
        Stage::Factors => None,
        Stage::Challenge(challenge) => Some(challenge),
        Stage::State(_) => return Err(not_allowed()),
    };
    let user = transaction.user;
    if exchange.account(&user).is_locked() {
        return Err(user_locked());
    }
    let factor = enrolled(exchange, &user, id)?;
    let switched = challenge.as_ref().is_some_and(|known| known.factor != id);
    if switched && !exchange.world.setup.variants.switch_without_previous {
        return Err(not_allowed());
    }
    if challenge.is_none() || switched {
        exchange.record(Event::FactorChosen {
            user: user.clone(),
            factor: id.to_owned(),
        });
    }
    let query = Query::new(exchange.request.query.as_deref().unwrap_or_default());
    push::store_preference(exchange, &factor, &user, &query);
    Ok(Attempt {
        token,
        user,
        factor,
        challenge: challenge.filter(|_| !switched),
        remember: query.get("rememberDevice").as_deref() == Some("true"),
    })
}

/// A factor of the user. Another user's gives itself away as such, as `E0000079`.
fn enrolled(exchange: &Exchange<'_>, user: &str, id: &str) -> Result<Factor, Response> {
    if id == key::BY_TYPE {
        let mut keys = key::keys(exchange, user, FactorKind::Webauthn).into_iter();
        let any = keys.next().ok_or_else(not_found)?;
        return Ok(any.with_id(id));
    }
    let is_it = |factor: &&Factor| factor.enrolled && factor.id == id;
    if let Some(factor) = exchange.account(user).factors().iter().find(is_it) {
        return Ok(factor.clone());
    }
    let mut accounts = exchange.state.accounts.values();
    match accounts.any(|account| account.factors().iter().any(|factor| factor.id == id)) {
        true => Err(not_allowed()),
        false => Err(not_found()),
    }
}

fn resend_to(exchange: &mut Exchange<'_>, attempt: &Attempt) -> Response {
    match attempt.factor.kind {
        FactorKind::Push => push::send(exchange, attempt),
        FactorKind::Sms | FactorKind::Call | FactorKind::Email => message::send(exchange, attempt),
        _ => not_allowed(),
    }
}

fn verify(exchange: &mut Exchange<'_>, attempt: &Attempt, body: &Value) -> Response {
    let member = match attempt.factor.kind {
        FactorKind::Push => return push::verify(exchange, attempt),
        FactorKind::Webauthn | FactorKind::U2f => return key::verify(exchange, attempt, body),
        FactorKind::Duo => return browser::wait(exchange, attempt),
        FactorKind::ClaimsProvider | FactorKind::Saml | FactorKind::Oidc => {
            return begin(exchange, attempt);
        }
        FactorKind::Question => "answer",
        FactorKind::Password => "password",
        _ => "passCode",
    };
    let sends = matches!(
        attempt.factor.kind,
        FactorKind::Sms | FactorKind::Call | FactorKind::Email
    );
    match body.get(member) {
        None | Some(Value::Null) if sends => message::send(exchange, attempt),
        None | Some(Value::Null) => begin(exchange, attempt),
        Some(Value::String(text)) => compare(exchange, attempt, text),
        // a number would have lost its leading zeros
        Some(_) => caused(
            400,
            "E0000001",
            &format!("Api validation failed: {member}"),
            &[&format!("{member}: The field must be a string")],
        ),
    }
}

/// The factor is chosen and nothing has to be done to prepare it.
fn begin(exchange: &mut Exchange<'_>, attempt: &Attempt) -> Response {
    let challenge = attempt.started();
    transaction::enter(exchange, &attempt.token, Stage::Challenge(challenge))
}

fn compare(exchange: &mut Exchange<'_>, attempt: &Attempt, text: &str) -> Response {
    let judged = judge(exchange, attempt, text);
    finish(exchange, attempt, judged)
}

/// Compares a code or an answer, and remembers that it was used.
pub(crate) fn judge(exchange: &mut Exchange<'_>, attempt: &Attempt, text: &str) -> Judged {
    match attempt.factor.kind {
        FactorKind::Sms | FactorKind::Call | FactorKind::Email => {
            message::judge(exchange, attempt, text)
        }
        _ => code::judge(exchange, attempt, text),
    }
}

impl Attempt {
    /// A request that another protocol than this one has brought, after so many questions of an RSA server.
    pub(crate) fn elsewhere(user: &str, factor: &Factor, asked: usize) -> Self {
        let challenge = Challenge {
            factor: factor.id.clone(),
            asked,
            ..Challenge::default()
        };
        Self {
            token: String::new(),
            user: user.to_owned(),
            factor: factor.clone(),
            challenge: Some(challenge),
            remember: false,
        }
    }

    /// The challenge of this factor, as it is before anything has come of it.
    fn started(&self) -> Challenge {
        Challenge {
            factor: self.factor.id.clone(),
            ..Challenge::default()
        }
    }
}

/// Tells the demands what is secret about a user.
pub(crate) fn secrets(factors: &[Factor]) -> Vec<(Kind, String)> {
    use crate::factor::Proof;
    let secret = |factor: &Factor| match &factor.proof {
        Proof::Seed(seed) => Some((Kind::Seed, seed.clone())),
        Proof::Answer(answer) => Some((Kind::Answer, answer.clone())),
        _ => None,
    };
    factors.iter().filter_map(secret).collect()
}
