//! Checks the records of earlier sign-ins: whether they hold the next one back, until when, and which command releases
//! it.

use time::Duration;

use super::Examination;
use super::report::Finding;
use crate::app::{App, Org};
use crate::clock::{self, Moment};
use crate::duration::show_duration;
use crate::error::{Error, foreign};
use crate::store::{Account, Backoff, Entry};

/// The facts that decide whether a backoff concerns this call.
#[derive(Clone, Copy)]
struct CallState {
    now: Moment,
    /// Set if a person can be asked: no backoff holds a person back.
    attended: bool,
    /// Set if the Okta session is active: a sign-in may not need the account's password.
    is_alive: bool,
}

impl Examination<'_> {
    pub(super) fn memory(&mut self, org: &Org, entry: &Entry, account: &Account, is_alive: bool) {
        let call = CallState {
            now: clock::now(),
            attended: self.attended,
            is_alive,
        };
        self.put("memory", judge(self.app, org, entry, account, call));
    }
}

fn judge(app: &App, org: &Org, entry: &Entry, account: &Account, call: CallState) -> Finding {
    if let Some(finding) = held_back(app, org, entry, account, call) {
        return finding;
    }
    let refused = match account.refusals.count() {
        0 => "nothing holds a sign-in back".to_owned(),
        1 => "one refused password is remembered and not sent again".to_owned(),
        many => format!("{many} refused passwords are remembered and not sent again"),
    };
    let remembered = refused + &renewal(entry, call.now);
    match &entry.failure {
        None => Finding::Fine(remembered),
        Some(failure) => {
            let ago = show_duration(call.now - failure.at);
            let message = format!("the last sign-in failed, {ago} ago; {remembered}");
            Finding::Doubtful(
                Error::new(failure.error.kind, message).caused_by(&failure.error.message),
            )
        }
    }
}

/// Describes the last background renewal of this session. It has failed or is still under way.
fn renewal(entry: &Entry, now: Moment) -> String {
    match entry.renewal_tried_at.filter(|at| *at <= now) {
        Some(at) => format!(
            "; a renewal ahead of time was tried {} ago",
            show_duration(now - at)
        ),
        None => String::new(),
    }
}

/// Returns the first thing that would hold this caller's sign-in back.
fn held_back(
    app: &App,
    org: &Org,
    entry: &Entry,
    account: &Account,
    call: CallState,
) -> Option<Finding> {
    let release = || format!("credential login {}", app.name);
    let weigh = |error: Error, concerns: bool| match concerns {
        true => Finding::Wrong(error),
        false => Finding::Doubtful(error),
    };
    let left = |backoff: &Option<Backoff>| {
        let backoff = backoff.as_ref()?;
        Some((backoff.left(call.now)?, backoff.error.clone()))
    };
    if let Some((left, error)) = left(&entry.backoff) {
        let error = held_back_error(&app.name, left, error, release());
        return Some(weigh(error, !call.attended));
    }
    let concerns = !call.attended && !call.is_alive;
    if let Some((left, error)) = left(&account.backoff) {
        let error = held_back_error(&foreign(&org.account), left, error, release());
        return Some(weigh(error, concerns));
    }
    let pause = account.unanswered.pause(call.now)?;
    let times = pause.times;
    let until = match pause.left {
        Some(left) => format!("for another {}", show_duration(left)),
        None => "until a person signs in".to_owned(),
    };
    let who = foreign(&org.account);
    let error = Error::person(format!(
        "the last {times} passwords of {who} were sent, and no answer said whether they are right: without a person no other \
         one is sent {until}"
    ))
    .caused_by("Okta may have counted each as a wrong password, and locks the account in the end")
    .hint(release());
    Some(weigh(error, concerns))
}

/// Returns the error of a backoff: its effect, its reason, and the command that releases it.
fn held_back_error(whose: &str, left: Duration, mut reason: Error, release: String) -> Error {
    let left = show_duration(left.max(Duration::SECOND));
    reason.causes.insert(0, reason.message);
    reason.message =
        format!("sign-ins of {whose} without a person are held back for another {left}");
    reason.hints.retain(|hint| *hint != release);
    reason.hint(release)
}

#[cfg(test)]
mod tests {
    use super::{Account, Backoff, CallState, Entry, Finding, judge};
    use crate::error::Error;
    use crate::output::fixture::app;
    use crate::secret::Secret;
    use crate::store::Failure;
    use time::Duration;
    use time::macros::datetime;

    const CALL: CallState = CallState {
        now: datetime!(2026-11-23 20:00 UTC),
        attended: false,
        is_alive: false,
    };

    fn judged(entry: &Entry, account: &Account, call: CallState) -> Finding {
        let app = app("https://wiki.corp.example");
        judge(&app, app.org().expect("an org"), entry, account, call)
    }

    fn backoff() -> Backoff {
        let reason = Error::refused("locked").hint("have it unlocked");
        Backoff::after(None, reason, CALL.now)
    }

    #[track_caller]
    fn wrong(finding: Finding) -> Error {
        match finding {
            Finding::Wrong(error) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_backoff_concerns_the_callers_that_it_holds_back() {
        let entry = Entry {
            backoff: Some(backoff()),
            ..Entry::default()
        };
        let error = wrong(judged(&entry, &Account::default(), CALL));
        assert_eq!(
            error.message,
            "sign-ins of wiki without a person are held back for another 1m"
        );
        assert_eq!(error.causes, ["locked"]);
        assert_eq!(error.hints, ["have it unlocked", "credential login wiki"]);
        assert_eq!(error.kind.exit_code(), 5);
        let attended = CallState {
            attended: true,
            ..CALL
        };
        let finding = judged(&entry, &Account::default(), attended);
        assert!(matches!(finding, Finding::Doubtful(_)));
        let later = CallState {
            now: CALL.now + Duration::MINUTE,
            ..CALL
        };
        let finding = judged(&entry, &Account::default(), later);
        assert!(matches!(finding, Finding::Fine(_)));
    }

    #[test]
    fn an_active_okta_session_bypasses_the_accounts_records() {
        let alive = CallState {
            is_alive: true,
            ..CALL
        };
        let mut account = Account {
            backoff: Some(backoff()),
            ..Account::default()
        };
        wrong(judged(&Entry::default(), &account, CALL));
        let finding = judged(&Entry::default(), &account, alive);
        assert!(matches!(finding, Finding::Doubtful(_)));
        account.backoff = None;
        for _ in 0..3 {
            account.unanswered.add(CALL.now);
        }
        let error = wrong(judged(&Entry::default(), &account, CALL));
        assert!(error.message.contains("the last 3 passwords"));
        let finding = judged(&Entry::default(), &account, alive);
        assert!(matches!(finding, Finding::Doubtful(_)));
    }

    #[test]
    fn refused_passwords_are_counted_and_the_last_failure_told() {
        let mut account = Account::default();
        account
            .refusals
            .add(&Secret::new("hunter2".into()), Error::refused("no"));
        assert_eq!(
            judged(&Entry::default(), &account, CALL),
            Finding::Fine("one refused password is remembered and not sent again".into())
        );
        let entry = Entry {
            renewal_tried_at: Some(CALL.now - Duration::minutes(5)),
            failure: Some(Failure {
                error: Error::network("no answer"),
                at: CALL.now - Duration::hours(2),
                attended: false,
            }),
            ..Entry::default()
        };
        let Finding::Doubtful(error) = judged(&entry, &Account::default(), CALL) else {
            panic!("it is told");
        };
        assert_eq!(
            error.message,
            "the last sign-in failed, 2h ago; nothing holds a sign-in back; \
             a renewal ahead of time was tried 5m ago"
        );
        assert_eq!(error.causes, ["no answer"]);
    }
}
