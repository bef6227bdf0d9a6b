//! Docker's dialect: `docker-credential-alb get|store|erase|list|version`, for docker, podman, buildah and scripts.
//! Specification: <https://github.com/docker/docker-credential-helpers>, `credentials/credentials.go`.
//!
//! Errors go to stdout with exit status 1, because docker reads them there. It compares the whole text: after
//! [`NOT_FOUND`] it continues without a credential. Any other text stops it and is shown to the user.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    Dialect, HelperOutcome, HelperRequest, ListedApp, Operation, is_authority, json_length,
    strict_url,
};
use crate::app::Target;
use crate::caller_policy::CallerPolicy;
use crate::credential::{Credential, Pattern};
use crate::error::{Error, Kind, foreign};
use crate::output::json_line;
use crate::reply::Reply;
use crate::secret::Secret;

const NOT_FOUND: &str = "credentials not found in native keychain";
const NO_SERVER: &str = "no credentials server URL";
const NO_USERNAME: &str = "no credentials username";
const NO_JSON: &str =
    "docker-credential-alb: stdin is not a JSON object with ServerURL, Username and Secret";
const USAGE: &str = "Usage: docker-credential-alb <store|get|erase|list|version>\n";
const VERSION: &str = concat!(
    "docker-credential-alb (alb-credential) ",
    env!("CARGO_PKG_VERSION"),
    "\n"
);

/// Docker's credential-helper protocol.
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

/// The credential that docker sends to `store`.
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

    fn policy(&self) -> CallerPolicy {
        CallerPolicy::MUTE
    }

    fn accepts_arguments(&self, count: usize) -> bool {
        count == 1
    }

    /// docker sends its server without a line end and closes the pipe. Scripts send a line.
    fn length(&self, action: &str, input: &[u8]) -> Option<usize> {
        if action == "store" {
            return json_length(input);
        }
        let before = input.len() - input.trim_ascii_start().len();
        let line = input[before..].iter().position(|&byte| byte == b'\n')?;
        Some(before + line + 1)
    }

    fn parse(&self, action: &str, input: &[u8]) -> Result<HelperRequest, Reply> {
        let operation = match action {
            "get" => Operation::Get,
            "erase" => Operation::Erase,
            // docker sends the word `unused` on stdin.
            "list" => return Ok(request(Operation::List, Target::Unnamed, String::new())),
            "store" => return parse_store(input),
            "version" | "--version" | "-v" => return Err(text_reply(VERSION)),
            "--help" | "-h" => return Err(text_reply(USAGE)),
            "" => {
                return Err(Reply {
                    code: 1,
                    ..text_reply(USAGE)
                });
            }
            other => {
                let word = foreign(other);
                return Err(error_reply(&format!(
                    "docker-credential-alb: unknown action: {word}"
                )));
            }
        };
        let subject = joined(input);
        if subject.is_empty() {
            return Err(error_reply(NO_SERVER));
        }
        match server(&subject) {
            Some(url) => Ok(HelperRequest {
                pattern: Some(Pattern {
                    path: Some(path(&url)),
                    ..Pattern::default()
                }),
                ..request(operation, Target::Url(url), subject)
            }),
            // No app has such a server.
            None => Err(not_found(operation)),
        }
    }

    fn render_broken(&self, error: &Error) -> Reply {
        error_reply(error.to_text().trim_end())
    }

    fn render(&self, request: &HelperRequest, outcome: Result<&HelperOutcome, &Error>) -> Reply {
        match outcome {
            Ok(HelperOutcome::Session(answer)) => Reply::answer(credentials(
                &request.subject,
                answer.app.account,
                answer.session.cookie().expose(),
            )),
            Ok(HelperOutcome::Credential(kept)) => Reply::answer(credentials(
                &request.subject,
                kept.username.as_deref().unwrap_or_default(),
                kept.password.as_ref().map_or("", Secret::expose),
            )),
            Ok(HelperOutcome::Ignored) => error_reply(&format!(
                "credential: the secret for {} is not a session cookie of its account\nhint: set method = \"none\" for it, if it has credentials of its own",
                foreign(&request.subject)
            )),
            Ok(HelperOutcome::Done | HelperOutcome::CookieFile { .. }) => Reply::silent(),
            Ok(HelperOutcome::List(apps)) => {
                // docker calls `get` for each of them at once, so the list has no app that needs a sign-in.
                let sorted: BTreeMap<_, _> = apps.iter().flat_map(servers).collect();
                Reply::answer(json_line(&sorted))
            }
            Err(error) if error.kind == Kind::NoSuchApp => match request.operation {
                Operation::Store => unknown_server(&request.subject),
                operation => not_found(operation),
            },
            Err(error) => error_reply(error.to_text().trim_end()),
        }
    }
}

/// Returns the rows of docker's `list` for one app: each server with its user name.
fn servers(listed: &ListedApp) -> Vec<(String, String)> {
    let app = listed.app;
    let session = listed
        .fresh
        .then(|| (app.site.url(), app.account().to_owned()));
    let kept = listed.kept.iter().filter_map(|kept| {
        kept.password.as_ref()?;
        let own = || {
            let url = app.site.at(&format!("/{}", kept.path));
            url.as_str().trim_end_matches('/').to_owned()
        };
        Some((
            kept.server.clone().unwrap_or_else(own),
            kept.username.clone()?,
        ))
    });
    session.into_iter().chain(kept).collect()
}

/// Parses the request of `store`, which has the same JSON as the answer of `get`. An empty secret is allowed.
fn parse_store(input: &[u8]) -> Result<HelperRequest, Reply> {
    // serde accepts an array for an object.
    let is_object = input.trim_ascii_start().starts_with(b"{");
    let offered: Option<Offer> = serde_json::from_slice(input).ok().filter(|_| is_object);
    let offered = offered.ok_or_else(|| error_reply(NO_JSON))?;
    let subject = offered.server_url.trim().to_owned();
    if subject.is_empty() {
        return Err(error_reply(NO_SERVER));
    }
    if offered.username.is_empty() || offered.username.contains(char::is_control) {
        return Err(error_reply(NO_USERNAME));
    }
    let url = server(&subject).ok_or_else(|| unknown_server(&subject))?;
    Ok(HelperRequest {
        offer: Some(Credential {
            path: path(&url),
            username: Some(offered.username),
            password: Some(Secret::new(offered.secret)),
            server: Some(subject.clone()),
            ..Credential::default()
        }),
        pattern: Some(Pattern::default()),
        ..request(Operation::Store, Target::Url(url), subject)
    })
}

fn credentials(server_url: &str, username: &str, secret: &str) -> Secret {
    json_line(&Credentials {
        server_url,
        username,
        secret,
    })
}

fn request(operation: Operation, target: Target, subject: String) -> HelperRequest {
    HelperRequest {
        subject,
        ..HelperRequest::new(operation, target)
    }
}

/// Returns the path of a server as stored credentials have it.
fn path(url: &Url) -> String {
    url.path().trim_matches('/').to_owned()
}

/// Joins all lines and trims the result. Bytes that are not UTF-8 become a character that no app's URL has.
fn joined(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    let lines: String = text.lines().collect();
    lines.trim().to_owned()
}

/// Parses a server as docker writes it. Without a scheme it means https. An IPv6 address may lack its brackets.
pub(super) fn server(text: &str) -> Option<Url> {
    if text.contains("://") {
        return strict_url(text);
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return strict_url(&format!("https://[{text}]"));
    }
    let text = text.strip_prefix("//").unwrap_or(text);
    let authority = text.split(['/', '?', '#']).next()?;
    if !is_authority(authority) {
        return None;
    }
    strict_url(&format!("https://{text}"))
}

/// Replies that there is no such credential. For `erase` this is not an error.
fn not_found(operation: Operation) -> Reply {
    match operation {
        Operation::Get => error_reply(NOT_FOUND),
        Operation::Store | Operation::Erase | Operation::List => Reply::silent(),
    }
}

/// Replies that `store` has no app for this server. Without an error the caller would believe that it was stored.
fn unknown_server(server: &str) -> Reply {
    // Leave out user info, query and fragment: they may be secret.
    let without_user = server.rsplit('@').next().unwrap_or_default();
    let server = without_user.split(['?', '#']).next().unwrap_or_default();
    error_reply(&format!(
        "credential: no configured app covers {}\nhint: add an app with method = \"none\" for it",
        foreign(server)
    ))
}

fn text_reply(text: &str) -> Reply {
    Reply::answer(Secret::concat(&[text]))
}

fn error_reply(text: &str) -> Reply {
    Reply {
        code: 1,
        ..text_reply(&format!("{text}\n"))
    }
}
