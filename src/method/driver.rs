//! The driver: does the steps of a flow, whatever the flow is about.
//!
//! It owns the exchanges, the waits and the end of a conversation; [`Host`] owns the time and the terminal, and an
//! [`AccountAccess`] the record and the secrets. A conversation that ends early (Ctrl-C, a time limit, no factor that
//! fits) is also cancelled at the server.

use std::time::{Duration, Instant};

use super::exchange::{Exchange, first_reply};
use super::host::{Host, PATIENCE, interrupted};
use super::keys;
use crate::clock;
use crate::error::{Error, Result};
use crate::http::{Client, Request, Response};
use crate::secret::Secret;
use crate::sign_in::flow::{
    Code, CodeRequest, Event, Fact, Flow, KnownAccount, Need, Notice, Peer, Step, Stop, TimedWait,
    UserInput, Visit,
};
use crate::terminal::Key;

/// The key that leaves a question or a wait: Ctrl-D.
const LEAVE: u8 = 0x04;

/// The account's side of a conversation: its record, under its claim, and its secrets.
pub(super) trait AccountAccess {
    /// Claims the account, and reads its record again.
    fn claim(&mut self) -> Result<KnownAccount, Stop>;

    /// Records `facts`; on the disk, if one of them guards the next step. Returns the codes in a row that are not known to
    /// be right.
    fn record_facts(&mut self, facts: Vec<Fact>) -> Result<u32, Stop>;

    /// Writes the record if it has changed: the person may take long now.
    fn flush(&mut self);

    /// Tells the waiting processes what this one is doing: "waits for …". Empty words end that.
    fn tell(&self, words: &str);

    /// Returns the password, if it may be sent; after one that a person has typed, another one, or [`UserInput::Back`].
    fn password(&mut self) -> Result<UserInput, Stop>;

    /// Returns the configured code; `None` if the person must be asked instead.
    fn configured_code(&mut self, request: &CodeRequest) -> Result<Option<Code>, Stop>;

    /// Returns whether `code` was sent last.
    fn is_last_code(&self, code: &Secret) -> bool;

    /// Returns the codes in a row that are not known to be right.
    fn codes_in_a_row(&self) -> u32;
}

/// The way to the identity provider's own pages, for the flows that need it.
pub(super) trait Visitor {
    /// Makes a visit. A way that cannot be gone here, or that brings no callback, is an answer too.
    fn visit(&mut self, visit: &Visit) -> Result<Event, Stop>;

    /// Asks for the session's cookies after a callback that the ALB has not taken, with this error.
    fn session_cookies(&mut self, error: Error) -> Result<Event, Stop>;
}

/// One conversation that is under way.
pub(super) struct Driver<'a, 'v, A> {
    pub(super) host: &'a Host<'a>,
    pub(super) account: &'v mut A,
    visitor: Option<&'v mut dyn Visitor>,
    exchanges: Vec<Exchange<'a>>,
    /// The thing that the flow waits for, and since when.
    awaited: Option<(String, Instant)>,
    /// The question that is looked after, and since when it stands.
    pub(super) standing: Option<(String, Instant)>,
}

/// Carries a flow that needs only answers of servers to its end within `limit`, and shows each answer to `observer`.
pub(crate) fn observe<F: Flow>(
    client: &Client,
    limit: Duration,
    flow: &mut F,
    observer: impl FnMut(&Response),
) -> Result<F::Out> {
    client.run(limit, converse(client, flow, observer))?
}

/// Carries such a flow to its end, for a caller that limits the time.
pub(super) async fn converse<F: Flow>(
    client: &Client,
    flow: &mut F,
    mut observer: impl FnMut(&Response),
) -> Result<F::Out> {
    let mut exchanges = Vec::new();
    let mut event = Event::Begin;
    loop {
        match flow.next(event).map_err(|stop| stop.error)? {
            Step::Send(requests) => {
                let begun = requests.into_iter();
                exchanges.extend(begun.map(|request| Exchange::begin(client, request)));
            }
            Step::Done(result) => return Ok(result),
            _ => return Err(Stop::out_of_step().error),
        }
        let (peer, reply) = first_reply(&mut exchanges).await;
        reply.iter().for_each(&mut observer);
        event = Event::Replied(peer, reply);
    }
}

impl<'a, 'v, A: AccountAccess> Driver<'a, 'v, A> {
    pub(super) fn new(host: &'a Host<'a>, account: &'v mut A) -> Self {
        Self {
            host,
            account,
            visitor: None,
            exchanges: Vec::new(),
            awaited: None,
            standing: None,
        }
    }

    /// Has `visitor` make the visits that the flow needs.
    pub(super) fn visiting(self, visitor: &'v mut dyn Visitor) -> Self {
        Self {
            visitor: Some(visitor),
            ..self
        }
    }

    /// Carries `flow` to its end. If it fails, sends the request that cancels it at the server.
    pub(super) fn run<F: Flow>(mut self, flow: &mut F) -> Result<F::Out, Stop> {
        let result = self.drive(flow);
        self.tell(flow);
        self.abandon_exchanges();
        if let (Err(_), Some(request)) = (&result, flow.cancel()) {
            self.host.send_last(request);
        }
        self.host.restore_terminal();
        self.account.tell("");
        result
    }

    /// Gives up the exchanges that are under way. A connection must be closed on the client's runtime, where it was
    /// opened.
    fn abandon_exchanges(&mut self) {
        let exchanges = std::mem::take(&mut self.exchanges);
        if !exchanges.is_empty() {
            let closing = async move { drop(exchanges) };
            let _ = self.host.client().run(Duration::ZERO, closing);
        }
    }

    fn drive<F: Flow>(&mut self, flow: &mut F) -> Result<F::Out, Stop> {
        // Without a runtime nothing can be sent, and so nothing must be recorded as sent.
        self.host.client().run(Duration::ZERO, async {})?;
        let mut event = Event::Begin;
        loop {
            let step = flow.next(event)?;
            if flow.cancel().is_some() {
                // From here on a signal has to wait until the conversation is cancelled.
                self.host.dialogue()?;
            }
            self.tell(flow);
            event = match step {
                Step::Send(requests) => self.exchange(requests)?,
                Step::Claim => Event::Claimed(self.account.claim()?, clock::now()),
                Step::Record(facts) => Event::Recorded {
                    codes_in_a_row: self.account.record_facts(facts)?,
                },
                Step::Need(need) => {
                    // The account itself knows whether anything is at stake before its password.
                    if !matches!(need, Need::Password) {
                        self.account.flush();
                    }
                    self.awaited = None;
                    self.answer(need)?
                }
                Step::Wait(wait) => {
                    self.account.flush();
                    self.wait(&wait)?
                }
                Step::Done(result) => return Ok(result),
            };
        }
    }

    fn tell<F: Flow>(&self, flow: &mut F) {
        for notice in flow.notices() {
            match notice {
                Notice::Trace(line) => self.host.trace(&line),
                told => {
                    let line = told.line(|number| self.host.emphasise(number));
                    self.host.tell(&line);
                }
            }
        }
    }

    /// Starts these exchanges, and returns the first answer of all that are under way.
    fn exchange(&mut self, requests: Vec<(Peer, Request)>) -> Result<Event, Stop> {
        let client = self.host.client();
        let begun = requests.into_iter();
        self.exchanges
            .extend(begun.map(|request| Exchange::begin(client, request)));
        if self.exchanges.is_empty() {
            return Err(Stop::out_of_step());
        }
        let (peer, reply) = self.host.run(first_reply(&mut self.exchanges))?;
        Ok(Event::Replied(peer, reply))
    }

    fn answer(&mut self, need: Need) -> Result<Event, Stop> {
        match need {
            Need::Password => Ok(Event::Input(self.account.password()?)),
            Need::NewPassword(why) => self.ask_new_password(&why),
            Need::Code(request) => self.code(&request),
            Need::Choice(menu) => self.choose(&menu),
            Need::Visit(visit) => self.visitor()?.visit(&visit),
            Need::SessionCookies(error) => self.visitor()?.session_cookies(error),
        }
    }

    fn visitor(&mut self) -> Result<&mut (dyn Visitor + 'v), Stop> {
        self.visitor.as_deref_mut().ok_or_else(Stop::out_of_step)
    }

    /// Lets time pass, unless the person presses a key that ends the wait.
    fn wait(&mut self, wait: &TimedWait) -> Result<Event, Stop> {
        let left = self.host.left();
        let since = self.await_since(wait, left)?;
        let limit = PATIENCE.min(since.elapsed() + left).as_secs();
        let what = &wait.what;
        if since.elapsed() + wait.pause >= PATIENCE || wait.pause >= left {
            return Ok(Event::Unanswered {
                what: what.clone(),
                seconds: since.elapsed().as_secs(),
            });
        }
        let show = || {
            let seconds = since.elapsed().as_secs();
            format!("waiting for {what}: {seconds} s of {limit} s")
        };
        let until = clock::ticks() + wait.pause;
        let dialogue = self.host.dialogue()?;
        loop {
            let pause = until.saturating_duration_since(clock::ticks());
            match (dialogue.wait(pause, &show)?, &wait.factor) {
                (Key::Interrupt, _) => return Err(interrupted()),
                (Key::None, _) => return Ok(Event::Elapsed),
                (Key::Byte(b'r' | b'R'), Some(factor)) if factor.can_resend => {
                    self.awaited = None;
                    return Ok(Event::Input(UserInput::Resend));
                }
                (Key::Byte(LEAVE), Some(_)) => {
                    self.awaited = None;
                    return Ok(Event::Input(UserInput::Back));
                }
                (Key::Byte(_), _) => {}
            }
        }
    }

    /// Returns since when the flow waits for this. Tells the waiting processes of a new wait, and the person once if no
    /// terminal shows it.
    fn await_since(&mut self, wait: &TimedWait, left: Duration) -> Result<Instant, Stop> {
        match &self.awaited {
            Some((what, since)) if *what == wait.what => Ok(*since),
            _ => {
                let now = clock::ticks();
                self.account.tell(&format!("waits for {}", wait.what));
                if let Some(factor) = &wait.factor {
                    self.announce(factor, &wait.what, left)?;
                }
                self.awaited = Some((wait.what.clone(), now));
                Ok(now)
            }
        }
    }

    /// Tells the person about the wait: the keys that end it, or its limit.
    fn announce(&self, factor: &CodeRequest, what: &str, left: Duration) -> Result<(), Stop> {
        let keys = keys::of_wait(factor);
        let limit = PATIENCE.min(left).as_secs();
        let dialogue = self.host.dialogue()?;
        Ok(dialogue.tell_keys(&match dialogue.is_attended() {
            true => format!("{} has sent {} ({keys})", factor.sender, factor.factor),
            false => format!("waiting for {what}, up to {limit} s"),
        })?)
    }
}
