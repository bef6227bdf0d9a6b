//! Docker's dialect: `docker-credential-alb get|store|erase|list|version`, for docker, podman, buildah and scripts.
//! Specification: <https://github.com/docker/docker-credential-helpers>, `credentials/credentials.go`.
//!
//! Errors go to stdout, with exit status 1, because that is where docker reads them. It compares the whole text:
//! [`NOT_FOUND`] makes it go on without a credential, all else stops it and is shown to the person.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Ask, Dialect, Listed, Manner, Outcome, Verb, is_authority, place};
use crate::app::Target;
use crate::credential::{Credential, Pattern};
use crate::error::{Error, Kind, foreign};
use crate::output::json_line;
use crate::reply::Reply;
use crate::secret::Secret;

const NOT_FOUND: &str = "credentials not found in native keychain";
const NO_SERVER: &str = "no credentials server URL";
const NO_USERNAME: &str = "no credentials username";
const NO_JSON: &str = "docker-credential-alb: what is to be stored is no JSON object of ServerURL, Username and Secret";
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

/// What docker gives to `store`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Offer {
    #[serde(rename = "ServerURL", default)]
    server_url: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
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
            "store" => return offer(input),
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
            Some(url) => Ok(Ask {
                pattern: Some(Pattern {
                    path: Some(path(&url)),
                    ..Pattern::default()
                }),
                ..ask(verb, Target::Url(url), subject)
            }),
            // What is no URL is the name of nothing that we have.
            None => Err(absent(verb)),
        }
    }

    fn render_broken(&self, failure: &Error) -> Reply {
        error(failure.to_text().trim_end())
    }

    fn render(&self, ask: &Ask, outcome: Result<&Outcome, &Error>) -> Reply {
        match outcome {
            Ok(Outcome::Session(answer)) => Reply::answer(credentials(
                &ask.subject,
                answer.app.account(),
                answer.session.cookie().expose(),
            )),
            Ok(Outcome::Kept(kept)) => Reply::answer(credentials(
                &ask.subject,
                kept.username.as_deref().unwrap_or_default(),
                kept.password.as_ref().map_or("", Secret::expose),
            )),
            Ok(Outcome::PassedOver) => error(&format!(
                "credential: what is to be stored for {} is no session cookie of its account\nhint: set method = \"none\" for it, if it has credentials of its own",
                foreign(&ask.subject)
            )),
            Ok(Outcome::Done | Outcome::InFile { .. }) => Reply::silent(),
            Ok(Outcome::Listed(apps)) => {
                // docker asks `get` for each of them at once, and none of those may have to sign in.
                let sorted: BTreeMap<_, _> = apps.iter().flat_map(servers).collect();
                Reply::answer(json_line(&sorted))
            }
            Err(error) if error.kind == Kind::NoSuchApp => match ask.verb {
                Verb::Store => not_ours(&ask.subject),
                verb => absent(verb),
            },
            Err(failure) => error(failure.to_text().trim_end()),
        }
    }
}

/// What docker's `list` says of one app: each server with its user name.
fn servers(listed: &Listed) -> Vec<(String, String)> {
    let app = listed.app;
    let session = (listed.fresh).then(|| (app.site.url(), app.account().to_owned()));
    let kept = listed.kept.iter().filter_map(|kept| {
        kept.password.as_ref()?;
        let url = || app.site.at(&format!("/{}", kept.path));
        let own = || url().as_str().trim_end_matches('/').to_owned();
        Some((
            kept.server.clone().unwrap_or_else(own),
            kept.username.clone()?,
        ))
    });
    session.into_iter().chain(kept).collect()
}

/// What docker wants kept: the same JSON that `get` answers. An empty secret is one.
fn offer(input: &[u8]) -> Result<Ask, Reply> {
    // serde would take an array for an object.
    let is_object = input.trim_ascii_start().starts_with(b"{");
    let offered: Option<Offer> = serde_json::from_slice(input).ok().filter(|_| is_object);
    let offered = offered.ok_or_else(|| error(NO_JSON))?;
    let subject = offered.server_url.trim().to_owned();
    if subject.is_empty() {
        return Err(error(NO_SERVER));
    }
    if offered.username.is_empty() || offered.username.contains(char::is_control) {
        return Err(error(NO_USERNAME));
    }
    let url = server(&subject).ok_or_else(|| not_ours(&subject))?;
    Ok(Ask {
        offer: Some(Credential {
            path: path(&url),
            username: Some(offered.username),
            password: Some(Secret::new(offered.secret)),
            server: Some(subject.clone()),
            ..Credential::default()
        }),
        pattern: Some(Pattern::default()),
        ..ask(Verb::Store, Target::Url(url), subject)
    })
}

fn credentials(server_url: &str, username: &str, secret: &str) -> Secret {
    json_line(&Credentials {
        server_url,
        username,
        secret,
    })
}

fn ask(verb: Verb, target: Target, subject: String) -> Ask {
    Ask {
        subject,
        ..Ask::plain(verb, target)
    }
}

/// The path of a server as credentials are kept by it.
fn path(url: &Url) -> String {
    url.path().trim_matches('/').to_owned()
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
        Verb::Store | Verb::Erase | Verb::List => Reply::silent(),
    }
}

/// The reply where something is to be kept for a server that no app covers: to be silent would be to lose it.
fn not_ours(server: &str) -> Reply {
    // Without what may be a user's name and password, and whatever is behind the path.
    let place = server.rsplit('@').next().unwrap_or_default();
    let server = place.split(['?', '#']).next().unwrap_or_default();
    error(&format!(
        "credential: {} belongs to no app that is configured\nhint: add an app with method = \"none\" for it",
        foreign(server)
    ))
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
