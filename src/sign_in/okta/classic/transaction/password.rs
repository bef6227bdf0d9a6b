//! A password that Okta wants changed (`PASSWORD_EXPIRED`, `PASSWORD_RESET`).

use super::Transaction;
use crate::error::Error;
use crate::secret::Secret;
use crate::sign_in::flow::{Fact, Need, Step, Stop};
use crate::sign_in::okta::classic::expected::{Expected, ExpectedReply, PasswordChange};
use crate::sign_in::okta::classic::status::{TransactionStatus, is_authns};

impl Transaction<'_> {
    pub(super) fn need_new_password(&mut self, change: PasswordChange) -> Step<Secret> {
        self.expected = Expected::NewPassword(change);
        let (account, host) = (&self.org.account, self.org.site.authority());
        Step::Need(Need::NewPassword(format!(
            "Okta wants a new password for {account} at {host} (Ctrl-D: leave the old one)"
        )))
    }

    /// Sends the new password that the person typed, once the record says that the old one is sent.
    pub(super) fn send_new_password(
        &mut self,
        change: PasswordChange,
        password: &Secret,
    ) -> Step<Secret> {
        let mut members = vec![("newPassword", password)];
        if change.with_old {
            members.insert(0, ("oldPassword", &self.password));
        }
        let request = self.post(change.target.clone(), &members);
        self.recorder.note(Fact::PasswordSent);
        self.send(request, ExpectedReply::NewPassword(change))
    }

    /// Records that Okta has understood a new password, and whether it was accepted.
    pub(super) fn judge_change(&mut self) {
        if !is_authns(&self.state) {
            return;
        }
        self.recorder.note(Fact::PasswordAnswered);
        if TransactionStatus::of(&self.state.status) != TransactionStatus::NewPasswordRequired {
            self.renewed = true;
            self.recorder.note(Fact::PasswordChanged);
        }
    }

    /// Returns the stop of a person who keeps an expired password.
    pub(super) fn old_password_kept(&self) -> Stop {
        let (account, url) = (&self.org.account, self.org.site.url());
        Stop::of_account(
            Error::person("the password has expired and was not changed")
                .hint(format!("sign in as {account} at {url} in a browser")),
        )
    }
}
