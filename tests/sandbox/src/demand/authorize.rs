//! How the ALB's authorize URL may be changed: not, but for `prompt` and `sessionToken`.

use crate::audit::Host;
use crate::demand::{Issued, Violation};
use crate::query::{Query, key_of};
use crate::wire::Request;

pub(crate) fn check(issued: &Issued, host: &Host, request: &Request) -> Vec<Violation> {
    let authorize = match host {
        Host::Org => crate::org::authorize_server(&request.path).is_some(),
        Host::Provider(_) => issued
            .authorize
            .contains(&(host.clone(), request.path.clone())),
        _ => false,
    };
    if !authorize || request.query.is_none() {
        return Vec::new();
    }
    let query = Query::new(request.query.as_deref().unwrap_or_default());
    let mut found = Vec::new();
    let one_none = query.count("prompt") == 1 && query.get("prompt").as_deref() == Some("none");
    if query.count("sessionToken") > 0 && !one_none {
        found.push(Violation::TokenWithoutPromptNone);
    }
    if query.count("prompt") > 1 {
        let parameter = "prompt".to_owned();
        found.push(Violation::AuthorizeChanged { parameter });
    }
    if *host != Host::Org && query.count("sessionToken") > 0 {
        let parameter = "sessionToken".to_owned();
        found.push(Violation::AuthorizeChanged { parameter });
    }
    found.extend(changed(issued, &request.path, &query));
    found
}

fn changed(issued: &Issued, path: &str, query: &Query) -> Option<Violation> {
    let state = query.get("state").unwrap_or_default();
    let Some(attempt) = issued.attempts.get(&state) else {
        let callback = query.get("redirect_uri").unwrap_or_default();
        let parameter = "state".to_owned();
        return issued
            .callbacks
            .contains(&callback)
            .then_some(Violation::AuthorizeChanged { parameter });
    };
    let (made_path, made) = attempt.target.split_once('?').unwrap_or_default();
    if path != made_path {
        let parameter = "path".to_owned();
        return Some(Violation::AuthorizeChanged { parameter });
    }
    let made = Query::new(made);
    let mut made = essential(&made);
    let mut sent = essential(query);
    loop {
        match (made.next(), sent.next()) {
            (None, None) => return None,
            (made, sent) if made == sent => {}
            (made, sent) => {
                let parameter = key_of(made.or(sent).unwrap_or_default()).to_owned();
                return Some(Violation::AuthorizeChanged { parameter });
            }
        }
    }
}

fn essential(query: &Query) -> impl Iterator<Item = &str> {
    query
        .segments()
        .filter(|segment| !["prompt", "sessionToken"].contains(&key_of(segment)))
}
