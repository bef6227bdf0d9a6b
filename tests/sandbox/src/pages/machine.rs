//! From page to page: what a submission proves, and what is asked for next.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::factor::{Factor, FactorKind};
use crate::org::{self, Exchange, Heard};
use crate::pages::form::{Shown, write};
use crate::pages::manner::PageFactor;
use crate::pages::proof::judge;
use crate::pages::submission;
use crate::pages::visit::{Stage, Visit};
use crate::pages::wanted::{Wanted, wanted};
use crate::pages::{Came, Opening, Site, page};
use crate::query::Query;
use crate::random;
use crate::wire::Response;

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

/// Returns the thing that the next page asks for; `None` where nothing is missing.
fn next(exchange: &mut Exchange<'_>, site: &Site, visit: &mut Visit) -> Option<Stage> {
    let Some(user) = visit.user.clone() else {
        return Some(Stage::Password);
    };
    if visit.proved.is_empty() && !site.pages.passwordless {
        return Some(Stage::Password);
    }
    let lacks = match wanted(exchange, site, visit, &user) {
        Wanted::Nothing => None,
        Wanted::This(factor) => Some(factor),
        Wanted::Unanswerable => return Some(Stage::NoWay),
    };
    if let Some(factor) = lacks {
        let challenge = new_challenge();
        return Some(match factor {
            PageFactor::Totp => Stage::Totp,
            PageFactor::Push => push(exchange, &user),
            PageFactor::Webauthn => Stage::Key { challenge },
            PageFactor::WebauthnEnrolment => Stage::Enrolment { challenge },
            PageFactor::Fastpass => Stage::Fastpass { challenge },
            PageFactor::Duo => Stage::Duo,
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

pub(crate) fn factor(exchange: &Exchange<'_>, user: &str, kind: FactorKind) -> Option<Factor> {
    let mut factors = exchange.account(user).factors().iter();
    factors
        .find(|factor| factor.kind == kind && factor.enrolled)
        .cloned()
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
