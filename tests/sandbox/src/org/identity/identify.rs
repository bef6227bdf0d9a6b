//! `identify`: the name, and the password where the form has it. The password is also counted and compared here.

use crate::audit::Event;
use crate::engine::{After, Moment, UnknownUser};
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::org::identity::answer::{Told, show};
use crate::org::identity::authenticator::password_alone;
use crate::org::identity::note::{self, Note};
use crate::org::identity::policy::Proof;
use crate::org::identity::progress::{progress, stop_at};
use crate::org::identity::read::Step;
use crate::org::identity::transaction::{Challenge, Stage};
use crate::org::lock::Verdict;
use crate::org::password::tried;
use crate::setup::UserState;
use crate::wire::Response;

pub(crate) fn identify(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    if exchange.identity().captcha {
        let note = Note::error("captcha.validation.failed", "CAPTCHA cannot be verified.");
        return show(exchange, &step.token, &Told::note(400, note));
    }
    let typed = step.text("/identifier");
    let transaction = exchange.transaction_mut(&step.token);
    transaction.identifier = Some(typed.clone());
    transaction.kept = step.wish("rememberMe").or(transaction.kept);
    let login = exchange.login_of(&typed);
    let Some(login) = login else {
        return unknown(exchange, step);
    };
    let passcode = step.body.pointer("/credentials/passcode");
    if let Some(passcode) = passcode.and_then(|text| text.as_str()) {
        if !is_password(exchange, &login, passcode) {
            return again(exchange, &step.token);
        }
        exchange.recognize(&step.token, &login);
        exchange.proved(&step.token, "okta_password", FactorKind::Password);
    } else {
        exchange.recognize(&step.token, &login);
    }
    match stop_at(exchange, &step.token, Moment::Identified) {
        Some(stopped) => stopped,
        None => progress(exchange, &step.token),
    }
}

/// The form once more, and one word for a wrong name, a wrong password and a lock.
fn again(exchange: &mut Exchange<'_>, token: &str) -> Response {
    exchange.transaction_mut(token).identifier = None;
    exchange.stand(token, Stage::Identify { probed: false });
    show(exchange, token, &Told::note(401, note::refused()))
}

fn unknown(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    let together = exchange.asks_together();
    match exchange.identity().unknown_user {
        UnknownUser::Told => {
            exchange.transaction_mut(&step.token).identifier = None;
            let text = "There is no account with this username.";
            let note = Note::info("idx.unknown.user", text);
            show(exchange, &step.token, &Told::note(200, note))
        }
        UnknownUser::Hidden if !together => {
            let mut nobody = password_alone(exchange);
            let mut challenge = Challenge::new(nobody.remove(0), Vec::new());
            "password".clone_into(&mut challenge.method);
            exchange.stand(&step.token, Stage::Challenge(challenge));
            show(exchange, &step.token, &Told::default())
        }
        UnknownUser::Refused | UnknownUser::Hidden => {
            if together {
                exchange.record(tried(&step.text("/identifier"), false));
            }
            again(exchange, &step.token)
        }
    }
}

/// Compares a password, and counts a wrong one; a lock and a user who is none any more look the same.
pub(crate) fn is_password(exchange: &mut Exchange<'_>, login: &str, password: &str) -> bool {
    let (now, device) = (exchange.now, exchange.device());
    let lockout = exchange.world.setup.lockout.clone();
    let account = exchange.account_mut(login);
    let unlocked = account.unlock_if_due(&lockout, now);
    let verdict = account.try_password(password, device.as_deref(), &lockout, now);
    let state = account.user.state.clone();
    let user = login.to_owned();
    if unlocked {
        exchange.record(Event::Unlocked { user: user.clone() });
    }
    exchange.record(tried(login, verdict == Verdict::Right));
    match verdict {
        Verdict::NowLocked => exchange.record(Event::LockedOut { user }),
        Verdict::NowLockedForOthers => exchange.record(Event::UnknownDevicesLockedOut { user }),
        Verdict::Right | Verdict::Wrong | Verdict::Locked => {}
    }
    let shut_out = matches!(state, UserState::LockedOut | UserState::Deactivated);
    verdict == Verdict::Right && !shut_out
}

impl Exchange<'_> {
    /// The login of an account, as it was set up.
    pub(crate) fn login_of(&self, typed: &str) -> Option<String> {
        let account = self.state.accounts.get(&typed.trim().to_lowercase())?;
        Some(account.user.login.clone())
    }

    /// It is known who signs in, and with that what their own state adds to the end.
    pub(crate) fn recognize(&mut self, token: &str, login: &str) {
        let state = self.account(login).user.state.clone();
        let transaction = self.transaction_mut(token);
        if transaction.user.as_deref() == Some(login) {
            return;
        }
        transaction.user = Some(login.to_owned());
        transaction
            .identifier
            .get_or_insert_with(|| login.to_owned());
        let own = match state {
            UserState::PasswordWarn(days) => After::PasswordWarning(days),
            UserState::MfaEnrollOptional => After::OptionalEnrolment,
            UserState::Polling { polls, .. } => After::SafeMode { polls },
            _ => return,
        };
        transaction.after.push_front(own);
    }

    /// An authenticator was proved, now.
    pub(crate) fn proved(&mut self, token: &str, key: &'static str, kind: FactorKind) {
        let at = self.now;
        let proof = Proof {
            key,
            kind,
            at,
            fresh: true,
        };
        let proofs = &mut self.transaction_mut(token).proofs;
        proofs.retain(|known| known.key != key);
        proofs.push(proof);
    }
}
