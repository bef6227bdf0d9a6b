//! `challenge/answer`: a password, a code or an answer is compared, counted, and leads on.

use std::time::Duration;

use crate::audit::Event;
use crate::org::Exchange;
use crate::org::factor::{Attempt, Judged, judge};
use crate::org::identity::answer::{Told, show};
use crate::org::identity::identify::is_password;
use crate::org::identity::note::{self, Note};
use crate::org::identity::progress::progress;
use crate::org::identity::proving::member;
use crate::org::identity::read::Step;
use crate::org::identity::transaction::{Challenge, Stage};
use crate::wire::Response;

/// Wrong codes are counted for so long.
const WINDOW: Duration = Duration::from_secs(5 * 60);

pub(crate) fn answer(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    let challenge = match &exchange.transaction(&step.token).stage {
        Stage::Challenge(challenge) => challenge.clone(),
        _ => return show(exchange, &step.token, &Told::default()),
    };
    match challenge.method.as_str() {
        "password" => password(exchange, step, &challenge),
        "webauthn" | "duo" => {
            const KEY: &str = "authfactor.webauthn.error.assertion_validation_failure";
            let note = Note::error(KEY, "The assertion is not valid.");
            show(exchange, &step.token, &Told::note(400, note))
        }
        _ => code(exchange, step, &challenge),
    }
}

fn password(exchange: &mut Exchange<'_>, step: &Step, challenge: &Challenge) -> Response {
    let sent = step.text("/credentials/passcode");
    let user = exchange.transaction(&step.token).user.clone();
    let right = match &user {
        Some(user) => is_password(exchange, user, &sent),
        None => {
            let user = exchange.transaction(&step.token).name();
            exchange.record(crate::org::password::tried(&user, false));
            false
        }
    };
    if right {
        return passed(exchange, &step.token, challenge);
    }
    if exchange.identity().wrong_password_identifies {
        let transaction = exchange.transaction_mut(&step.token);
        transaction.user = None;
        transaction.identifier = None;
        transaction.proofs.clear();
        exchange.stand(&step.token, Stage::Identify { probed: false });
    }
    show(exchange, &step.token, &Told::note(401, note::refused()))
}

fn code(exchange: &mut Exchange<'_>, step: &Step, challenge: &Challenge) -> Response {
    let transaction = exchange.transaction(&step.token);
    let method = challenge.authenticator.method(&challenge.method);
    let (Some(user), Some(method)) = (transaction.user.clone(), method) else {
        return show(exchange, &step.token, &Told::default());
    };
    if let Some(told) = shut(exchange, &user, challenge) {
        return show(exchange, &step.token, &told);
    }
    let factor = &method.factor;
    let name = member(factor.kind, &factor.provider);
    let text = step.text(&format!("/credentials/{name}"));
    let attempt = Attempt::elsewhere(&user, factor, challenge.asked);
    let judged = judge(exchange, &attempt, &text);
    exchange.record(Event::CodeTried {
        user: user.clone(),
        kind: factor.kind,
        accepted: matches!(judged, Judged::Right | Judged::Asks(_)),
    });
    match judged {
        Judged::Right => passed(exchange, &step.token, challenge),
        Judged::Asks(prompt) => asks(exchange, step, challenge, &prompt),
        Judged::Replayed => show(exchange, &step.token, &Told::blame(401, note::used_code())),
        Judged::Wrong | Judged::OutsideWindow => wrong(exchange, step, challenge, &user),
    }
}

/// A locked account, or too many wrong codes of this kind: nothing is compared.
fn shut(exchange: &mut Exchange<'_>, user: &str, challenge: &Challenge) -> Option<Told> {
    if exchange.account(user).is_locked() {
        const KEY: &str = "authfactor.challenge.suspended_factor";
        let note = Note::error(KEY, "This factor is suspended.");
        return Some(Told::note(403, note));
    }
    let blocked = is_blocked(exchange, user, challenge);
    blocked.then(|| Told::note(429, note::too_many_codes()))
}

/// A token's server has a question before it says yes.
fn asks(exchange: &mut Exchange<'_>, step: &Step, known: &Challenge, prompt: &str) -> Response {
    let mut challenge = known.clone();
    challenge.asked += 1;
    exchange.stand(&step.token, Stage::Challenge(challenge));
    let told = Told::note(409, note::next_token(prompt));
    show(exchange, &step.token, &told)
}

/// A wrong code counts for its kind alone; so many block that kind, and the others still work.
fn wrong(exchange: &mut Exchange<'_>, step: &Step, challenge: &Challenge, user: &str) -> Response {
    let now = exchange.now;
    let key = (user.to_lowercase(), challenge.authenticator.key.to_owned());
    exchange
        .state
        .identity
        .wrong
        .entry(key)
        .or_default()
        .push(now);
    if is_blocked(exchange, user, challenge) {
        let key = challenge.authenticator.key;
        let user = user.to_owned();
        exchange.record(Event::FactorBlocked { user, key });
        return show(
            exchange,
            &step.token,
            &Told::note(429, note::too_many_codes()),
        );
    }
    let note = match challenge.method.as_str() {
        "security_question" => note::wrong_answer(),
        "totp" | "otp" => note::wrong_soft_token(),
        _ => note::wrong_code(),
    };
    show(exchange, &step.token, &Told::blame(401, note))
}

fn is_blocked(exchange: &mut Exchange<'_>, user: &str, challenge: &Challenge) -> bool {
    let (now, limit) = (exchange.now, exchange.identity().code_limit);
    let key = (user.to_lowercase(), challenge.authenticator.key.to_owned());
    let wrong = exchange.state.identity.wrong.entry(key).or_default();
    wrong.retain(|at| now < *at + WINDOW);
    limit > 0 && wrong.len() >= usize::try_from(limit).unwrap_or(usize::MAX)
}

/// An authenticator was proved, which ends the count of its wrong answers.
pub(crate) fn passed(exchange: &mut Exchange<'_>, token: &str, challenge: &Challenge) -> Response {
    let one = &challenge.authenticator;
    let Some(method) = one.method(&challenge.method) else {
        return show(exchange, token, &Told::default());
    };
    let (key, kind) = (one.key, method.kind());
    let user = exchange.transaction(token).name();
    let wrong = &mut exchange.state.identity.wrong;
    wrong.remove(&(user.to_lowercase(), key.to_owned()));
    exchange.account_mut(&user).held.used(&method.factor.id);
    exchange.proved(token, key, kind);
    progress(exchange, token)
}
