//! Signs in for real, as `credential get --fresh` does, under the same claims and backoffs.

use super::Examination;
use super::report::Finding;
use crate::error::{Error, Hint};
use crate::get::{self, GetOptions};
use crate::served_session::ServedSession;
use crate::store::{Account, BrowserProfile, Key};

const STEP: &str = "sign-in";

impl<'a> Examination<'a> {
    /// Signs in, unless an earlier step has failed.
    pub(super) fn sign_in(&mut self, account: &Account) -> Option<ServedSession<'a>> {
        if self.is_skipped("not tried, and no password sent") {
            return None;
        }
        self.attempt(|examination| {
            let posts = examination.context.client.posts();
            describe(posts, !account.session.is_empty())
        })
    }

    /// Signs in on the pages of `provider`, unless an earlier step has failed. Where nobody is at a terminal and nothing
    /// can be tried, no earlier failure is recorded for other callers.
    pub(super) fn sign_in_in_browser(
        &mut self,
        provider: Option<&str>,
        may_be_silent: bool,
    ) -> Option<ServedSession<'a>> {
        if self.is_skipped("not tried") {
            return None;
        }
        let provider = provider.unwrap_or("the identity provider");
        if !self.attended && !may_be_silent {
            let error = Error::person(format!(
                "a person has to sign in at {provider} in a browser"
            ));
            let error = error.hint(Hint::login(&self.app.name));
            self.put(STEP, Finding::Wrong(error));
            return None;
        }
        let key = Key::of_browser_profile(provider);
        let before = self.last_use(&key);
        self.attempt(|examination| describe_browser(&before, &examination.last_use(&key)))
    }

    fn last_use(&self, key: &Key) -> BrowserProfile {
        self.context.cache.find(key).unwrap_or_default()
    }

    /// Reports whether no sign-in is tried, and says why.
    fn is_skipped(&mut self, not_tried: &str) -> bool {
        let why = match self.report.first_wrong() {
            _ if !self.may_sign_in => "--no-sign-in".to_owned(),
            Some((step, _)) => format!("{not_tried}: see {step}"),
            None => return false,
        };
        self.put(STEP, Finding::Skipped(why));
        true
    }

    fn attempt(
        &mut self,
        describe: impl FnOnce(&Self) -> &'static str,
    ) -> Option<ServedSession<'a>> {
        let options = GetOptions {
            anew: true,
            ..GetOptions::default()
        };
        // The sign-in shows its own, and may ask a person.
        self.progress = None;
        match get::get(self.context, self.app, &options) {
            Ok(answer) => {
                let words = describe(self);
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

/// Describes the sign-in by the last uses of the browser's profile, `before` and after it.
fn describe_browser(before: &BrowserProfile, after: &BrowserProfile) -> &'static str {
    match (before.used_at == after.used_at, after.was_silent) {
        (true, _) => "done with a pasted address, or by another process meanwhile",
        (false, true) => "done without a person: the provider's session was enough",
        (false, false) => "done by a person in a browser window",
    }
}

#[cfg(test)]
mod tests {
    use super::{describe, describe_browser};
    use crate::store::BrowserProfile;
    use time::macros::datetime;

    #[test]
    fn the_use_of_the_profile_describes_the_sign_in_in_a_browser() {
        let used = |was_silent| BrowserProfile {
            used_at: Some(datetime!(2026-11-23 20:00 UTC)),
            was_silent,
            ..BrowserProfile::default()
        };
        let never = BrowserProfile::default();
        assert!(describe_browser(&never, &used(true)).contains("without a person"));
        assert!(describe_browser(&never, &used(false)).contains("window"));
        assert!(describe_browser(&used(true), &used(true)).contains("pasted"));
    }

    #[test]
    fn the_secrets_that_were_sent_describe_the_sign_in() {
        assert!(describe(0, true).contains("without the password"));
        assert!(describe(0, false).contains("another process"));
        assert!(describe(1, true).contains("nothing more"));
        assert_eq!(describe(2, false), describe(7, true));
    }
}
