//! The application behind an ALB: it tells what it was sent.

use serde_json::{Map, Value, json};

use crate::audit::Event;
use crate::balancer::{Balancer, Session};
use crate::wire::{Request, Response};
use crate::world::World;

/// Answers a request that the ALB has let through, with the session that it belongs to.
pub(crate) fn answer(
    world: &World,
    balancer: &Balancer,
    request: &Request,
    session: Option<&Session>,
) -> Response {
    world.record(Event::UpstreamSaw {
        app: balancer.app.name.clone(),
        method: request.method.clone(),
        path: request.path.clone(),
        user: session.map(|session| session.login.clone()),
    });
    if too_long(balancer, request) {
        let text =
            "<html><head><title>400 Request Header Or Cookie Too Large</title></head></html>\r\n";
        return Response::new(400)
            .with("Server", "nginx")
            .with_body("text/html", text);
    }
    if let (Some(target), "/") = (&balancer.app.root_redirect, request.path.as_str()) {
        return Response::new(302)
            .with("Server", "sandbox")
            .with("Location", target);
    }
    Response::new(200).with("Server", "sandbox").with_body(
        "application/json",
        seen(world, balancer, request, session).to_string(),
    )
}

fn too_long(balancer: &Balancer, request: &Request) -> bool {
    let mut headers = request.headers.iter();
    let limit = balancer.app.header_limit;
    limit.is_some_and(|limit| headers.any(|(name, value)| name.len() + 2 + value.len() > limit))
}

/// The claims are those that the ALB adds: what a client sends under their names does not get through. Cookies do, the
/// session's own among them.
fn seen(world: &World, balancer: &Balancer, request: &Request, session: Option<&Session>) -> Value {
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
    json!({
        "app": balancer.app.name,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "user": session.map(|session| session.login.clone()),
        "claims": claims,
        "cookies": cookies,
        "body_length": request.body.len(),
    })
}
