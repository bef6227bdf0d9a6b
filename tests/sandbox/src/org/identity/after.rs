//! The small steps: beginning, giving up, skipping, staying signed in.

use crate::audit::Event;
use crate::engine::Moment;
use crate::org::Exchange;
use crate::org::factor::withdraw;
use crate::org::identity::answer::{Told, show};
use crate::org::identity::progress::{progress, stop_at};
use crate::org::identity::read::Step;
use crate::org::identity::transaction::{Challenge, Stage};
use crate::wire::Response;

/// The first step of a transaction, and what stands before it.
pub(crate) fn begin(exchange: &mut Exchange<'_>, token: &str) -> Response {
    if let Some(step) = exchange.transaction_mut(token).before.pop_front() {
        exchange.stand(token, Stage::Before(step));
        return show(exchange, token, &Told::default());
    }
    match stop_at(exchange, token, Moment::Start) {
        Some(stopped) => stopped,
        None => progress(exchange, token),
    }
}

/// The whole sign-in is given up: the answer is a first step, and a push is taken off the phone.
pub(crate) fn cancel(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    let user = exchange.transaction(&step.token).name();
    let push = exchange
        .transaction(&step.token)
        .stage
        .challenge()
        .and_then(|known| known.push);
    if push.is_some() {
        withdraw(exchange, &user, push);
    }
    exchange.record(Event::TransactionCancelled { user });
    let transaction = exchange.transaction_mut(&step.token);
    transaction.user = None;
    transaction.identifier = None;
    transaction.kept = None;
    transaction.proofs.clear();
    exchange.stand(&step.token, Stage::Identify { probed: false });
    show(exchange, &step.token, &Told::default())
}

/// Okta Verify on the same machine, or Apple's extension, is not there.
pub(crate) fn give_up(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    let token = step.token.as_str();
    let stage = exchange.transaction(token).stage.clone();
    let Stage::Fastpass(challenge, _) = stage else {
        let response = begin(exchange, token);
        let transaction = exchange.transaction_mut(token);
        if let Stage::Identify { probed } = &mut transaction.stage {
            *probed = true;
            return show(exchange, token, &Told::default());
        }
        return response;
    };
    exchange.stand(token, Stage::Select(Challenge::all(&challenge)));
    show(exchange, token, &Told::default())
}

pub(crate) fn keep(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    exchange.transaction_mut(&step.token).kept = step.wish("keepMeSignedIn");
    progress(exchange, &step.token)
}

/// The offer is passed over. Beside the end there is nothing after it but the end.
pub(crate) fn skip(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    progress(exchange, &step.token)
}
