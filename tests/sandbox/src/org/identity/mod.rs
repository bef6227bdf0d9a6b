//! The Identity Engine's own protocol: `/idp/idx/…`, the page that it begins on and the link that it ends with.
//!
//! A page has the token of a transaction. `introspect` makes a handle of it, and every answer names the steps that can be
//! taken, each with its form and its link, until one has a success link. A step is held against the last answer alone: a
//! link that no answer had, a step that is not offered any more and a body that is not the form's are refused.

mod after;
mod answer;
mod authenticator;
mod choose;
mod end;
mod fastpass;
mod follow;
mod form;
mod identify;
mod introspect;
mod note;
mod notice;
mod offer;
mod page;
mod passing;
mod policy;
mod progress;
mod prove;
mod proving;
mod read;
mod send;
mod shown;
mod steps;
mod stop;
mod trail;
mod transaction;
mod wait;

use std::collections::HashMap;
use time::OffsetDateTime;

use crate::audit::Event;
use crate::demand::Violation;
use crate::engine::{Identity, Need};
use crate::org::Exchange;
use crate::org::error::wrong_method;
use crate::org::identity::offer::Does;
use crate::org::identity::read::Step;
use crate::wire::Response;

pub(crate) use end::{failure, hop, resume};
pub(crate) use identify::is_password;
pub(crate) use notice::{is_poll, notice, polled_twice, secret_of};
pub(crate) use page::show as sign_in_page;
pub(crate) use policy::{Proof, is_enough, lacking, session_wants_two};
pub use trail::Trail;

/// The state of a running Identity Engine org.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) transactions: HashMap<String, transaction::Transaction>,
    /// The tokens of pages, in order.
    pub(crate) order: Vec<String>,
    /// Tokens that stood in comments of pages.
    stale: Vec<String>,
    /// Answers that were given, which is what their variations go by.
    answers: u64,
    /// Pages that were given.
    pages: u64,
    /// When wrong codes of a kind came, by login and authenticator.
    wrong: HashMap<(String, String), Vec<OffsetDateTime>>,
    /// The messages that persons have asked for once more, by login.
    pub(crate) wishes: HashMap<String, u32>,
    /// Inner redirects that wait to be followed, by their key.
    hops: HashMap<String, end::Waiting>,
    /// The messages of sign-ins that are over, by their tokens.
    pub(crate) trails: Vec<(String, Trail)>,
}

impl<'a> Exchange<'a> {
    /// The org's own policies and manners.
    pub(crate) fn identity(&self) -> &'a Identity {
        let identity = self.world.setup.identity();
        identity.expect("the Identity Engine's protocol is spoken by an org that is on it")
    }

    /// Name and password are asked for on one page.
    fn asks_together(&self) -> bool {
        let identity = self.identity();
        let first = identity.session.first() == Some(&Need::Password);
        first && !identity.identifier_first
    }
}

/// Answers a request to `/idp/idx` and what is below it.
pub(crate) fn answer(exchange: &mut Exchange<'_>, rest: &str) -> Response {
    if exchange.request.method != "POST" {
        return wrong_method();
    }
    let sent = match read::read(exchange) {
        Ok(sent) => sent,
        Err(refusal) => return refusal,
    };
    if rest == "/introspect" {
        return introspect::introspect(exchange, &sent);
    }
    let step = match read::step(exchange, sent) {
        Ok(step) => step,
        Err(refusal) => return refusal,
    };
    run(exchange, &step)
}

/// Takes a step that was offered and whose form is right.
fn run(exchange: &mut Exchange<'_>, step: &Step) -> Response {
    exchange.record(Event::StepTaken {
        user: exchange.transaction(&step.token).name(),
        step: step.name.clone(),
    });
    match step.does {
        Does::Identify => identify::identify(exchange, step),
        Does::Select | Does::Data => choose::choose(exchange, step),
        Does::Answer => prove::answer(exchange, step),
        Does::Poll => wait::poll(exchange, step),
        Does::Resend | Does::Send => send::again(exchange, step),
        Does::Cancel => after::cancel(exchange, step),
        Does::CancelPolling | Does::CancelExtension => after::give_up(exchange, step),
        Does::KeepMeSignedIn => after::keep(exchange, step),
        Does::Skip => after::skip(exchange, step),
        Does::Person | Does::Visit => {
            let what = step.name.clone();
            exchange.violated(Violation::NotForPrograms { step: what });
            answer::bare(
                exchange,
                Some(&step.token),
                400,
                note::bad_request("not played"),
            )
        }
    }
}
