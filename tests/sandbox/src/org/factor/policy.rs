//! Decides whether a factor is asked for at all.

use crate::mfa::MfaWhen;
use crate::org::Exchange;
use crate::org::factor::remember;
use crate::org::identity::session_wants_two;
use crate::org::transaction::{Challenge, Stage};
use crate::setup::UserState;

/// Returns whether a user whose password is right is asked for a factor.
pub(crate) fn asked(exchange: &Exchange<'_>, login: &str, state: &UserState) -> bool {
    if *state == UserState::MfaRequired {
        return true;
    }
    let after = matches!(
        state,
        UserState::Active | UserState::PasswordWarn(_) | UserState::PasswordExpired
    );
    let account = exchange.account(login);
    if !after || !account.factors().iter().any(|factor| factor.enrolled) {
        return false;
    }
    let identity = exchange.world.setup.identity();
    // on the Identity Engine, this is the session's own policy
    if identity.is_some_and(|identity| !session_wants_two(identity)) {
        return false;
    }
    match exchange.world.setup.mfa.when {
        MfaWhen::Always => true,
        MfaWhen::Never => false,
        MfaWhen::PerDevice => !remember::is_known(exchange, login),
    }
}

/// The user has been told of factors and has set up none of them.
pub(crate) fn none_is_set_up(exchange: &Exchange<'_>, login: &str, state: &UserState) -> bool {
    let factors = exchange.account(login).factors();
    *state == UserState::Active
        && exchange.world.setup.mfa.when != MfaWhen::Never
        && !factors.is_empty()
        && factors.iter().all(|factor| !factor.enrolled)
}

/// The list, or in a sequence of factors directly the only one there is.
pub(crate) fn first_stage(exchange: &Exchange<'_>, login: &str) -> Stage {
    let mut enrolled = exchange.account(login).factors().iter();
    let only = enrolled.next().filter(|_| enrolled.next().is_none());
    match only.filter(|_| exchange.world.setup.variants.challenge_at_once) {
        Some(factor) => Stage::Challenge(Challenge {
            factor: factor.id.clone(),
            ..Challenge::default()
        }),
        None => Stage::Factors,
    }
}
