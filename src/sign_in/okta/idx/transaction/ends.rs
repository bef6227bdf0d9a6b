//! The ends of a transaction: success, a denial, and what Okta's messages say.

use super::{Meaning, Transaction, decisive, meaning};
use std::time::Duration;

use crate::error::{Error, Kind};
use crate::sign_in::flow::{Fact, FailureScope, Step, Stop};
use crate::sign_in::okta::idx::answer::{Class, Message};
use crate::sign_in::okta::idx::steps::StepKind;
use crate::sign_in::okta::idx::transaction::End;

/// The time for which Okta takes no more codes of a kind after too many wrong ones.
pub(super) const CODE_LIMIT: Duration = Duration::from_secs(5 * 60);

impl Transaction<'_> {
    /// Returns the end of the transaction, if the last answer is one.
    pub(super) fn end(&mut self) -> Result<Option<Step<End>>, Stop> {
        let link = self.answer.success.as_ref();
        let link = link.or_else(|| self.answer.remediation("success-redirect"));
        // A denial may have a link that leads on, too.
        let is_error = self
            .answer
            .messages
            .iter()
            .any(|message| message.class == Class::Error);
        if let (Some(link), false) = (link, is_error) {
            let Some(url) = link.url.clone() else {
                let host = self.parties.org.site.authority();
                let error = Error::network(format!("Okta's success link leads away from {host}"));
                return Err(error.into());
            };
            self.is_over = true;
            if self.counts.codes {
                self.recorder.note(Fact::CodesAccepted);
            }
            return Ok(Some(Step::Done(End::Success(url))));
        }
        if let Some(decisive) = decisive(&self.answer.messages)
            && meaning(decisive).0 == Meaning::Expired
        {
            self.is_over = true;
            if !(self.counts.password || self.counts.codes) {
                return Ok(Some(Step::Done(End::Gone)));
            }
        }
        // After it was named here, Okta may show it by another of its names.
        if self.is_other_account() && !self.counts.named {
            return Ok(Some(Step::Done(End::OtherAccount)));
        }
        Ok(None)
    }

    /// Returns whether Okta knows the person as another account than the configured one. A short name may stand for the
    /// whole one.
    fn is_other_account(&self) -> bool {
        let folded = |name: &str| name.trim().to_lowercase();
        let short = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
        let own = folded(&self.parties.org.account);
        let told = self.answer.text(&["user", "identifier"]).map(folded);
        told.is_some_and(|told| match told.contains('@') && own.contains('@') {
            true => told != own,
            false => short(&told) != short(&own),
        })
    }

    /// Returns the stop that the messages of the last answer call for. A step that can be skipped goes on all the same.
    pub(super) fn stop_of_messages(&mut self) -> Option<Stop> {
        let is_denied =
            self.answer.is_denied || self.answer.remediation("failure-redirect").is_some();
        let message = decisive(&self.answer.messages).cloned();
        let Some(message) = message else {
            return is_denied.then(|| {
                self.is_over = true;
                let error = Error::refused(format!(
                    "Okta denies the sign-in to {}",
                    self.parties.app.name
                ));
                let app = &self.parties.app.name;
                error
                    .hint(format!("ask whether this account is assigned to {app}"))
                    .into()
            });
        };
        let can_skip = ["skip", "device-assurance-grace-period"]
            .iter()
            .any(|name| self.answer.remediation(name).is_some());
        let goes_on = match meaning(&message).0 {
            Meaning::GoOn => !is_denied && (self.has_steps() || self.answer.success.is_some()),
            Meaning::UnknownUser | Meaning::Expired => false,
            Meaning::OtherAuthenticator => self
                .answer
                .remediation("select-authenticator-authenticate")
                .is_some(),
            Meaning::Trouble => self.waits_for_changes(),
            _ => message.class < Class::Error && self.has_steps(),
        };
        if goes_on || can_skip && !is_denied {
            return None;
        }
        if !self.has_steps() {
            self.is_over = true;
        }
        Some(self.stop_of(&message))
    }

    /// Returns whether the org is read-only, and the answer says how to wait for the end of that.
    fn waits_for_changes(&self) -> bool {
        let step = self.answer.current_step();
        step.is_some_and(|form| StepKind::of(&form.name) == StepKind::ReadOnly)
    }

    fn has_steps(&self) -> bool {
        !self.answer.remediations.is_empty()
    }

    /// Returns the stop for a message.
    pub(super) fn stop_of(&self, message: &Message) -> Stop {
        let (meaning, hint) = meaning(message);
        let (app, org) = (&self.parties.app.name, self.parties.org);
        let said = words(message);
        let active = self.active.as_ref();
        let what = active.map_or("the request".into(), |active| active.factor.words());
        let (kind, text, scope) = match meaning {
            Meaning::Rejected => (
                Kind::Refused,
                format!("{what} was rejected: {said}"),
                FailureScope::Account,
            ),
            Meaning::Suspended => (
                Kind::Refused,
                format!("Okta refused {what}: {said}"),
                FailureScope::Account,
            ),
            Meaning::RanOut => (
                Kind::Person,
                format!("nobody answered {what} in time: {said}"),
                FailureScope::Account,
            ),
            Meaning::WrongPassword => (
                Kind::Refused,
                format!("Okta refused the sign-in of {}: {said}", org.account),
                FailureScope::Account,
            ),
            Meaning::UnknownUser => (
                Kind::Refused,
                format!("Okta knows no account {}: {said}", org.account),
                FailureScope::Account,
            ),
            Meaning::Expired => (
                Kind::Network,
                format!("the sign-in took too long, or was ended elsewhere: {said}"),
                FailureScope::App,
            ),
            Meaning::Limit => (
                Kind::Network,
                format!("Okta limits the sign-in: {said}"),
                FailureScope::Limit(CODE_LIMIT),
            ),
            Meaning::TooSoon => (
                Kind::Network,
                format!("Okta limits the sign-in: {said}"),
                FailureScope::App,
            ),
            Meaning::Trouble => (
                Kind::Network,
                format!("{} has trouble: {said}", org.site.authority()),
                FailureScope::App,
            ),
            Meaning::Person | Meaning::OtherAuthenticator | Meaning::NextCode | Meaning::GoOn => (
                Kind::Person,
                format!("Okta wants a person for {app}: {said}"),
                FailureScope::Account,
            ),
            Meaning::WrongAnswer | Meaning::UsedCode => (
                Kind::Refused,
                format!("Okta refused the code: {said}"),
                FailureScope::Account,
            ),
            Meaning::Refused => (
                Kind::Refused,
                format!("Okta refused the sign-in to {app}: {said}"),
                FailureScope::App,
            ),
        };
        let mut error = Error::new(kind, text);
        for link in &message.links {
            error = error.caused_by(format!("it refers to {link}"));
        }
        // The steps beside a refusal are for people who have forgotten something.
        let tells_steps = !matches!(
            meaning,
            Meaning::Rejected | Meaning::WrongPassword | Meaning::UnknownUser
        );
        let offered = Some(self.answer.names()).filter(|names| names != "none");
        if let Some(names) = offered.filter(|_| tells_steps) {
            error = error.caused_by(format!("it offers the steps {names}"));
        }
        error = match hint {
            "" => error,
            hint => error.hint(hint),
        };
        let error = match (kind, meaning) {
            (Kind::Person, _) => error.hint(self.login_hint()),
            (_, Meaning::WrongPassword | Meaning::UnknownUser) => error
                .hint(format!("check username in [org.{}]", org.name))
                .hint(format!(
                    "see whether {} can sign in at {}",
                    org.account,
                    org.site.url()
                )),
            _ => error,
        };
        Stop { error, scope }
    }

    /// Tells the person what Okta says beside the next step. Only `-v` shows what a script need not know.
    pub(super) fn tell_messages(&mut self) {
        let messages = self.answer.messages.clone();
        // Each answer to a poll has them again.
        if std::mem::replace(&mut self.told, messages.clone()) == messages {
            return;
        }
        for message in messages {
            let is_warning = meaning(&message).0 == Meaning::GoOn && message.class > Class::Info;
            let line = format!("Okta: {}", message.text);
            match self.parties.person || is_warning {
                true => self.tell(line),
                false => self.trace(line),
            }
        }
    }
}

/// Returns Okta's words, with the key that they are known by.
pub(super) fn words(message: &Message) -> String {
    match (message.text.as_str(), message.key.as_str()) {
        ("", key) => key.to_owned(),
        (text, key) if text.contains(key) => text.to_owned(),
        (text, key) => format!("{text} ({key})"),
    }
}
