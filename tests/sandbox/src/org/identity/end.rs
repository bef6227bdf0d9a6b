//! The link that ends a sign-in: good once and not for long, for the browser that had the page. It makes the session.

use std::time::Duration;

use crate::audit::Event;
use crate::demand::Violation;
use crate::engine::Hop;
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::org::asked::{Asked, Outcome, refused};
use crate::org::deliver::deliver;
use crate::org::error::wrong_method;
use crate::org::identity::page;
use crate::org::identity::read::same_client;
use crate::org::identity::transaction::{Transaction, token_of};
use crate::org::limit::Limit;
use crate::query::Query;
use crate::random;
use crate::wire::Response;

const HTML: &str = "text/html;charset=utf-8";

/// A request that waits for one more redirect within the org.
#[derive(Debug)]
pub(crate) struct Waiting {
    user: String,
    asked: Asked,
    idx: String,
}

impl Exchange<'_> {
    /// The success link is in the answer, and good from now on.
    pub(crate) fn succeed(&mut self, token: &str) {
        let until = self.later(self.identity().success_life);
        let transaction = self.transaction_mut(token);
        transaction.success = Some(until);
        transaction.trail.succeeded = true;
    }
}

/// `/login/token/redirect`.
pub(crate) fn hop(exchange: &mut Exchange<'_>) -> Response {
    if exchange.request.method != "GET" {
        return wrong_method();
    }
    let most = exchange.identity().limits.success_per_minute;
    let limit = Limit {
        name: "success of the org",
        key: String::new(),
        most,
        seconds: 60,
    };
    if let Err(refusal) = exchange.count(&limit) {
        return refusal;
    }
    let query = Query::new(exchange.request.query.as_deref().unwrap_or_default());
    let given = query.get("stateToken").unwrap_or_default();
    if given.contains('~') {
        exchange.violated(Violation::SuccessBuilt);
        return problem(400, "Bad Request");
    }
    match judge(exchange, &given) {
        Ok(transaction) => enter(exchange, &transaction),
        Err(refusal) => refusal,
    }
}

/// The transaction of a link that is good, spent with this.
fn judge(exchange: &mut Exchange<'_>, given: &str) -> Result<Transaction, Response> {
    let refuse = |exchange: &mut Exchange<'_>, reason, status| {
        exchange.record(Event::SuccessRefused { reason });
        Err(problem(status, "Page not found"))
    };
    let token = token_of(given).to_owned();
    let known = exchange.state.identity.transactions.get(&token).cloned();
    let Some(transaction) = known else {
        if exchange.state.over.contains(&token) {
            exchange.violated(Violation::TransactionOver);
        }
        return refuse(exchange, "unknown or used", 404);
    };
    let Some(until) = transaction.success else {
        // the link of a denial, or one that the client has made itself
        exchange.violated(Violation::SuccessBuilt);
        return refuse(exchange, "no success", 403);
    };
    let same = same_client(exchange, &token);
    if !same && exchange.identity().device_matching {
        return refuse(exchange, "another device", 403);
    }
    exchange.forget(&token);
    if exchange.now >= until {
        return refuse(exchange, "expired", 404);
    }
    Ok(transaction)
}

impl Exchange<'_> {
    /// A transaction is over: its token is good for nothing from now on.
    fn forget(&mut self, token: &str) {
        if let Some(known) = self.state.identity.transactions.remove(token) {
            self.state
                .identity
                .trails
                .push((token.to_owned(), known.trail));
        }
        self.state.over.insert(token.to_owned());
    }
}

fn enter(exchange: &mut Exchange<'_>, transaction: &Transaction) -> Response {
    let user = transaction.name();
    let second = transaction
        .proofs
        .iter()
        .find(|proof| proof.kind != FactorKind::Password);
    let kept = transaction.kept == Some(true) && exchange.identity().keeps_signed_in;
    exchange.welcome(&user);
    let session = exchange.start_session(&user, second.map(|proof| proof.kind));
    let session = exchange.prove_session(&session.id, &transaction.proofs, kept);
    exchange.session_cookies(&session);
    if kept {
        remember(exchange, &user);
    }
    exchange.record(Event::SuccessSpent { user: user.clone() });
    match exchange.identity().hop {
        Hop::Page if transaction.round == 0 => page::again(exchange, transaction),
        Hop::Inner => {
            let key = random::word("", 36);
            let location = exchange.link(&format!("/oauth2/v1/authorize/redirect?okta_key={key}"));
            let waiting = Waiting {
                user,
                asked: transaction.asked.clone(),
                idx: session.idx,
            };
            exchange.state.identity.hops.insert(key, waiting);
            Response::new(302)
                .with("Referrer-Policy", "no-referrer")
                .with("Location", &location)
        }
        Hop::Straight | Hop::Page => give(exchange, &transaction.asked, user),
    }
}

/// A device that is kept signed in is spared a second factor for a while.
fn remember(exchange: &mut Exchange<'_>, user: &str) {
    let minutes = u64::from(exchange.world.setup.mfa.remember_minutes);
    let until = (minutes > 0).then(|| exchange.later(Duration::from_secs(minutes * 60)));
    let Some(device) = exchange.device() else {
        return;
    };
    let held = &mut exchange.account_mut(user).held;
    held.devices.insert(device, until);
    let user = user.to_owned();
    exchange.record(Event::DeviceRemembered { user });
}

/// The code, unless the authorization server has a word of its own to say.
fn give(exchange: &mut Exchange<'_>, asked: &Asked, user: String) -> Response {
    let own_server = asked.client.server.is_some();
    let outcome = match own_server && !asked.client.access_policy_matches {
        true => refused(
            "access_denied",
            "Policy evaluation failed for this request, please check the policy configurations.",
        ),
        false => Outcome::Code { user },
    };
    deliver(exchange, asked, outcome)
}

/// The inner redirect, for the session that the success link has just made.
pub(crate) fn resume(exchange: &mut Exchange<'_>, key: &str) -> Option<Response> {
    let waiting = exchange.state.identity.hops.remove(key)?;
    if exchange.request.cookie("idx").as_ref() != Some(&waiting.idx) {
        exchange.violated(Violation::DeviceChanged);
        return Some(problem(403, "Access Forbidden"));
    }
    Some(give(exchange, &waiting.asked, waiting.user))
}

/// The link of a denial leads to the client with an error.
pub(crate) fn failure(exchange: &mut Exchange<'_>) -> Response {
    let query = Query::new(exchange.request.query.as_deref().unwrap_or_default());
    let token = query.get("stateToken").unwrap_or_default();
    let known = exchange.state.identity.transactions.get(&token);
    let Some(asked) = known.map(|known| known.asked.clone()) else {
        return problem(404, "Page not found");
    };
    let text = "User is not assigned to the client application.";
    deliver(exchange, &asked, refused("access_denied", text))
}

fn problem(status: u16, text: &str) -> Response {
    let body = format!(
        "<!DOCTYPE html>\n<html><head><title>{status} {text}</title></head><body><h1>{status}</h1><p>{text}</p></body></html>\n"
    );
    Response::new(status).with_body(HTML, body)
}
