//! git's dialect: `git credential` and git itself run `credential get|store|erase`, also as `git-credential-alb`.
//! Specification: git-credential(1), gitcredentials(7).
//!
//! git's protocol has no cookies. git calls `get` so that its cookie file gets renewed; scripts call it for the answer.
//! An unknown action, another scheme, and a URL or user name of no configured app get an empty answer, so that git asks
//! its next helper. t0303, git's own test of helpers, compares stderr too.

mod record;
#[cfg(test)]
mod tests;

use self::record::Record;
use super::{Dialect, HelperOutcome, HelperRequest, Operation, is_authority, strict_url};
use crate::app::Target;
use crate::caller_policy::{CallerPolicy, Questions};
use crate::error::{Error, Kind, shown};
use crate::reply::Reply;
use crate::secret::Secret;
use crate::served_session::ServedSession;

/// The answer to `capability`: a stored credential can be a whole `Authorization` header. `state` is not supported.
const CAPABILITIES: &str = "version 0\ncapability authtype\n";
/// The answer that stops git from asking other helpers and then the user for a password.
const QUIT: &str = "quit=1\n";

/// The answer if the cookie file is enough: git makes an `Authorization:` header without a value, which curl drops. (An
/// empty password would be sent, and the application may refuse it.) `ephemeral` tells other helpers to store nothing.
const NO_AUTHORIZATION: &str = "capability[]=authtype\nauthtype=\ncredential=\nephemeral=1\n";

/// git's credential-helper protocol.
#[derive(Debug)]
pub(crate) struct Git;

impl Dialect for Git {
    fn name(&self) -> &'static str {
        "git"
    }

    /// git waits for its helpers, and lets them ask the user.
    fn policy(&self) -> CallerPolicy {
        CallerPolicy {
            questions: Questions::AsGitSays,
            windows: false,
            limit: None,
        }
    }

    fn length(&self, _action: &str, input: &[u8]) -> Option<usize> {
        record::length(input)
    }

    fn parse(&self, action: &str, input: &[u8]) -> Result<HelperRequest, Reply> {
        let operation = match action {
            "get" => Operation::Get,
            "store" => Operation::Store,
            "erase" => Operation::Erase,
            "capability" => return Err(Reply::answer(Secret::concat(&[CAPABILITIES]))),
            _ => return Err(Reply::silent()),
        };
        let record = Record::parse(input).map_err(|error| refusal(&error.to_string()))?;
        let (Some(protocol), Some(host)) = (record.value("protocol"), record.value("host")) else {
            // Without them `get` could answer for any host (CVE-2020-11008), and `erase` would erase everything.
            return Err(match operation {
                Operation::Get => refusal("it does not name both protocol and host"),
                _ => Reply::silent(),
            });
        };
        let Some(protocol) = web_protocol(protocol) else {
            return Err(Reply::silent());
        };
        let host = String::from_utf8_lossy(host);
        if is_international(&host) {
            return Err(Reply::silent());
        }
        let mut url = Some(host)
            .filter(|host| is_authority(host))
            .and_then(|host| strict_url(&format!("{protocol}://{host}/")))
            .ok_or_else(|| refusal("its host is not a host name"))?;
        if let Some(path) = record.value("path") {
            url.set_path(&String::from_utf8_lossy(path));
        }
        let offer = match operation {
            Operation::Store => Some(record.credential().ok_or_else(Reply::silent)?),
            _ => None,
        };
        Ok(HelperRequest {
            operation,
            subject: shown(&url),
            target: Target::Url(url),
            pattern: Some(record.pattern()),
            offer,
        })
    }

    fn render(&self, request: &HelperRequest, outcome: Result<&HelperOutcome, &Error>) -> Reply {
        let takes_authorization = request
            .pattern
            .as_ref()
            .is_some_and(|pattern| pattern.takes_authorization);
        match outcome {
            Ok(HelperOutcome::Session(answer)) => Reply::answer(attributes(answer)),
            Ok(HelperOutcome::Credential(credential)) => {
                match record::to_text(credential, takes_authorization) {
                    Some(text) => Reply::answer(text),
                    None => Reply::failure(&Error::new(
                        Kind::Other,
                        format!(
                            "the credential stored for {} has a line end, which git's protocol cannot carry",
                            request.subject
                        ),
                    )),
                }
            }
            Ok(HelperOutcome::CookieFile { app, warning, next }) => Reply {
                stdout: match (next, takes_authorization) {
                    (true, _) => Secret::default(),
                    (false, true) => Secret::concat(&[NO_AUTHORIZATION]),
                    (false, false) => {
                        let named = request
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
            Ok(HelperOutcome::Done | HelperOutcome::Ignored | HelperOutcome::List(_)) => {
                Reply::silent()
            }
            Err(error) if error.kind == Kind::NoSuchApp => Reply::silent(),
            Err(error) if request.operation == Operation::Get => Reply {
                // git reads stdout and ignores the exit status. Scripts get the exit code of the error.
                stdout: Secret::concat(&[QUIT]),
                ..Reply::failure(error)
            },
            Err(error) => Reply::failure(error),
        }
    }
}

fn attributes(answer: &ServedSession) -> Secret {
    Secret::concat(&[
        "username=",
        answer.app.account,
        "\npassword=",
        answer.session.cookie().expose(),
        "\npassword_expiry_utc=",
        &answer.end.unix_timestamp().to_string(),
        "\n",
    ])
}

/// Returns the protocol if it is http or https.
fn web_protocol(protocol: &[u8]) -> Option<&'static str> {
    ["https", "http"]
        .into_iter()
        .find(|name| name.as_bytes() == protocol)
}

/// Reports whether `host` is a name in letters of other scripts. git hands it on as it was typed. No app has it: an app's
/// host is ASCII.
fn is_international(host: &str) -> bool {
    !host.is_ascii() && is_authority(&host.replace(|letter: char| !letter.is_ascii(), "x"))
}

fn refusal(why: &str) -> Reply {
    Reply::failure(&Error::usage(format!("cannot answer git's request: {why}")))
}
