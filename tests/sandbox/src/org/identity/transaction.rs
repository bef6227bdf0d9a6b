//! Transactions of the Identity Engine: their tokens and handles, their stages, and what they have proved.

use std::collections::VecDeque;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

use crate::demand::Kind;
use crate::engine::{After, Before, DeviceProof, Stop, TokenShape};
use crate::org::Exchange;
use crate::org::asked::Asked;
use crate::org::identity::authenticator::Authenticator;
use crate::org::identity::note::Note;
use crate::org::identity::offer::{Does, Path};
use crate::org::identity::policy::Proof;
use crate::org::identity::trail::Trail;
use crate::random;

/// Where a handle's token ends and its changing rest begins.
const SEAM: &str = "~c.";

/// One sign-in.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    pub(crate) token: String,
    /// The changing rests of the handles given out so far, the newest last.
    suffixes: Vec<String>,
    pub(crate) asked: Asked,
    pub(crate) device: Option<String>,
    pub(crate) agent: Option<String>,
    /// The name, as it was typed.
    pub(crate) identifier: Option<String>,
    /// The account of that name, if there is one.
    pub(crate) user: Option<String>,
    pub(crate) proofs: Vec<Proof>,
    pub(crate) stage: Stage,
    pub(crate) before: VecDeque<Before>,
    pub(crate) after: VecDeque<After>,
    /// The client's wish to stay signed in, where it has said so.
    pub(crate) kept: Option<bool>,
    pub(crate) expires: OffsetDateTime,
    /// Every path that was given out.
    pub(crate) paths: Vec<Path>,
    pub(crate) pace: Pace,
    /// The action of the last request that fitted.
    pub(crate) last: Option<Does>,
    /// Pushes and messages that went out, by kind.
    pub(crate) sent: Vec<&'static str>,
    /// The page had two tokens, of which nobody can know which is good.
    pub(crate) ambiguous: bool,
    /// Until when the success link is good.
    pub(crate) success: Option<OffsetDateTime>,
    /// How many pages have come before this one in the same sign-in.
    pub(crate) round: u32,
    /// The authenticator that was asked for last, until the name is.
    pub(crate) proving: Option<Challenge>,
    /// Passwords that have come in.
    pub(crate) passwords: Vec<String>,
    pub(crate) trail: Trail,
}

/// When something was last asked about, and how.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    /// In real time.
    pub(crate) last: Option<Instant>,
    /// The milliseconds that the newest answer named.
    pub(crate) refresh: u32,
    /// How often it was asked too soon.
    pub(crate) hasty: u32,
    /// The polls of this step.
    pub(crate) polls: u32,
}

/// Where a transaction stands.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// The page was given, and nobody has introspected yet.
    Fresh,
    /// Something stands before the sign-in.
    Before(Before),
    /// The name is asked for.
    Identify {
        /// Okta Verify was asked for and did not answer.
        probed: bool,
    },
    /// One of these has to be chosen.
    Select(Vec<Authenticator>),
    /// A way of proving this one has to be chosen, and starts with that.
    Data(Challenge),
    /// This one has to be proved.
    Challenge(Challenge),
    /// A push was rejected, for this reason: another may be asked for.
    Rejected(Challenge, Note),
    /// Okta Verify on the same machine has to answer.
    Fastpass(Challenge, DeviceProof),
    After(After),
    Stopped(Stop),
    /// Messages, and nothing that can be done.
    Over(u16, Vec<Note>),
    Success,
}

/// An authenticator that is being proved.
#[derive(Clone, Debug)]
pub(crate) struct Challenge {
    pub(crate) authenticator: Authenticator,
    /// Its way; empty where it has yet to be chosen.
    pub(crate) method: String,
    /// The others that would do.
    pub(crate) others: Vec<Authenticator>,
    pub(crate) push: Option<u64>,
    /// How many questions of an RSA server were put.
    pub(crate) asked: usize,
    /// The code has gone out, where one goes out.
    pub(crate) sent: bool,
}

impl Challenge {
    pub(crate) fn new(authenticator: Authenticator, others: Vec<Authenticator>) -> Self {
        Self {
            authenticator,
            method: String::new(),
            others,
            push: None,
            asked: 0,
            sent: false,
        }
    }
}

impl Stage {
    pub(crate) fn challenge(&self) -> Option<&Challenge> {
        match self {
            Self::Data(challenge)
            | Self::Challenge(challenge)
            | Self::Rejected(challenge, _)
            | Self::Fastpass(challenge, _) => Some(challenge),
            _ => None,
        }
    }

    /// A program has to stop here, so that no secret may follow.
    pub(crate) fn is_stop(&self) -> bool {
        matches!(self, Self::Stopped(_) | Self::Over(..))
    }
}

impl Transaction {
    /// A transaction of a page that was asked for so.
    pub(crate) fn new(exchange: &Exchange<'_>, asked: &Asked, device: Option<String>) -> Self {
        let identity = exchange.identity();
        let agent = exchange.request.header("user-agent").map(str::to_owned);
        Self {
            token: token(identity.token),
            suffixes: Vec::new(),
            asked: asked.clone(),
            trail: Trail::new(device.as_deref(), agent.as_deref()),
            device,
            agent,
            identifier: None,
            user: None,
            proofs: Vec::new(),
            stage: Stage::Identify { probed: false },
            before: identity.before.iter().cloned().collect(),
            after: identity.after.iter().cloned().collect(),
            kept: None,
            expires: exchange.later(identity.life),
            paths: Vec::new(),
            pace: Pace::default(),
            last: None,
            sent: Vec::new(),
            ambiguous: false,
            success: None,
            round: 0,
            proving: None,
            passwords: Vec::new(),
        }
    }

    /// The next handle, which voids those before.
    pub(crate) fn next_handle(&mut self) -> String {
        let suffix = random::word("", 12);
        let handle = format!("{}{SEAM}{suffix}", self.token);
        self.suffixes.push(suffix);
        handle
    }

    /// How many handles have come after this one; `None` for one that was never given out.
    pub(crate) fn age_of(&self, handle: &str) -> Option<usize> {
        let suffix = handle.strip_prefix(&self.token)?.strip_prefix(SEAM)?;
        self.suffixes.iter().rev().position(|known| known == suffix)
    }

    /// Returns the action of a path of this transaction, and the name of its step.
    pub(crate) fn path(&self, path: &str) -> Option<&Path> {
        self.paths.iter().find(|known| known.place == path)
    }

    /// The path of a step, which stays the same as long as the transaction lives.
    pub(crate) fn path_of(&mut self, name: &str, tail: &str, does: Does) -> String {
        let known = self
            .paths
            .iter()
            .find(|known| known.name == name && known.tail == tail);
        if let Some(known) = known {
            return known.place.clone();
        }
        let path = format!("/idp/idx/{}/{tail}", random::word("", 10));
        self.paths.push(Path {
            place: path.clone(),
            name: name.to_owned(),
            tail: tail.to_owned(),
            does,
        });
        path
    }

    /// The name that events and counters go by.
    pub(crate) fn name(&self) -> String {
        let known = self.user.clone().or_else(|| self.identifier.clone());
        known.unwrap_or_default()
    }
}

impl Pace {
    /// Returns whether a poll of now comes sooner than it was told to, a tenth less.
    pub(crate) fn is_hasty(&mut self, now: Instant) -> bool {
        let refresh = Duration::from_millis(u64::from(self.refresh) * 9 / 10);
        self.last
            .replace(now)
            .is_some_and(|last| now - last < refresh)
    }
}

/// The token of a page: as recorded ones, with each of the characters that a page escapes.
pub(crate) fn token(shape: TokenShape) -> String {
    if shape == TokenShape::Long {
        let parts = [20, 900, 1000].map(|length| random::word("", length));
        return format!("eyJ6aXAi{}", parts.join("-_"));
    }
    format!(
        "02.id.{}-{}_{}",
        random::word("", 13),
        random::word("", 13),
        random::word("", 12)
    )
}

/// The token that a handle begins with.
pub(crate) fn token_of(handle: &str) -> &str {
    handle.split_once('~').map_or(handle, |(token, _)| token)
}

impl Exchange<'_> {
    /// Opens a transaction, whose token is a secret from now on.
    pub(crate) fn open(&mut self, transaction: Transaction) -> String {
        let token = transaction.token.clone();
        self.issued(Kind::StateToken, &token);
        self.state
            .identity
            .transactions
            .insert(token.clone(), transaction);
        token
    }

    /// An open transaction.
    pub(crate) fn transaction(&self, token: &str) -> &Transaction {
        let known = self.state.identity.transactions.get(token);
        known.expect("the token was looked up before")
    }

    pub(crate) fn transaction_mut(&mut self, token: &str) -> &mut Transaction {
        let known = self.state.identity.transactions.get_mut(token);
        known.expect("the token was looked up before")
    }

    /// Moves a transaction to another stage, at which nothing was asked about yet.
    pub(crate) fn stand(&mut self, token: &str, stage: Stage) {
        let transaction = self.transaction_mut(token);
        if stage.is_stop() {
            transaction.trail.stopped = true;
        }
        let identify = matches!(stage, Stage::Identify { .. });
        if let Some(challenge) = stage.challenge().cloned() {
            transaction.proving = Some(challenge);
        } else if identify {
            transaction.proving = None;
        }
        transaction.stage = stage;
        transaction.pace = Pace::default();
    }
}
