//! From page to page: what a submission proves, and what is asked for next.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::audit::Event;
use crate::factor::{Factor, FactorKind, Proof};
use crate::org::{self, Attempt, Exchange, Heard, Judged};
use crate::pages::form::{Shown, write};
use crate::pages::manner::PageFactor;
use crate::pages::passkey::{self, Expected, Passkey, Sent};
use crate::pages::submission::{self, Submission};
use crate::pages::visit::{Stage, Visit};
use crate::pages::wanted::wanted;
use crate::pages::{Came, Opening, Site, page};
use crate::query::Query;
use crate::random;
use crate::wire::Response;

const WRONG: &str = "Unable to sign in";

/// A new visit, at its first page.
pub(crate) fn begin(exchange: &mut Exchange<'_>, site: &Site, opening: &Opening<'_>) -> Visit {
    let mut visit = Visit::new(&site.host, opening.onward, exchange.now);
    visit.client = opening.client.map(str::to_owned);
    opening.hint.clone_into(&mut visit.hint);
    if let Some((user, proved)) = &opening.session {
        visit.user = Some(user.clone());
        visit.proved.clone_from(proved);
    }
    visit.stage = match visit.user {
        None if site.pages.chooser => Stage::Chooser,
        // a session that is there lacks something, or the client wants everything anew
        _ => next(exchange, site, &mut visit).unwrap_or(Stage::Password),
    };
    visit
}

/// The page of a visit. From now on its form is the one that is good.
pub(crate) fn show(exchange: &mut Exchange<'_>, site: &Site, visit: Visit) -> Response {
    let Shown { form, script } = write(exchange, site, visit);
    let title = format!("{} - Sign In", site.title);
    page(&title, &form, &script)
}

/// A form comes in.
pub(crate) fn submit(exchange: &mut Exchange<'_>, site: &Site) -> Came {
    let mut submission = match submission::read(exchange, site) {
        Ok(submission) => submission,
        Err(refusal) => return Came::Answer(refusal),
    };
    submission.visit.note = judge(exchange, site, &mut submission).err();
    let mut visit = submission.visit;
    let before = visit.stage.clone();
    if visit.note.is_none() {
        match next(exchange, site, &mut visit) {
            Some(stage) => visit.stage = stage,
            None => {
                exchange.state.visits.forget(&visit.id);
                return Came::Finished(visit);
            }
        }
    } else {
        visit.stage = anew(exchange, &visit, before);
    }
    Came::Answer(show(exchange, site, visit))
}

/// A challenge is good for one answer.
fn anew(exchange: &mut Exchange<'_>, visit: &Visit, stage: Stage) -> Stage {
    let challenge = new_challenge();
    match stage {
        Stage::Key { .. } => Stage::Key { challenge },
        Stage::Enrolment { .. } => Stage::Enrolment { challenge },
        Stage::Fastpass { .. } => Stage::Fastpass { challenge },
        Stage::Push { id, .. } => {
            let user = visit.user.clone().unwrap_or_default();
            org::withdraw(exchange, &user, Some(id));
            push(exchange, &user)
        }
        stage => stage,
    }
}

/// What the next page asks for; `None` where nothing is missing.
fn next(exchange: &mut Exchange<'_>, site: &Site, visit: &mut Visit) -> Option<Stage> {
    let Some(user) = visit.user.clone() else {
        return Some(Stage::Password);
    };
    if visit.proved.is_empty() && !site.pages.passwordless {
        return Some(Stage::Password);
    }
    if let Some(factor) = wanted(exchange, site, visit, &user) {
        let challenge = new_challenge();
        return Some(match factor {
            PageFactor::Totp => Stage::Totp,
            PageFactor::Push => push(exchange, &user),
            PageFactor::Webauthn => Stage::Key { challenge },
            PageFactor::WebauthnEnrolment => Stage::Enrolment { challenge },
            PageFactor::Fastpass => Stage::Fastpass { challenge },
        });
    }
    let client = visit.client.clone()?;
    org::lacks_consent(exchange, site, &user, &client).then_some(Stage::Consent)
}

/// In base64 as a browser writes it again.
fn new_challenge() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes(32))
}

fn push(exchange: &mut Exchange<'_>, user: &str) -> Stage {
    let factor = factor(exchange, user, FactorKind::Push);
    let factor = factor.map_or_else(|| "none".to_owned(), |factor| factor.id);
    let number = exchange.speaks_idx();
    Stage::Push {
        id: org::launch(exchange, user, &factor, number),
        approved: false,
    }
}

fn factor(exchange: &Exchange<'_>, user: &str, kind: FactorKind) -> Option<Factor> {
    let mut factors = exchange.account(user).factors().iter();
    factors
        .find(|factor| factor.kind == kind && factor.enrolled)
        .cloned()
}

/// Holds a submission against what its page has asked for.
fn judge(
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
        submission.visit.user = Some(login.ok_or(WRONG)?);
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
    submission.visit.user = Some(login);
    submission.visit.proved = vec![FactorKind::Password];
    Ok(())
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

/// `/signin/push?visit=…`: the page asks whether the phone has answered.
pub(crate) fn ask_about_push(exchange: &mut Exchange<'_>, site: &Site) -> Response {
    let query = Query::new(exchange.request.query.as_deref().unwrap_or_default());
    let (id, now) = (query.get("visit").unwrap_or_default(), exchange.now);
    let visit = exchange.state.visits.of(&site.host, &id, now);
    let known = visit.and_then(|visit| match visit.stage {
        Stage::Push { id, approved } => Some((visit.user.clone()?, id, approved)),
        _ => None,
    });
    let Some((user, push, approved)) = known else {
        return crate::org::json_response(404, &json!({ "state": "ended" }));
    };
    let state = match approved {
        true => "approved",
        false => match org::ask(exchange, &user, push) {
            Some(Heard::Approved) => "approved",
            Some(Heard::Wait) => "waiting",
            Some(Heard::Ended(..)) | None => "ended",
        },
    };
    if let Some(visit) = exchange.state.visits.of(&site.host, &id, now) {
        visit.stage = Stage::Push {
            id: push,
            approved: state == "approved",
        };
    }
    let held = &mut exchange.account_mut(&user).held;
    let number = held.push(push).and_then(|push| push.number);
    crate::org::json_response(200, &json!({ "state": state, "number": number }))
}
