//! Checks the session cookies: the cached one, and the new one of the sign-in.

use time::Duration;

use super::report::Finding;
use super::{Examination, LIMIT};
use crate::app::App;
use crate::clock;
use crate::duration::show_duration;
use crate::error::{Error, Hint, Result, Table, typed};
use crate::get::{GetOptions, kept_credentials};
use crate::method::driver;
use crate::output::{netscape, timestamp};
use crate::served_session::ServedSession;
use crate::session::{Freshness, Session};
use crate::sign_in::alb::{Admission, Verification};
use crate::store::Entry;

/// The longest header that nginx and similar servers accept by default, in bytes.
const USUAL_HEADER: usize = 8 * 1024;

/// How the ALB and the app behind it answer a cookie.
#[derive(Debug)]
struct Probe {
    is_taken: bool,
    status: u16,
}

impl Examination<'_> {
    /// Checks the cookie that `get` would answer.
    pub(super) fn cached_cookie(&mut self, entry: &Entry, is_reached: bool) {
        const STEP: &str = "session cookie";
        let now = clock::now();
        let freshness = entry.judge(self.app, now, Duration::ZERO);
        let finding = match (&entry.session, freshness) {
            (Some(session), Some(Freshness::Fresh)) if is_reached => {
                let known = cached(self.app, session, now);
                judge_cached(self.app, &known, self.probe(session))
            }
            (Some(session), Some(Freshness::Fresh)) => {
                let known = cached(self.app, session, now);
                Finding::skipped(format!("{known}; the app host was not reached"))
            }
            (Some(_), Some(Freshness::Expired)) => {
                Finding::fine("the cached one has expired; the next get renews it")
            }
            (Some(_), Some(Freshness::FromTheFuture)) => Finding::Doubtful(
                Error::usage("the cached one is from the future: the clock was set back")
                    .hint("the next get renews it; nothing has to be done"),
            ),
            _ => Finding::fine("none is cached yet"),
        };
        self.put(STEP, finding);
    }

    /// Checks the session cookie that was stored for an app of method `none`.
    pub(super) fn stored_cookie(&mut self, is_reached: bool) {
        let now = clock::now();
        let options = GetOptions::default();
        let stored = kept_credentials::stored(self.context, self.app, &options, now);
        let others = kept_credentials::all(self.context, self.app, now);
        let finding = match (stored, others) {
            (Ok(answer), _) => {
                let known = cached(self.app, &answer.session, now);
                match is_reached {
                    true => judge_cached(self.app, &known, self.probe(&answer.session)),
                    false => Finding::skipped(format!("{known}; the app host was not reached")),
                }
            }
            (Err(_), Ok(others)) if !others.is_empty() => Finding::fine(format!(
                "none is stored, beside {} other credential(s)",
                others.len()
            )),
            (Err(_), Err(error)) => Finding::Wrong(error),
            (Err(_), Ok(_)) => Finding::fine(format!(
                "none is stored yet; credential store {} keeps one",
                typed(&self.app.name)
            )),
        };
        self.put("session cookie", finding);
    }

    /// Checks the cookie of the sign-in that was just made.
    pub(super) fn new_cookie(&mut self, answer: Option<&ServedSession>) {
        let finding = match answer {
            None => Finding::skipped("there was no sign-in"),
            Some(answer) => judge_new(self.app, answer, self.probe(&answer.session)),
        };
        self.put("new cookie", finding);
    }

    fn probe(&self, session: &Session) -> Result<Probe> {
        let mut status = 0;
        let verified = driver::observe(
            &self.context.client,
            self.context.limit(LIMIT),
            &mut Verification::new(self.app, session),
            |answer| status = answer.status,
        )?;
        Ok(Probe {
            is_taken: verified.admission != Admission::Refused,
            status,
        })
    }
}

fn shards(session: &Session) -> String {
    let names: Vec<&str> = session
        .shards
        .iter()
        .map(|shard| shard.name.as_str())
        .collect();
    match names.len() {
        1 => format!("one shard ({})", names.concat()),
        many => format!("{many} shards ({})", names.join(", ")),
    }
}

/// Describes a cached session without asking the ALB.
fn cached(app: &App, session: &Session, now: crate::clock::Moment) -> String {
    let left = show_duration(session.end(app.session) - now);
    format!("{}, good for another {left}", shards(session))
}

fn judge_cached(app: &App, known: &str, probe: Result<Probe>) -> Finding {
    match probe {
        Ok(Probe { is_taken: true, .. }) => Finding::Fine(format!("{known}; the ALB accepts it")),
        Ok(Probe {
            is_taken: false, ..
        }) => Finding::Doubtful(
            Error::refused(format!("{known}, but the ALB does not accept it any more"))
                .caused_by("the ALB's session timeout is shorter than the one known here, or its key or client has changed")
                .hint(Hint::run(&["credential", "get", &app.name, "--verify=0s"]))
                .hint(
                    Hint::settings("set", Table::App(app.name.clone()), &["session"])
                        .after("if the timeout is known, ")
                        .then(" to it"),
                ),
        ),
        Err(error) => Finding::Doubtful(error),
    }
}

fn judge_new(app: &App, answer: &ServedSession, probe: Result<Probe>) -> Finding {
    let probe = match probe {
        Ok(probe) => probe,
        Err(error) => return Finding::Wrong(error),
    };
    if !probe.is_taken {
        return Finding::Wrong(
            Error::refused("the ALB does not accept the cookie that it has just set")
                .caused_by("another rule of the ALB may protect this page, with another cookie name or client")
                .hint(
                    Hint::settings("compare", Table::App(app.name.clone()), &["cookie", "start"])
                        .then(" with the ALB's rules"),
                ),
        );
    }
    let bytes = answer.session.cookie().expose().len();
    let bound = match app.session {
        Some(_) => "",
        None => " by its own date, but the ALB may end it earlier",
    };
    let words = format!(
        "{}, {bytes} bytes, good until {}{bound}; the ALB accepts it, and the app answers {}",
        shards(&answer.session),
        timestamp(answer.end),
        probe.status
    );
    match complaint(&words, bytes, probe.status, is_too_large(answer)) {
        Some(error) => Finding::Doubtful(error),
        None => Finding::Fine(words),
    }
}

/// Returns what the user should know about a cookie that the ALB accepts.
fn complaint(words: &str, bytes: usize, status: u16, is_too_large: bool) -> Option<Error> {
    let mut error = Error::network(words);
    if status >= 400 {
        error = error.caused_by("the app itself answers with an error");
        if bytes > USUAL_HEADER && matches!(status, 400 | 413 | 431 | 494) {
            let hint = "many servers accept headers of 8 KiB at most: raise the limit of the app's server, or have fewer of the account's groups put into the claims";
            error = error.hint(hint);
        }
    }
    if is_too_large {
        error = error
            .caused_by(
                "it is too large for the cookie files of curl and git, which drop cookies that do not fit",
            )
            .hint("with curl, use --as curl or --as header");
    }
    (!error.causes.is_empty()).then_some(error)
}

/// Reports whether the format of cookie files warns about this session.
fn is_too_large(answer: &ServedSession) -> bool {
    !netscape::render(answer).stderr.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{Finding, Probe, judge_cached, judge_new};
    use crate::error::Error;
    use crate::http::fixture::words;
    use crate::output::fixture::{answer, app};

    const TAKEN: Probe = Probe {
        is_taken: true,
        status: 200,
    };
    const REFUSED: Probe = Probe {
        is_taken: false,
        status: 302,
    };

    #[test]
    fn a_refused_cached_cookie_is_renewed_with_one_command() {
        let app = app("https://wiki.corp.example");
        assert_eq!(
            judge_cached(&app, "one shard", Ok(TAKEN)),
            Finding::Fine("one shard; the ALB accepts it".into())
        );
        let Finding::Doubtful(error) = judge_cached(&app, "one shard", Ok(REFUSED)) else {
            panic!("it is told");
        };
        assert!(error.hints[0].contains("credential get wiki --verify=0s"));
        let trouble = judge_cached(&app, "one shard", Err(Error::network("503")));
        assert!(matches!(trouble, Finding::Doubtful(_)));
    }

    #[test]
    fn a_new_cookie_is_described_by_names_and_bytes_only() {
        let app = app("https://wiki.corp.example");
        assert_eq!(
            judge_new(&app, &answer(&app, &["s3cret", "s4cret"]), Ok(TAKEN)),
            Finding::Fine(
                "2 shards (AWSELBAuthSessionCookie-0, AWSELBAuthSessionCookie-1), 66 bytes, good until \
                 2026-11-24T08:00:00Z by its own date, but the ALB may end it earlier; the ALB accepts it, \
                 and the app answers 200"
                    .into()
            )
        );
    }

    #[test]
    fn a_cookie_too_large_for_clients_or_servers_is_reported() {
        let app = app("https://wiki.corp.example");
        let shard = "x".repeat(4000);
        let large = answer(&app, &[&shard, &shard, &shard]);
        let told = |status| {
            let probe = Probe {
                is_taken: true,
                status,
            };
            match judge_new(&app, &large, Ok(probe)) {
                Finding::Doubtful(error) => words(&error),
                other => panic!("{other:?}"),
            }
        };
        assert!(told(200).contains("--as curl") && !told(200).contains("8 KiB"));
        assert!(told(400).contains("8 KiB") && told(400).contains("--as curl"));
        let small = answer(&app, &["x"]);
        let probe = Probe {
            is_taken: true,
            status: 503,
        };
        assert!(
            matches!(judge_new(&app, &small, Ok(probe)), Finding::Doubtful(error) if error.hints.is_empty())
        );
        assert!(matches!(
            judge_new(&app, &small, Ok(REFUSED)),
            Finding::Wrong(_)
        ));
        let trouble = judge_new(&app, &small, Err(Error::network("502")));
        assert!(matches!(trouble, Finding::Wrong(_)));
    }
}
