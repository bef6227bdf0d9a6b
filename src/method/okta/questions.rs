//! The questions that a transaction puts to a person.

use super::talk::{PATIENCE, Talk, interrupted};
use crate::error::{Error, hide};
use crate::secret::Secret;
use crate::sign_in::{Active, Blame, Given, Menu, Renewal, Stop, Turn};
use crate::store::MOST_IN_A_ROW;
use crate::terminal::{Echo, Line};

impl Talk<'_, '_> {
    /// Answers a factor: out of the configuration, or by asking.
    pub(super) fn answer(&mut self, active: Active) -> Result<Turn, Stop> {
        self.awaited = None;
        if active.is_configured() {
            return match self.configured_code(&active)? {
                Some(code) => self.transaction.answered(active, Given::Typed(code)),
                None => self.answer_by_person(active.by_person()),
            };
        }
        self.answer_by_person(active)
    }

    fn answer_by_person(&mut self, active: Active) -> Result<Turn, Stop> {
        self.tell(&format!("asks for {}", active.words()));
        let wrong = self.held.record.codes.wrong_in_a_row;
        if active.is_once() && wrong >= MOST_IN_A_ROW {
            self.dialogue.tell(&format!(
                "the last {wrong} codes were wrong; one more can lock the account (Ctrl-C: leave it)"
            ));
        }
        let reply = loop {
            match self.ask(&active)? {
                Given::Typed(answer) if answer.expose().is_empty() => {}
                Given::Typed(code) if active.is_code() && self.held.record.codes.is_last(&code) => {
                    self.dialogue
                        .tell("that is the code that was sent last; wait for the next one");
                }
                reply => break reply,
            }
        };
        if let Given::Typed(code) = &reply
            && active.is_code()
        {
            self.held.record.codes.sent(code, None);
            self.held.save();
        }
        self.transaction.answered(active, reply)
    }

    fn ask(&self, active: &Active) -> Result<Given, Stop> {
        let echo = if active.is_code() {
            Echo::Seen
        } else {
            Echo::Unseen
        };
        let again = match (active.can_resend(), self.transaction.has_others()) {
            (true, true) => " (r: send again, Ctrl-D: another factor)",
            (true, false) => " (r: send again)",
            (false, true) => " (Ctrl-D: another factor)",
            (false, false) => "",
        };
        let prompt = active.prompt();
        let question = match prompt.ends_with('?') {
            true => format!("{prompt}{again} "),
            false => format!("{}{again}: ", prompt.trim_end_matches('.')),
        };
        Ok(match self.line(&question, echo)? {
            None => Given::Back,
            Some(line) if active.can_resend() && matches!(line.expose(), "r" | "R") => {
                Given::Resend
            }
            Some(line) if active.is_code() => Given::Typed(without_blanks(&line)),
            Some(line) => Given::Typed(line),
        })
    }

    /// One line of the person's; `None` where they let go of the question.
    pub(super) fn line(&self, question: &str, echo: Echo) -> Result<Option<Secret>, Stop> {
        let limit = PATIENCE.min(self.left());
        match self.dialogue.ask(question, echo, limit)? {
            Line::Typed(line) => {
                hide(&line);
                Ok(Some(line))
            }
            Line::GaveUp => Ok(None),
            Line::Interrupted => Err(interrupted()),
            Line::Over => {
                let asked = question.split(" (").next().unwrap_or_default();
                let asked = asked.trim_end_matches([':', ' ']);
                Err(self.transaction.unanswered(asked, limit.as_secs()))
            }
        }
    }

    /// Has the person choose from a menu, by number.
    pub(super) fn choose(&mut self, menu: Menu) -> Result<Turn, Stop> {
        self.awaited = None;
        self.tell("asks which second factor to use");
        self.dialogue.tell(&format!("{}:", menu.title));
        for (index, label) in menu.labels().enumerate() {
            self.dialogue.tell(&format!("  {}) {label}", index + 1));
        }
        let many = menu.labels().count();
        loop {
            let line = self.line(&format!("number (1-{many}): "), Echo::Seen)?;
            let number = line.as_ref().map(|line| line.expose().trim().parse());
            match number {
                None => return self.transaction.chosen(menu, None),
                Some(Ok(number)) if (1..=many).contains(&number) => {
                    return self.transaction.chosen(menu, Some(number - 1));
                }
                Some(_) => {}
            }
        }
    }

    /// Has the person choose a new password.
    pub(super) fn renew(&mut self, renewal: Renewal) -> Result<Turn, Stop> {
        self.awaited = None;
        self.tell("asks for a new password");
        let org = self.ladder.org;
        let (account, host) = (&org.account, org.site.authority());
        self.dialogue.tell(&format!(
            "Okta wants a new password for {account} at {host} (Ctrl-D: leave the old one)"
        ));
        loop {
            let Some(one) = self.line("the new password: ", Echo::Unseen)? else {
                return Err(Stop {
                    error: Error::person("the password has expired and was not changed").hint(
                        format!("sign in as {account} at {} in a browser", org.site.url()),
                    ),
                    blame: Blame::Account,
                });
            };
            let again = self.line("the new password once more: ", Echo::Unseen)?;
            match again {
                Some(again) if again == one && !one.expose().is_empty() => {
                    return Ok(self.transaction.renewed(renewal, &one));
                }
                _ => self.dialogue.tell("these are not the same; once more"),
            }
        }
    }
}

/// A code as it was typed, without the blanks that it is shown with.
pub(super) fn without_blanks(line: &Secret) -> Secret {
    let parts: Vec<&str> = line.expose().split_whitespace().collect();
    Secret::concat(&parts)
}
