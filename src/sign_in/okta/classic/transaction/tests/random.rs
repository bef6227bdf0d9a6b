use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::app::Org;
use crate::http::Request;
use crate::secret::Secret;
use crate::sign_in::fixture::{
    AUTHN, PASSWORD, Script, answer, asked, broken, is_fit, jar, replied, secret, words,
};
use crate::sign_in::flow::{Code, Event, KnownAccount, Need, Peer, Step, UserInput};
use crate::sign_in::okta::classic::authn::{AuthnOutcome, judge_authn};
use crate::sign_in::okta::classic::fixture::{
    API, challenge, command, factor, okta_totp, org, pin, push, refusal, renewal, required, rsa,
    sms, success, totp, transaction, waiting,
};
use crate::sign_in::okta::classic::transaction::Transaction;

/// Every answer of a whole sign-in, as it should be.
fn answers() -> Vec<(u16, Value)> {
    let again = factor("pwd1", "password", "OKTA", &json!({}));
    let key = factor("fwf1", "webauthn", "FIDO", &json!({}));
    let link = |name: &str| json!({ "name": name, "href": format!("{API}/{name}") });
    let mut warn = transaction("PASSWORD_WARN");
    warn["_links"]["skip"] = link("skip");
    warn["_embedded"]["policy"] = json!({ "expiration": { "passwordExpireDays": 3 } });
    let mut enroll = transaction("MFA_ENROLL");
    enroll["_links"]["skip"] = link("skip");
    let mut directory = transaction("POLL");
    directory["_links"]["next"] = link("poll");
    directory["_embedded"]["transaction"] = json!({ "profile": { "refresh": 2000 } });
    let refused = |status, code| (status, refusal(code));
    let mut all: Vec<(u16, Value)> = [
        required(&[push(), okta_totp(), sms(), rsa(), key, again.clone()]),
        required(&[push()]),
        required(&[okta_totp()]),
        required(&[sms()]),
        required(std::slice::from_ref(&again)),
        challenge(&again, "", "verify"),
        challenge(&push(), "TIMEOUT", "verify"),
        challenge(&push(), "", "verify"),
        challenge(&okta_totp(), "PASSCODE_REPLAYED", "verify"),
        challenge(&sms(), "", "verify"),
        waiting(&json!(7)),
        renewal("PASSWORD_EXPIRED", "changePassword", "/credentials/change"),
        warn,
        enroll,
        directory,
        success(),
    ]
    .map(|body| (200, body))
    .into();
    all.extend([
        refused(403, "E0000068"),
        refused(409, "E0000113"),
        refused(403, "E0000080"),
        refused(429, "E0000109"),
        refused(429, "E0000047"),
        refused(202, "E0000070"),
    ]);
    all
}

/// All places in a JSON value, as pointers.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{here}/{name}"), found);
            }
        }
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                places(item, &format!("{here}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// The replacements for a value.
fn intruder() -> impl Strategy<Value = Value> {
    let hostile = [
        "https://evil.example/verify",
        "http://corp.okta.com/verify",
        "//evil.example/verify",
        "https://corp.okta.com@evil.example/",
        "https://ada:pw@corp.okta.com/verify",
        "https://corp.okta.com:8443/",
        "blob:https://corp.okta.com/x",
        "/api/v1/authn/x",
        "../../x",
        "",
        "\u{1b}[2J\u{1b}]0;x\u{7}",
        "\u{202e}\r\n\u{0}",
        "SUCCESS",
        "MFA_REQUIRED",
        "MFA_CHALLENGE",
        "PASSWORD_WARN",
        "MFA_ENROLL",
        "WAITING",
        "REJECTED",
        "TIME_WINDOW_EXCEEDED",
        "push",
        "sms",
        "password",
        "token:software:totp",
        "question",
        "webauthn",
        "verify",
    ];
    prop_oneof![
        4 => prop::sample::select(hostile.to_vec()).prop_map(Value::from),
        2 => prop::sample::select(answers()).prop_map(|answer| answer.1),
        1 => prop::sample::select(vec![
            Value::Null, json!(0), json!(-1), json!(1.5), json!(u64::MAX), json!(true), json!([]), json!({}),
            json!([[[]]]), json!("x".repeat(500)), push(), sms(),
        ]),
        1 => any::<String>().prop_map(Value::from),
    ]
}

/// A good answer in which a few places were changed.
fn mutant() -> impl Strategy<Value = (u16, Value)> {
    let change = (any::<prop::sample::Index>(), intruder());
    let changes = prop::collection::vec(change, 0..4);
    let status = prop::sample::select(vec![202, 400, 401, 403, 409, 429, 500]);
    let status = prop::option::weighted(0.1, status);
    (prop::sample::select(answers()), changes, status).prop_map(|(answer, changes, other)| {
        let (status, mut body) = answer;
        for (index, value) in changes {
            let mut found = Vec::new();
            places(&body, "", &mut found);
            if let Some(place) = body.pointer_mut(index.get::<String>(&found)) {
                *place = value;
            }
        }
        (other.unwrap_or(status), body)
    })
}

/// Returns whether `line` commands no terminal and misleads no reader.
fn is_tame(line: &str) -> bool {
    let misleads = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    !line.chars().any(|c| c.is_control() || misleads(c))
}

fn orgs() -> Vec<Org> {
    vec![
        org(|_| {}),
        org(|org| org.push_unattended = true),
        org(|org| {
            org.passcode = Some(totp());
            org.remember_device = true;
        }),
        org(|org| {
            org.passcode = Some(command());
            org.factors = vec![
                pin("sms", "", ""),
                pin("", "rsa", ""),
                pin("push", "", "Ada's phone"),
            ];
        }),
    ]
}

/// How many factors in a row a machine may answer out of the configuration: one for each list that may come.
const MOST_FACTORS: u32 = 8;

/// The secrets that were sent, and whether they may be.
#[derive(Default)]
struct Watch {
    /// Requests since anybody had a say.
    silent: u32,
    /// How many codes and passwords were given.
    given: u32,
    /// How many of them the configuration gave where nobody was.
    by_configuration: u32,
    /// How often each went out.
    sent: HashMap<String, u32>,
}

impl Watch {
    fn sees(&mut self, request: &Request) {
        let url = &request.url;
        assert_eq!(url.origin().ascii_serialization(), "https://corp.okta.com");
        assert_eq!(
            (url.scheme(), url.username(), url.password()),
            ("https", "", None)
        );
        let body = request.body.as_ref().expect("a body").expose();
        let body: Value = serde_json::from_str(body).expect("JSON");
        let members = body.as_object().expect("an object");
        for (name, value) in members.iter().filter(|member| member.0 != "stateToken") {
            // The old password goes beside a new one, which is only good once.
            let text = value.as_str().expect("text");
            if name != "oldPassword" {
                let count = self.sent.entry(text.to_owned()).or_default();
                *count += 1;
                assert_eq!(*count, 1, "{name} goes out twice");
            }
            assert!(text.starts_with("given-") || text == PASSWORD);
        }
        self.silent += 1;
        assert!(self.silent < 20, "it goes on by itself");
    }

    /// The answer of a person or the configuration.
    fn answers(&mut self, need: &Need, person: bool, count: usize) -> UserInput {
        assert!(person || matches!(need, Need::Code(request) if request.is_configured));
        self.silent = 0;
        match need {
            Need::Code(_) if person && count % 7 == 5 => UserInput::Resend,
            Need::Code(_) if person && count % 7 == 6 => UserInput::Back,
            Need::Code(request) => {
                self.by_configuration += u32::from(!person);
                assert!(
                    self.by_configuration <= MOST_FACTORS,
                    "codes without an end"
                );
                let word = self.new_word();
                UserInput::Code(match request.is_one_time {
                    true => Code::once(word, None),
                    false => Code::lasting(word),
                })
            }
            Need::Visit(_) | Need::SessionCookies(_) => panic!("Okta's own API needs no browser"),
            Need::Choice(menu) => UserInput::Choice(Some(count % menu.labels.len())),
            Need::NewPassword(_) => UserInput::NewPassword(self.new_word()),
            Need::Password => panic!("it has the password"),
        }
    }

    fn new_word(&mut self) -> Secret {
        self.given += 1;
        secret(&format!("given-{}", self.given))
    }
}

/// Plays until the machine stops or has had enough answers; returns how many that were. No secret leaves that was not
/// recorded in the step before: the script sees to that.
fn play(org: &Org, person: bool, said: &[(u16, Value)], most: usize) -> usize {
    let reply = |(status, body): &(u16, Value)| answer(AUTHN, *status, &[], body.to_string());
    let mut said = said.iter().map(reply).cycle();
    let mut next = || said.next().expect("a circle has no end");
    let state = match judge_authn(org, &org.name, &next()) {
        Ok(AuthnOutcome::Transaction(state)) => *state,
        Ok(AuthnOutcome::SessionToken(_)) => return 0,
        Err(stop) => {
            assert!(is_fit(&stop.error), "{}", words(&stop.error));
            return 0;
        }
    };
    let (password, known, device) = (secret(PASSWORD), KnownAccount::default(), jar(&[]));
    let machine = Transaction::new(org, &org.name, password, person, &known, device, state);
    let (mut script, mut watch) = (Script::new(machine), Watch::default());
    let mut event = Event::Begin;
    for count in 0..most {
        let line = script.meets(event, shown);
        assert!(is_tame(&line), "{line}");
        event = match &script.step {
            None | Some(Step::Done(_)) => return count,
            Some(Step::Send(requests)) => {
                watch.sees(&requests[0].1);
                match count % 17 {
                    16 => broken(Peer::IdentityProvider, count % 2 == 0),
                    _ => replied(Peer::IdentityProvider, next()),
                }
            }
            Some(Step::Wait(wait)) => {
                watch.silent = 0;
                assert!(wait.pause >= std::time::Duration::from_secs(1));
                match wait.factor.is_some() && person && count % 5 == 4 {
                    true => Event::Input(UserInput::Resend),
                    false => Event::Elapsed,
                }
            }
            Some(Step::Need(need)) => Event::Input(watch.answers(need, person, count)),
            Some(Step::Claim | Step::Record(_)) => panic!("the account is claimed"),
        };
    }
    most
}

/// The words of a step for a person.
fn shown(_: &Transaction<'_>, step: &Step<Secret>) -> String {
    match step {
        Step::Need(need) => asked(need),
        Step::Wait(wait) => wait.what.clone(),
        _ => String::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn no_answer_panics_commands_a_terminal_leaves_the_org_or_repeats_a_word(
        said in prop::collection::vec(mutant(), 1..8), which in 0_usize..4, person in any::<bool>(),
    ) {
        play(&orgs()[which], person, &said, 100);
    }
}

#[test]
fn the_same_endless_answer_gets_no_endless_replies_without_input() {
    let answers = answers();
    for (at, same) in answers.iter().enumerate() {
        for org in orgs() {
            for person in [true, false] {
                let mut said = vec![same.clone(); 1000];
                play(&org, person, &said, 1000);
                said[0] = answers[at % 4].clone();
                play(&org, person, &said, 1000);
            }
        }
    }
}
