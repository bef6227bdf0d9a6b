//! git's dialect: `git credential` and git itself run `credential get|store|erase`, also as `git-credential-alb`.
//! Specification: git-credential(1), gitcredentials(7).
//!
//! git can carry no cookie by itself; `get` is called so that the cookie file that git reads is new, and the answer is
//! there for scripts. Whatever is not ours is passed over in silence, so that the next helper is asked: an unknown
//! verb, another scheme, a URL or a user name of no app of ours. t0303, git's test of helpers, compares stderr too.

mod record;
#[cfg(test)]
mod tests;

use self::record::Record;
use super::{Ask, Dialect, Manner, Outcome, Verb, is_authority, place};
use crate::answer::Answer;
use crate::app::Target;
use crate::error::shown;
use crate::error::{Error, Kind};
use crate::reply::Reply;
use crate::secret::Secret;
use crate::terminal::Questions;

/// The answer to `capability`: neither `authtype` nor `state` is of use for a cookie, so there are none.
const CAPABILITIES: &str = "version 0\n";
/// The answer that stops git from asking other helpers, and then the person, for a password.
const QUIT: &str = "quit=1\n";

/// See the module.
#[derive(Debug)]
pub(crate) struct Git;

impl Dialect for Git {
    fn name(&self) -> &'static str {
        "git"
    }

    /// git waits for its helpers, and expects them to talk to the person.
    fn manner(&self) -> Manner {
        Manner {
            questions: Questions::AsGitSays,
            limit: None,
        }
    }

    fn parse(&self, action: &str, input: &[u8]) -> Result<Ask, Reply> {
        let verb = match action {
            "get" => Verb::Get,
            "erase" => Verb::Erase,
            "capability" => return Err(Reply::answer(Secret::concat(&[CAPABILITIES]))),
            _ => return Err(Reply::silent()),
        };
        let record = Record::parse(input).map_err(|fault| refusal(&fault.to_string()))?;
        let (Some(protocol), Some(host)) = (record.value("protocol"), record.value("host")) else {
            // To get without them would be to get anything (CVE-2020-11008); to erase without them, everything.
            return Err(match verb {
                Verb::Erase => Reply::silent(),
                _ => refusal("it does not name both protocol and host"),
            });
        };
        let Some(protocol) = web(protocol) else {
            return Err(Reply::silent());
        };
        let host = std::str::from_utf8(host)
            .ok()
            .filter(|host| is_authority(host));
        let mut url = host
            .and_then(|host| place(&format!("{protocol}://{host}/")))
            .ok_or_else(|| refusal("its host is no host"))?;
        if let Some(path) = record.value("path") {
            url.set_path(&String::from_utf8_lossy(path));
        }
        Ok(Ask {
            verb,
            subject: shown(&url),
            target: Target::Url(url),
            account: record.value("username").map(text),
            secret: (record.value("password"))
                .or_else(|| record.value("credential"))
                .map(|secret| Secret::new(text(secret))),
        })
    }

    fn render(&self, ask: &Ask, outcome: Result<&Outcome, &Error>) -> Reply {
        match outcome {
            Ok(Outcome::Session(answer)) => Reply::answer(attributes(answer)),
            Ok(Outcome::Erased | Outcome::Listed(_)) => Reply::silent(),
            Err(error) if error.kind == Kind::NoSuchApp => Reply::silent(),
            Err(error) if ask.verb == Verb::Get => Reply {
                // git takes what is on stdout whatever the exit status is, so that can stay the error's own, for
                // scripts that call this helper themselves.
                stdout: Secret::concat(&[QUIT]),
                ..Reply::failure(error)
            },
            Err(error) => Reply::failure(error),
        }
    }
}

fn attributes(answer: &Answer) -> Secret {
    Secret::concat(&[
        "username=",
        answer.app.account(),
        "\npassword=",
        answer.session.cookie().expose(),
        "\npassword_expiry_utc=",
        &answer.end.unix_timestamp().to_string(),
        "\n",
    ])
}

/// The protocol, where it is one that has cookies.
fn web(protocol: &[u8]) -> Option<&'static str> {
    ["https", "http"]
        .into_iter()
        .find(|name| name.as_bytes() == protocol)
}

/// `bytes` as text. What is not UTF-8 becomes text that equals no account and no cookie.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn refusal(why: &str) -> Reply {
    Reply::failure(&Error::usage(format!("cannot answer git's request: {why}")))
}
