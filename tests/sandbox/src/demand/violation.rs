//! The list of things that no correct client does.

use std::fmt;

use crate::audit::Host;

/// One thing that no correct client does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the members say where and what")]
pub enum Violation {
    /// A secret stood in a URL. Only the session token may, and only where Okta reads it; a code may at the callback.
    SecretInUrl { host: Host, what: &'static str },
    /// A secret stood in a header that is not `Cookie`, such as `Referer`.
    SecretInHeader { host: Host, what: &'static str },
    /// The password went anywhere but into the body of a request to the org's `/api/v1/authn`, to the step of the
    /// Identity Engine that asks for it, or to the form of a page.
    PasswordAstray { host: Host },
    /// A code, an answer, a seed, a state token or a session cookie stood in the body of a request that it was not for.
    SecretAstray { host: Host, what: &'static str },
    /// A session cookie, by its value or by its name, stood in an `Authorization`, plain or coded.
    SessionInAuthorization { host: Host },
    /// The name and password that a server wants of its own went to another host.
    BasicAstray { host: Host },
    /// A code was sent for a second time.
    CodeRepeated { factor: String },
    /// A push was asked about sooner than a second, of real time, after the last time; at the Identity Engine, sooner
    /// than its answer said.
    PolledTooFast,
    /// Two polls of one transaction were under way at the same time.
    PolledTwice,
    /// A password was sent for a second time in one sign-in.
    PasswordRepeated { user: String },
    /// A secret was sent after an answer at which a program has to stop.
    SecretAfterStop,
    /// The token of a page was sent as it stood there, with its escapes.
    TokenNotDecoded,
    /// A token was sent that stood in a comment of the page.
    TokenOfComment,
    /// One of two tokens of a page was sent, of which nobody can know which is good.
    AmbiguousToken,
    /// A step was sent with an older handle than the newest.
    StaleHandle,
    /// A step was sent to a path that no answer had.
    HrefBuilt { path: String },
    /// A step was sent that the last answer did not offer.
    StepNotOffered { step: String },
    /// A body was not what the form asked for.
    FormNotFollowed { step: String, what: String },
    /// A chosen option was sent without one of its fixed members.
    FixedMemberDropped { member: String },
    /// A step was taken that belongs to a person in a browser: recovery, enrolment, consent.
    NotForPrograms { step: String },
    /// A second push, message, call or mail was sent in one sign-in, and nobody had asked for it.
    SentUnasked { what: &'static str },
    /// A sign-in went on with another `DT` cookie, or none.
    DeviceChanged,
    /// A sign-in went on with another `User-Agent`.
    AgentChanged,
    /// The link that ends a sign-in was made, and not read off an answer that meant success.
    SuccessBuilt,
    /// A port was called on which Okta Verify would listen, and nothing does.
    LoopbackProbed { port: u16 },
    /// A factor was verified or polled in a transaction that had ended: in success, in a lock, or cancelled.
    TransactionOver,
    /// A session cookie or nonce of an app went to another host.
    SessionCookieAstray { host: Host, app: String },
    /// A cookie of the org went to another host.
    OktaCookieAstray { host: Host },
    /// A session token was presented together with a live Okta session, which makes a Classic org ignore the token.
    TokenWithSession,
    /// A session token was presented without exactly one `prompt=none`.
    TokenWithoutPromptNone,
    /// The ALB's authorize URL was not passed on byte for byte, apart from `prompt` and `sessionToken`.
    AuthorizeChanged { parameter: String },
    /// A shard was sent percent-encoded.
    FamilyEncoded { app: String },
    /// A shard was sent in quotes.
    FamilyQuoted { app: String },
    /// Not all shards of a session were sent, or not all of a shard.
    FamilyPartial { app: String },
    /// Shards of several sessions were sent under one name.
    FamilyMixed { app: String },
    /// A shard was sent under another name than it was given.
    FamilyMisnamed { app: String },
    /// A shard was sent twice.
    FamilyRepeated { app: String },
    /// A callback came with the nonce of another attempt.
    NonceOfAnotherAttempt { app: String },
    /// A request without `User-Agent`, which Okta reads for its policies.
    NoUserAgent { host: Host },
    /// A JSON request whose `Accept` is not JSON.
    WrongAccept,
    /// A JSON request whose `Content-Type` is not JSON.
    WrongContentType,
    /// The `Host` header is not the host that was called.
    WrongHost { host: Host },
    /// A request that is not HTTP, or that the org has no answer for.
    NotUnderstood { host: Host, what: String },
    /// A secret or a cookie was sent without TLS.
    SentInTheClear { host: Host },
    /// A browser has asked an app itself: for its page, its callback or its icon.
    BrowserAtApp { app: String, path: String },
    /// A form that is for people was submitted, and not by a browser.
    FormByProgram { host: Host },
    /// A page was watched by a debugger that has switched on what pages can notice.
    PageWatched { host: Host },
    /// A cookie of a provider went to another host.
    ProviderCookieAstray { host: Host },
    /// A host was called that no part of the flow names, but a redirect of a faulty server.
    WentElsewhere,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")
    }
}
