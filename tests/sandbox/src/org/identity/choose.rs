//! Choosing an authenticator and a way of proving it, and what starts with that.

use crate::audit::Event;
use crate::engine::DeviceProof;
use crate::org::Exchange;
use crate::org::identity::answer::{Told, show};
use crate::org::identity::authenticator::Authenticator;
use crate::org::identity::offer::Does;
use crate::org::identity::read::Step;
use crate::org::identity::send;
use crate::org::identity::shown::can_send;
use crate::org::identity::transaction::{Challenge, Stage};
use crate::wire::Response;

/// `select-authenticator-authenticate` and `authenticator-verification-data`.
pub(crate) fn choose(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    let from_data = step.does == Does::Data;
    let stage = exchange.transaction(&step.token).stage.clone();
    let all = match (&stage, from_data) {
        (Stage::Select(all), _) => all.clone(),
        (stage, true) => stage
            .challenge()
            .map(|one| vec![one.authenticator.clone()])
            .unwrap_or_default(),
        (stage, false) => stage.challenge().map(Challenge::all).unwrap_or_default(),
    };
    let Some(picked) = find(&all, step) else {
        return show(exchange, &step.token, &Told::default());
    };
    let others = match (stage.challenge(), from_data) {
        (Some(known), true) => known.others.clone(),
        _ => all
            .into_iter()
            .filter(|one| one.enrolment != picked.enrolment)
            .collect(),
    };
    exchange.record(Event::FactorChosen {
        user: exchange.transaction(&step.token).name(),
        factor: picked.enrolment.clone(),
    });
    let phone_missing = step.dropped.iter().any(|member| member == "enrollmentId");
    let mut challenge = Challenge::new(picked, others);
    challenge.method = step.text("/authenticator/methodType");
    if phone_missing {
        // answered as ever, and no message leaves
        return silent(exchange, &step.token, challenge);
    }
    let chosen = match from_data {
        true => Chosen::Whole,
        false => Chosen::Listed,
    };
    begin(exchange, &step.token, challenge, chosen)
}

fn find(all: &[Authenticator], step: &Step) -> Option<Authenticator> {
    let (id, enrolment) = (
        step.text("/authenticator/id"),
        step.text("/authenticator/enrollmentId"),
    );
    let is_it =
        |one: &&Authenticator| one.id == id && (enrolment.is_empty() || one.enrolment == enrolment);
    all.iter().find(is_it).cloned()
}

fn silent(exchange: &mut Exchange<'_>, token: &str, mut challenge: Challenge) -> Response {
    if challenge.method.is_empty() {
        let first = challenge.authenticator.methods.first();
        challenge.method = first
            .map(|method| method.word.to_owned())
            .unwrap_or_default();
    }
    exchange.stand(token, Stage::Challenge(challenge));
    show(exchange, token, &Told::default())
}

/// The authenticator that was chosen, and how far.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// The org, because it is the only one: nothing leaves for it before the client says so.
    Only,
    /// The org, because it is the preferred one: what leaves for it leaves at once.
    Preferred,
    /// The client, in the list.
    Listed,
    /// The client, with its way.
    Whole,
}

/// Starts the proof of an authenticator, where its way is known and no step of its own asks for it.
pub(crate) fn begin(
    exchange: &mut Exchange<'_>,
    token: &str,
    mut challenge: Challenge,
    chosen: Chosen,
) -> Response {
    if challenge.method.is_empty()
        && let Some(method) = challenge.authenticator.only()
    {
        method.word.clone_into(&mut challenge.method);
    }
    let apart = match chosen {
        Chosen::Only => true,
        Chosen::Listed => exchange.identity().data_step,
        Chosen::Preferred | Chosen::Whole => false,
    };
    let waits = apart && can_send(&challenge.authenticator);
    if challenge.method.is_empty() || waits {
        challenge.method.clear();
        exchange.stand(token, Stage::Data(challenge));
        return show(exchange, token, &Told::default());
    }
    start(exchange, token, challenge)
}

fn start(exchange: &mut Exchange<'_>, token: &str, mut challenge: Challenge) -> Response {
    let mut told = Told::default();
    match challenge.method.as_str() {
        "signed_nonce" => {
            let stage = Stage::Fastpass(challenge, DeviceProof::Loopback);
            exchange.stand(token, stage);
            return show(exchange, token, &told);
        }
        "push" => send::push(exchange, token, &mut challenge),
        "email" if exchange.identity().mail_waits => {}
        "sms" | "voice" | "email" => {
            if let Err(note) = send::message(exchange, token, &mut challenge) {
                told = Told::note(429, note);
            }
        }
        _ => {}
    }
    exchange.stand(token, Stage::Challenge(challenge));
    show(exchange, token, &told)
}
