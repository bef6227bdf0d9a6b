use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::app::Org;
use crate::error::Error;
use crate::http::Request;
use crate::sign_in::Stop;
use crate::sign_in::fixture::{AUTHN, PASSWORD, answer, is_fit, jar, secret, words};
use crate::sign_in::okta::classic::fixture::{
    API, challenge, command, factor, okta_totp, org, pin, push, refusal, renewal, required, rsa,
    sms, success, totp, transaction, waiting,
};
use crate::sign_in::flow::{Step, UserInput};
use crate::sign_in::okta::{Answer, Transaction, judge_authn};

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

/// What may be put in the place of something.
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

/// Whether `line` commands no terminal and misleads no reader.
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

/// What has gone out, and whether it may.
#[derive(Default)]
struct Watch {
    /// Requests since anybody had a say.
    silent: u32,
    /// How many codes and passwords were given.
    given: u32,
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

    fn new_word(&mut self) -> String {
        self.silent = 0;
        self.given += 1;
        format!("given-{}", self.given)
    }
}

/// How many factors in a row a machine may answer out of the configuration: one for each list that may come.
const MOST_FACTORS: u32 = 8;

/// Plays until the machine stops or has had enough answers; returns how many that were.
fn play(org: &Org, person: bool, said: &[(u16, Value)], most: usize) -> usize {
    let password = secret(PASSWORD);
    let mut said = said
        .iter()
        .map(|(status, body)| answer(AUTHN, *status, &[], body.to_string()))
        .cycle();
    let mut watch = Watch::default();
    let first = said.next().expect("there is one");
    let state = match judge_authn(org, &first) {
        Ok(Answer::More(state)) => *state,
        Ok(Answer::Token(_)) => return 0,
        Err(stop) => return ended(&stop, 0),
    };
    let mut machine = Transaction::begin(org, &password, person, jar(&[]), 0, state);
    let mut turn = machine.judge(None);
    let mut by_configuration = 0;
    for count in 0..most {
        for line in machine.news() {
            assert!(is_tame(&line), "{line}");
        }
        turn = match turn {
            Err(stop) => return ended(&stop, count),
            Ok(Turn::Token(_)) => return count,
            Ok(Turn::Send(request, awaits)) => {
                watch.sees(&request);
                if count % 17 == 16 {
                    machine.broken(awaits, Error::network("the line is dead"))
                } else {
                    machine.replied(awaits, &said.next().expect("a circle has no end"))
                }
            }
            Ok(Turn::Wait(waiting)) => {
                watch.silent = 0;
                assert!(is_tame(&waiting.what));
                assert!(waiting.pause >= std::time::Duration::from_secs(1));
                match waiting.active.clone().filter(|_| person && count % 5 == 4) {
                    Some(active) => machine.answered(active, UserInput::Resend),
                    None => Ok(waiting.over()),
                }
            }
            Ok(Turn::Ask(active)) => {
                assert!(
                    person || active.is_configured(),
                    "nobody is there to be asked"
                );
                assert!(is_tame(&active.prompt()));
                let reply = match count % 7 {
                    5 if person => UserInput::Resend,
                    6 if person => UserInput::Back,
                    _ => Given::Typed(secret(&watch.new_word())),
                };
                by_configuration += u32::from(!person);
                assert!(by_configuration <= MOST_FACTORS, "codes without an end");
                watch.silent *= u32::from(!person);
                machine.answered(active, reply)
            }
            Ok(Turn::Choose(menu)) => {
                assert!(person, "nobody is there to choose");
                watch.silent = 0;
                let many = menu.labels().count();
                for label in menu.labels() {
                    assert!(is_tame(label), "{label}");
                }
                assert!(many > 0, "there is nothing to choose from");
                machine.chosen(menu, Some(count % many))
            }
            Ok(Turn::Renew(renewal)) => {
                assert!(person, "nobody is there to change a password");
                Ok(machine.renewed(renewal, &secret(&watch.new_word())))
            }
        };
    }
    most
}

fn ended(stop: &Stop, count: usize) -> usize {
    assert!(is_fit(&stop.error), "{}", words(&stop.error));
    count
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn no_answers_panic_command_a_terminal_lead_off_the_org_or_have_a_word_sent_twice(
        said in prop::collection::vec(mutant(), 1..8), which in 0_usize..4, person in any::<bool>(),
    ) {
        play(&orgs()[which], person, &said, 100);
    }
}

#[test]
fn the_same_answer_for_ever_is_not_answered_for_ever_without_somebody() {
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
