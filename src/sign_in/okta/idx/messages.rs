//! Okta's message keys, and what each means for the sign-in.
//!
//! Facts (Okta's sign-in widget: its properties file and recorded answers): the key is the same in every language, while
//! the HTTP status and the words are not to be relied on. Several messages may stand in one answer; the most severe
//! decides.

use super::answer::{Class, Message};

/// The meaning of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// The sign-in goes on; a person may want to know it.
    GoOn,
    /// The token's next code is wanted.
    NextCode,
    /// Another message was asked for too soon, or too often.
    TooSoon,
    /// A code that was used before; the next one may be right.
    UsedCode,
    /// A wrong code or answer.
    WrongAnswer,
    /// No account has this name.
    UnknownUser,
    /// A wrong password, or an account that is locked, or a policy that denies it: Okta does not tell them apart.
    WrongPassword,
    /// The transaction is over.
    Expired,
    /// A limit: the same may work later.
    Limit,
    /// Okta's own trouble.
    Trouble,
    /// Another authenticator could do; without one only a person can.
    OtherAuthenticator,
    /// Only a person can go on.
    Person,
    /// Nobody has answered in time.
    RanOut,
    /// The person has said no on the other device.
    Rejected,
    /// Okta takes nothing of this factor any more.
    Suspended,
    /// Okta has refused the sign-in.
    Refused,
}

/// The way out of a step that Okta did not expect: a defect of this program.
const UNEXPECTED: &str = "please report this: Okta did not expect this step";

/// Each key with its meaning and the way out. A star at an end stands for whatever Okta has there.
#[rustfmt::skip]
pub(super) const KEYS: &[(&str, Meaning, &str)] = &[
    ("idx.session.expired", Meaning::Expired, "try again, and answer a little faster"),
    ("*E0000004", Meaning::WrongPassword, ""),
    ("*E0000207", Meaning::WrongPassword, ""),
    ("incorrectPassword", Meaning::WrongPassword, ""),
    ("idx.unknown.user", Meaning::UnknownUser, ""),
    ("api.authn.error.PASSCODE_INVALID", Meaning::WrongAnswer, ""),
    ("authfactor.challenge.soft_token.invalid_passcode", Meaning::WrongAnswer, ""),
    ("authfactor.challenge.question_factor.answer_invalid", Meaning::WrongAnswer, ""),
    ("authfactor.challenge.soft_token.used_passcode", Meaning::UsedCode, ""),
    ("authfactor.challenge.suspended_factor", Meaning::Suspended, "have the factor unlocked: it is suspended after too many failures"),
    ("tooManyRequests", Meaning::Limit, "try again in about five minutes: too many codes were wrong, or too many were asked for"),
    ("oie.tooManyRequests", Meaning::Limit, "try again in about five minutes: too many codes were wrong, or too many were asked for"),
    ("*E0000047", Meaning::Limit, "try again in a minute: the org's rate limit is used up"),
    ("errors.E0000150", Meaning::TooSoon, "try again in a minute, or choose another factor: Okta sends no text message so soon"),
    ("errors.E0000151", Meaning::TooSoon, "try again in a minute, or choose another factor: Okta makes no call so soon"),
    ("errors.E0000113", Meaning::NextCode, ""),
    ("api.authn.poll.error.push_rejected", Meaning::Rejected, "a wrong number counts as a rejection; of a push that came unasked, tell the admins"),
    ("core.system.transaction_resource_not_found", Meaning::RanOut, ""),
    ("*.enable.biometrics*", Meaning::Person, "switch on biometrics in the app on the device"),
    ("oie.authenticator.oktaverify.method.totp.verify.*", Meaning::Person, "switch on biometrics in the app on the device"),
    ("oie.authenticator.custom_app.method.push.verify.*", Meaning::Person, "switch on biometrics in the app on the device"),
    ("*push.force.upgrade.number_challenge*", Meaning::Person, "update the app on the device"),
    ("*non_fips_compliant_enrollment*", Meaning::Person, "update the app on the device, or set it up anew"),
    ("core.auth.factor.signedNonce.error*", Meaning::OtherAuthenticator, ""),
    ("api.authenticator.error.fastpass.blocked_shared_device", Meaning::OtherAuthenticator, ""),
    ("oie.authenticator.duo.method.duo.*", Meaning::Person, ""),
    ("oie.authenticator.verify.error.fail", Meaning::Person, ""),
    ("idx.identity.provider.auth.error", Meaning::Person, ""),
    ("authfactor.webauthn.error.*", Meaning::Person, ""),
    ("security.access_denied*", Meaning::Refused, "ask the admins which policy or network zone denies this sign-in"),
    ("idx.error.user.not.assigned.to.app", Meaning::Refused, "ask the admins to assign this account to the app"),
    ("idx.error.code.user_not_assigned", Meaning::Refused, "ask the admins to assign this account to the app"),
    ("oie.assurance.unsatisfiable", Meaning::Refused, "set up another factor in a browser: none of the account's satisfies the app's policy"),
    ("api.policy.*", Meaning::Refused, "set up another factor in a browser: none of the account's satisfies the app's policy"),
    ("idx.error.code.access_denied.device_assurance.remediation.*", Meaning::Person, "do what the app's device policy wants, in a browser on a managed device"),
    ("idx.device_assurance.grace_period.warning.*", Meaning::GoOn, ""),
    ("idx.password.expiring.message", Meaning::GoOn, ""),
    ("*E0000010", Meaning::Trouble, "try again later: the org is read-only now"),
    ("idx.error.server.safe.mode.*", Meaning::Trouble, "try again later: the org is read-only now"),
    ("*E0000009", Meaning::Trouble, "try again: Okta had trouble of its own"),
    ("*E0000020", Meaning::Trouble, UNEXPECTED),
    ("oie.selfservice.*", Meaning::Person, ""),
    ("registration.*", Meaning::Person, ""),
    ("idx.return.*", Meaning::Person, ""),
    ("idx.transferred.to.new.tab", Meaning::Person, "answer in one place alone: the link was opened elsewhere"),
    ("idx.operation.cancelled.*", Meaning::Person, ""),
    ("idx.enter.otp.in.original.tab", Meaning::Person, "answer in one place alone: the link was opened elsewhere"),
    ("api.factors.error.sms.invalid_phone", Meaning::Person, ""),
];

/// The beginning of Okta's words, which have no key, for a step that it had not offered.
const NOT_OFFERED: &str = "Invalid operation";

/// Returns the meaning of a message and the way out, which may be empty. A key that is not known is judged by the class.
pub(super) fn meaning(message: &Message) -> (Meaning, &'static str) {
    let row = KEYS
        .iter()
        .find(|(pattern, ..)| fits(pattern, &message.key));
    match (row, message.class) {
        (Some((_, meaning, hint)), _) => (*meaning, hint),
        (None, Class::Error) if message.key.is_empty() && message.text.starts_with(NOT_OFFERED) => {
            (Meaning::Trouble, UNEXPECTED)
        }
        (None, Class::Error) => (Meaning::Refused, ""),
        (None, Class::Info | Class::Warning) => (Meaning::GoOn, ""),
    }
}

/// Returns the message that decides: the one of the most severe meaning; of equal ones, the first.
pub(super) fn decisive(messages: &[Message]) -> Option<&Message> {
    // A key says more than words without one.
    let rank = |message: &Message| {
        let meaning = meaning(message).0;
        let is_known = KEYS.iter().any(|(pattern, ..)| fits(pattern, &message.key));
        (message.class, is_known && meaning > Meaning::GoOn, meaning)
    };
    let first_of_greatest =
        |best: Option<&'_ Message>, one: &Message| best.is_none_or(|best| rank(one) > rank(best));
    let mut best = None;
    for message in messages {
        if first_of_greatest(best, message) {
            best = Some(message);
        }
    }
    best
}

/// Returns whether `pattern` names `key`.
fn fits(pattern: &str, key: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (None, None) => pattern == key,
        (Some(end), None) => key.ends_with(end),
        (None, Some(start)) => key.starts_with(start),
        (Some(inner), Some(_)) => key.contains(inner.trim_end_matches('*')),
    }
}

#[cfg(test)]
mod tests;
