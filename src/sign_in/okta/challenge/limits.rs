//! The limits of one sign-in's second factors, for both engines. Okta locks an account, or blocks a factor, at five wrong
//! answers in a row.

/// The most wrong answers of a person to one question.
pub(in crate::sign_in::okta) const MOST_WRONG: u8 = 3;
/// The most wrong answers in a row, those of earlier sign-ins included.
pub(in crate::sign_in::okta) const MOST_IN_A_ROW: u32 = 4;
/// The most questions of a token in a row.
pub(in crate::sign_in::okta) const MOST_ROUNDS: u8 = 5;
/// The most pushes and messages of one sign-in.
pub(in crate::sign_in::okta) const MOST_SENT: u8 = 8;
