//! Pushes to Okta Verify: sent, waited for, answered on the phone, or left to run out.

use time::OffsetDateTime;

use crate::audit::Event;
use crate::factor::Factor;
use crate::factor::FactorKind;
use crate::mfa::{NumberChallenge, PhoneManner};
use crate::org::Exchange;
use crate::org::factor::Attempt;
use crate::org::factor::outcome::passed;
use crate::org::transaction::{self, Challenge, Stage};
use crate::query::Query;
use crate::random;
use crate::wire::Response;

/// With `REJECTED`, where the phone's program is too old.
const UPGRADE: &str = "OKTA_VERIFY_UPGRADE_REQUIRED";

/// One push on one phone.
#[derive(Clone, Debug)]
pub(crate) struct Push {
    pub(crate) id: u64,
    ends: OffsetDateTime,
    answer: Option<Answered>,
    /// Withdrawn, superseded, or told of to the client as ended.
    void: bool,
    /// The number that is right, from the moment the person opened the push.
    pub(crate) number: Option<u32>,
    /// How often the client has asked.
    pub(crate) polls: u32,
}

/// How a person answers a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    Approved,
    Rejected,
    /// The phone's program is too old for number challenges, and Okta rejects on its own.
    TooOld,
    /// Another end, with its `factorResult` and text.
    Word(String, Option<String>),
}

impl Push {
    pub(crate) fn is_waiting(&self, now: OffsetDateTime) -> bool {
        !self.void && self.answer.is_none() && now < self.ends
    }

    /// Opens the three numbers, or another three in their place.
    pub(crate) fn show_number(&mut self, wanted: Option<u32>) {
        let old = self.number;
        let fresh = || {
            let two_digits = random::bytes(1)[0] % 90 + 10;
            Some(u32::from(two_digits))
        };
        self.number = wanted;
        while self.number.is_none() || (wanted.is_none() && self.number == old) {
            self.number = fresh();
        }
    }

    /// The person answers; the word is what the log calls it.
    pub(crate) fn settle(&mut self, answer: Answered) -> String {
        let word = match &answer {
            Answered::Approved => "APPROVED",
            Answered::Rejected => "REJECTED",
            Answered::TooOld => UPGRADE,
            Answered::Word(word, _) => word,
        }
        .to_owned();
        self.answer = Some(answer);
        word
    }
}

/// The words to the client.
pub(crate) enum Heard {
    Wait,
    Approved,
    Ended(String, Option<String>),
}

/// The first POST sends a push; while it waits, each further one asks about it; once it has ended, the next sends
/// another.
pub(crate) fn verify(exchange: &mut Exchange<'_>, attempt: &Attempt) -> Response {
    match attempt.challenge.as_ref().and_then(|known| known.push) {
        Some(push) => poll(exchange, attempt, push),
        None => send(exchange, attempt),
    }
}

/// Sends a push, and voids the one before.
pub(crate) fn send(exchange: &mut Exchange<'_>, attempt: &Attempt) -> Response {
    let before = attempt.challenge.as_ref().and_then(|known| known.push);
    withdraw(exchange, &attempt.user, before);
    let id = launch(exchange, &attempt.user, &attempt.factor.id, false);
    let challenge = Challenge {
        push: Some(id),
        ..attempt.started()
    };
    transaction::enter(exchange, &attempt.token, Stage::Challenge(challenge))
}

/// Sends a push to the phone, with a number to be picked or without.
pub(crate) fn launch(exchange: &mut Exchange<'_>, user: &str, factor: &str, number: bool) -> u64 {
    let ends = exchange.later(exchange.world.setup.mfa.push_life);
    exchange.state.pushes += 1;
    let id = exchange.state.pushes;
    let mut push = Push {
        id,
        ends,
        answer: None,
        void: false,
        number: None,
        polls: 0,
    };
    let held = &mut exchange.account_mut(user).held;
    if number {
        push.show_number(held.next_number);
    }
    held.pushes.push(push);
    exchange.record(Event::PushSent {
        user: user.to_owned(),
        factor: factor.to_owned(),
    });
    exchange.world.org.arrived.notify_all();
    id
}

/// Takes a push off the phone.
pub(crate) fn withdraw(exchange: &mut Exchange<'_>, user: &str, push: Option<u64>) {
    let held = &mut exchange.account_mut(user).held;
    if let Some(push) = push.and_then(|push| held.push(push)) {
        push.void = true;
    }
}

fn poll(exchange: &mut Exchange<'_>, attempt: &Attempt, id: u64) -> Response {
    let user = attempt.user.clone();
    exchange.record(Event::Polled { user: user.clone() });
    let Some(heard) = ask(exchange, &user, id) else {
        return send(exchange, attempt);
    };
    match heard {
        Heard::Approved => passed(exchange, attempt),
        Heard::Wait => transaction::shown(exchange, &attempt.token),
        Heard::Ended(result, message) => {
            let challenge = Challenge {
                result: Some(result),
                message,
                ..attempt.started()
            };
            transaction::enter(exchange, &attempt.token, Stage::Challenge(challenge))
        }
    }
}

/// Asks about a push once more; `None` where there is no such push.
pub(crate) fn ask(exchange: &mut Exchange<'_>, user: &str, id: u64) -> Option<Heard> {
    let now = exchange.now;
    // the Identity Engine's number is there from the beginning, or never
    let numbers = match exchange.speaks_idx() {
        true => NumberChallenge::Never,
        false => exchange.world.setup.mfa.number_challenge,
    };
    let manner = exchange.world.setup.phone;
    let held = &mut exchange.account_mut(user).held;
    let number = held.next_number;
    let push = held.push(id)?;
    push.polls += 1;
    let result = act(push, manner, numbers, number);
    let heard = tell(push, now);
    let ran_out = matches!(&heard, Heard::Ended(result, _) if result == "TIMEOUT");
    let result = result.or_else(|| ran_out.then(|| "TIMEOUT".to_owned()));
    if let Some(result) = result {
        let user = user.to_owned();
        exchange.record(Event::PushAnswered { user, result });
    }
    Some(heard)
}

/// A phone that acts by itself does so while the client asks.
fn act(
    push: &mut Push,
    manner: PhoneManner,
    numbers: NumberChallenge,
    number: Option<u32>,
) -> Option<String> {
    let (polls, answer) = match manner {
        PhoneManner::ApprovesAfter { polls } => (polls.max(1), Answered::Approved),
        PhoneManner::RejectsAfter { polls } => (polls.max(1), Answered::Rejected),
        PhoneManner::Manual | PhoneManner::Silent => return None,
    };
    if push.answer.is_some() {
        return None;
    }
    if push.polls >= polls.min(2) && numbers == NumberChallenge::OnOpen && push.number.is_none() {
        push.show_number(number);
    }
    (push.polls > polls).then(|| push.settle(answer))
}

/// Whatever the phone says, the first poll is told to wait: an answer takes its way.
fn tell(push: &mut Push, now: OffsetDateTime) -> Heard {
    let ended = |word: &str, message: Option<&str>| {
        Heard::Ended(word.to_owned(), message.map(str::to_owned))
    };
    let told = match &push.answer {
        Some(_) if push.polls < 2 => Heard::Wait,
        Some(Answered::Approved) => Heard::Approved,
        Some(Answered::Rejected) => ended("REJECTED", None),
        Some(Answered::TooOld) => ended("REJECTED", Some(UPGRADE)),
        Some(Answered::Word(word, message)) => ended(word, message.as_deref()),
        None if now >= push.ends => ended("TIMEOUT", None),
        None => Heard::Wait,
    };
    push.void |= !matches!(told, Heard::Wait);
    told
}

/// `autoPush` is a stored wish and starts nothing.
pub(crate) fn store_preference(
    exchange: &mut Exchange<'_>,
    factor: &Factor,
    user: &str,
    query: &Query,
) {
    let wish = query.get("autoPush").and_then(|wish| wish.parse().ok());
    if let (FactorKind::Push, Some(wish)) = (factor.kind, wish) {
        let held = &mut exchange.account_mut(user).held;
        held.auto_push.insert(factor.id.clone(), wish);
    }
}
