//! The person: comes to a terminal when the program waits for one, and looks at everything in the end.

use std::time::Duration;

use crate::Soak;
use crate::call::Call;
use crate::caller::{make, watch};
use crate::ground::{APPS, RECORDS, USERS};
use crate::servers;

/// Logs in for whoever is held back, when the servers are well.
pub(crate) fn mend(soak: &Soak) {
    while soak.goes_on() {
        for user in soak.history.take_held_back() {
            log_in(soak, user);
        }
        soak.rest(Duration::from_millis(500));
    }
}

fn log_in(soak: &Soak, user: &'static str) {
    let weather = soak.weather();
    let login = ["login", APPS[0].0];
    let command = soak.ground.command_at_terminal(user, &login);
    let said = watch(soak, command, None, None);
    drop(weather);
    if said.code == Some(0) {
        soak.report.logged_in();
    } else {
        soak.history.held_back(user);
    }
}

/// The end: the servers are well, nobody is killed any more, and everything has to work at once.
pub(crate) fn epilogue(soak: &Soak) {
    for user in soak.history.take_held_back() {
        log_in(soak, user);
    }
    for (user, app) in USERS
        .iter()
        .flat_map(|(user, _)| APPS.map(|(app, _)| (user, app)))
    {
        let call = Call::plain(user, app);
        let said = make(soak, &call, None);
        let known = soak.ground.sandbox.session(said.stdout.trim_end());
        let is_right = known.is_some_and(|known| known.app == app && known.user == *user);
        if said.code != Some(0) || !said.stderr.is_empty() || !is_right {
            soak.report.wrong(&call, &said, "not answered in the end");
        }
    }
    servers::catch_up(soak);
    let (files, unfinished) = soak.ground.files();
    soak.report.files((files, unfinished));
    // A record, its lock, a bookmark, and what was killed at it.
    if files > 5 * RECORDS + 10 || unfinished > 2 * RECORDS {
        soak.report.broken(format!(
            "{files} files are left, {unfinished} of them unfinished or lent"
        ));
    }
}
