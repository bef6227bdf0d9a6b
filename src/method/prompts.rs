//! The questions to a person.

use std::time::{Duration, Instant};

use super::driver::{AccountAccess, Driver};
use super::host::{PATIENCE, interrupted};
use super::keys;
use crate::clock;
use crate::error::hide;
use crate::secret::Secret;
use crate::sign_in::flow::{Code, CodeRequest, Event, Menu, Stop, UserInput};
use crate::terminal::{Echo, Line};

/// The codes in a row after which the person is warned: Okta locks the account at five.
const WARN_AT: u32 = 4;

impl<A: AccountAccess> Driver<'_, '_, A> {
    /// Answers a factor from the configuration, or asks the person.
    pub(super) fn code(&mut self, request: &CodeRequest) -> Result<Event, Stop> {
        // The dialogue keeps signals from here on.
        self.host.dialogue()?;
        if request.is_configured
            && let Some(code) = self.account.configured_code(request)?
        {
            return Ok(Event::Input(UserInput::Code(code)));
        }
        if self.stands(request).is_none() {
            self.announce_question(request);
        }
        loop {
            let input = match self.ask_code(request)? {
                Ok(input) => input,
                Err(unanswered) => return Ok(unanswered),
            };
            match input {
                UserInput::Code(code) if code.secret.expose().is_empty() => {}
                UserInput::Code(code)
                    if request.is_plain_code && self.account.is_last_code(&code.secret) =>
                {
                    self.host
                        .tell("that is the code that was sent last; wait for the next one");
                }
                input => return Ok(Event::Input(input)),
            }
        }
    }

    /// Returns since when the question of `request` stands, if it was asked and only looked after since.
    fn stands(&self, request: &CodeRequest) -> Option<Instant> {
        let standing = self.standing.as_ref();
        let standing = standing.filter(|(prompt, _)| *prompt == request.prompt);
        standing.map(|(_, since)| *since)
    }

    /// Tells the waiting processes what is asked for, and warns the person where one more wrong code can lock the account.
    fn announce_question(&mut self, request: &CodeRequest) {
        self.standing = Some((request.prompt.clone(), clock::ticks()));
        self.account.tell(&format!("asks for {}", request.factor));
        let wrong = self.account.codes_in_a_row();
        if request.is_one_time && wrong >= WARN_AT {
            self.host.tell(&format!(
                "the last {wrong} codes were wrong or not answered; one more can lock the account (Ctrl-C: leave it)"
            ));
        }
    }

    fn ask_code(&mut self, request: &CodeRequest) -> Result<Result<UserInput, Event>, Stop> {
        let echo = match request.is_plain_code {
            true => Echo::Seen,
            false => Echo::Unseen,
        };
        let keys = keys::of_question(request);
        let prompt = &request.prompt;
        let question = match prompt.ends_with('?') {
            true => format!("{prompt}{keys} "),
            false => format!("{}{keys}: ", prompt.trim_end_matches('.')),
        };
        let since = self.stands(request).unwrap_or_else(clock::ticks);
        let line = match request.look_after {
            None => self.line(&question, echo)?,
            Some(idle) => match self.line_meanwhile(&question, echo, since, idle)? {
                Some(line) => line,
                None => return Ok(Err(Event::Elapsed)),
            },
        };
        self.standing = None;
        Ok(line.map(|line| match line {
            None => UserInput::Back,
            Some(line) if request.can_resend && matches!(line.expose(), "r" | "R") => {
                UserInput::Resend
            }
            Some(line) if request.is_plain_code => {
                UserInput::Code(Code::once(without_blanks(&line), None))
            }
            Some(line) => UserInput::Code(Code::lasting(line)),
        }))
    }

    /// Has the person choose from a menu, by number. Enter chooses the first.
    pub(super) fn choose(&mut self, menu: &Menu) -> Result<Event, Stop> {
        self.account.tell("asks which second factor to use");
        self.host.dialogue()?;
        self.host.tell(&format!("{}:", menu.title));
        for (index, label) in menu.labels.iter().enumerate() {
            self.host.tell(&format!("  {}) {label}", index + 1));
        }
        let many = menu.labels.len();
        let chosen = |index| Ok(Event::Input(UserInput::Choice(index)));
        loop {
            let line = match self.line(&format!("number (1-{many}) [1]: "), Echo::Seen)? {
                Ok(Some(line)) => line,
                Ok(None) => return chosen(None),
                Err(unanswered) => return Ok(unanswered),
            };
            let number = match line.expose().trim() {
                "" => Ok(1),
                number => number.parse(),
            };
            match number {
                Ok(number) if (1..=many).contains(&number) => return chosen(Some(number - 1)),
                _ => self
                    .host
                    .tell(&format!("type a number from 1 to {many}, or Ctrl-C")),
            }
        }
    }

    /// Has the person choose a new password, after the line that says why.
    pub(super) fn ask_new_password(&mut self, why: &str) -> Result<Event, Stop> {
        self.account.tell("asks for a new password");
        self.host.dialogue()?;
        self.host.tell(why);
        loop {
            let one = match self.line("the new password: ", Echo::Unseen)? {
                Ok(Some(one)) => one,
                Ok(None) => return Ok(Event::Input(UserInput::Back)),
                Err(unanswered) => return Ok(unanswered),
            };
            if one.expose().is_empty() {
                self.host
                    .tell("a password has at least one character; Ctrl-D leaves it");
                continue;
            }
            match self.line("the new password once more: ", Echo::Unseen)? {
                Ok(Some(again)) if again == one => {
                    return Ok(Event::Input(UserInput::NewPassword(one)));
                }
                Ok(Some(_)) => self.host.tell("these are not the same; once more"),
                Ok(None) => return Ok(Event::Input(UserInput::Back)),
                Err(unanswered) => return Ok(unanswered),
            }
        }
    }

    /// Asks for one line: `Ok(None)` if the person leaves the question, the event if the time is over.
    fn line(&self, question: &str, echo: Echo) -> Result<Result<Option<Secret>, Event>, Stop> {
        let limit = PATIENCE.min(self.host.left());
        let line = self.host.dialogue()?.ask(question, echo, limit)?;
        typed(question, limit, line)
    }

    /// Asks for one line as [`Self::line`] does; `None` where nothing was typed for `idle`. The question stands `since`
    /// then.
    fn line_meanwhile(
        &self,
        question: &str,
        echo: Echo,
        since: Instant,
        idle: Duration,
    ) -> Result<Option<Result<Option<Secret>, Event>>, Stop> {
        let limit = PATIENCE
            .saturating_sub(since.elapsed())
            .min(self.host.left());
        let dialogue = self.host.dialogue()?;
        let line = dialogue.ask_meanwhile(question, echo, limit, idle)?;
        line.map(|line| typed(question, PATIENCE, line)).transpose()
    }
}

/// Returns what a person has answered to `question`: `Ok(None)` if it was left, the event if the `limit` is over.
fn typed(
    question: &str,
    limit: Duration,
    line: Line,
) -> Result<Result<Option<Secret>, Event>, Stop> {
    match line {
        Line::Typed(line) => {
            hide(&line);
            Ok(Ok(Some(line)))
        }
        Line::GaveUp => Ok(Ok(None)),
        Line::Interrupted => Err(interrupted()),
        Line::Over => {
            let asked = question.split(" (").next().unwrap_or_default();
            Ok(Err(Event::Unanswered {
                what: asked.trim_end_matches([':', ' ']).to_owned(),
                seconds: limit.as_secs(),
            }))
        }
    }
}

/// Returns a typed code without the blanks that it is shown with.
pub(super) fn without_blanks(line: &Secret) -> Secret {
    let parts: Vec<&str> = line.expose().split_whitespace().collect();
    Secret::concat(&parts)
}
