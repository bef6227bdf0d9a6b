//! Servers that misbehave, on demand.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::audit::Host;
use crate::garble::Garble;
use crate::wire::Request;

/// Where in a sign-in a fault is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// `/.well-known/okta-organization`.
    Discovery,
    /// `/api/v1/authn`, and what is below it and has no step of its own.
    Authn,
    /// The verification of a factor, but for polls: choosing it, sending its code.
    Verify,
    /// A request that asks about a push that is waiting, or about a transaction that waits for something else.
    Poll,
    /// A request for another push, message, call or e-mail.
    Resend,
    /// The end of a transaction at the client's wish, and giving up on Okta Verify.
    Cancel,
    /// The Identity Engine's `introspect`.
    Introspect,
    /// Its `identify`, which carries the name and may carry the password.
    Identify,
    /// The choice of an authenticator, or of a way of proving it.
    Choose,
    /// A password, a code or an answer.
    Answer,
    /// A step before the end: staying signed in, skipping.
    Skip,
    /// The link that ends a sign-in of the Identity Engine.
    Success,
    /// A new password, for one that has expired or was reset.
    ChangePassword,
    /// `/api/v1/sessions` and what is below it.
    Sessions,
    /// The authorize endpoints.
    Authorize,
    /// Okta's pages for people, and `/login/sessionCookieRedirect`.
    Login,
    /// Any request to an app but the callback.
    Start,
    /// `/oauth2/idpresponse` of an app.
    Callback,
}

/// One misbehaviour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answer redirects to this URL, whatever it was.
    Location(String),
    /// The answer redirects to a server that has no part in the flow, with the path and query of the true target.
    Elsewhere,
    /// The answer's redirect keeps its host and loses its TLS.
    PlainHttp,
    /// One more `Set-Cookie` line, with any bytes.
    SetCookie(Vec<u8>),
    /// The first shard comes under this name.
    ShardName(Vec<u8>),
    /// The first shard comes with this value.
    ShardValue(Vec<u8>),
    /// The session comes with shards up to `-4`.
    FifthShard,
    /// The session comes without its `-0`.
    NoFirstShard,
    /// The session comes with a hole in its numbers.
    ShardGap,
    /// The links of the answer lead to a server that has no part in the flow.
    ForeignLinks,
    /// No `Set-Cookie` at all.
    NoCookies,
    /// The body never ends.
    Endless,
    /// The body is larger than 1 MiB, and otherwise as it should be.
    Huge,
    /// A body that says it is JSON, and is not.
    NotJson,
    /// A page for people in the place of the answer, with this status: a proxy's 200, a gateway's 502 or 503.
    Html(u16),
    /// The true status without a body.
    Empty,
    /// 429, with a `Reset` so far in the future.
    TooMany(Duration),
    /// 429 for too many requests at once: limit, rest and reset mean nothing.
    Concurrency,
    /// The ALB's own error page: 500, 561, …
    BalancerPage(u16),
    /// The answer as it should be, so much later.
    Late(Duration),
    /// The connection ends in the middle of the answer.
    Cut,
    /// The connection ends before the first byte of the answer. Okta has judged and counted what came.
    HangUp,
    /// No byte of the answer ever comes. Okta has judged and counted what came.
    Silence,
    /// Okta judges and counts what came, and the client is told this in the place of the answer.
    Unreadable {
        /// The status of HTTP.
        status: u16,
        /// The text in the place of the body.
        body: Garble,
    },
    /// Authorize redirects back with this error.
    OktaError {
        /// The `error` parameter.
        error: String,
        /// The `error_description` parameter.
        description: String,
    },
    /// The answer of `/api/v1/authn` has this status word and no session token.
    Status(String),
    /// An Okta error (401 `E0000004`) with this summary.
    Summary(String),
    /// Any Okta error in the place of the answer.
    Refusal {
        /// The status of HTTP.
        status: u16,
        /// `errorCode`.
        code: String,
        /// `errorSummary`.
        summary: String,
    },
    /// An Okta error whose summary repeats the password that was sent, or the code.
    EchoPassword,
    /// No `Date`.
    NoDate,
    /// Okta's sign-in page with status 200.
    SignInPage,
    /// The org does not answer the ALB's own requests.
    IdentityProviderDown,
}

/// A fault with its place and its number of times.
#[derive(Clone, Debug)]
pub struct Plan {
    step: Step,
    app: Option<String>,
    fault: Fault,
    left: Option<u32>,
    only_secrets: bool,
}

impl Plan {
    /// The fault at every request of a step, until it is cleared.
    #[must_use]
    pub fn new(step: Step, fault: Fault) -> Self {
        Self {
            step,
            app: None,
            fault,
            left: None,
            only_secrets: false,
        }
    }

    /// Only at one app; means nothing for a step of the org.
    #[must_use]
    pub fn app(mut self, name: &str) -> Self {
        self.app = Some(name.to_owned());
        self
    }

    /// Only so many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.left = Some(times);
        self
    }

    /// Only at requests that carry a password, a code or an answer.
    #[must_use]
    pub fn only_secrets(mut self) -> Self {
        self.only_secrets = true;
        self
    }

    fn fits(&self, step: Step, host: &Host, has_secret: bool) -> bool {
        let here = match (&self.app, host) {
            (Some(name), Host::App(app)) => name == app,
            _ => true,
        };
        let carried = has_secret || !self.only_secrets;
        self.step == step && here && carried && self.left != Some(0)
    }
}

impl From<(Step, Fault)> for Plan {
    fn from((step, fault): (Step, Fault)) -> Self {
        Self::new(step, fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = format!("{self:?}");
        let end = whole.find([' ', '(']).unwrap_or(whole.len());
        formatter.write_str(&whole[..end])
    }
}

/// The faults that are set.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    plans: Mutex<Vec<Plan>>,
}

impl Faults {
    pub(crate) fn set(&self, plan: Plan) {
        self.plans
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(plan);
    }

    pub(crate) fn clear(&self) {
        self.plans
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// The fault of an answer to play now, counted as played.
    pub(crate) fn take(&self, step: Step, host: &Host, has_secret: bool) -> Option<Fault> {
        let wanted = |plan: &Plan| {
            plan.fits(step, host, has_secret) && plan.fault != Fault::IdentityProviderDown
        };
        self.find(wanted)
    }

    /// As `take`, for the one fault that happens behind the answer.
    pub(crate) fn take_down(&self, step: Step, host: &Host) -> Option<Fault> {
        self.find(|plan| plan.fits(step, host, false) && plan.fault == Fault::IdentityProviderDown)
    }

    fn find(&self, wanted: impl Fn(&Plan) -> bool) -> Option<Fault> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = plans.iter_mut().find(|plan| wanted(plan))?;
        plan.left = plan.left.map(|left| left - 1);
        Some(plan.fault.clone())
    }
}

/// The step that a request belongs to.
pub(crate) fn step_of(host: &Host, request: &Request) -> Option<Step> {
    match host {
        Host::App(_) if request.path == crate::balancer::CALLBACK => Some(Step::Callback),
        Host::App(_) => Some(Step::Start),
        Host::Org => org_step(&request.path),
        Host::Provider(_) | Host::Plain(_) | Host::Registry | Host::Elsewhere => None,
    }
}

fn org_step(path: &str) -> Option<Step> {
    if path.starts_with("/api/v1/authn") {
        Some(Step::Authn)
    } else if path.starts_with("/api/v1/sessions") {
        Some(Step::Sessions)
    } else if crate::org::authorize_server(path).is_some() {
        Some(Step::Authorize)
    } else if path.starts_with("/idp/idx/") {
        Some(Step::Introspect)
    } else if path == "/login/token/redirect" {
        Some(Step::Success)
    } else if path.starts_with("/login/") {
        Some(Step::Login)
    } else if path.starts_with("/.well-known/") {
        Some(Step::Discovery)
    } else {
        None
    }
}
