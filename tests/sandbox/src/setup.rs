//! What a sandbox is made of: users, apps, limits, and the points on which the public record is silent.
//!
//! Plain values with defaults. A test changes the fields that it is about.

use std::time::Duration;

pub use crate::variants::{ErrorCallback, InvalidCookie, NoSession, Variants};

/// The password of the default user. It holds what breaks careless quoting: a quote, a backslash, a percent sign, a plus,
/// a space, an ampersand and a letter outside ASCII.
pub const PASSWORD: &str = "corr\"ect+h%6Frse \\ b\u{e4}ttery=1&2";

/// Everything that a sandbox is started with.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Which of Okta's two engines answers.
    pub pipeline: Pipeline,
    /// The people of the org.
    pub users: Vec<User>,
    /// The protected applications, each with its own ALB.
    pub apps: Vec<App>,
    /// OIDC clients of the org that belong to no ALB.
    pub clients: Vec<Client>,
    /// When wrong passwords lock an account.
    pub lockout: Lockout,
    /// How many requests are answered.
    pub limits: Limits,
    /// An Okta session ends when it was not used for so long; Okta's default is two hours.
    pub okta_idle: Duration,
    /// An Okta session ends so long after its start; Okta's default is never.
    pub okta_absolute: Option<Duration>,
    /// How long each exchange with the org or an ALB takes.
    pub delay: Duration,
    /// The org's port; 0 takes a free one.
    pub org_port: u16,
    /// The choices between behaviours that the public record leaves open.
    pub variants: Variants,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            pipeline: Pipeline::Classic,
            users: vec![User::new("ada@corp.example", PASSWORD)],
            apps: vec![App::new("grafana")],
            clients: Vec::new(),
            lockout: Lockout::default(),
            limits: Limits::default(),
            okta_idle: Duration::from_secs(2 * 60 * 60),
            okta_absolute: None,
            delay: Duration::ZERO,
            org_port: 0,
            variants: Variants::default(),
        }
    }
}

/// Okta's engine, as `/.well-known/okta-organization` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipeline {
    /// `v1`: the session cookie is `sid`.
    Classic,
    /// `idx`: the session cookie is `idx`.
    Identity,
}

/// One person of the org.
#[derive(Clone, Debug)]
pub struct User {
    /// The full login.
    pub login: String,
    /// The password that Okta takes.
    pub password: String,
    /// What Okta answers to the right password.
    pub state: UserState,
    /// The names of the apps that the user is assigned to; `None` for all.
    pub apps: Option<Vec<String>>,
    /// The size of the user's claims at the userinfo endpoint, which decides how many shards a session needs.
    pub claims_bytes: usize,
}

impl User {
    /// An active user of all apps, whose session fits one shard.
    #[must_use]
    pub fn new(login: &str, password: &str) -> Self {
        Self {
            login: login.to_owned(),
            password: password.to_owned(),
            state: UserState::Active,
            apps: None,
            claims_bytes: 400,
        }
    }

    /// The same user with claims that make a session of so many shards; five is more than an ALB can carry, and the
    /// sign-in ends in its 500.
    #[must_use]
    pub fn with_shards(mut self, shards: usize) -> Self {
        self.claims_bytes = [400, 400, 3_400, 6_400, 9_400, 11_000][shards.min(5)];
        self
    }
}

/// What Okta answers when a user's password is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserState {
    /// `SUCCESS` with a session token.
    Active,
    /// `MFA_REQUIRED` with a list of factors.
    MfaRequired,
    /// `MFA_ENROLL`: a factor has to be set up first.
    MfaEnroll,
    /// `PASSWORD_EXPIRED`.
    PasswordExpired,
    /// `PASSWORD_WARN` where the request asks to be warned, else `SUCCESS`. The number is the days that are left.
    PasswordWarn(u32),
    /// `PASSWORD_RESET`.
    PasswordReset,
    /// Locked by an administrator: shown or hidden as `Lockout::shown` says.
    LockedOut,
    /// No longer a user: `E0000004`.
    Deactivated,
    /// The org's sign-on policy denies: 403 `E0000085`.
    Denied,
    /// `SUCCESS` without a session token, as in a step-up transaction.
    NoSessionToken,
    /// Any other status word, in an answer of the usual shape.
    Word(String),
}

/// When wrong passwords lock an account.
#[derive(Clone, Debug)]
pub struct Lockout {
    /// How many in a row lock it. Okta's default is ten.
    pub attempts: u32,
    /// Answer `LOCKED_OUT` instead of the ordinary 401, which is Okta's default.
    pub shown: bool,
    /// After how long the lock opens by itself.
    pub unlock_after: Option<Duration>,
}

impl Default for Lockout {
    fn default() -> Self {
        Self {
            attempts: 10,
            shown: false,
            unlock_after: None,
        }
    }
}

/// Okta's rate limits.
#[derive(Clone, Debug)]
pub struct Limits {
    /// `/api/v1/authn`, for one user name and second.
    pub authn_per_user_second: u32,
    /// `/api/v1/authn`, for the org and minute.
    pub authn_per_minute: u32,
    /// The authorize endpoints, for the org and minute.
    pub authorize_per_minute: u32,
    /// The authorize endpoints, for one client, address and device, and minute.
    pub authorize_per_client_minute: u32,
    /// `/api/v1/sessions`, for the org and minute.
    pub sessions_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            authn_per_user_second: 4,
            authn_per_minute: 600,
            authorize_per_minute: 1200,
            authorize_per_client_minute: 60,
            sessions_per_minute: 600,
        }
    }
}

/// One application behind an ALB of its own.
#[derive(Clone, Debug)]
pub struct App {
    /// The name by which a test speaks of it.
    pub name: String,
    /// The listener's rules; the first whose prefix matches decides. Where none matches, the request is forwarded.
    pub rules: Vec<Rule>,
    /// Where the application itself redirects `/` to, without asking for a session.
    pub root_redirect: Option<String>,
    /// A header line longer than this is refused by the application; servers of the nginx class take 8 KiB.
    pub header_limit: Option<usize>,
    /// Also listen without TLS, and redirect to the TLS listener.
    pub plain_listener: bool,
    /// The client under test is told to make authorize requests of its own with this app's client id and redirect URI:
    /// a state that the ALB did not make is then no violation.
    pub own_authorize: bool,
    /// The port of the TLS listener; 0 takes a free one.
    pub port: u16,
    /// The ALB's key; `None` makes a new one. With the same key, sessions outlive a restart.
    pub key: Option<[u8; 32]>,
}

impl App {
    /// An app with a public `/health` and a protected rest.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            rules: vec![Rule::public("/health"), Rule::authenticate("/", name)],
            root_redirect: None,
            header_limit: None,
            plain_listener: false,
            own_authorize: false,
            port: 0,
            key: None,
        }
    }

    /// The first rule that asks for a session.
    ///
    /// # Panics
    ///
    /// Where the app has no such rule.
    pub fn protected(&mut self) -> &mut Rule {
        self.rules
            .iter_mut()
            .find(|rule| rule.mode != Mode::Public)
            .expect("the app has a rule that asks for a session")
    }
}

/// What an ALB does with a request that brings no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The rule has no authentication at all.
    Public,
    /// 302 to Okta.
    Authenticate,
    /// Forwarded without claims.
    Allow,
    /// 401 for a request without a session, 302 for one whose session has expired.
    Deny,
}

/// One rule of an ALB's listener, with the OIDC client that it signs in through.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The path prefix, in whole segments.
    pub prefix: String,
    /// What happens without a session.
    pub mode: Mode,
    /// The base name of the session cookie.
    pub cookie: String,
    /// `SessionTimeout`: the true life of a session.
    pub session: Duration,
    /// The requested scopes.
    pub scope: String,
    /// `AuthenticationRequestExtraParams`, put after the ALB's own parameters.
    pub extra: Vec<(String, String)>,
    /// The ALB knows a wrong client secret.
    pub wrong_secret: bool,
    /// What Okta knows about the client.
    pub client: Client,
}

impl Rule {
    /// A rule that starts a sign-in; `owner` makes the client id.
    #[must_use]
    pub fn authenticate(prefix: &str, owner: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            mode: Mode::Authenticate,
            cookie: "AWSELBAuthSessionCookie".to_owned(),
            session: Duration::from_secs(604_800),
            scope: "openid email".to_owned(),
            extra: Vec::new(),
            wrong_secret: false,
            client: Client::new(&format!("0oa{owner}"), owner),
        }
    }

    /// A rule without authentication.
    #[must_use]
    pub fn public(prefix: &str) -> Self {
        let mut rule = Self::authenticate(prefix, "public");
        rule.mode = Mode::Public;
        rule
    }

    /// The same rule in another mode.
    #[must_use]
    pub fn in_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// The same rule with another base name of its cookie.
    #[must_use]
    pub fn with_cookie(mut self, name: &str) -> Self {
        name.clone_into(&mut self.cookie);
        self
    }
}

/// One OIDC client, as Okta's administrator has configured it.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a check box of Okta's console"
)]
pub struct Client {
    /// The client id.
    pub id: String,
    /// The app whose assignment decides who may sign in.
    pub app: String,
    /// Redirect URIs; the callback of the ALB that uses the client is registered by itself.
    pub redirect_uris: Vec<String>,
    /// The callback of the ALB is registered.
    pub callback_registered: bool,
    /// The authorization server: `None` for the org's own, `Some("default")` for `/oauth2/default`.
    pub server: Option<String>,
    /// The app's own sign-on policy is met by a password.
    pub policy_met: bool,
    /// The custom server's access policy has a rule for the client.
    pub access_policy_matches: bool,
    /// The user has yet to consent.
    pub consent_needed: bool,
    /// The client may only use the interaction-code flow.
    pub interaction_code_only: bool,
}

impl Client {
    /// A client of the org's own authorization server that lets everybody in.
    #[must_use]
    pub fn new(id: &str, app: &str) -> Self {
        Self {
            id: id.to_owned(),
            app: app.to_owned(),
            redirect_uris: Vec::new(),
            callback_registered: true,
            server: None,
            policy_met: true,
            access_policy_matches: true,
            consent_needed: false,
            interaction_code_only: false,
        }
    }
}
