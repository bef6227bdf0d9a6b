//! One request to the org, with everything that answering it takes.

use std::sync::MutexGuard;
use std::time::Duration;
use time::OffsetDateTime;

use crate::audit::{Event, Host};
use crate::demand::{Kind, Violation};
use crate::org::State;
use crate::org::account::Account;
use crate::org::limit::Standing;
use crate::random;
use crate::setup::Pipeline;
use crate::wire::{Request, Response};
use crate::world::World;

pub(crate) struct Exchange<'a> {
    pub(crate) world: &'a World,
    pub(crate) request: &'a Request,
    pub(crate) state: MutexGuard<'a, State>,
    pub(crate) now: OffsetDateTime,
    /// `Set-Cookie` lines of the answer.
    pub(crate) cookies: Vec<String>,
    /// The words of the answer about rate limits.
    pub(crate) standing: Standing,
    /// The user who has just signed in: the device that this answer may name is known for them from now on.
    newcomer: Option<String>,
    /// The person has proved everything anew, just now and for this request.
    pub(crate) just_proved: bool,
    /// The device's name that this answer gives.
    pub(crate) named: Option<String>,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(world: &'a World, request: &'a Request) -> Self {
        let now = world.clock.now();
        Self {
            world,
            request,
            state: world.org.state(),
            now,
            cookies: Vec::new(),
            standing: Standing::unlimited(now),
            newcomer: None,
            just_proved: false,
            named: None,
        }
    }

    pub(crate) fn record(&self, event: Event) {
        self.world.record(event);
    }

    pub(crate) fn violated(&self, violation: Violation) {
        self.record(Event::Violated(violation));
    }

    pub(crate) fn not_understood(&self, what: &str) {
        self.violated(Violation::NotUnderstood {
            host: Host::Org,
            what: format!("{} {what}", self.request.method),
        });
    }

    pub(crate) fn issued(&self, kind: Kind, value: &str) {
        self.world.demands.issued().secret(kind, value);
    }

    /// The account of a transaction's user.
    pub(crate) fn account(&self, login: &str) -> &Account {
        let account = self.state.accounts.get(&login.to_lowercase());
        account.expect("accounts are never removed")
    }

    pub(crate) fn account_mut(&mut self, login: &str) -> &mut Account {
        let account = self.state.account(login);
        account.expect("accounts are never removed")
    }

    pub(crate) fn identity_engine(&self) -> bool {
        self.world.setup.pipeline == Pipeline::Identity || self.speaks_idx()
    }

    /// The Identity Engine's own protocol is spoken.
    pub(crate) fn speaks_idx(&self) -> bool {
        self.world.setup.identity().is_some()
    }

    /// A user has given all that the org asks for.
    pub(crate) fn welcome(&mut self, login: &str) {
        match self.device() {
            Some(device) => self.account_mut(login).know_device(device),
            None => self.newcomer = Some(login.to_owned()),
        }
    }

    /// A device is named for the first time.
    pub(crate) fn device_named(&mut self, device: &str) {
        if let Some(login) = self.newcomer.take() {
            self.account_mut(&login).know_device(device.to_owned());
        }
    }

    /// The absolute URL of a path: Okta's links name the host that the client has called.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.world.org.url)
    }

    pub(crate) fn later(&self, by: Duration) -> OffsetDateTime {
        self.now + by
    }

    /// Puts on what every answer of the org carries.
    pub(crate) fn finish(mut self, mut response: Response) -> Response {
        self.housekeeping_cookies();
        response.add("X-Okta-Request-Id", &random::word("a", 26));
        for (name, value) in self.standing.headers() {
            if response.header(name).is_none() {
                response.add(name, &value);
            }
        }
        response.add("Cache-Control", "no-cache, no-store");
        response.add("Pragma", "no-cache");
        response.add("P3P", "CP=\"HONK\"");
        response.add("Server", "nginx");
        for line in &self.cookies {
            response.add("Set-Cookie", line);
        }
        response
    }
}
