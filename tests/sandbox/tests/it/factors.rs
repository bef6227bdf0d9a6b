//! The list of factors, the choice of one, and what all of them share. Here is also the client's side of it.

use sandbox::{Factor, MfaWhen, PASSWORD, Sandbox, Setup, User, UserState, Violation};
use serde_json::{Value, json};

use crate::browser::{Answer, Ask, authn};

pub(crate) const ADA: &str = "ada@corp.example";
pub(crate) const SEED: &str = "JBSWY3DPEHPK3PXP";

/// A setup whose user has these factors, and whose limits are out of the way.
pub(crate) fn with(factors: impl IntoIterator<Item = Factor>) -> Setup {
    let mut setup = Setup::default();
    setup.users[0] = User::new(ADA, PASSWORD).with_factors(factors);
    setup.limits.authn_per_user_second = 100;
    setup
}

/// One transaction, as its client sees it: the last answer that had a state.
pub(crate) struct Walk<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) body: Value,
}

impl<'a> Walk<'a> {
    pub(crate) fn begin(sandbox: &'a Sandbox) -> Self {
        let body = authn(sandbox, PASSWORD).json();
        Self { sandbox, body }
    }

    pub(crate) fn status(&self) -> &str {
        self.body["status"].as_str().unwrap_or_default()
    }

    pub(crate) fn result(&self) -> &str {
        self.body["factorResult"].as_str().unwrap_or_default()
    }

    pub(crate) fn href(&self, name: &str) -> String {
        let link = match name {
            "resend" => &self.body["_links"]["resend"][0],
            name => &self.body["_links"][name],
        };
        link["href"].as_str().expect("a link").to_owned()
    }

    /// The link that verifies the factor of a type, from the list.
    pub(crate) fn factor(&self, kind: &str) -> String {
        let factors = self.body["_embedded"]["factors"].as_array();
        let found = factors.and_then(|all| all.iter().find(|one| one["factorType"] == kind));
        let link = &found.expect("a factor")["_links"]["verify"]["href"];
        link.as_str().expect("a link").to_owned()
    }

    /// Posts the state token with `members`; an answer with a status is the new state.
    pub(crate) fn post(&mut self, href: &str, members: Value) -> Answer {
        let mut body = members;
        if body.get("stateToken").is_none() {
            body["stateToken"] = self.body["stateToken"].clone();
        }
        let answer = Ask::post(href, &body)
            .cookie("DT", "DIthe-device-of-ada")
            .send(self.sandbox);
        if answer.status == 200 {
            self.body = answer.json();
        }
        answer
    }

    pub(crate) fn choose(&mut self, kind: &str) -> Answer {
        self.post(&self.factor(kind), json!({}))
    }

    pub(crate) fn next(&mut self, members: Value) -> Answer {
        self.post(&self.href("next"), members)
    }

    pub(crate) fn poll(&mut self) -> &str {
        self.next(json!({}));
        self.result()
    }
}

pub(crate) fn code(answer: &Answer) -> String {
    let code = answer.json()["errorCode"].as_str().map(str::to_owned);
    code.unwrap_or_default()
}

#[test]
fn a_user_without_factors_is_not_asked_and_one_with_factors_is() {
    let sandbox = Sandbox::start(with([]));
    assert_eq!(Walk::begin(&sandbox).status(), "SUCCESS");
    let sandbox = Sandbox::start(with([Factor::totp(SEED)]));
    let walk = Walk::begin(&sandbox);
    assert_eq!(walk.status(), "MFA_REQUIRED");
    assert_eq!(walk.body["sessionToken"], Value::Null);
    let mut setup = with([Factor::totp(SEED)]);
    setup.mfa.when = MfaWhen::Never;
    let sandbox = Sandbox::start(setup);
    assert_eq!(Walk::begin(&sandbox).status(), "SUCCESS");
}

#[test]
fn the_list_shows_each_factor_and_the_policy() {
    let mut factors = Factor::okta_verify("Ada's phone", SEED);
    factors.push(Factor::sms("+1 XXX-XXX-1337").with_id("smsANID"));
    factors.push(Factor::unknown("telepathy").without_profile());
    let sandbox = Sandbox::start(with(factors));
    let body = Walk::begin(&sandbox).body;
    let list = body["_embedded"]["factors"].as_array().expect("a list");
    let types: Vec<&Value> = list.iter().map(|one| &one["factorType"]).collect();
    assert_eq!(types, ["push", "token:software:totp", "sms", "telepathy"]);
    assert_eq!(list[0]["profile"]["name"], "Ada's phone");
    assert_eq!(list[2]["id"], "smsANID");
    assert_eq!(list[3]["profile"], json!({}));
    let policy = &body["_embedded"]["policy"];
    assert_eq!(policy["allowRememberDevice"], true);
    let id = list[0]["id"].as_str().expect("an id");
    assert_eq!(policy["factorsPolicyInfo"][id]["autoPushEnabled"], false);
    assert_eq!(body["_links"]["next"], Value::Null);
}

#[test]
fn the_usual_factors_of_a_state_without_any_work_too() {
    let mut setup = with([]);
    setup.users[0].state = UserState::MfaRequired;
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::begin(&sandbox);
    let code = sandbox.phone(ADA).totp();
    let href = walk.factor("token:software:totp");
    walk.post(&href, json!({ "passCode": code }));
    assert_eq!(walk.status(), "SUCCESS");
    assert!(walk.body["sessionToken"].is_string());
    assert_eq!(sandbox.violations(), []);
}

#[test]
fn factors_come_before_an_expired_password_and_before_a_warning() {
    for (state, word) in [
        (UserState::PasswordExpired, "PASSWORD_EXPIRED"),
        (UserState::PasswordWarn(3), "SUCCESS"),
    ] {
        let mut setup = with([Factor::totp(SEED)]);
        setup.users[0].state = state;
        let sandbox = Sandbox::start(setup);
        let mut walk = Walk::begin(&sandbox);
        assert_eq!(walk.status(), "MFA_REQUIRED");
        let href = walk.factor("token:software:totp");
        let code = sandbox.phone(ADA).totp();
        walk.post(&href, json!({ "passCode": code }));
        assert_eq!(walk.status(), word);
    }
}

#[test]
fn only_what_the_state_offers_is_taken() {
    let mut setup = with([Factor::totp(SEED), Factor::sms("+1")]);
    let bob = Factor::totp(SEED).with_id("ostBOB");
    let bob = User::new("bob@corp.example", "another password").with_factors([bob]);
    setup.users.push(bob);
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::begin(&sandbox);
    let url = |path: &str| format!("{}/api/v1/authn{path}", sandbox.org_url());
    for (path, expected) in [
        ("/factors/ostBOB/verify", "E0000079"),
        ("/factors/ostNOBODY/verify", "E0000007"),
        ("/previous", "E0000079"),
        ("/skip", "E0000079"),
    ] {
        assert_eq!(code(&walk.post(&url(path), json!({}))), expected, "{path}");
    }
    let (sms, totp) = (walk.factor("sms"), walk.factor("token:software:totp"));
    let resend = format!("{sms}/resend");
    assert_eq!(code(&walk.post(&resend, json!({}))), "E0000079");
    walk.post(&sms, json!({}));
    assert_eq!(code(&walk.post(&totp, json!({}))), "E0000079");
    walk.post(&walk.href("prev"), json!({}));
    assert_eq!(walk.status(), "MFA_REQUIRED");
    walk.post(&totp, json!({}));
    assert_eq!(walk.status(), "MFA_CHALLENGE");
    assert_eq!(
        walk.body["_embedded"]["factor"]["factorType"],
        "token:software:totp"
    );
}

#[test]
fn another_factor_may_be_chosen_directly_where_the_org_is_lenient() {
    let mut setup = with([Factor::totp(SEED), Factor::sms("+1")]);
    setup.variants.switch_without_previous = true;
    let sandbox = Sandbox::start(setup);
    let mut walk = Walk::begin(&sandbox);
    let totp = walk.factor("token:software:totp");
    walk.choose("sms");
    let code = sandbox.phone(ADA).totp();
    assert_eq!(walk.post(&totp, json!({ "passCode": code })).status, 200);
    assert_eq!(walk.status(), "SUCCESS");
}

#[test]
fn links_are_to_be_followed_and_not_made() {
    for (opaque, query) in [(true, false), (false, true), (true, true)] {
        let mut setup = with([Factor::totp(SEED).with_id("ostADA")]);
        setup.variants.opaque_links = opaque;
        setup.variants.links_with_query = query;
        let sandbox = Sandbox::start(setup);
        let mut walk = Walk::begin(&sandbox);
        let made = format!("{}/api/v1/authn/factors/ostADA/verify", sandbox.org_url());
        let code = sandbox.phone(ADA).totp();
        assert_eq!(
            walk.post(&made, json!({ "passCode": "000001" })).status,
            404
        );
        let href = walk.factor("token:software:totp");
        assert_eq!(href.contains('?'), query);
        let mark = if query { '&' } else { '?' };
        let href = format!("{href}{mark}rememberDevice=false");
        walk.post(&href, json!({ "passCode": code }));
        assert_eq!(walk.status(), "SUCCESS");
    }
}

#[test]
fn the_factor_that_was_used_last_comes_first() {
    let sandbox = Sandbox::start(with([Factor::sms("+1"), Factor::totp(SEED)]));
    let mut walk = Walk::begin(&sandbox);
    let href = walk.factor("token:software:totp");
    let code = sandbox.phone(ADA).totp();
    walk.post(&href, json!({ "passCode": code }));
    let again = Walk::begin(&sandbox).body;
    let first = &again["_embedded"]["factors"][0]["factorType"];
    assert_eq!(first, "token:software:totp");
}

#[test]
fn a_finished_or_cancelled_transaction_takes_no_more() {
    let sandbox = Sandbox::start(with([Factor::totp(SEED)]));
    let mut walk = Walk::begin(&sandbox);
    let href = walk.factor("token:software:totp");
    let cancel = walk.href("cancel");
    let token = walk.body["stateToken"].clone();
    walk.post(&cancel, json!({}));
    assert_eq!(sandbox.violations(), []);
    let late = json!({ "stateToken": token, "passCode": "123456" });
    assert_eq!(code(&walk.post(&href, late)), "E0000011");
    assert_eq!(sandbox.violations(), [Violation::TransactionOver]);
}
