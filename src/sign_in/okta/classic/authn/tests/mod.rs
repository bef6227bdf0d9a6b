mod errors;
mod members;
mod random;
mod statuses;

use super::{AuthnOutcome, authn, judge_authn};
use crate::app::Org;
use crate::error::{Error, hide};
use crate::http::{Response, Verb};
use crate::secret::Secret;
use crate::sign_in::fixture::{AUTHN, PASSWORD, answer, app, is_fit, jar, org, secret, words};
use crate::sign_in::flow::{Event, Flow, KnownAccount, Stop};
use crate::sign_in::okta::classic::transaction::Transaction;

/// Judges an answer with this status and body.
fn judge(status: u16, body: impl AsRef<[u8]>) -> Result<Secret, Stop> {
    judge_reply(&answer(AUTHN, status, &[], body))
}

fn judge_reply(reply: &Response) -> Result<Secret, Stop> {
    let app = app();
    judged(org(&app), &secret(PASSWORD), reply)
}

/// Judges an answer while `password` is hidden, as it is from the fetch on.
fn judged(org: &Org, password: &Secret, reply: &Response) -> Result<Secret, Stop> {
    hide(password);
    let state = match judge_authn(org, &org.name, reply)? {
        AuthnOutcome::SessionToken(token) => return Ok(token),
        AuthnOutcome::Transaction(state) => *state,
    };
    let (password, known) = (password.clone(), KnownAccount::default());
    let device = jar(&[]);
    let mut transaction = Transaction::new(org, &org.name, password, false, &known, device, state);
    transaction.next(Event::Begin)?;
    Err(Error::network("the transaction goes on").into())
}

/// The error of an answer without a session token.
fn stop(status: u16, body: impl AsRef<[u8]>) -> Stop {
    let stop = judge(status, body).expect_err("no session token");
    assert!(is_fit(&stop.error), "{}", words(&stop.error));
    stop
}

#[test]
fn the_password_is_sent_once_as_json_with_the_device_token() {
    let app = app();
    let request = authn(org(&app), &secret(PASSWORD), &jar(&[("DT", "DI1")]), false);
    assert_eq!((request.verb, request.url.as_str()), (Verb::Post, AUTHN));
    assert_eq!(request.cookie.expect("a device token").expose(), "DT=DI1");
    assert!(request.wants_page);
    assert_eq!(
        request.body.expect("a body").expose(),
        "{\"username\":\"ada@corp.example\",\"password\":\"hunter2 \\\"/\u{e9}\",\"options\":\
         {\"multiOptionalFactorEnroll\":false,\"warnBeforePasswordExpired\":false}}"
    );
}

#[test]
fn any_password_survives_being_written_as_json() {
    let app = app();
    for password in [
        "\"\\\u{0}\u{1f}\n",
        "\u{1f512} \u{e9}",
        "a\",\"x\":\"b",
        "\u{2028}",
    ] {
        let body = authn(org(&app), &secret(password), &jar(&[]), false)
            .body
            .expect("a body");
        let read: serde_json::Value = serde_json::from_str(body.expose()).expect("JSON");
        assert_eq!(read["password"], password);
        assert_eq!(read.as_object().expect("an object").len(), 3);
    }
}
