//! The limits of one sign-in's second factors, for both engines. Okta locks an account, or blocks a factor, at five wrong
//! answers in a row.

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
