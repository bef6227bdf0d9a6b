//! Questions of a test to the log: events, their number, and breaches of the rules.

use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use crate::audit::{Entry, Event, Host};
use crate::demand::Violation;
use crate::org::Trail;
use crate::sandbox::Sandbox;

impl Sandbox {
    /// Everything that has happened, in order.
    #[must_use]
    pub fn audit(&self) -> Vec<Entry> {
        self.world.audit.entries()
    }

    /// The events alone.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.audit().into_iter().map(|entry| entry.event).collect()
    }

    /// Everything that will happen from now on, as it happens.
    #[must_use]
    pub fn follow(&self) -> Receiver<Entry> {
        self.world.audit.follow()
    }

    /// Forgets what has happened so far: the next part of a test begins with an empty log.
    pub fn clear_audit(&self) {
        self.world.audit.clear();
    }

    /// Returns how many events are such.
    #[must_use]
    pub fn count(&self, such: impl Fn(&Event) -> bool) -> usize {
        self.events().iter().filter(|event| such(event)).count()
    }

    /// Returns how many requests were made, to whatever host.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.count(|event| matches!(event, Event::Request { .. }))
    }

    /// Returns how many requests were made to one host.
    #[must_use]
    pub fn requests_to(&self, to: &Host) -> usize {
        self.count(|event| matches!(event, Event::Request { host, .. } if host == to))
    }

    /// Returns how many requests came by HTTP/2 since the sandbox was started.
    #[must_use]
    pub fn http2_requests(&self) -> usize {
        self.world.http2_requests.load(Ordering::Relaxed)
    }

    /// Returns how many connections were opened, to whatever host, since the sandbox was started.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.world.connections.load(Ordering::Relaxed)
    }

    /// Returns how many times a password was sent to Okta, whether it was looked at or not.
    #[must_use]
    pub fn password_tries(&self) -> usize {
        self.count(|event| matches!(event, Event::PasswordSent { .. }))
    }

    /// Returns how many times a code, an answer or a password for a factor was sent to Okta, whether it was looked at
    /// or not.
    #[must_use]
    pub fn code_tries(&self) -> usize {
        self.count(|event| matches!(event, Event::CodePosted { .. }))
    }

    /// Returns how many passwords were sent for one account, whether they were looked at or not. Names are compared as
    /// [`Sandbox::is_locked`] does, and blanks around them are none of the name.
    #[must_use]
    pub fn passwords_of(&self, login: &str) -> usize {
        self.count(|event| matches!(event, Event::PasswordSent { user } if is_name(user, login)))
    }

    /// Returns how many codes, answers and passwords for a factor were sent for one account, likewise.
    #[must_use]
    pub fn codes_of(&self, login: &str) -> usize {
        self.count(|event| matches!(event, Event::CodePosted { user } if is_name(user, login)))
    }

    /// Returns whether an account is locked now. Its name is compared without regard to the case of its letters.
    ///
    /// # Panics
    ///
    /// Where there is no user of this login.
    #[must_use]
    pub fn is_locked(&self, login: &str) -> bool {
        let mut state = self.world.org.state();
        let account = state.account(login);
        account
            .unwrap_or_else(|| panic!("there is no user {login}"))
            .is_locked()
    }

    /// Returns how many pushes went to phones.
    #[must_use]
    pub fn pushes(&self) -> usize {
        self.count(|event| matches!(event, Event::PushSent { .. }))
    }

    /// Returns the messages that each sign-in of the Identity Engine has sent, in the order of their pages.
    #[must_use]
    pub fn trails(&self) -> Vec<Trail> {
        let state = self.world.org.state();
        let open = |token: &String| {
            let known = state.identity.transactions.get(token);
            known.map(|known| known.trail.clone())
        };
        let over = |token: &String| {
            let mut trails = state.identity.trails.iter();
            trails
                .find(|(known, _)| known == token)
                .map(|(_, trail)| trail.clone())
        };
        let order = state.identity.order.iter();
        order
            .filter_map(|token| open(token).or_else(|| over(token)))
            .collect()
    }

    /// Returns how many sessions the ALBs have issued.
    #[must_use]
    pub fn sessions_issued(&self) -> usize {
        self.count(|event| matches!(event, Event::SessionIssued { .. }))
    }

    /// Returns what the client did that no correct client does.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let violation = |event| match event {
            Event::Violated(violation) => Some(violation),
            _ => None,
        };
        self.events().into_iter().filter_map(violation).collect()
    }
}

fn is_name(sent: &str, login: &str) -> bool {
    sent.trim().to_lowercase() == login.trim().to_lowercase()
}
