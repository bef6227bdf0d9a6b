//! The rules of the module above, one after another.

use time::Duration;

use sandbox::Session;

use crate::Soak;
use crate::call::{Call, Verb, Wish};
use crate::caller::Said;
use crate::format::Format;
use crate::ground::APPS;
use crate::servers;

/// The words of a process that has too many unknown verdicts behind it.
const HELD_BACK: &str = "no answer said whether they are right";

/// Looks at how a call ended, and counts it.
pub(crate) fn judge(soak: &Soak, call: &Call, said: &Said, was_killed: bool) {
    let report = &soak.report;
    report.call(call, was_killed);
    if said.hung {
        return report.wrong(call, said, "it ran beyond every limit");
    }
    match (said.code, call.verb) {
        (None, Verb::Get(format, _)) if was_killed => {
            report.killed();
            if let Some(cookie) = format.read(&said.stdout) {
                answer(soak, call, said, &cookie);
            }
        }
        (None, _) if was_killed => report.killed(),
        (None, _) => report.wrong(call, said, "a signal ended it that nobody sent"),
        (Some(0), _) if !is_quiet(&said.stderr) => {
            report.wrong(call, said, "it succeeded and complained");
        }
        (Some(0), Verb::Get(format, _)) => match format.read(&said.stdout) {
            Some(cookie) => answer(soak, call, said, &cookie),
            None => report.wrong(call, said, "the answer is not in its format"),
        },
        (Some(0), verb) => done(soak, call, said, verb),
        (Some(code), _) => failure(soak, call, said, code),
    }
}

/// Returns whether nothing is said but for whom it was waited.
fn is_quiet(stderr: &str) -> bool {
    let mut lines = stderr.lines();
    lines.all(|line| line.starts_with("credential: waiting for "))
}

fn answer(soak: &Soak, call: &Call, said: &Said, cookie: &str) {
    let wrong = match soak.ground.sandbox.session(cookie) {
        None => Some("it is not the whole cookie of any session that was issued"),
        Some(session) => fault_of(soak, call, said, cookie, &session),
    };
    match wrong {
        Some(wrong) => soak.report.wrong(call, said, wrong),
        None => {
            soak.history.saw(cookie, said.ended);
            soak.report.answer();
        }
    }
}

/// Returns what is wrong with the answer of a `session`, if anything.
fn fault_of(
    soak: &Soak,
    call: &Call,
    said: &Said,
    cookie: &str,
    session: &Session,
) -> Option<&'static str> {
    let history = &soak.history;
    let (began, issued, ends) = (said.began, session.issued_at, session.ends_at);
    let wish = call.wish();
    let is_unverified = || {
        servers::catch_up(soak);
        wish == Some(Wish::Verified)
            && history.is_revoked(call.app, issued, began)
            && !history.is_troubled(began, said.ended, true)
    };
    if session.user != call.user {
        Some("the session is another user's")
    } else if session.app != call.app {
        Some("the session is another app's")
    } else if ends <= began {
        Some("the session had ended when the call began")
    } else if matches!(wish, Some(Wish::Life(seconds)) if ends - began < Duration::seconds(seconds.cast_signed()))
    {
        Some("the session had too little life left")
    } else if wish == Some(Wish::Fresh) && issued < began {
        Some("the session is from before the call began")
    } else if is_unverified() {
        Some("the ALB had ended the session before the call began")
    } else if history.is_forgotten(call, cookie, issued, began) {
        Some("the session was forgotten before the call began")
    } else {
        None
    }
}

/// A call has done what has no answer.
fn done(soak: &Soak, call: &Call, said: &Said, verb: Verb) {
    let Call { user, app, .. } = *call;
    if !said.stdout.is_empty() {
        return soak.report.wrong(call, said, "it prints what is no answer");
    }
    soak.report.done();
    let (began, ended) = (said.began, said.ended);
    match verb {
        Verb::Erase | Verb::Logout => soak.history.forgot((user, app), began, ended, false),
        Verb::LogoutOfOrg => {
            for (app, _) in APPS {
                soak.history.forgot((user, app), began, ended, true);
            }
        }
        Verb::Login | Verb::Get(..) => {}
    }
}

fn failure(soak: &Soak, call: &Call, said: &Said, code: i32) {
    let Said { began, ended, .. } = *said;
    let prints = match call.verb {
        // Each is the error in the words of its protocol.
        Verb::Get(Format::Git, _) => said.stdout.trim_end_matches("quit=1\n"),
        Verb::Get(Format::Docker, _) => "",
        _ => &said.stdout,
    };
    if !prints.is_empty() {
        return soak
            .report
            .wrong(call, said, "it failed and prints an answer");
    }
    // docker's helpers always fail with 1, and say why on stdout.
    let is_docker = matches!(call.verb, Verb::Get(Format::Docker, _));
    let words = if is_docker {
        &said.stdout
    } else {
        &said.stderr
    };
    servers::catch_up(soak);
    let reason = if words.contains(HELD_BACK) {
        soak.history.held_back(call.user);
        Some("killed and cut off sign-ins")
    } else if call.wish() == Some(Wish::Cached) && (code == 3 || is_docker) {
        Some("--no-sign-in")
    } else if (code == 6 || is_docker) && soak.history.is_troubled(began, ended, false) {
        Some("a fault of the servers")
    } else {
        None
    };
    match reason {
        Some(reason) => soak.report.failure(code, reason),
        None => soak
            .report
            .wrong(call, said, "nothing explains the failure"),
    }
}
