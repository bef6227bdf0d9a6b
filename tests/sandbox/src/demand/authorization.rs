//! Rules about `Authorization`: it may have a server's own name and password, to that server, and never a session cookie.
//!
//! A helper that answers with a cookie where its caller wants a password makes the caller send the cookie so.

use crate::audit::Host;
use crate::authorization::hidden;
use crate::demand::{Issued, Violation};
use crate::query::decode;
use crate::wire::Request;

/// A shorter password is found in too many innocent places.
const SHORTEST: usize = 4;

pub(crate) fn check(issued: &Issued, host: &Host, request: &Request) -> Vec<Violation> {
    let said = said(request);
    let mut found = Vec::new();
    if names_a_session(issued, &said) {
        let host = host.clone();
        found.push(Violation::SessionInAuthorization { host });
    }
    let url = decode(&request.target());
    let others = issued.basics.iter().filter(|(home, _)| home != host);
    let mut passwords = others.map(|(_, basic)| basic.password.as_str());
    let elsewhere = |password: &str| {
        password.len() >= SHORTEST && (said.contains(password) || url.contains(password))
    };
    if passwords.any(elsewhere) {
        let host = host.clone();
        found.push(Violation::BasicAstray { host });
    }
    found
}

/// The header as it stands, and as what it hides.
fn said(request: &Request) -> String {
    let mut said = String::new();
    for value in request.all("authorization") {
        let hidden = hidden(value).unwrap_or_default();
        said.extend([decode(value), decode(&hidden)].map(|line| line + "\n"));
    }
    said
}

/// A shard's value, or a pair by a shard's name, whatever its value.
fn names_a_session(issued: &Issued, said: &str) -> bool {
    let mut shards = issued.families.iter().flat_map(|family| &family.values);
    let pair = |base: &str| (0..10).any(|number| said.contains(&format!("{base}-{number}=")));
    shards.any(|shard| said.contains(shard.as_str())) || issued.bases.iter().any(|base| pair(base))
}
