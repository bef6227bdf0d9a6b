//! The limits of one sign-in's second factors, for both engines. Okta locks an account, or blocks a factor, at five wrong
//! answers in a row.

use std::time::Duration;

use crate::error::Error;

/// The most different passwords that a person may type in one sign-in. Okta locks an account at ten wrong ones, or fewer.
const MOST_TYPED: u8 = 3;
/// The most wrong answers of a person to one question.
pub(in crate::sign_in::okta) const MOST_WRONG: u8 = 3;
/// The most wrong answers in a row, those of earlier sign-ins included.
pub(in crate::sign_in::okta) const MOST_IN_A_ROW: u32 = 4;
/// The most questions of a token in a row.
pub(in crate::sign_in::okta) const MOST_ROUNDS: u8 = 5;
/// The most pushes and messages of one sign-in.
pub(in crate::sign_in::okta) const MOST_SENT: u8 = 8;

/// Returns the line that says how many passwords a person may still type after Okta has refused so many, the last one with
/// this `error`; `None` if no other one may be typed.
pub(in crate::sign_in::okta) fn tries_left(typed: u8, error: &Error) -> Option<String> {
    let said = &error.message;
    match MOST_TYPED.saturating_sub(typed) {
        _ if typed == 0 => None,
        0 => None,
        1 => Some(format!("{said}; 1 try left here")),
        left => Some(format!("{said}; {left} tries left here")),
    }
}

/// Returns the error of more pushes and messages than one sign-in may ask for.
pub(in crate::sign_in::okta) fn sent_enough() -> Error {
    Error::person(format!(
        "{MOST_SENT} pushes and messages were sent, and none was answered"
    ))
}

/// The longest pause before a poll is repeated. Okta's own page waits as long after a limit whose end it does not know.
pub(in crate::sign_in::okta) const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Returns the pause before a poll is repeated after so many failures in a row, if it is: until the end of a rate `limit`, or
/// a little longer each time, and not less than `least`.
pub(in crate::sign_in::okta) fn again_in(
    failures: u32,
    limit: Option<Duration>,
    least: Duration,
) -> Option<Duration> {
    const MOST: u32 = 5;
    let longer = Duration::from_secs(1 << failures.min(MOST));
    let pause = limit.unwrap_or(longer.max(least));
    (failures < MOST && pause <= LONGEST_PAUSE).then_some(pause)
}
