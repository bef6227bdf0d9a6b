//! The method `okta`: the ladder of `sign_in::okta` as the driver's flow, with the account's memory and secrets beside it.
//!
//! [`access`] is what the driver sees of the account, [`memory`] turns facts into the account's record, [`lockout`] stops
//! secrets that must not be sent, [`password`] and [`passcode`] fetch the secrets, [`background`] limits a background
//! renewal, [`offline`] stops what a machine of a fleet must not send while nobody counts.

mod access;
mod background;
mod ending;
mod lockout;
mod memory;
mod offline;
mod passcode;
mod password;

pub(crate) use lockout::paused_codes;
pub(crate) use passcode::source_identity;

use std::time::Duration;

use super::browser;
use super::driver::Driver;
use super::host::Host;
use super::{Call, Failed, SignedIn, end};
use crate::app::{App, OktaClient, Org};
use crate::clock;
use crate::context::Context;
use crate::error::Result;
use crate::session::Session;
use crate::sign_in::Attempt;
use crate::sign_in::alb::Entrance;
use crate::sign_in::flow::Stop;
use crate::sign_in::okta::{self, Ladder, Parties};
use crate::store::Account;
use memory::Memory;

/// The longest that the end of an Okta session may take.
const SIGN_OUT: Duration = Duration::from_secs(60);

/// Signs in to `app` and returns the new session. Where Okta wants a browser, that goes on, if one can.
pub(super) fn sign_in<'a>(
    context: &'a Context,
    app: &App,
    org: &Org,
    client: Option<&OktaClient>,
    call: &Call<'_>,
) -> Result<SignedIn<'a>, Failed> {
    // Without the fleet's store a push could be sent by each machine.
    let is_unseen = call.is_alone && !call.attended;
    let quiet = (call.quiet || is_unseen).then(|| background::without_push(org));
    let org = quiet.as_ref().unwrap_or(org);
    let host = Host::new(context, &app.name, call);
    let (result, browser) = match attempt(&host, app, org, client) {
        Err(stop) if browser::can_go_on(&host, org, &stop) => {
            browser::go_on(context, &host, app, stop)
        }
        result => (result, None),
    };
    // All claims on the account are released by now, and the transaction at Okta is cancelled.
    end(&host, result, browser)
}

fn attempt(
    host: &Host<'_>,
    app: &App,
    org: &Org,
    client: Option<&OktaClient>,
) -> Result<Session, Stop> {
    let mut memory = Memory::read(host, app, org)?;
    let need = memory.browser_need().filter(|_| org.browser);
    let need = need.map(<[String]>::to_vec);
    let parties = Parties {
        app,
        org,
        client,
        person: host.call.attended,
        insist: host.call.insist,
        needs_browser: need.is_some(),
    };
    let ladder = Ladder::new(parties, memory.known());
    let mut attempt = Attempt::new(app, Entrance::of_app(app), ladder);
    if let Some(request) = host.call.request {
        attempt.open(request.clone(), clock::now());
    }
    let result = Driver::new(host, &mut memory).run(&mut attempt);
    let result = result
        .map_err(|stop| browser::with_open_ways(host.context, app, org, with_reason(stop, need)));
    let stop = result.as_ref().err();
    let goes_on = stop.is_some_and(|stop| browser::can_go_on(host, org, stop));
    memory.end(stop, goes_on);
    result
}

/// Adds the remembered reason to a `stop` that a remembered `need` of a browser has caused.
fn with_reason(mut stop: Stop, need: Option<Vec<String>>) -> Stop {
    if stop.error.browser_need.is_some() {
        stop.error.causes.extend(need.unwrap_or_default());
    }
    stop
}

/// Ends the Okta session that `account` has, from the device that it was begun on.
pub(crate) fn end_session(context: &Context, org: &Org, account: &Account) -> Result<()> {
    let request = okta::end_session(org, &account.jar());
    let response = context
        .client
        .run(context.limit(SIGN_OUT), context.client.send(request))??;
    okta::judge_end_session(&response)
}
