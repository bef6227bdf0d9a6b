//! Background renewal: near its end a session is renewed by a process that no caller waits for, if that needs no
//! person.
//!
//! A hit near the end answers as every other. The first such hit records the attempt under the claim, and starts the
//! process ([`start`]). The others read that record, and start none until half of the remaining life has passed. So
//! there is one process, however many hits there are, however slow it is, and even if it fails. That process
//! ([`renew`]) signs in without a person, and changes nothing unless it succeeds: the old session stays until the new
//! one replaces it. A sign-in that needs a person is left to the miss after the session's end.

use std::process::{Command, Stdio};
use std::time::Duration as Limit;

use time::Duration;

use super::{lesson, remember};
use crate::app::{App, Content};
use crate::caller_policy::ChosenWay;
use crate::child_status;
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::environment;
use crate::error::{Error, Kind, Result};
use crate::method::{self, Call};
use crate::session::is_near_end;
use crate::store::{Entry, Joined, Key, LockedRecord};

/// The least time between two attempts.
const LEAST_PAUSE: Duration = Duration::MINUTE;
/// An attempt further in the future than this was recorded by a clock that has since been set back.
const CLOCK_SLACK: Duration = Duration::minutes(5);
/// The longest that the renewing process waits for the claim. A hit may hold it for a moment; a process that holds it
/// longer is signing in.
const PATIENCE: Limit = Limit::from_secs(5);

/// Returns whether the fresh session of `entry` must be renewed now, before it ends.
pub(super) fn is_due(app: &App, entry: &Entry, now: Moment) -> bool {
    is_in_window(app, entry, now)
        && !is_just_tried(entry.renewal_tried_at, entry.end(app), now)
        && !entry
            .backoff
            .as_ref()
            .is_some_and(|backoff| backoff.holds(now))
}

/// Returns whether the session is near its end. A pasted session never is: a person who pastes has a reason not to sign
/// in from here.
fn is_in_window(app: &App, entry: &Entry, now: Moment) -> bool {
    let session = entry.session.as_ref();
    session
        .filter(|session| !session.is_pasted)
        .zip(entry.end(app))
        .is_some_and(|(session, end)| is_near_end(session.issued_at, end, app.renew_ahead, now))
}

/// Returns whether it is too early for another attempt after the one at `tried_at`: half of the life that was left then
/// must pass, and a minute at least.
fn is_just_tried(tried_at: Option<Moment>, end: Option<Moment>, now: Moment) -> bool {
    tried_at.zip(end).is_some_and(|(tried_at, end)| {
        let pause = ((end - tried_at) / 2_i32).max(LEAST_PAUSE);
        (-CLOCK_SLACK..pause).contains(&(now - tried_at))
    })
}

/// Starts a process that renews the session, unless another call has just done so or a sign-in is under way. A CI job
/// starts none: its runner would wait for that process, or kill it.
#[cold]
pub(super) fn start(context: &Context, app: &App, key: &Key) {
    if !cfg!(unix) || context.variables.is_ci() {
        return;
    }
    let Some(mut held) = context.cache.hold_if_free::<Entry>(key) else {
        return;
    };
    let now = clock::now();
    if !is_due(app, &held.record, now) {
        return;
    }
    held.record.renewal_tried_at = Some(now);
    // Without this record in the store itself every call would start a process.
    if held.try_write().is_err() {
        return;
    }
    drop(held);
    run(
        context,
        app,
        "is near its end; another process renews it in the background",
    );
}

/// Starts the process, for a session that `is` in need of it.
pub(super) fn run(context: &Context, app: &App, is: &str) {
    let started = run_first(context, &app.name);
    context.terminal.trace(|| match started {
        Ok(()) => format!("{}: the session {is}", app.name),
        Err(error) => format!(
            "{}: no process could be started to renew it: {error}",
            app.name
        ),
    });
}

/// Runs `credential renew`, which goes to the background by itself, and waits for its first process. A caller that
/// lives on, or gives its place to another program, so keeps no dead child. What goes on in the background keeps neither
/// the caller's directory nor more of its environment than it needs.
fn run_first(context: &Context, name: &str) -> std::io::Result<()> {
    let mut first = once_more(&["renew", "--", name])?;
    environment::reduce(&mut first, &context.settings.secret_variables());
    child_status::keep();
    let status = first.current_dir("/").status()?;
    match status.success() {
        true => Ok(()),
        false => Err(std::io::Error::other(status.to_string())),
    }
}

/// Returns the command that runs this program again, without the caller's streams. It has the program's own name, even
/// if this process was called by a helper's.
pub(crate) fn once_more(arguments: &[&str]) -> std::io::Result<Command> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this program needs its own secrets"
    )]
    let mut command = Command::new(std::env::current_exe()?);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::arg0(&mut command, "credential");
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Ok(command)
}

/// Renews the session of `app` without a question or a push. A missing session stays missing, because a person has
/// logged out. If the sign-in fails, the entry stays as it was and nothing is reported: a call that waits meanwhile
/// tries for itself.
pub(crate) fn renew(context: &Context, app: &App) -> Result<()> {
    if let Content::Credentials = app.content {
        return Ok(());
    }
    let purpose = format!("renew the session of {}", app.name);
    let limit = context.limit(PATIENCE);
    let key = Key::of_app(app);
    let mut held: LockedRecord<Entry> = context.cache.hold_here(&key, &purpose, limit)?;
    if context.cache.fleet(&key).is_some() {
        // Another machine may have renewed it.
        held.look().map_err(Error::network)?;
        if !is_in_window(app, &held.record, clock::now()) {
            return Ok(());
        }
        while held.join(&purpose, limit)? == Joined::Newer {}
    }
    lesson::recall(context, app, &mut held.record);
    let now = clock::now();
    if !is_in_window(app, &held.record, now) {
        return Err(Error::new(
            Kind::Other,
            format!("{} has no session that is near its end", app.name),
        ));
    }
    let call = Call {
        asked_at: now,
        attended: false,
        insist: false,
        after_failure: held.record.failure.is_some(),
        quiet: true,
        is_alone: held.away().is_some(),
        way: ChosenWay::Any,
        request: None,
        tell: &|words| held.tell(words),
    };
    let signed_in = method::sign_in(context, app, &call).map_err(|failed| failed.error)?;
    remember(&mut held.record, Ok(&signed_in.session), false);
    let written = held.write();
    drop(held);
    drop(signed_in.browser);
    written
}

#[cfg(test)]
mod tests {
    use super::{is_due, is_just_tried};
    use crate::app::App;
    use crate::clock::Moment;
    use crate::error::Error;
    use crate::output::fixture;
    use crate::session::Session;
    use crate::store::{Backoff, Entry};
    use time::Duration;
    use time::macros::datetime;

    const ISSUED: Moment = datetime!(2026-11-23 20:00 UTC);

    fn app() -> App {
        App {
            session: Some(Duration::hours(10)),
            ..fixture::app("https://wiki.corp.example")
        }
    }

    fn entry() -> Entry {
        Entry {
            session: Some(Session::issued(Vec::new(), ISSUED, None)),
            ..Entry::default()
        }
    }

    /// Returns whether it is due so many minutes after the issue.
    fn after(minutes: i64, entry: &Entry) -> bool {
        is_due(&app(), entry, ISSUED + Duration::minutes(minutes))
    }

    #[test]
    fn a_session_is_due_in_the_last_tenth_of_its_known_life() {
        assert!(!after(9 * 60 - 1, &entry()) && after(9 * 60, &entry()));
        let learnt = Entry {
            learnt: Some(Duration::hours(5)),
            ..entry()
        };
        assert!(!after(5 * 54 - 1, &learnt) && after(5 * 54, &learnt));
        let never = App {
            renew_ahead: 0.0,
            ..app()
        };
        assert!(!is_due(&never, &entry(), ISSUED + Duration::hours(10)));
        assert!(!after(600, &Entry::default()));
    }

    #[test]
    fn a_pasted_session_and_one_under_a_backoff_are_not_due() {
        let mut pasted = entry();
        pasted.session.as_mut().expect("there is one").is_pasted = true;
        assert!(!after(590, &pasted));
        let at = ISSUED + Duration::minutes(590);
        let held_back = Entry {
            backoff: Some(Backoff::after(None, Error::refused("no"), at)),
            ..entry()
        };
        assert!(!after(590, &held_back) && after(591, &held_back));
    }

    #[test]
    fn after_a_try_half_of_the_rest_and_a_minute_must_pass() {
        let tried = Entry {
            renewal_tried_at: Some(ISSUED + Duration::minutes(560)),
            ..entry()
        };
        assert!(!after(560, &tried) && !after(579, &tried) && after(580, &tried));
        let at = |seconds: i64| ISSUED + Duration::seconds(seconds);
        let tried = |now| is_just_tried(Some(at(0)), Some(at(20)), at(now));
        assert!(tried(0) && tried(59) && !tried(60));
        assert!(tried(-300) && !tried(-301), "the clock was set back");
        assert!(!is_just_tried(None, Some(at(20)), at(0)));
    }
}
