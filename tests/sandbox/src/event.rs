//! Events of a sandbox. None holds a secret.

mod words;

use crate::demand::Violation;
use crate::factor::FactorKind;
use crate::fault::Step;
use crate::host::Host;

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the members of each event are named for what they hold"
)]
pub enum Event {
    /// A request was read. The path is without its query.
    Request {
        host: Host,
        method: String,
        path: String,
    },
    /// A request was answered.
    Answered {
        host: Host,
        status: u16,
    },
    /// A request to `/api/v1/authn`, to what is below it, or to a step of the Identity Engine carried the password,
    /// whatever became of it.
    PasswordSent {
        user: String,
    },
    /// Okta compared a password.
    PasswordTried {
        user: String,
        accepted: bool,
    },
    /// A person has a new password.
    PasswordChanged {
        user: String,
    },
    /// Wrong passwords or codes have locked an account.
    LockedOut {
        user: String,
    },
    /// Wrong passwords from unknown devices have locked such devices out of an account.
    UnknownDevicesLockedOut {
        user: String,
    },
    /// A lock has opened by itself.
    Unlocked {
        user: String,
    },
    /// Okta gave a device token, because the request brought none.
    DeviceIssued,
    /// `/api/v1/authn` answered with a status that is not the end.
    TransactionStarted {
        user: String,
        status: String,
    },
    /// The client has cancelled a transaction.
    TransactionCancelled {
        user: String,
    },
    /// A step of the Identity Engine that was offered has come, with a body of its form.
    StepTaken {
        user: String,
        step: String,
    },
    /// The link that ends a sign-in of the Identity Engine has made a session.
    SuccessSpent {
        user: String,
    },
    /// Such a link was not good.
    SuccessRefused {
        reason: &'static str,
    },
    /// So many wrong codes of one kind have come that no more are looked at for a while.
    FactorBlocked {
        user: String,
        key: &'static str,
    },
    /// The list of factors was shown.
    FactorsShown {
        user: String,
    },
    /// A factor was picked from the list, by its id.
    FactorChosen {
        user: String,
        factor: String,
    },
    /// A push has gone to the phone that this factor's id stands for.
    PushSent {
        user: String,
        factor: String,
    },
    /// A push has come to its end: `APPROVED`, `REJECTED`, `TIMEOUT`, or the word that Okta gives.
    PushAnswered {
        user: String,
        result: String,
    },
    /// The client has asked about a push.
    Polled {
        user: String,
    },
    /// A code has gone out, by text message, call or e-mail.
    CodeSent {
        user: String,
        kind: FactorKind,
    },
    /// A request carried a code, an answer or a password for a factor, whatever became of it.
    CodePosted {
        user: String,
    },
    /// Okta compared a code or an answer.
    CodeTried {
        user: String,
        kind: FactorKind,
        accepted: bool,
    },
    /// The device of a verified user will not be asked again for a while.
    DeviceRemembered {
        user: String,
    },
    /// No factor was asked for, because the device is remembered.
    MfaSkipped {
        user: String,
    },
    SessionTokenIssued {
        user: String,
    },
    /// A session token has become a session.
    SessionTokenSpent {
        user: String,
    },
    /// A session token was used up by a request that made no session of it.
    SessionTokenBurnt {
        user: String,
        reason: &'static str,
    },
    /// A session token was not known, used or too old.
    SessionTokenRefused {
        reason: &'static str,
    },
    OktaSessionStarted {
        user: String,
    },
    /// An Okta session has signed its user in to a client.
    OktaSessionUsed {
        user: String,
    },
    OktaSessionEnded {
        user: String,
    },
    CodeIssued {
        user: String,
        client: String,
    },
    CodeRedeemed {
        user: String,
        client: String,
    },
    CodeRefused {
        client: String,
        reason: &'static str,
    },
    /// An ALB has got a new access token with a refresh token.
    TokenRefreshed {
        user: String,
        client: String,
    },
    RefreshRefused {
        client: String,
        reason: &'static str,
    },
    /// Authorize answered with an error.
    AuthorizeRefused {
        client: String,
        error: String,
    },
    /// Authorize led to a page for people.
    SignInPageShown,
    /// A request was refused for coming too soon.
    RateLimited {
        bucket: &'static str,
    },
    /// An ALB has started a sign-in.
    NonceIssued {
        app: String,
    },
    /// A callback has come to an ALB, whatever became of it.
    CallbackCame {
        app: String,
        /// `User-Agent`.
        agent: String,
        /// The cookie that the ALB has given for this sign-in came along.
        nonce: bool,
        /// A browser has made the request, by its own headers.
        browser: bool,
    },
    /// A request to an authorization endpoint, or of a program to any place at a provider.
    Visited {
        host: Host,
        /// `User-Agent`.
        agent: String,
        /// A browser, by its own headers.
        browser: bool,
    },
    /// A page with a form was shown.
    FormShown {
        host: Host,
        step: &'static str,
    },
    /// A form was refused before anything in it was looked at.
    FormRefused {
        host: Host,
        reason: &'static str,
    },
    /// A form has brought a password, whatever became of it.
    PasswordTyped {
        host: Host,
        user: String,
    },
    /// A person has given everything that the pages of a site have asked for.
    SignedInByForm {
        host: Host,
        user: String,
        /// The factor beside the password.
        factor: Option<FactorKind>,
    },
    /// A page was given a new security key.
    KeyEnrolled {
        host: Host,
        user: String,
        refused: Option<&'static str>,
    },
    /// A security key has signed for a page.
    KeyTried {
        host: Host,
        user: String,
        refused: Option<&'static str>,
    },
    ProviderSessionStarted {
        provider: String,
        user: String,
    },
    /// A provider's session has signed its user in to a client.
    ProviderSessionUsed {
        provider: String,
        user: String,
    },
    /// A session that was bound to a browser was shown by another one.
    ProviderSessionEnded {
        provider: String,
        user: String,
    },
    /// An ALB has refused a callback; the reason is the word of its access log.
    CallbackRefused {
        app: String,
        reason: &'static str,
        status: u16,
    },
    SessionIssued {
        app: String,
        user: String,
        shards: usize,
    },
    /// An ALB has put a whole new family of shards on an ordinary answer, because it has refreshed the access token.
    SessionReissued {
        app: String,
        user: String,
        shards: usize,
    },
    /// An ALB has refused a session cookie.
    SessionRefused {
        app: String,
        reason: &'static str,
    },
    /// An ALB has let a request of a session through.
    SessionAccepted {
        app: String,
        user: String,
    },
    /// The application behind an ALB has seen a request. A user is named where the ALB named one to it.
    UpstreamSaw {
        app: String,
        method: String,
        /// Without its query.
        path: String,
        user: Option<String>,
        /// A session cookie of the app came along, good or not.
        session_cookie: bool,
        /// The scheme of its `Authorization`: `Basic`, `Bearer`, … or `another`.
        authorization: Option<String>,
    },
    /// The container registry has seen a request.
    RegistrySaw {
        method: String,
        path: String,
        /// As in `UpstreamSaw`.
        authorization: Option<String>,
        /// The credentials were its own.
        admitted: bool,
    },
    /// A fault was played.
    Faulted {
        step: Step,
        fault: String,
    },
    /// The client did what no correct client does.
    Violated(Violation),
}
