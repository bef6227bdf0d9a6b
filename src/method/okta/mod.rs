//! The method `okta`: the ladder of `sign_in::okta` as the driver's flow, with the account's memory and secrets beside it.
//!
//! [`access`] is what the driver sees of the account, [`memory`] turns facts into the account's record, [`lockout`] stops
//! secrets that must not be sent, [`password`] and [`passcode`] fetch the secrets, [`background`] limits a background
//! renewal.

mod access;
mod background;
mod ending;
mod lockout;
mod memory;
mod passcode;
mod password;

pub(crate) use lockout::paused_codes;
pub(crate) use passcode::source_identity;

use std::time::Duration;

use super::driver::Driver;
use super::host::Host;
use super::{Call, Failed, needs_a_person};
use crate::app::{App, OktaClient, Org};
use crate::clock;
use crate::context::Context;
use crate::error::Result;
use crate::session::Session;
use crate::sign_in::Attempt;
use crate::sign_in::alb::Entrance;
use crate::sign_in::flow::{FailureScope, Stop};
use crate::sign_in::okta::{self, Ladder, Parties};
use crate::store::Account;
use memory::Memory;

/// The longest that the end of an Okta session may take.
const SIGN_OUT: Duration = Duration::from_secs(60);

/// Signs in to `app` and returns the new session.
pub(super) fn sign_in(
    context: &Context,
    app: &App,
    org: &Org,
    client: Option<&OktaClient>,
    call: &Call<'_>,
) -> Result<Session, Failed> {
    let quiet = call.quiet.then(|| background::without_push(org));
    let org = quiet.as_ref().unwrap_or(org);
    let host = Host::new(context, &app.name, call);
    let result = attempt(&host, app, org, client);
    // All claims on the account are released by now, and the transaction at Okta is cancelled.
    (call.tell)("");
    host.reraise_signal();
    result.map_err(|Stop { error, scope }| {
        // A failure of the account or its password is in the account's record, for all of its apps. A failure that
        // never reached a server needs no backoff: it costs Okta nothing, and ends as soon as the caller has mended it.
        let backoff = scope == FailureScope::App && !call.attended && needs_a_person(&error);
        Failed { error, backoff }
    })
}

fn attempt(
    host: &Host<'_>,
    app: &App,
    org: &Org,
    client: Option<&OktaClient>,
) -> Result<Session, Stop> {
    let mut memory = Memory::read(host, app, org)?;
    let parties = Parties {
        app,
        org,
        client,
        person: host.call.attended,
        insist: host.call.insist,
    };
    let ladder = Ladder::new(parties, memory.known());
    let mut attempt = Attempt::new(app, Entrance::to_org(app, org), ladder);
    if let Some(request) = host.call.request {
        attempt.open(request.clone(), clock::now());
    }
    let result = Driver::new(host, &mut memory).run(&mut attempt);
    memory.end(result.as_ref().err());
    result
}

/// Ends the Okta session that `account` has, from the device that it was begun on.
pub(crate) fn end_session(context: &Context, org: &Org, account: &Account) -> Result<()> {
    let request = okta::end_session(org, &account.jar());
    let response = context
        .client
        .run(context.limit(SIGN_OUT), context.client.send(request))??;
    okta::judge_end_session(&response)
}
