//! The apps of a setup: listeners, rules, and the OIDC clients behind them.

use std::path::PathBuf;
use std::time::Duration;

use crate::engine::SignOn;
use crate::target::{GitServer, Target};

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
    /// The server behind the ALB.
    pub target: Target,
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
            target: Target::Echo,
        }
    }

    /// A git server behind an ALB that sends everybody without a session to Okta.
    #[must_use]
    pub fn git(name: &str, server: GitServer) -> Self {
        Self::new(name).serving(Target::Git(server))
    }

    /// A git server behind an ALB that denies; see [`App::denied`].
    #[must_use]
    pub fn git_denied(name: &str, server: GitServer) -> Self {
        Self::git(name, server).denied()
    }

    /// The files of a directory behind an ALB that sends everybody without a session to Okta.
    #[must_use]
    pub fn files(name: &str, directory: impl Into<PathBuf>) -> Self {
        Self::new(name).serving(Target::Files(directory.into()))
    }

    /// The files of a directory behind an ALB that denies; see [`App::denied`].
    #[must_use]
    pub fn files_denied(name: &str, directory: impl Into<PathBuf>) -> Self {
        Self::files(name, directory).denied()
    }

    /// The same app with another target.
    #[must_use]
    pub fn serving(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// The same app behind rules that answer 401 to a request without a session, and 302 to one whose session has
    /// expired or is not known. Only [`App::LOGIN`] starts a sign-in, for a cookie of the same name.
    #[must_use]
    pub fn denied(mut self) -> Self {
        let rule = self.protected().clone();
        let mut login = rule.clone().in_mode(Mode::Authenticate);
        Self::LOGIN.clone_into(&mut login.prefix);
        self.rules = vec![Rule::public("/health"), login, rule.in_mode(Mode::Deny)];
        self
    }

    /// The same app with sessions of this true length, whatever a client believes: with [`crate::Sandbox::advance`], a
    /// session ends early.
    #[must_use]
    pub fn lasting(mut self, session: Duration) -> Self {
        for rule in &mut self.rules {
            rule.session = session;
        }
        self
    }

    /// The same app with access tokens of this length, which its ALB refreshes, and with them the session cookie.
    #[must_use]
    pub fn refreshing(mut self, access_token: Duration, refresh: RefreshToken) -> Self {
        for rule in &mut self.rules {
            "openid email offline_access".clone_into(&mut rule.scope);
            rule.client.access_token = access_token;
            rule.client.refresh = refresh;
        }
        self
    }

    /// The same app with a sign-on policy of its own, which the Identity Engine's protocol can meet.
    #[must_use]
    pub fn signing_on(mut self, policy: SignOn) -> Self {
        self.protected().client.sign_on = policy;
        self
    }

    /// The same app, whose ALB signs people in with the provider of this name in the place of the org.
    #[must_use]
    pub fn at_provider(mut self, name: &str) -> Self {
        for rule in &mut self.rules {
            rule.client.provider = Some(name.to_owned());
        }
        self
    }

    /// Where a person signs in to an app whose other paths deny.
    pub const LOGIN: &'static str = "/login";

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

/// The ALB's way with a request that brings no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The rule has no authentication at all.
    Public,
    /// 302 to Okta.
    Authenticate,
    /// Forwarded without claims.
    Allow,
    /// 401 for a request without a session, 302 for one whose session has expired or is not known.
    Deny,
}

/// One rule of an ALB's listener, with the OIDC client that it signs in through.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The path prefix, in whole segments.
    pub prefix: String,
    /// The ALB's way without a session.
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
    /// The client, as Okta knows it.
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
    /// The provider that the client is registered at; `None` for the org.
    pub provider: Option<String>,
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
    /// The demand of the app's own sign-on policy on an Okta session. In the Identity Engine's protocol it can be met, with
    /// any two authenticators.
    pub policy: AppPolicy,
    /// The demands of the app's own sign-on policy, step by step, where the org speaks the Identity Engine's protocol.
    pub sign_on: SignOn,
    /// The custom server's access policy has a rule for the client.
    pub access_policy_matches: bool,
    /// The user has yet to consent.
    pub consent_needed: bool,
    /// The client may only use the interaction-code flow.
    pub interaction_code_only: bool,
    /// How long an access token is good; an hour for Okta's own authorization server.
    pub access_token: Duration,
    /// The grant for the scope `offline_access`.
    pub refresh: RefreshToken,
}

/// The grant that a client gets for the scope `offline_access`, to have new access tokens without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshToken {
    /// Nothing: the grant is not ticked.
    Never,
    /// One refresh token for as long as the grant lasts.
    Persistent,
    /// A new one with each use. The used one is good for so long (Okta's default is 30 s), so that an answer may get
    /// lost; when it comes later, it was stolen, and the whole grant ends.
    Rotating {
        /// How long a used one is still good.
        grace: Duration,
    },
}

impl Client {
    /// A client of the org's own authorization server that lets everybody in.
    #[must_use]
    pub fn new(id: &str, app: &str) -> Self {
        Self {
            id: id.to_owned(),
            provider: None,
            app: app.to_owned(),
            redirect_uris: Vec::new(),
            callback_registered: true,
            server: None,
            policy_met: true,
            policy: AppPolicy::Any,
            sign_on: SignOn::default(),
            access_policy_matches: true,
            consent_needed: false,
            interaction_code_only: false,
            access_token: Duration::from_secs(60 * 60),
            refresh: RefreshToken::Never,
        }
    }
}

/// The demand of an app's own sign-on policy on an Okta session. `/api/v1/authn` knows nothing of it: a session that is good
/// for the org may not be good for the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppPolicy {
    /// Any session will do.
    Any,
    /// A session that was made with a second factor.
    SecondFactor,
    /// A session that was made with a second factor and is not older than this.
    Within(Duration),
    /// Authentication at every sign-in, which no session can show.
    EveryTime,
    /// A factor that cannot be phished, proved to the app's own policy, which `/api/v1/authn` cannot do.
    PhishingResistant,
}
