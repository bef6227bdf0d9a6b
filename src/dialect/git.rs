//! git's dialect: `git credential` and git itself run `credential get|store|erase`, also as `git-credential-alb`.
//! Specification: git-credential(1), gitcredentials(7).
//!
//! git can carry no cookie by itself; `get` is called so that the cookie file that git reads is new, or for scripts that
//! want the answer. Whatever is not ours is passed over in silence, so that the next helper is asked: an unknown
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

/// The answer to `capability`: what is kept can be a whole `Authorization`; `state` is of use to nobody here.
const CAPABILITIES: &str = "version 0\ncapability authtype\n";
/// The answer that stops git from asking other helpers, and then the person, for a password.
const QUIT: &str = "quit=1\n";

/// The answer where the cookie file has all that it takes: git then makes the header `Authorization:` without a value,
/// which curl leaves out. (A user name and an empty password would be sent to the application, which may refuse them.)
/// `ephemeral` tells other helpers that there is nothing to keep.
const NO_AUTHORIZATION: &str = "capability[]=authtype\nauthtype=\ncredential=\nephemeral=1\n";

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
            "store" => Verb::Store,
            "erase" => Verb::Erase,
            "capability" => return Err(Reply::answer(Secret::concat(&[CAPABILITIES]))),
            _ => return Err(Reply::silent()),
        };
        let record = Record::parse(input).map_err(|fault| refusal(&fault.to_string()))?;
        let (Some(protocol), Some(host)) = (record.value("protocol"), record.value("host")) else {
            // To get without them would be to get anything (CVE-2020-11008); to erase without them, everything.
            return Err(match verb {
                Verb::Get => refusal("it does not name both protocol and host"),
                _ => Reply::silent(),
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
        let offer = match verb {
            Verb::Store => Some(record.credential().ok_or_else(Reply::silent)?),
            _ => None,
        };
        Ok(Ask {
            verb,
            subject: shown(&url),
            target: Target::Url(url),
            pattern: Some(record.pattern()),
            offer,
        })
    }

    fn render(&self, ask: &Ask, outcome: Result<&Outcome, &Error>) -> Reply {
        let takes_authorization = ask
            .pattern
            .as_ref()
            .is_some_and(|pattern| pattern.takes_authorization);
        match outcome {
            Ok(Outcome::Session(answer)) => Reply::answer(attributes(answer)),
            Ok(Outcome::Kept(credential)) => {
                match record::to_text(credential, takes_authorization) {
                    Some(text) => Reply::answer(text),
                    None => Reply::failure(&Error::new(
                        Kind::Other,
                        format!(
                            "what is kept for {} has a line end, which git's protocol cannot carry",
                            ask.subject
                        ),
                    )),
                }
            }
            Ok(Outcome::InFile { app, warning, next }) => Reply {
                stdout: match (next, takes_authorization) {
                    (true, _) => Secret::default(),
                    (false, true) => Secret::concat(&[NO_AUTHORIZATION]),
                    (false, false) => {
                        let named = ask
                            .pattern
                            .as_ref()
                            .and_then(|pattern| pattern.username.as_deref());
                        let username = named.unwrap_or(app.account());
                        Secret::concat(&["username=", username, "\npassword=\n"])
                    }
                },
                stderr: warning.clone(),
                code: 0,
            },
            Ok(Outcome::Done | Outcome::PassedOver | Outcome::Listed(_)) => Reply::silent(),
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

fn refusal(why: &str) -> Reply {
    Reply::failure(&Error::usage(format!("cannot answer git's request: {why}")))
}
