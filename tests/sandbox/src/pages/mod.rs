//! The pages on which people sign in with a browser: at the org and at every other provider.
//!
//! A sign-in is a visit. Each of its pages has one form, which carries a value that is good once; each submission leads to
//! the next page, and the last one to the site's own session. Only a browser submits a form: a program that does is
//! written down as a violation.

mod back;
mod document;
mod form;
mod machine;
mod manner;
mod passkey;
mod proof;
mod script;
mod submission;
mod visit;
mod wanted;

pub use manner::{Back, PageFactor, Pages, Person};

pub(crate) use back::back;
pub(crate) use document::{favicon, guarded, page};
pub(crate) use form::{Shown, write};
pub(crate) use machine::{begin, show};
pub(crate) use passkey::Passkey;
pub(crate) use visit::{Visit, Visits};

use crate::audit::Host;
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::wire::Response;

/// Where forms are posted to.
pub(crate) const FORM: &str = "/signin/form";
/// Where a page asks about its push.
pub(crate) const PUSH: &str = "/signin/push";

/// The site whose pages these are.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) host: Host,
    /// `https://NAME:PORT`
    pub(crate) origin: String,
    /// The host's name, of which its keys hold.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) pages: Pages,
}

/// The outcome of a request to one of the pages.
pub(crate) enum Came {
    /// The next page, or a refusal.
    Answer(Response),
    /// Everything that was asked for is there.
    Finished(Visit),
}

/// A request for a page before the sign-in.
pub(crate) struct Opening<'a> {
    /// Path and query that the browser goes on to at the end.
    pub(crate) onward: &'a str,
    pub(crate) client: Option<&'a str>,
    pub(crate) hint: &'a str,
    /// The session that is there, with its user and the proofs for it.
    pub(crate) session: Option<(String, Vec<FactorKind>)>,
}

/// Answers a request to a page of `/signin/`; `None` where there is none.
pub(crate) fn answer(exchange: &mut Exchange<'_>, site: &Site) -> Option<Came> {
    match exchange.request.path.as_str() {
        FORM => Some(machine::submit(exchange, site)),
        PUSH => Some(Came::Answer(machine::ask_about_push(exchange, site))),
        _ => None,
    }
}
