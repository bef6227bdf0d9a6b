//! The user's phone at the sandbox's own terminal: a line in, a line out.

use sandbox::{FactorKind, Phone};

use crate::place::ANSWER;

/// Commands that can be typed.
pub(crate) const HELP: &str = "\
The user's phone is this terminal:

  open      look at the push: of its three numbers the other terminal shows one
  pick N    pick one of them
  approve   say yes at once, whatever the number
  reject    say that it was somebody else
  codes     the authenticator's code, the last text message, the answer
  mail      the code of the last mail
  link      follow the link of the last mail
  again     ask for another push or message, which may be sent then
";

/// Does what a line says; what the phone shows of it.
pub(crate) fn act(phone: &Phone, line: &str) -> String {
    let mut words = line.split_whitespace();
    match (words.next(), words.next().map(str::parse), words.next()) {
        (None, _, _) => String::new(),
        (Some("open"), None, _) => open(phone),
        (Some("pick"), Some(Ok(number)), None) => told(phone.pick(number), "picked"),
        (Some("approve"), None, _) => told(phone.approve(), "approved"),
        (Some("reject"), None, _) => told(phone.reject(), "rejected"),
        (Some("codes"), None, _) => codes(phone),
        (Some("mail"), None, _) => mail(phone),
        (Some("link"), None, _) => match phone.follow_link() {
            true => "phone: followed".to_owned(),
            false => "phone: there is no mail".to_owned(),
        },
        (Some("again"), None, _) => {
            phone.wants_another();
            "phone: another one may come".to_owned()
        }
        _ => HELP.to_owned(),
    }
}

fn told(done: bool, word: &str) -> String {
    match done {
        true => format!("phone: {word}"),
        false => "phone: there is no push that this could answer".to_owned(),
    }
}

/// The right number stands among two others, in an order that does not tell.
fn open(phone: &Phone) -> String {
    if !phone.open() {
        return told(false, "");
    }
    let Some(right) = phone.number() else {
        return "phone: is it you who signs in? approve or reject".to_owned();
    };
    let mut numbers = [right, (right + 31) % 100, (right + 57) % 100];
    numbers.sort_unstable();
    let [first, second, third] = numbers;
    format!("phone: {first}   {second}   {third}     pick the one that the other terminal shows")
}

fn mail(phone: &Phone) -> String {
    let code = phone.last_code(FactorKind::Email);
    code.map_or_else(
        || "phone: there is no mail".to_owned(),
        |code| format!("phone: mail {code}"),
    )
}

fn codes(phone: &Phone) -> String {
    let message = phone.last_code(FactorKind::Sms);
    let message = message.unwrap_or_else(|| "none yet".to_owned());
    let authenticator = phone.totp();
    format!("phone: authenticator {authenticator}, text message {message}, answer \"{ANSWER}\"")
}
