//! The next step: the first thing that is missing, then what stands before the end, then the end.

use crate::engine::{After, Moment, Stop};
use crate::org::Exchange;
use crate::org::identity::answer::{Told, show};
use crate::org::identity::authenticator::{Authenticator, all};
use crate::org::identity::choose::{self, Chosen};
use crate::org::identity::note;
use crate::org::identity::policy::{Missing, Standing, is_remembered, missing};
use crate::org::identity::transaction::{Challenge, Stage};
use crate::setup::UserState;
use crate::wire::Response;

/// Goes on to whatever a sign-in still needs, and shows it.
pub(crate) fn progress(exchange: &mut Exchange<'_>, token: &str) -> Response {
    let Some(user) = exchange.transaction(token).user.clone() else {
        exchange.stand(token, Stage::Identify { probed: false });
        return show(exchange, token, &Told::default());
    };
    match still_missing(exchange, token, &user) {
        Missing::Nothing => beyond(exchange, token, &user),
        Missing::Unreachable => {
            exchange.stand(token, Stage::Over(403, vec![note::unsatisfiable()]));
            show(exchange, token, &Told::default())
        }
        Missing::These(choice) => offer(exchange, token, choice),
    }
}

fn still_missing(exchange: &Exchange<'_>, token: &str, user: &str) -> Missing {
    let transaction = exchange.transaction(token);
    let identity = exchange.identity();
    let standing = Standing {
        proofs: &transaction.proofs,
        remembered: is_remembered(exchange, identity, user),
    };
    let has = all(exchange, user);
    missing(
        exchange,
        identity,
        &transaction.asked.client,
        &has,
        &standing,
    )
}

/// The list, or the only one there is, or the one that Okta prefers.
fn offer(exchange: &mut Exchange<'_>, token: &str, mut choice: Vec<Authenticator>) -> Response {
    let preselects = exchange.identity().preselects;
    if choice.len() > 1 && !preselects {
        exchange.stand(token, Stage::Select(choice));
        return show(exchange, token, &Told::default());
    }
    let first = choice.remove(0);
    let mut challenge = Challenge::new(first, choice);
    if !preselects {
        return choose::begin(exchange, token, challenge, Chosen::Only);
    }
    if challenge.authenticator.method("push").is_some() {
        "push".clone_into(&mut challenge.method);
    }
    choose::begin(exchange, token, challenge, Chosen::Preferred)
}

/// Returns the stop of a moment, where the setup has one.
pub(crate) fn stop_at(exchange: &mut Exchange<'_>, token: &str, at: Moment) -> Option<Response> {
    let (moment, stop) = exchange.identity().stop.clone()?;
    (moment == at).then(|| stop_with(exchange, token, stop))
}

fn stop_with(exchange: &mut Exchange<'_>, token: &str, stop: Stop) -> Response {
    exchange.stand(token, Stage::Stopped(stop));
    show(exchange, token, &Told::default())
}

/// Everything is proved.
fn beyond(exchange: &mut Exchange<'_>, token: &str, user: &str) -> Response {
    if let Some(stop) = own_stop(exchange, token, user) {
        return stop_with(exchange, token, stop);
    }
    if let Some(stopped) = stop_at(exchange, token, Moment::End) {
        return stopped;
    }
    let transaction = exchange.transaction_mut(token);
    while let Some(step) = transaction.after.pop_front() {
        // said at the beginning
        if step == After::KeepMeSignedIn && transaction.kept.is_some() {
            continue;
        }
        exchange.stand(token, Stage::After(step));
        return show(exchange, token, &Told::default());
    }
    exchange.stand(token, Stage::Success);
    show(exchange, token, &Told::default())
}

/// The step that the state of a user, or the app, puts in the way.
fn own_stop(exchange: &Exchange<'_>, token: &str, user: &str) -> Option<Stop> {
    let client = &exchange.transaction(token).asked.client;
    let account = exchange.account(user);
    let apps = account.user.apps.as_ref();
    if apps.is_some_and(|apps| !apps.contains(&client.app)) {
        return Some(Stop::Failure);
    }
    let elsewhere = exchange.world.setup.variants.password_kept_elsewhere;
    Some(match &account.user.state {
        UserState::Denied => Stop::Denied,
        UserState::PasswordExpired if elsewhere => Stop::OtherPasswordExpired,
        UserState::PasswordExpired => Stop::PasswordExpired,
        UserState::PasswordReset => Stop::PasswordReset,
        UserState::MfaEnroll | UserState::MfaEnrollActivate => Stop::Enrol,
        UserState::ProfileRequired => Stop::Profile,
        UserState::ConsentRequired => Stop::Consent,
        UserState::AdminConsentRequired => Stop::AdminConsent,
        UserState::Word(word) => Stop::Unknown(word.clone()),
        _ if client.consent_needed => Stop::Consent,
        _ => return None,
    })
}
