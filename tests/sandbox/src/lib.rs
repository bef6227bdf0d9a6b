//! A simulated Okta organisation, ALBs and applications on loopback, over TLS.
//!
//! The org is `https://localhost:PORT`; each app's ALB is `https://127.0.0.1:PORT` with a port of its own. So the org
//! and the apps are different hosts to a cookie jar, and no name has to be resolved. (Two apps are one host to a jar
//! that goes by the standard, which knows no ports. The sandbox still calls it a violation when a cookie of one app is
//! sent to another, because an app is an origin.)
//!
//! The servers answer as the real ones do, and what a request gets is one thing. What a correct client may never do is
//! another: it is kept in `demand`, and [`Sandbox::violations`] tells.
//!
//! ```
//! use sandbox::{Sandbox, Setup};
//!
//! let sandbox = Sandbox::start(Setup::default());
//! assert!(sandbox.app_url("grafana").starts_with("https://127.0.0.1:"));
//! assert_eq!(sandbox.requests(), 0);
//! ```
//!
//! Second factors are enrolled with [`User::factors`] and asked for as [`Setup::mfa`] says; the person's side of them is
//! [`Sandbox::phone`].
//!
//! Behind an ALB stands an application that tells what it was sent, a git server or a directory of files
//! ([`App::target`]); a container registry ([`Setup::registry`]) stands behind none.
//!
//! An org is on Okta's Classic engine, or on the Identity Engine with its own protocol ([`Setup::engine`]).
//!
//! People with a browser are served too. The org has pages with forms ([`Setup::pages`]), and beside it there can be OIDC
//! providers of other kinds ([`Setup::providers`], [`App::at_provider`]), on whose pages alone anybody signs in. A page can
//! sign in by itself ([`Pages::auto`]), and [`person`] drives a real Chromium, a screen and a keyboard. A browser has no
//! business with an app: [`Violation::BrowserAtApp`].
//!
//! For machines that share a store, `store` starts a real server, and stands between it and them.
//!
//! Not simulated: HTTP/2, web sockets, remote procedure calls, the public key of the ALB's signed claims, the grants by
//! which a program gets tokens of its own, and of the Identity Engine all that a program has to leave to a browser.

mod app;
mod audit;
mod authorization;
mod balancer;
mod browsers;
mod certificate;
mod chance;
mod clock;
mod demand;
mod digest;
mod engine;
mod event;
mod factor;
mod fault;
mod flights;
mod garble;
mod host;
mod http2;
mod issuer;
mod limits;
mod listeners;
mod mfa;
mod mischief;
mod okta_verify;
mod org;
mod otp;
mod pages;
#[cfg(unix)]
pub mod person;
mod phone;
mod provider;
mod query;
mod random;
mod registry;
mod response;
mod sandbox;
mod seal;
mod server;
mod session;
pub mod setup;
#[cfg(unix)]
pub mod store;
mod tally;
mod target;
mod user;
mod variants;
mod wire;
mod world;

pub use audit::{Entry, Event, Host};
pub use browsers::Callback;
pub use chance::Chance;
pub use demand::Violation;
pub use engine::{
    After, Before, DeviceProof, Disguise, Ending, Engine, Hop, Identity, IdentityLimits, Moment,
    Need, Number, PageForm, SignOn, Stop, TokenShape, UnknownUser,
};
pub use fault::{Fault, Plan, Step};
pub use garble::Garble;
pub use org::Trail;
pub use phone::Phone;
pub use random::{password as random_password, seed as random_seed};
pub use sandbox::Sandbox;
pub use session::Session;
pub use setup::{
    App, AppPolicy, Assertion, Back, Basic, Client, Concurrency, ErrorCallback, Factor, FactorKind,
    FactorLimits, GitServer, InvalidCookie, Limits, Lockout, LoginRequired, Mfa, MfaWhen, Mode,
    NoSession, NumberChallenge, PASSWORD, PageFactor, Pages, Person, PhoneManner, Pipeline,
    Provider, ProviderError, ProviderKind, RefreshToken, Registry, RsaPrompt, Rule, SecurityKey,
    Setup, Target, User, UserState, Variants,
};
pub use target::go_module;
