//! The points on which public sources are silent or contradict each other, each with a default and a switch.

/// One choice for each uncertain behaviour.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch with its own default"
)]
pub struct Variants {
    /// A session token beats a live session cookie, and a bad one ends that session. Off in a Classic org unless an
    /// early-access feature is on.
    pub token_wins: bool,
    /// The ALB spends the code before it looks at the nonce. One observer saw the other order.
    pub code_before_nonce: bool,
    /// The ALB's answer to a session cookie that it cannot open.
    pub invalid_cookie: InvalidCookie,
    /// The ALB's answer to a callback that carries an error.
    pub error_callback: ErrorCallback,
    /// A code that Okta refuses as used or unknown is answered 561 rather than 401.
    pub bad_code_is_561: bool,
    /// An expired session under a `deny` rule is answered 401, as older documentation has it, rather than 302.
    pub deny_expired_is_401: bool,
    /// A refresh puts a new family of shards on the answer. No public capture shows one; without it, each request after
    /// the end of an access token is refreshed anew.
    pub reissues_after_refresh: bool,
    /// Where Okta gives no answer to a refresh, the session is kept until the next request rather than ended.
    pub outage_keeps_session: bool,
    /// The bytes of name and value that one shard may have.
    pub shard_bytes: usize,
    /// The answer of authorize to a client without session and without `prompt=none`; `None` takes the engine's way.
    pub no_session: Option<NoSession>,
    /// The links in answers of `/api/v1/authn` carry a path segment that no client can guess.
    pub opaque_links: bool,
    /// The links in answers of `/api/v1/authn` already have a query, which has to come back with them.
    pub links_with_query: bool,
    /// Another factor may be chosen without going back to the list first.
    pub switch_without_previous: bool,
    /// A time-based code that was used before has a code of its own (`E0000082`) and does not count as a wrong one.
    pub replay_has_own_code: bool,
    /// The error of a wrong code names its cause, in `errorCauses`.
    pub wrong_code_has_cause: bool,
    /// Transactions have `FACTOR_REQUIRED`, `FACTOR_CHALLENGE`, … for their words, as in factor sequencing.
    pub factor_words: bool,
    /// A user with one factor is challenged for it directly after the password.
    pub challenge_at_once: bool,
    /// The list of factors is called `factor`, as one sample of the documentation has it.
    pub factor_for_factors: bool,
    /// Whatever may be missing is missing: profiles, vendors, policies, the hints of links; `verification` is null.
    pub sparse: bool,
    /// The `factorResult` of a push that is waited for.
    pub waiting_word: String,
    /// A refused password is `E0000207`, as the Identity Engine may have it, rather than `E0000004`.
    pub engine_words: bool,
    /// The text of `login_required` where there is no session.
    pub login_required: LoginRequired,
    /// A new password is refused with `E0000014` and its causes, rather than with `E0000080`.
    pub refused_password_has_causes: bool,
    /// Passwords are kept elsewhere: the next step of an expired one is a link for a browser.
    pub password_kept_elsewhere: bool,
    /// Every second answer to a poll leaves `_embedded` out.
    pub polls_without_embedded: bool,
    /// A session token is only good with the User-Agent and the `DT` cookie that it was issued to.
    pub device_matching: bool,
    /// Okta's cookies carry `Version=1`, as recorded in 2017.
    pub cookie_version: bool,
    /// An unknown client or redirect URI at authorize is answered in JSON where the request accepts JSON.
    pub authorize_speaks_json: bool,
}

impl Default for Variants {
    fn default() -> Self {
        Self {
            token_wins: false,
            code_before_nonce: false,
            invalid_cookie: InvalidCookie::StartsSignIn,
            error_callback: ErrorCallback::Split,
            bad_code_is_561: false,
            deny_expired_is_401: false,
            reissues_after_refresh: true,
            outage_keeps_session: false,
            shard_bytes: 4096,
            no_session: None,
            opaque_links: false,
            links_with_query: false,
            switch_without_previous: false,
            replay_has_own_code: true,
            wrong_code_has_cause: true,
            factor_words: false,
            challenge_at_once: false,
            factor_for_factors: false,
            sparse: false,
            waiting_word: "WAITING".to_owned(),
            engine_words: false,
            login_required: LoginRequired::NotLoggedIn,
            refused_password_has_causes: true,
            password_kept_elsewhere: false,
            polls_without_embedded: false,
            device_matching: false,
            cookie_version: true,
            authorize_speaks_json: false,
        }
    }
}

/// The ALB's answer to a session cookie that it cannot open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidCookie {
    /// 302 to Okta, as users report.
    StartsSignIn,
    /// 401, as AWS's knowledge centre has it.
    Unauthorized,
}

/// The ALB's answer to a callback that carries an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCallback {
    /// 401 for `access_denied`, 561 for all others.
    Split,
    /// Always 401.
    Unauthorized,
    /// Always 561.
    AuthenticationError,
}

/// The answer of authorize to a client without session and without `prompt=none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSession {
    /// A redirect to `/login/login.htm`, which is Classic's way.
    LoginRedirect,
    /// A sign-in page with status 200 at the authorize URL itself, which is the Identity Engine's way.
    Page,
}

/// The text of `login_required` where there is no session. Which text goes with a session token that is not good is not on
/// record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginRequired {
    /// The user is not logged in.
    NotLoggedIn,
    /// `prompt=none` requires a session.
    NoExistingSession,
    /// The request has expired.
    RequestExpired,
}

impl LoginRequired {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::NotLoggedIn => {
                "The client specified not to prompt, but the user is not logged in."
            }
            Self::NoExistingSession => {
                "A 'prompt' value of 'none' requires an existing session to successfully authorize."
            }
            Self::RequestExpired => "Request expired, please start over and try again.",
        }
    }
}
