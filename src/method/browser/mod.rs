//! The method `browser`: the flow of `sign_in::browser`, with a browser of this machine, or a person who pastes an address.
//!
//! [`visits`] carries out the flow's visits, [`open_browser`] owns a running browser with its profile ([`profiles`]) under a claim,
//! [`paste`] reads addresses. The same visits are the last rung of the method `okta`.

mod no_account;
mod open_browser;
mod paste;
mod profiles;
mod visits;
mod window;

use super::driver::{self, Driver};
use super::host::Host;
use super::{Call, Failed, SignedIn, end};
use crate::app::{App, Org};
use crate::caller_policy::ChosenWay;
use crate::clock;
use crate::context::Context;
use crate::error::{Error, Hint, Kind, Table};
use crate::session::Session;
use crate::sign_in::Attempt;
use crate::sign_in::alb::{Admission, AuthorizationRequest, Entrance, Verification};
use crate::sign_in::browser::{BrowserSignIn, Tries};
use crate::sign_in::flow::{FailureScope, Stop, VisitWay};
use no_account::NoAccount;

pub(crate) use open_browser::{LOG, OpenBrowser};
use profiles::has_profile;
use visits::Visits;

/// Signs in to `app` at its identity provider's own pages.
pub(super) fn sign_in<'a>(
    context: &'a Context,
    app: &App,
    call: &Call<'_>,
) -> Result<SignedIn<'a>, Failed> {
    let host = Host::new(context, &app.name, call);
    let (result, browser) = attempt(context, &host, app, call.request);
    end(&host, result, browser)
}

/// Returns whether a browser, or a person who pastes, can go on after `stop`.
pub(super) fn can_go_on(host: &Host<'_>, org: &Org, stop: &Stop) -> bool {
    let context = host.context;
    let settings = &context.settings.browser;
    let provider = org.site.authority();
    let silently = settings.headless && has_profile(context, &provider);
    stop.error.browser_need.is_some() && org.browser && (silently || by_person(host))
}

/// Returns whether a person may get a window, or an address to paste, without having chosen it.
fn by_person(host: &Host<'_>) -> bool {
    let context = host.context;
    host.call.attended && context.windows && context.settings.browser.window
}

/// Puts the ways that are open first among the hints of `stop`, where a browser is needed and the configuration forbids its
/// window. The hint to sign in at a desktop is none then.
pub(super) fn with_open_ways(context: &Context, app: &App, org: &Org, mut stop: Stop) -> Stop {
    let is_needed = stop.error.browser_need.is_some() && org.browser;
    if is_needed && !context.settings.browser.window {
        let mut hints = without_window(&app.name);
        let others = std::mem::take(&mut stop.error.hints).into_iter();
        hints.extend(others.filter(|hint| *hint != Hint::login_in_browser(&app.name)));
        stop.error.hints = hints;
    }
    stop
}

/// Returns the hints for a person whom the configuration gives no window: to paste an address, or to allow windows.
fn without_window(app: &str) -> Vec<Hint> {
    let window = Hint::settings("set", Table::Browser, &["window = true"]);
    vec![Hint::login_by_paste(app), window.after("or ")]
}

/// Goes on after `stop`, the end of a sign-in by Okta's own API.
pub(super) fn go_on<'a>(
    context: &'a Context,
    host: &Host<'_>,
    app: &App,
    stop: Stop,
) -> (Result<Session, Stop>, Option<OpenBrowser<'a>>) {
    let words = &stop.error.message;
    match by_person(host) {
        true => host.tell(&format!("{words}; a browser goes on")),
        false => host.trace(&format!("{words}; a browser without a window goes on")),
    }
    match attempt(context, host, app, None) {
        // Nobody can go on at the browser's pages: Okta's first words say more.
        (Err(failed), browser) if failed.error.kind == Kind::Person && !by_person(host) => {
            let error = stop.error.caused_by(failed.error.message);
            let scope = FailureScope::App;
            (Err(Stop { error, scope }), browser)
        }
        ended => ended,
    }
}

/// Attempts the sign-in, with the ALB's `request` if it was asked already. The browser is still open then, so that the
/// caller can do first what others wait for.
pub(super) fn attempt<'a>(
    context: &'a Context,
    host: &Host<'_>,
    app: &App,
    request: Option<&AuthorizationRequest>,
) -> (Result<Session, Stop>, Option<OpenBrowser<'a>>) {
    let way = host.call.way;
    let tries = match way {
        ChosenWay::Stdin => Tries::None,
        _ => Tries::All,
    };
    let sign_in = BrowserSignIn::new(app, ways(way, host.call.attended), tries);
    let mut attempt = Attempt::new(app, Entrance::of_app(app), sign_in);
    if let Some(request) = request {
        attempt.open(request.clone(), clock::now());
    }
    let mut visits = Visits::new(context, host, app);
    if way == ChosenWay::Any && request.is_none() {
        visits.start_early(!host.call.after_failure);
    }
    let mut account = NoAccount;
    let driver = Driver::new(host, &mut account).visiting(&mut visits);
    let result = driver.run(&mut attempt);
    let result = result.and_then(|session| check_pasted(host, app, session));
    // Anybody may have signed in: no machine that shares the account gets the session.
    let result = result.map(|session| Session {
        is_by_browser: true,
        ..session
    });
    let browser = visits.end(result.as_ref().err().map(|stop| &stop.error));
    (result, browser)
}

/// Returns the ways to try, one after the other.
fn ways(way: ChosenWay, attended: bool) -> &'static [VisitWay] {
    match (way, attended) {
        (ChosenWay::Any, false) => &[VisitWay::Silent],
        (ChosenWay::Any, true) => &[VisitWay::Silent, VisitWay::Window, VisitWay::Paste],
        (ChosenWay::Window, _) => &[VisitWay::Window],
        (ChosenWay::Paste | ChosenWay::Stdin, _) => &[VisitWay::Paste],
    }
}

/// Returns `session`. One whose cookies a person has pasted counts only if the ALB takes it.
fn check_pasted(host: &Host<'_>, app: &App, mut session: Session) -> Result<Session, Stop> {
    if !session.is_pasted {
        return Ok(session);
    }
    let mut question = Verification::new(app, &session);
    let verified = host.run(driver::converse(host.client(), &mut question, |_| {}))??;
    match verified.admission {
        Admission::Refused => Err(Error::refused(format!(
            "the ALB of {} does not take the pasted cookies",
            app.site.authority()
        ))
        .into()),
        Admission::Admitted(reissued) => {
            session.admitted(reissued, clock::now());
            Ok(session)
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
