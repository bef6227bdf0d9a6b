#![expect(
    clippy::needless_pass_by_value,
    reason = "a test writes its JSON in place"
)]

mod answers;
mod factors;
mod lost;
mod messages;
mod steps;
mod typed;

use serde_json::{Value, json};

use super::{End, Transaction};
use crate::app::{App, Org, Source};
use crate::cookie::Jar;
use crate::http::{Request, Response};
use crate::sign_in::fixture::{
    AUTHORIZE, Script, answer, app, asked, broken, org, replied, request_of, secret,
};
use crate::sign_in::flow::{Code, Event, Peer, Step, UserInput};
use crate::sign_in::okta::parties::Parties;

/// An app of an org whose settings a test may change.
pub(super) struct Scene {
    app: App,
    org: Org,
    person: bool,
}

impl Scene {
    pub(super) fn new() -> Self {
        let app = app();
        let mut org = org(&app).clone();
        org.password = Source::File("p".into());
        Self {
            app,
            org,
            person: true,
        }
    }

    pub(super) fn unattended() -> Self {
        Self {
            person: false,
            ..Self::new()
        }
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Org)) -> Self {
        change(&mut self.org);
        self
    }

    /// A transaction, and its first request.
    pub(super) fn begin(&self) -> Talk<'_> {
        let parties = Parties {
            app: &self.app,
            org: &self.org,
            client: None,
            person: self.person,
            insist: false,
            needs_browser: false,
        };
        let parameters = request_of(AUTHORIZE).parameters;
        let transaction = Transaction::new(
            parties,
            parameters,
            Jar::default(),
            secret("02.id.page"),
            0,
            false,
            false,
        );
        let mut talk = Talk(Script::new(transaction));
        let line = talk.meets(Event::Begin);
        assert_eq!(line, r#"introspect {"stateToken":"02.id.page"}"#);
        talk
    }

    /// A transaction whose password was taken, at the answer after it.
    pub(super) fn after_password(&self, next: &Value) -> (Talk<'_>, String) {
        let mut talk = self.begin();
        assert_eq!(talk.says(&identify_with_password()), "ask: the password");
        talk.password();
        let line = talk.says(next);
        (talk, line)
    }
}

/// A transaction that is under way. Each act returns the next step in one line.
pub(super) struct Talk<'a>(pub(super) Script<Transaction<'a>>);

impl Talk<'_> {
    pub(super) fn says(&mut self, body: &Value) -> String {
        self.replies(200, body)
    }

    pub(super) fn replies(&mut self, status: u16, body: &Value) -> String {
        self.reply(ion(status, &body.to_string()))
    }

    pub(super) fn reply(&mut self, reply: Response) -> String {
        self.meets(replied(Peer::IdentityProvider, reply))
    }

    pub(super) fn breaks(&mut self, may_have_arrived: bool) -> String {
        self.meets(broken(Peer::IdentityProvider, may_have_arrived))
    }

    pub(super) fn password(&mut self) -> String {
        self.meets(Event::Input(UserInput::Password(secret("hunter2"))))
    }

    pub(super) fn types(&mut self, password: &str) -> String {
        self.meets(Event::Input(UserInput::TypedPassword(secret(password))))
    }

    pub(super) fn code(&mut self, code: &str) -> String {
        let code = Code::once(secret(code), None);
        self.meets(Event::Input(UserInput::Code(code)))
    }

    pub(super) fn input(&mut self, input: UserInput) -> String {
        self.meets(Event::Input(input))
    }

    pub(super) fn waits(&mut self) -> String {
        self.meets(Event::Elapsed)
    }

    pub(super) fn unanswered(&mut self) -> String {
        self.meets(Event::Unanswered {
            what: "x".into(),
            seconds: 7,
        })
    }

    fn meets(&mut self, event: Event) -> String {
        self.0.meets(event, |_, step| shown(step))
    }

    pub(super) fn verdicts(&self) -> Vec<&str> {
        self.0.verdicts()
    }
}

pub(super) fn ion(status: u16, body: &str) -> Response {
    answer("https://corp.okta.com/idp/idx/x", status, &[], body)
}

fn shown(step: &Step<End>) -> String {
    match step {
        Step::Send(requests) => requests.iter().map(|(_, request)| sent(request)).collect(),
        Step::Need(need) => asked(need),
        Step::Wait(wait) => format!("wait {} ms for {}", wait.pause.as_millis(), wait.what),
        Step::Done(End::Success(url)) => format!("success {url}"),
        Step::Done(End::Gone) => "gone".into(),
        Step::Done(End::OtherAccount) => "another account".into(),
        Step::Claim | Step::Record(_) => panic!("a transaction does no such thing"),
    }
}

fn sent(request: &Request) -> String {
    let path = request.url.path().trim_start_matches("/idp/idx/");
    let body = request.body.as_ref().expect("a body").expose();
    assert!(request.media_type.contains("json"));
    format!("{path} {body}")
}

/// A form of these fields, besides the handle.
pub(super) fn step(name: &str, path: &str, fields: Value) -> Value {
    let mut fields = fields.as_array().cloned().unwrap_or_default();
    fields.push(json!({"name": "stateHandle", "required": true, "value": "02.id.page~c.old", "mutable": false}));
    json!({
        "rel": ["create-form"], "name": name, "href": format!("https://corp.okta.com/idp/idx/{path}"),
        "method": "POST", "value": fields, "accepts": "application/json; okta-version=1.0.0",
    })
}

/// An answer with these steps, and members besides.
pub(super) fn steps(handle: &str, steps: &[Value], besides: Value) -> Value {
    let mut answer = json!({
        "version": "1.0.0", "stateHandle": format!("02.id.page~c.{handle}"),
        "remediation": {"type": "array", "value": steps},
        "cancel": step("cancel", "cancel", json!([])),
    });
    if let (Some(answer), Value::Object(besides)) = (answer.as_object_mut(), besides) {
        answer.extend(besides);
    }
    answer
}

pub(super) fn message(key: &str, class: &str) -> Value {
    json!({"type": "array", "value": [{"message": "Okta's words", "i18n": {"key": key}, "class": class}]})
}

pub(super) fn identify() -> Value {
    steps(
        "i",
        &[step(
            "identify",
            "identify",
            json!([{"name": "identifier", "required": true}]),
        )],
        json!({}),
    )
}

pub(super) fn identify_with_password() -> Value {
    let fields = json!([
        {"name": "identifier", "required": true},
        {"name": "credentials", "type": "object", "required": true, "form": {"value": [{"name": "passcode", "secret": true}]}},
        {"name": "rememberMe", "type": "boolean"},
    ]);
    steps("p", &[step("identify", "identify", fields)], json!({}))
}

/// A challenge of this authenticator, answered by this field.
pub(super) fn challenge(handle: &str, key: &str, field: &str, besides: Value) -> Value {
    let fields = json!([{"name": "credentials", "required": true, "form": {"value": [{"name": field, "required": true}]}}]);
    let form = step("challenge-authenticator", "challenge/answer", fields);
    let current = json!({"currentAuthenticatorEnrollment": {"value": {"key": key, "id": format!("{key}1"), "methods": [{"type": "x"}]}}});
    let mut answer = steps(handle, &[form], current);
    if let (Some(answer), Value::Object(besides)) = (answer.as_object_mut(), besides) {
        answer.extend(besides);
    }
    answer
}

pub(super) fn success() -> Value {
    json!({
        "stateHandle": "02.id.page~c.s",
        "success": {"name": "success-redirect", "href": "https://corp.okta.com/login/token/redirect?stateToken=02.id.page"},
    })
}

pub(super) const DONE: &str =
    "success https://corp.okta.com/login/token/redirect?stateToken=02.id.page";
