//! An application that tells what it was sent.

use serde_json::{Map, Value, json};

use crate::balancer::{Balancer, Session};
use crate::wire::{Request, Response};
use crate::world::World;

/// The claims are those that the ALB adds: what a client sends under their names does not get through. Cookies do, the
/// session's own among them.
pub(super) fn answer(
    world: &World,
    balancer: &Balancer,
    request: &Request,
    session: Option<&Session>,
) -> Response {
    let claims: Map<String, Value> = session
        .map(|session| balancer.claims(world, &request.path, session))
        .unwrap_or_default()
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)))
        .collect();
    let cookies: Vec<String> = request
        .cookies()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let seen = json!({
        "app": balancer.app.name,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "user": session.map(|session| session.login.clone()),
        "claims": claims,
        "cookies": cookies,
        "body_length": request.body.len(),
    });
    Response::new(200).with_body("application/json", seen.to_string())
}
