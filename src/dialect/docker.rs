//! Docker's dialect: `docker-credential-alb get|store|erase|list|version`, for docker, podman, buildah and scripts.
//! Specification: <https://github.com/docker/docker-credential-helpers>, `credentials/credentials.go`.
//!
//! Errors go to stdout, with exit status 1, because that is where docker reads them. It compares the whole text:
//! [`NOT_FOUND`] makes it go on without a credential, all else stops it and is shown to the person.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use serde::Serialize;
use url::Url;

use super::{Ask, Dialect, Manner, Outcome, Verb, is_authority, place};
use crate::answer::Answer;
use crate::app::Target;
use crate::error::{Error, Kind, foreign};
use crate::output::json_line;
use crate::reply::Reply;
use crate::secret::Secret;

const NOT_FOUND: &str = "credentials not found in native keychain";
const NO_SERVER: &str = "no credentials server URL";
const NO_STORE: &str = "docker-credential-alb: this version does not store credentials";
const USAGE: &str = "Usage: docker-credential-alb <store|get|erase|list|version>\n";
const VERSION: &str = concat!(
    "docker-credential-alb (alb-credential) ",
    env!("CARGO_PKG_VERSION"),
    "\n"
);

/// See the module.
#[derive(Debug)]
pub(crate) struct Docker;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials<'a> {
    #[serde(rename = "ServerURL")]
    server_url: &'a str,
    username: &'a str,
    secret: &'a str,
}

impl Dialect for Docker {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn manner(&self) -> Manner {
        Manner::MUTE
    }

    fn takes(&self, arguments: usize) -> bool {
        arguments == 1
    }

    fn parse(&self, action: &str, input: &[u8]) -> Result<Ask, Reply> {
        let verb = match action {
            "get" => Verb::Get,
            "erase" => Verb::Erase,
            // docker writes the word `unused`.
            "list" => return Ok(ask(Verb::List, Target::Unnamed, String::new())),
            "store" => return Err(error(NO_STORE)),
            "version" | "--version" | "-v" => return Err(said(VERSION)),
            "--help" | "-h" => return Err(said(USAGE)),
            "" => {
                return Err(Reply {
                    code: 1,
                    ..said(USAGE)
                });
            }
            other => {
                let word = foreign(other);
                return Err(error(&format!(
                    "docker-credential-alb: unknown action: {word}"
                )));
            }
        };
        let subject = joined(input);
        if subject.is_empty() {
            return Err(error(NO_SERVER));
        }
        match server(&subject) {
            Some(url) => Ok(ask(verb, Target::Url(url), subject)),
            // What is no URL is the name of nothing that we have.
            None => Err(absent(verb)),
        }
    }

    fn render_broken(&self, failure: &Error) -> Reply {
        error(failure.to_text().trim_end())
    }

    fn render(&self, ask: &Ask, outcome: Result<&Outcome, &Error>) -> Reply {
        match outcome {
            Ok(Outcome::Session(answer)) => Reply::answer(credentials(&ask.subject, answer)),
            Ok(Outcome::Erased) => Reply::silent(),
            Ok(Outcome::Listed(apps)) => {
                // docker asks `get` for each of them at once, and none of those may have to sign in.
                let fresh = apps.iter().filter(|listed| listed.fresh);
                let sorted: BTreeMap<_, _> = fresh
                    .map(|listed| (listed.app.site.url(), listed.app.account()))
                    .collect();
                Reply::answer(json_line(&sorted))
            }
            Err(error) if error.kind == Kind::NoSuchApp => absent(ask.verb),
            Err(failure) => error(failure.to_text().trim_end()),
        }
    }
}

fn credentials(server_url: &str, answer: &Answer) -> Secret {
    json_line(&Credentials {
        server_url,
        username: answer.app.account(),
        secret: answer.session.cookie().expose(),
    })
}

fn ask(verb: Verb, target: Target, subject: String) -> Ask {
    Ask {
        verb,
        target,
        account: None,
        secret: None,
        subject,
    }
}

/// All lines as one, trimmed. Bytes that are not UTF-8 become a character that no URL of ours has.
fn joined(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    let lines: String = text.lines().collect();
    lines.trim().to_owned()
}

/// The URL of a server as docker writes it: with a scheme, or without one, which means https; an IPv6 address may
/// lack its brackets.
pub(super) fn server(text: &str) -> Option<Url> {
    if text.contains("://") {
        return place(text);
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return place(&format!("https://[{text}]"));
    }
    let text = text.strip_prefix("//").unwrap_or(text);
    let authority = text.split(['/', '?', '#']).next()?;
    is_authority(authority).then(|| place(&format!("https://{text}")))?
}

/// The reply where there is nothing: to erase it is no error.
fn absent(verb: Verb) -> Reply {
    match verb {
        Verb::Get => error(NOT_FOUND),
        Verb::Erase | Verb::List => Reply::silent(),
    }
}

fn said(text: &str) -> Reply {
    Reply::answer(Secret::concat(&[text]))
}

fn error(text: &str) -> Reply {
    Reply {
        code: 1,
        ..said(&format!("{text}\n"))
    }
}
