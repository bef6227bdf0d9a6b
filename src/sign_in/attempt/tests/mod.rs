mod claim;
mod cookies;
mod identity;
mod identity_end;
mod ladder;
mod stops;
mod together;

use super::Attempt;
use crate::app::{App, Engine, OktaClient};
use crate::clock::Moment;
use crate::http::{Request, Response, Verb};
use crate::session::Session;
use crate::sign_in::alb::Entrance;
use crate::sign_in::fixture::{
    AUTHN, AUTHORIZE, CALLBACK, NONCE, NOW, PASSWORD, START, Script, answer, app, asked, broken,
    jar, org, redirect, replied, secret,
};
use crate::sign_in::flow::{Code, Event, KnownAccount, Peer, Step, UserInput};
use crate::sign_in::okta::{Ladder, Parties};

const SHARD: (&str, &str) = (
    "set-cookie",
    "AWSELBAuthSessionCookie-0=ab+/c==; Max-Age=604800",
);
/// Authn's answer when nothing more is wanted.
const TOKEN: &str = r#"{"status":"SUCCESS","sessionToken":"20111tok"}"#;
/// Authn's refusal, with the password in it.
const REFUSED: &str =
    r#"{"errorCode":"E0000004","errorSummary":"Authentication failed for hunter2 \"/é"}"#;
/// The ALB's own callback path.
const BACK: &str = "https://wiki.corp.example/oauth2/idpresponse";
/// Okta requires a login, and the session is good for no app any more.
const NOT_SIGNED_IN: &str = "?error=login_required&error_description=not+logged+in.";
/// Okta wants more for this app alone.
const POLICY: &str = "?error=login_required&error_description=re-authentication+or+MFA.";

/// The steps of a sign-in, in one line each.
const CLAIM: &str = "claim";
const PASSWORD_WANTED: &str = "ask: the password";
const WAITS: &str = "send nothing";
const APP: &str = "app https://wiki.corp.example/ []";
const SIGNED_IN: &str = "session AWSELBAuthSessionCookie-0=ab+/c==";

/// The password on its way to Okta, with these cookies.
fn authn(cookies: &str) -> String {
    let body = "{\"username\":\"ada@corp.example\",\"password\":\"hunter2 \\\"/\u{e9}\",\"options\":\
        {\"multiOptionalFactorEnroll\":false,\"warnBeforePasswordExpired\":false}}";
    format!("okta {AUTHN} [{cookies}] {body}")
}

/// The ALB's request on its way to Okta, with these cookies and, after a password, the session token.
fn authorize(token: &str, cookies: &str) -> String {
    let token = match token {
        "" => String::new(),
        token => format!("&sessionToken={token}"),
    };
    format!("okta {AUTHORIZE}&prompt=none{token} [{cookies}]")
}

fn callback() -> String {
    format!("app {CALLBACK} [AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c]")
}

/// The ALB's redirect to Okta.
fn request() -> Response {
    answer(START, 302, &[("location", AUTHORIZE), NONCE], "")
}

/// Okta's redirect to the callback, with a code.
fn code() -> Response {
    redirect(AUTHORIZE, CALLBACK)
}

/// Okta's redirect to the callback, without one.
fn refusal(query: &str) -> Response {
    redirect(AUTHORIZE, &format!("{BACK}{query}"))
}

/// Authn's answer.
fn authn_says(status: u16, body: &str) -> Response {
    answer(AUTHN, status, &[], body)
}

/// The ALB's answer to the callback.
fn signed_in() -> Response {
    answer(CALLBACK, 302, &[("location", START), SHARD], "")
}

/// The same answer with other headers after its own.
fn with(mut reply: Response, headers: &[(&str, &str)]) -> Response {
    let headers = headers.iter();
    let headers = headers.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
    reply.headers.extend(headers);
    reply
}

/// An account's record with these cookies of Okta's.
fn known(session: &[(&str, &str)], device_token: &str) -> KnownAccount {
    KnownAccount {
        session: jar(session),
        device_token: (!device_token.is_empty()).then(|| secret(device_token)),
        codes_in_a_row: 0,
        engine: Some(Engine::Classic),
    }
}

/// The app of a sign-in, and the client that the configuration may name.
struct SignInSetup {
    app: App,
    client: Option<OktaClient>,
    insist: bool,
    needs_browser: bool,
}

impl SignInSetup {
    fn new() -> Self {
        Self {
            app: app(),
            client: None,
            insist: false,
            needs_browser: false,
        }
    }

    fn with_client() -> Self {
        let client = Some(crate::sign_in::fixture::client("http://localhost:8080/cb"));
        Self {
            client,
            ..Self::new()
        }
    }

    /// A sign-in of a person whose account is `known`, and its first step.
    fn begin(&self, known: KnownAccount) -> (ScriptedSignIn<'_>, String) {
        let parties = Parties {
            app: &self.app,
            org: org(&self.app),
            client: self.client.as_ref(),
            person: true,
            insist: self.insist,
            needs_browser: self.needs_browser,
        };
        let entrance = Entrance::of_app(&self.app);
        let attempt = Attempt::new(&self.app, entrance, Ladder::new(parties, known));
        let mut sign_in = ScriptedSignIn(Script::new(attempt));
        let line = sign_in.meets(Event::Begin);
        (sign_in, line)
    }

    /// A sign-in without an Okta session, up to the password that is asked for.
    fn at_password(&self, device_token: &str) -> ScriptedSignIn<'_> {
        let (mut sign_in, line) = self.begin(known(&[], device_token));
        assert_eq!(line, CLAIM);
        let line = sign_in.claimed(known(&[], device_token));
        assert_eq!(line, PASSWORD_WANTED);
        sign_in
    }

    /// A sign-in up to its last step at Okta, after a password.
    fn at_authorize(&self) -> ScriptedSignIn<'_> {
        let mut sign_in = self.at_password("DI1");
        sign_in.gives_password();
        assert_eq!(sign_in.app(request()), WAITS);
        let line = sign_in.okta(authn_says(200, TOKEN));
        assert_eq!(line, authorize("20111tok", "DT=DI1"));
        sign_in
    }

    /// A sign-in with an Okta session, up to the ALB's request on its way to Okta.
    fn at_rung_1(&self, session: &[(&str, &str)], device_token: &str) -> ScriptedSignIn<'_> {
        let (mut sign_in, line) = self.begin(known(session, device_token));
        assert_eq!(line, APP);
        assert!(sign_in.app(request()).starts_with("okta "));
        sign_in
    }
}

/// A sign-in that is under way. Each act returns the next step in one line.
struct ScriptedSignIn<'a>(Script<Attempt<'a, Ladder<'a>>>);

impl ScriptedSignIn<'_> {
    fn app(&mut self, reply: Response) -> String {
        self.meets(replied(Peer::App, reply))
    }

    fn okta(&mut self, reply: Response) -> String {
        self.meets(replied(Peer::IdentityProvider, reply))
    }

    /// The connection to `peer` breaks, after the request may have arrived.
    fn breaks(&mut self, peer: Peer) -> String {
        self.meets(broken(peer, true))
    }

    /// The account is claimed, and its record says this.
    fn claimed(&mut self, known: KnownAccount) -> String {
        self.claimed_at(known, NOW)
    }

    fn claimed_at(&mut self, known: KnownAccount, now: Moment) -> String {
        self.meets(Event::Claimed(known, now))
    }

    fn gives_password(&mut self) -> String {
        self.meets(Event::Input(UserInput::Password(secret(PASSWORD))))
    }

    fn types(&mut self, code: &str) -> String {
        let code = Code::once(secret(code), None);
        self.meets(Event::Input(UserInput::Code(code)))
    }

    fn meets(&mut self, event: Event) -> String {
        self.0.meets(event, |_, step| shown(step))
    }

    /// The facts that were recorded, in order.
    fn facts(&self) -> Vec<&str> {
        self.0.facts.iter().map(String::as_str).collect()
    }

    /// Goes through the last two answers: Okta's code and the ALB's session.
    fn finishes(&mut self) {
        assert_eq!(self.okta(code()), callback());
        assert_eq!(self.app(signed_in()), SIGNED_IN);
    }
}

fn shown(step: &Step<Session>) -> String {
    match step {
        Step::Send(requests) if requests.is_empty() => WAITS.into(),
        Step::Send(requests) => {
            let requests: Vec<String> = requests.iter().map(sent).collect();
            requests.join(" + ")
        }
        Step::Claim => CLAIM.into(),
        Step::Need(need) => asked(need),
        Step::Wait(wait) => format!("wait for {}", wait.what),
        Step::Done(session) => format!("session {}", session.cookie().expose()),
        Step::Record(_) => panic!("the script records"),
    }
}

/// A request in one line: to whom, where, the cookies, and the body where there is one.
fn sent((peer, request): &(Peer, Request)) -> String {
    let peer = match peer {
        Peer::App => "app",
        Peer::IdentityProvider => "okta",
    };
    let cookie = request.cookie.as_ref().map_or("", |cookie| cookie.expose());
    let line = format!("{peer} {} [{cookie}]", request.url);
    match (request.verb, &request.body) {
        (Verb::Post, Some(body)) => format!("{line} {}", body.expose()),
        (Verb::Get, None) => line,
        _ => panic!("a body is posted"),
    }
}
