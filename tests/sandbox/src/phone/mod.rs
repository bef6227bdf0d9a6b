//! A person's phone, and what else they prove themselves with: the far side of second factors, for a test to play.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

mod tokens;

use crate::audit::Event;
use crate::mfa::NumberChallenge;
use crate::org::{Account, Answered};
use crate::world::World;

/// The phone and the tokens of one user.
#[derive(Clone, Debug)]
pub struct Phone {
    world: Arc<World>,
    login: String,
}

impl Phone {
    /// A user's phone.
    ///
    /// # Panics
    ///
    /// Where there is no user of this login.
    pub(crate) fn new(world: &Arc<World>, login: &str) -> Self {
        let phone = Self {
            world: Arc::clone(world),
            login: login.to_lowercase(),
        };
        phone.with(|_| ());
        phone
    }

    fn with<T>(&self, act: impl FnOnce(&mut Account) -> T) -> T {
        let mut state = self.world.org.state();
        let account = state.account(&self.login);
        act(account.unwrap_or_else(|| panic!("there is no user {}", self.login)))
    }

    /// Waits until there is something to see, woken by the org; `None` where the limit came first.
    fn wait<T>(
        &self,
        limit: Duration,
        mut look: impl FnMut(&mut Account) -> Option<T>,
    ) -> Option<T> {
        let mut found = None;
        let state = self.world.org.state();
        let waited = self
            .world
            .org
            .arrived
            .wait_timeout_while(state, limit, |state| {
                found = state.account(&self.login).and_then(&mut look);
                found.is_none()
            });
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        found
    }

    /// The person asks for one more push, message, call or mail: the next second one of a sign-in is no violation.
    pub fn wants_another(&self) {
        let mut state = self.world.org.state();
        *state.identity.wishes.entry(self.login.clone()).or_default() += 1;
    }

    /// Returns how many pushes could be answered now.
    #[must_use]
    pub fn pushes_waiting(&self) -> usize {
        let now = self.world.clock.now();
        self.with(|account| {
            let pushes = account.held.pushes.iter();
            pushes.filter(|push| push.is_waiting(now)).count()
        })
    }

    /// Blocks until a push can be answered; false where the limit came first.
    #[must_use]
    pub fn wait_for_push(&self, limit: Duration) -> bool {
        let look = |account: &mut Account| {
            let now = self.world.clock.now();
            account.held.waiting(now).map(|_| ())
        };
        self.wait(limit, look).is_some()
    }

    /// Opens the latest push; false where none waits. With a number challenge, the three numbers are shown from now on,
    /// and answers to polls say which is right.
    #[must_use]
    pub fn open(&self) -> bool {
        self.show(false)
    }

    /// Opens the latest push once more: another number is right.
    #[must_use]
    pub fn reopen(&self) -> bool {
        self.show(true)
    }

    fn show(&self, again: bool) -> bool {
        let now = self.world.clock.now();
        // the Identity Engine's number is there from the beginning, or never
        let numbers = self.world.setup.identity().is_none()
            && self.world.setup.mfa.number_challenge == NumberChallenge::OnOpen;
        self.with(|account| {
            let wanted = account.held.next_number;
            let Some(push) = account.held.waiting(now) else {
                return false;
            };
            if numbers && (again || push.number.is_none()) {
                push.show_number(wanted);
            }
            true
        })
    }

    /// The number that is right, where three are shown.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        let now = self.world.clock.now();
        self.with(|account| account.held.waiting(now)?.number)
    }

    /// Makes this the right number, of the push that is open and of those to come. Any number is possible, even 0.
    pub fn let_number_be(&self, number: u32) {
        let now = self.world.clock.now();
        self.with(|account| {
            account.held.next_number = Some(number);
            if let Some(push) = account
                .held
                .waiting(now)
                .filter(|push| push.number.is_some())
            {
                push.number = Some(number);
            }
        });
    }

    /// Picks one of the three numbers: the right one approves, any other rejects. False where no number is asked for.
    #[must_use]
    pub fn pick(&self, number: u32) -> bool {
        match self.number() {
            None => false,
            Some(right) if right == number => self.settle(Answered::Approved),
            Some(_) => self.settle(Answered::Rejected),
        }
    }

    /// Approves the latest push, with the right number where one is asked for; false where none waits.
    #[must_use]
    pub fn approve(&self) -> bool {
        self.open() && self.settle(Answered::Approved)
    }

    /// Says that it was somebody else; false where no push waits.
    #[must_use]
    pub fn reject(&self) -> bool {
        self.settle(Answered::Rejected)
    }

    /// The phone's program cannot do number challenges, so Okta rejects; false where no push waits.
    #[must_use]
    pub fn too_old(&self) -> bool {
        self.settle(Answered::TooOld)
    }

    /// Ends the latest push with any `factorResult` and text; false where none waits.
    #[must_use]
    pub fn say(&self, result: &str, message: Option<&str>) -> bool {
        self.settle(Answered::Word(
            result.to_owned(),
            message.map(str::to_owned),
        ))
    }

    fn settle(&self, answer: Answered) -> bool {
        let now = self.world.clock.now();
        let result = self.with(|account| Some(account.held.waiting(now)?.settle(answer)));
        let Some(result) = result else {
            return false;
        };
        let user = self.with(|account| account.user.login.clone());
        self.world.record(Event::PushAnswered { user, result });
        true
    }
}
