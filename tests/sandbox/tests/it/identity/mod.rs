//! The Identity Engine's own protocol under test, and the client's side of it: one that reads what it is given, and can be
//! told to do it wrong.

mod ends;
mod factors;
mod faults;
mod limits;
mod page;
mod policies;
mod push;
mod reading;
mod requests;
mod sessions;
mod stops;
mod violations;

use sandbox::{App, Factor, Identity, Need, PASSWORD, Sandbox, Setup, SignOn, User};
use serde_json::{Value, json};

use crate::browser::{Answer, Ask, Start, callback, start};
use crate::factors::ADA;

pub(crate) use reading::tokens;
use reading::{collect, find, fixed, merge};
pub(crate) use violations::only;

const ION: &str = "application/ion+json; okta-version=1.0.0";

/// An org of the Identity Engine whose user has these factors, and whose limits are out of the way.
pub(crate) fn org(
    identity: Identity,
    factors: impl IntoIterator<Item = Factor>,
    needs: impl IntoIterator<Item = Need>,
) -> Setup {
    let mut setup = Setup::identity_engine(identity);
    setup.users[0] = User::new(ADA, PASSWORD).with_factors(factors);
    setup.apps[0] = App::new("grafana").signing_on(SignOn::asking(needs));
    setup.factor_limits.token_per_five_seconds = 100;
    setup.factor_limits.user_per_five_seconds = 100;
    setup
}

/// A quick pace, so that a test can keep it.
pub(crate) fn quick() -> Identity {
    Identity::new().polled_every(0)
}

/// One sign-in, as its client sees it.
pub(crate) struct Walk<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) start: Start,
    pub(crate) jar: Vec<(String, String)>,
    pub(crate) token: String,
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl<'a> Walk<'a> {
    /// The page of an authorize request, unread.
    pub(crate) fn page(sandbox: &'a Sandbox) -> (Self, Answer) {
        Self::page_with(sandbox, Vec::new())
    }

    pub(crate) fn page_with(sandbox: &'a Sandbox, jar: Vec<(String, String)>) -> (Self, Answer) {
        let start = start(sandbox, "/");
        let answer = Ask::get(&start.authorize).jar(&jar).send(sandbox);
        let mut walk = Self {
            sandbox,
            start,
            jar,
            token: tokens(&answer.body).first().cloned().unwrap_or_default(),
            status: answer.status,
            body: Value::Null,
        };
        walk.take(&answer);
        (walk, answer)
    }

    /// As far as the first answer.
    pub(crate) fn begin(sandbox: &'a Sandbox) -> Self {
        let (mut walk, _) = Self::page(sandbox);
        walk.introspect();
        walk
    }

    /// As far as the first answer after name and password on one page.
    pub(crate) fn known(sandbox: &'a Sandbox) -> Self {
        let mut walk = Self::begin(sandbox);
        walk.log_in(PASSWORD);
        walk
    }

    pub(crate) fn log_in(&mut self, password: &str) -> &mut Self {
        self.go(
            "identify",
            json!({ "identifier": ADA, "credentials": { "passcode": password } }),
        )
    }

    fn take(&mut self, answer: &Answer) {
        for (name, value) in answer.jar() {
            self.jar.retain(|(known, _)| *known != name);
            self.jar.push((name, value));
        }
    }

    pub(crate) fn introspect(&mut self) -> &mut Self {
        let body = match self.body["stateHandle"].as_str() {
            Some(handle) => json!({ "stateHandle": handle }),
            None => json!({ "stateToken": self.token }),
        };
        let url = format!("{}/idp/idx/introspect", self.sandbox.org_url());
        self.post(&url, &body)
    }

    pub(crate) fn ask(&self, url: &str, body: &Value) -> Ask {
        Ask::post(url, body)
            .without("Accept")
            .without("Content-Type")
            .with("Accept", ION)
            .with("Content-Type", ION)
            .jar(&self.jar)
    }

    pub(crate) fn post(&mut self, url: &str, body: &Value) -> &mut Self {
        let answer = self.ask(url, body).send(self.sandbox);
        self.got(&answer)
    }

    pub(crate) fn got(&mut self, answer: &Answer) -> &mut Self {
        self.take(answer);
        self.status = answer.status;
        self.body = serde_json::from_str(&answer.body).unwrap_or_default();
        self
    }

    /// The names of the remediations.
    pub(crate) fn names(&self) -> Vec<&str> {
        let list = self
            .body
            .pointer("/remediation/value")
            .and_then(Value::as_array);
        let list = list.map(Vec::as_slice).unwrap_or_default();
        list.iter().filter_map(|one| one["name"].as_str()).collect()
    }

    /// The keys of all messages, those of fields too.
    pub(crate) fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        collect(&self.body, &mut keys);
        keys
    }

    /// A step by its name: a remediation, or an action anywhere in the answer.
    pub(crate) fn step(&self, name: &str) -> Value {
        find(&self.body, name).unwrap_or_else(|| panic!("no step {name}: {}", self.body))
    }

    /// The body that a form asks for, with these answers.
    pub(crate) fn filled(&self, step: &Value, answers: Value) -> Value {
        let mut body = fixed(&step["value"]);
        merge(&mut body, answers);
        body["stateHandle"] = self.body["stateHandle"].clone();
        body
    }

    /// Takes a step as its form asks.
    pub(crate) fn go(&mut self, name: &str, answers: Value) -> &mut Self {
        let step = self.step(name);
        let body = self.filled(&step, answers);
        self.post(step["href"].as_str().expect("a link"), &body)
    }

    /// Takes a step with a body that the form is not asked about.
    pub(crate) fn go_raw(&mut self, name: &str, mut body: Value) -> &mut Self {
        let step = self.step(name);
        body["stateHandle"] = self.body["stateHandle"].clone();
        self.post(step["href"].as_str().expect("a link"), &body)
    }

    pub(crate) fn href(&self, name: &str) -> String {
        self.step(name)["href"].as_str().expect("a link").to_owned()
    }

    /// The option of an authenticator in the list, with all its fixed members.
    pub(crate) fn option(&self, key: &str, method: Option<&str>) -> Value {
        let step = self.step("select-authenticator-authenticate");
        let fields = step["value"].as_array().expect("fields");
        let field = fields
            .iter()
            .find(|field| field["name"] == "authenticator")
            .expect("options");
        let known = self.body["authenticatorEnrollments"]["value"]
            .as_array()
            .expect("enrolments");
        let id = known
            .iter()
            .find(|one| one["key"] == key)
            .expect("the authenticator")["authenticatorId"]
            .clone();
        let options = field["options"].as_array().expect("options").iter();
        let mut bodies = options.map(|option| fixed(&option["value"]["form"]["value"]));
        let mut body = bodies.find(|body| body["id"] == id).expect("the option");
        if let Some(method) = method {
            body["methodType"] = json!(method);
        }
        json!({ "authenticator": body })
    }

    pub(crate) fn select(&mut self, key: &str, method: Option<&str>) -> &mut Self {
        let answers = self.option(key, method);
        self.go("select-authenticator-authenticate", answers)
    }

    /// Chooses the way of the only authenticator, or of the one that was chosen.
    pub(crate) fn way(&mut self, method: &str) -> &mut Self {
        let answers = json!({ "authenticator": { "methodType": method } });
        self.go("authenticator-verification-data", answers)
    }

    pub(crate) fn code(&mut self, name: &str, code: &str) -> &mut Self {
        self.go(
            "challenge-authenticator",
            json!({ "credentials": { name: code } }),
        )
    }

    pub(crate) fn poll(&mut self) -> &mut Self {
        let name = if self.names().contains(&"challenge-poll") {
            "challenge-poll"
        } else {
            "poll"
        };
        self.go(name, json!({}))
    }

    /// Gives Okta Verify up, with this body beside the handle.
    pub(crate) fn go_cancel(&mut self, body: Value) -> &mut Self {
        self.go_raw("cancel-polling", body)
    }

    pub(crate) fn success(&self) -> Option<String> {
        let step = find(&self.body, "success-redirect")?;
        Some(step["href"].as_str()?.to_owned())
    }

    /// Follows the success link.
    pub(crate) fn follow(&mut self) -> Answer {
        let href = self
            .success()
            .unwrap_or_else(|| panic!("no success: {}", self.body));
        let answer = Ask::get(&href).jar(&self.jar).send(self.sandbox);
        self.take(&answer);
        answer
    }

    /// The success link, the code, and the session of the app.
    #[track_caller]
    pub(crate) fn arrive(&mut self) {
        let back = self.follow();
        assert_eq!(back.status, 302, "{}", back.body);
        let answer = callback(self.sandbox, &self.start, &back);
        assert_eq!(answer.status, 302, "{}", answer.body);
        assert!(
            answer
                .jar()
                .iter()
                .any(|(name, _)| name.starts_with("AWSELBAuthSessionCookie"))
        );
    }
}
