//! The servers' part: trouble that comes and goes, sessions that end before their time, and the log of it all.

use std::time::Duration;

use sandbox::{Chance, Entry, Event, Fault, Plan, Step};

use crate::Soak;
use crate::ground::APPS;

const STEPS: [Step; 5] = [
    Step::Start,
    Step::Authn,
    Step::Authorize,
    Step::Callback,
    Step::Sessions,
];

/// Troubles come and go, and leave the servers well in between.
pub(crate) fn trouble(soak: &Soak, mut chance: Chance) {
    while soak.goes_on() {
        soak.rest(Duration::from_secs(3) + chance.time(Duration::from_secs(8)));
        let weather = soak.weather();
        for _ in 0..=chance.below(3) {
            soak.ground.sandbox.fault(any(&mut chance));
        }
        soak.rest(chance.time(Duration::from_millis(2500)));
        soak.ground.sandbox.clear_faults();
        drop(weather);
    }
}

fn any(chance: &mut Chance) -> Plan {
    let late = Duration::from_millis(200) + chance.time(Duration::from_secs(2));
    let faults = [
        Fault::Html(502),
        Fault::Html(503),
        Fault::BalancerPage(500),
        Fault::BalancerPage(503),
        Fault::BalancerPage(561),
        Fault::TooMany(Duration::from_secs(1)),
        Fault::TooMany(Duration::from_secs(40)),
        Fault::Concurrency,
        Fault::Cut,
        Fault::Late(late),
        Fault::NoDate,
    ];
    let at_callback = [
        Fault::NoFirstShard,
        Fault::ShardGap,
        Fault::FifthShard,
        Fault::NoCookies,
        Fault::IdentityProviderDown,
    ];
    let step = *chance.pick(&STEPS);
    match step {
        _ if chance.one_in(20) => Plan::new(step, Fault::Endless).times(1),
        Step::Callback if chance.one_in(3) => Plan::new(step, chance.pick(&at_callback).clone()),
        Step::Authn if chance.one_in(6) => Plan::new(step, Fault::NotJson),
        _ => Plan::new(step, chance.pick(&faults).clone()),
    }
}

/// Ends sessions now and then, at Okta and at the ALBs.
pub(crate) fn end_sessions(soak: &Soak, mut chance: Chance) {
    let sandbox = &soak.ground.sandbox;
    while soak.goes_on() {
        soak.rest(Duration::from_secs(1) + chance.time(Duration::from_secs(6)));
        sandbox.end_okta_sessions();
        if chance.one_in(3) {
            let (app, _) = *chance.pick(&APPS);
            let before = sandbox.now();
            sandbox.end_app_sessions(app);
            soak.history.revoked(app, before, sandbox.now());
            soak.report.revoked();
        }
    }
}

/// Writes down what the sandbox tells, until the soak is over.
pub(crate) fn listen(soak: &Soak) {
    while soak.goes_on() {
        catch_up(soak);
        // The log itself is not asked, and would grow.
        soak.ground.sandbox.clear_audit();
        soak.report.files(soak.ground.files());
        soak.rest(Duration::from_secs(1));
    }
}

/// Writes down what the sandbox has told so far.
pub(crate) fn catch_up(soak: &Soak) {
    let events = soak.ground.events();
    while let Ok(entry) = events.try_recv() {
        note(soak, entry);
    }
}

fn note(soak: &Soak, entry: Entry) {
    match entry.event {
        Event::Faulted { step, fault } => {
            let at_app = matches!(step, Step::Start | Step::Callback);
            soak.history.played(entry.at, reach(&fault), at_app);
            soak.report.faulted(&fault);
        }
        Event::PasswordSent { .. } => soak.report.password(),
        Event::SessionIssued { .. } => soak.report.signed_in(),
        Event::LockedOut { user } => soak.report.broken(format!("{user} is locked out")),
        Event::Violated(violation) => soak.report.broken(violation.to_string()),
        _ => {}
    }
}

/// Returns how long after a fault somebody may fail because of it: whoever it was played to fails within that time, and
/// then those who were waiting for that one.
fn reach(fault: &str) -> time::Duration {
    time::Duration::seconds(match fault {
        // An exchange may take 20 s.
        "Endless" => 25,
        // A limit that ends soon is waited for.
        "TooMany" => 10,
        // Up to 2.2 s late.
        "Late" => 5,
        _ => 3,
    })
}
