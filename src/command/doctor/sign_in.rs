//! Signs in for real, as `credential get --fresh` does, under the same claims and backoffs.

use super::Examination;
use super::report::Finding;
use crate::get::{self, GetOptions};
use crate::served_session::ServedSession;
use crate::store::Account;

const STEP: &str = "sign-in";

impl<'a> Examination<'a> {
    /// Signs in, unless an earlier step has failed.
    pub(super) fn sign_in(&mut self, account: &Account) -> Option<ServedSession<'a>> {
        if !self.may_sign_in {
            self.put(STEP, Finding::skipped("--no-sign-in"));
            return None;
        }
        if let Some((step, _)) = self.report.first_wrong() {
            let why = format!("not tried, and no password sent: see {step}");
            self.put(STEP, Finding::Skipped(why));
            return None;
        }
        let options = GetOptions {
            anew: true,
            ..GetOptions::default()
        };
        match get::get(self.context, self.app, &options) {
            Ok(answer) => {
                let words = describe(self.context.client.posts(), !account.session.is_empty());
                self.put(STEP, Finding::fine(words));
                Some(answer)
            }
            Err(error) => {
                self.put(STEP, Finding::Wrong(error));
                None
            }
        }
    }
}

/// Describes the sign-in by the number of secrets that were sent: the first is the password, the others belong to the
/// transaction after it. Without any, the cached Okta session was used or another process signed in.
fn describe(secrets: u32, has_session: bool) -> &'static str {
    match (secrets, has_session) {
        (0, true) => "done without the password: the cached Okta session was enough",
        (0, false) => "done by another process meanwhile",
        (1, _) => "done with the password, and nothing more was wanted",
        _ => "done with the password and a second factor, or what else Okta wanted after it",
    }
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn the_secrets_that_were_sent_describe_the_sign_in() {
        assert!(describe(0, true).contains("without the password"));
        assert!(describe(0, false).contains("another process"));
        assert!(describe(1, true).contains("nothing more"));
        assert_eq!(describe(2, false), describe(7, true));
    }
}
