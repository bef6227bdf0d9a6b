//! Judges a submission as a proof: a password, a code, a push, a key, a consent.

use crate::audit::Event;
use crate::factor::{FactorKind, Proof};
use crate::org::{self, Attempt, Exchange, Judged};
use crate::pages::Site;
use crate::pages::machine::factor;
use crate::pages::passkey::{self, Expected, Passkey, Sent};
use crate::pages::submission::Submission;
use crate::pages::visit::Stage;
use crate::setup::UserState;

const WRONG: &str = "Unable to sign in";

/// Holds a submission against what its page has asked for.
pub(crate) fn judge(
    exchange: &mut Exchange<'_>,
    site: &Site,
    submission: &mut Submission,
) -> Result<(), &'static str> {
    let visit = &submission.visit;
    match visit.stage.clone() {
        Stage::Chooser => {
            submission.visit.hint = submission.field("account");
            submission.visit.user = None;
            Ok(())
        }
        Stage::Password => password(exchange, site, submission),
        Stage::Totp => {
            code(exchange, submission)?;
            submission.visit.proved.push(FactorKind::Totp);
            Ok(())
        }
        Stage::Push { approved, .. } => {
            if !approved {
                return Err("The push was not approved");
            }
            submission.visit.proved.push(FactorKind::Push);
            Ok(())
        }
        Stage::Key { challenge } => {
            key(exchange, site, submission, &challenge)?;
            submission.visit.proved.push(FactorKind::Webauthn);
            Ok(())
        }
        Stage::Enrolment { challenge } => {
            enrol(exchange, site, submission, &challenge)?;
            submission.visit.proved.push(FactorKind::Webauthn);
            Ok(())
        }
        Stage::Fastpass { challenge } => {
            if submission.field("proof") != exchange.world.okta_verify.proof(&challenge) {
                return Err("Okta Verify was not found on this machine");
            }
            submission.visit.proved.push(FactorKind::Fastpass);
            Ok(())
        }
        Stage::Duo => {
            if submission.field("duo") != "approved" {
                return Err("Duo was not approved");
            }
            submission.visit.proved.push(FactorKind::Duo);
            Ok(())
        }
        Stage::NoWay => Err(WRONG),
        Stage::Consent => {
            if submission.field("consent") != "yes" {
                return Err("Nothing goes on without your consent");
            }
            let user = visit.user.clone().unwrap_or_default();
            let client = visit.client.clone().unwrap_or_default();
            exchange.state.consents.insert((user, client));
            Ok(())
        }
    }
}

/// A name alone where no password is asked for. One word for a wrong name, a wrong password and a lock.
fn password(
    exchange: &mut Exchange<'_>,
    site: &Site,
    submission: &mut Submission,
) -> Result<(), &'static str> {
    let typed = submission.field("username");
    submission.visit.hint.clone_from(&typed);
    let login = exchange.login_of(&typed);
    if site.pages.passwordless {
        let login = login.ok_or(WRONG)?;
        may_sign_in(exchange, &login)?;
        submission.visit.user = Some(login);
        return Ok(());
    }
    exchange.record(Event::PasswordTyped {
        host: site.host.clone(),
        user: typed.clone(),
    });
    let Some(login) = login else {
        exchange.record(org::tried(&typed, false));
        return Err(WRONG);
    };
    if !org::is_password(exchange, &login, &submission.field("password")) {
        return Err(WRONG);
    }
    may_sign_in(exchange, &login)?;
    submission.visit.user = Some(login);
    submission.visit.proved = vec![FactorKind::Password];
    Ok(())
}

/// A right password does not let everybody in: a new one may be due, or something to be set up. The pages for that are
/// not simulated.
fn may_sign_in(exchange: &Exchange<'_>, login: &str) -> Result<(), &'static str> {
    let account = exchange.account(login);
    match &account.user.state {
        _ if account.is_locked() => Err(WRONG),
        UserState::Active
        | UserState::MfaRequired
        | UserState::MfaEnrollOptional
        | UserState::PasswordWarn(_) => Ok(()),
        UserState::PasswordExpired | UserState::PasswordReset => Err("Your password has expired"),
        UserState::MfaEnroll | UserState::MfaEnrollActivate => {
            Err("Set up a security method first")
        }
        UserState::Denied => Err("You do not have permission to sign in"),
        _ => Err(WRONG),
    }
}

/// A time-based code, good once. Wrong ones count towards the same lock as those of `/api/v1/authn`.
fn code(exchange: &mut Exchange<'_>, submission: &Submission) -> Result<(), &'static str> {
    let user = submission.visit.user.clone().unwrap_or_default();
    let factor = factor(exchange, &user, FactorKind::Totp).ok_or("No authenticator is set up")?;
    if exchange.account(&user).is_locked() {
        return Err(WRONG);
    }
    let attempt = Attempt::elsewhere(&user, &factor, 0);
    let judged = org::judge(exchange, &attempt, submission.field("code").trim());
    let accepted = matches!(judged, Judged::Right);
    exchange.record(Event::CodeTried {
        user: user.clone(),
        kind: FactorKind::Totp,
        accepted,
    });
    let (most, now) = (exchange.world.setup.mfa.attempts, exchange.now);
    let account = exchange.account_mut(&user);
    if accepted {
        account.held.wrong = 0;
        return Ok(());
    }
    account.held.wrong += 1;
    if most > 0 && account.held.wrong >= most {
        account.lock(now);
        exchange.record(Event::LockedOut { user });
    }
    Err("The code is not right")
}

fn expected<'a>(site: &'a Site, challenge: &'a str) -> Expected<'a> {
    Expected {
        challenge,
        origin: &site.origin,
        site: &site.name,
        user_verification: site.pages.user_verification,
    }
}

/// A key that is known: one of the browser's own, or one that the user was set up with.
fn key(
    exchange: &mut Exchange<'_>,
    site: &Site,
    submission: &Submission,
    challenge: &str,
) -> Result<(), &'static str> {
    let user = submission.visit.user.clone().unwrap_or_default();
    let sent = Sent::read(|name| submission.field(name));
    let keys = passkeys(exchange, site, &user);
    let verified = passkey::verify(&sent, &expected(site, challenge), &keys);
    let verified = verified.and_then(|key| advances(exchange, &user, key, sent.counter()));
    exchange.record(Event::KeyTried {
        host: site.host.clone(),
        user,
        refused: verified.err(),
    });
    verified.map_err(|_| "The security key was not accepted")
}

fn enrol(
    exchange: &mut Exchange<'_>,
    site: &Site,
    submission: &Submission,
    challenge: &str,
) -> Result<(), &'static str> {
    let user = submission.visit.user.clone().unwrap_or_default();
    let sent = Sent::read(|name| submission.field(name));
    let enrolled = passkey::enrol(&sent, &expected(site, challenge));
    exchange.record(Event::KeyEnrolled {
        host: site.host.clone(),
        user: user.clone(),
        refused: enrolled.as_ref().err().copied(),
    });
    let key = enrolled.map_err(|_| "The security key was not accepted")?;
    exchange.account_mut(&user).held.passkeys.push(key);
    Ok(())
}

/// A user's keys that hold of a site.
pub(crate) fn passkeys(exchange: &Exchange<'_>, site: &Site, user: &str) -> Vec<Passkey> {
    let account = exchange.account(user);
    let own = account
        .held
        .passkeys
        .iter()
        .filter(|key| key.site == site.name);
    let own = own.cloned();
    let factors = account.factors().iter().filter(|factor| factor.enrolled);
    let set_up = factors.filter_map(|factor| match &factor.proof {
        Proof::Key(key) if factor.kind == FactorKind::Webauthn => Some(key.passkey(&site.name)),
        _ => None,
    });
    own.chain(set_up).collect()
}

/// A counter that does not advance is that of a copied key; one that is always zero is of a key without one.
fn advances(
    exchange: &mut Exchange<'_>,
    user: &str,
    key: &Passkey,
    counter: u32,
) -> Result<(), &'static str> {
    let held = &mut exchange.account_mut(user).held;
    let id = crate::digest::sha256(&key.id);
    let last = held.key_counters.entry(id).or_insert(0);
    let advances = counter > *last || (counter == 0 && *last == 0);
    *last = counter.max(*last);
    advances.then_some(()).ok_or("a counter that does not grow")
}
