//! Polls: what is waited for, and whether it has come.

use crate::audit::Event;
use crate::engine::{After, Before};
use crate::org::Exchange;
use crate::org::factor::{Heard, ask, take_click};
use crate::org::identity::after;
use crate::org::identity::answer::{Told, bare, show};
use crate::org::identity::note::{self, Note};
use crate::org::identity::progress::progress;
use crate::org::identity::prove::passed;
use crate::org::identity::read::Step;
use crate::org::identity::transaction::{Challenge, Stage};
use crate::wire::Response;

pub(crate) fn poll(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    let transaction = exchange.transaction_mut(&step.token);
    transaction.pace.polls += 1;
    let (polls, stage) = (transaction.pace.polls, transaction.stage.clone());
    let user = transaction.name();
    exchange.record(Event::Polled { user });
    match stage {
        Stage::Before(Before::SafeMode { polls: told }) if polls > told => {
            after::begin(exchange, &step.token)
        }
        Stage::After(After::SafeMode { polls: told }) if polls > told => {
            progress(exchange, &step.token)
        }
        Stage::Challenge(challenge) if challenge.method == "push" => {
            push(exchange, step, challenge)
        }
        Stage::Challenge(challenge) if challenge.method == "email" => {
            email(exchange, step, &challenge)
        }
        _ => show(exchange, &step.token, &Told::default()),
    }
}

fn push(exchange: &mut Exchange<'_>, step: &Step, challenge: Challenge) -> Response {
    let user = exchange.transaction(&step.token).name();
    let heard = challenge.push.and_then(|push| ask(exchange, &user, push));
    match heard {
        None | Some(Heard::Wait) => show(exchange, &step.token, &Told::default()),
        Some(Heard::Approved) => passed(exchange, &step.token, &challenge),
        Some(Heard::Ended(result, _)) if result == "TIMEOUT" => {
            ran_out(exchange, &step.token, &challenge)
        }
        Some(Heard::Ended(_, why)) => {
            let note = match why.as_deref() {
                None => note::push_rejected(),
                // a test has named the key itself
                Some(key) if key.contains('.') => Note::error(key, "Look at your phone."),
                Some(_) => note::app_too_old(),
            };
            exchange.stand(&step.token, Stage::Rejected(challenge, note));
            show(exchange, &step.token, &Told::default())
        }
    }
}

/// The push is gone, and with it the step: the answer has a message alone.
fn ran_out(exchange: &mut Exchange<'_>, token: &str, challenge: &Challenge) -> Response {
    exchange.stand(token, Stage::Select(challenge.all()));
    bare(exchange, Some(token), 404, note::ran_out())
}

/// The link of the mail may have been followed, here or in another browser.
fn email(exchange: &mut Exchange<'_>, step: &Step, challenge: &Challenge) -> Response {
    let user = exchange.transaction(&step.token).name();
    let Some(method) = challenge.authenticator.method(&challenge.method) else {
        return show(exchange, &step.token, &Told::default());
    };
    match take_click(exchange, &user, &method.factor.id) {
        None => show(exchange, &step.token, &Told::default()),
        Some(true) => passed(exchange, &step.token, challenge),
        Some(false) => {
            let text = "Your verification continues in a new tab.";
            let note = Note::info("idx.transferred.to.new.tab", text);
            exchange.stand(&step.token, Stage::Over(200, vec![note]));
            show(exchange, &step.token, &Told::default())
        }
    }
}
