//! Okta sessions, which all apps of the org share.

use std::time::Duration;
use time::OffsetDateTime;

use crate::audit::Event;
use crate::factor::FactorKind;
use crate::org::Exchange;
use crate::org::identity::Proof;
use crate::random;

#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The `id` of the Sessions API, which Classic puts into the `sid` cookie.
    pub(crate) id: String,
    /// The value that the Identity Engine puts into the `idx` cookie.
    pub(crate) idx: String,
    pub(crate) user: String,
    pub(crate) started: OffsetDateTime,
    /// The second factor that was proved for it, if one was.
    pub(crate) factor: Option<FactorKind>,
    used: OffsetDateTime,
    /// Everything that was proved for it.
    pub(crate) proofs: Vec<Proof>,
    /// It outlives the browser.
    pub(crate) kept: bool,
    /// So long, as its cookie says.
    pub(crate) life: Option<Duration>,
    /// The only `User-Agent` that it is good with.
    pub(crate) agent: Option<String>,
    /// A person has made it on a page.
    pub(crate) by_page: bool,
}

impl Exchange<'_> {
    pub(crate) fn start_session(&mut self, login: &str, factor: Option<FactorKind>) -> Session {
        let session = Session {
            id: random::word("102", 24),
            idx: random::word("eyJ6aXAiOiJERUYi", 480),
            user: login.to_owned(),
            started: self.now,
            factor,
            used: self.now,
            proofs: self.usual_proofs(factor),
            kept: false,
            life: None,
            agent: None,
            by_page: false,
        };
        self.state.sessions.push(session.clone());
        self.record(Event::OktaSessionStarted {
            user: login.to_owned(),
        });
        session
    }

    /// The proofs that `/api/v1/authn` has judged: a password, and a factor where one was asked for.
    fn usual_proofs(&self, factor: Option<FactorKind>) -> Vec<Proof> {
        let proof = |key, kind| Proof {
            key,
            kind,
            at: self.now,
            fresh: false,
        };
        let second = factor.map(|kind| proof("factor", kind));
        let first = proof("okta_password", FactorKind::Password);
        std::iter::once(first).chain(second).collect()
    }

    /// Puts what was proved in the place of the usual.
    pub(crate) fn prove_session(&mut self, id: &str, proofs: &[Proof], kept: bool) -> Session {
        let session = self.state.sessions.iter_mut().find(|one| one.id == id);
        let session = session.expect("the session was started just now");
        let stale = |proof: &Proof| Proof {
            fresh: false,
            ..proof.clone()
        };
        session.proofs = proofs.iter().map(stale).collect();
        session.kept = kept;
        session.clone()
    }

    /// The session that a session token makes, with its cookies; `None` for a token that is not good.
    pub(crate) fn session_for(&mut self, token: &str) -> Option<Session> {
        let (user, factor) = self.spend_session_token(token)?;
        let session = self.start_session(&user, factor);
        self.session_cookies(&session);
        Some(session)
    }

    /// The live session that the request's cookies name, if any. A session of the Identity Engine is also found by a
    /// `sid`, which it converts; Classic knows nothing of `idx`.
    pub(crate) fn live_session(&mut self) -> Option<Session> {
        self.end_overdue();
        let sid = self.request.cookie("sid");
        let idx = self
            .request
            .cookie("idx")
            .filter(|_| self.identity_engine());
        let mut sessions = self.state.sessions.iter();
        let found = sessions.find(|session| {
            idx.as_ref() == Some(&session.idx)
                || (idx.is_none() && sid.as_ref() == Some(&session.id))
        });
        let found = found.cloned()?;
        let bound = found.agent.as_deref();
        if bound.is_some_and(|agent| self.request.header("user-agent") != Some(agent)) {
            // whoever has taken the cookies out of the browser has ended the session
            self.end_session(&found.id);
            return None;
        }
        Some(found)
    }

    /// Starts the idle time anew.
    pub(crate) fn touch(&mut self, id: &str) {
        let now = self.now;
        if let Some(session) = self.state.sessions.iter_mut().find(|one| one.id == id) {
            session.used = now;
        }
    }

    pub(crate) fn end_session(&mut self, id: &str) {
        let Some(at) = self.state.sessions.iter().position(|one| one.id == id) else {
            return;
        };
        let user = self.state.sessions.remove(at).user;
        self.record(Event::OktaSessionEnded { user });
    }

    /// When a session ends if it is not used again.
    pub(crate) fn session_end(&self, session: &Session) -> OffsetDateTime {
        let setup = &self.world.setup;
        let idle = session.used + setup.okta_idle;
        match setup.okta_absolute {
            Some(life) => idle.min(session.started + life),
            None => idle,
        }
    }

    fn end_overdue(&mut self) {
        let overdue: Vec<String> = self
            .state
            .sessions
            .iter()
            .filter(|session| self.now >= self.session_end(session))
            .map(|session| session.id.clone())
            .collect();
        for id in overdue {
            self.end_session(&id);
        }
    }
}
