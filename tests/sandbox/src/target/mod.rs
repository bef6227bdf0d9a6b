//! The application behind an ALB: what the ALB lets through arrives here.
//!
//! It is not the ALB's answer that comes from here: its `Server` is another, and its 401 has a `WWW-Authenticate`.

mod backend;
mod children;
mod echo;
mod files;
mod git;
mod lfs;
mod module;
mod repository;

use std::path::PathBuf;

pub(crate) use children::Children;
pub use git::GitServer;
pub use module::go_module;

use crate::audit::Event;
use crate::authorization::scheme;
use crate::balancer::{Balancer, Session};
use crate::demand::shard_number;
use crate::setup::App;
use crate::wire::{Request, Response};
use crate::world::World;

/// The server behind an ALB.
#[derive(Clone, Debug, Default)]
pub enum Target {
    /// An application that tells in JSON what it was sent.
    #[default]
    Echo,
    /// Git's own server, with large files.
    Git(GitServer),
    /// The files of a directory. `?go-get=1` is answered with the `index.html` that is nearest above the path.
    Files(PathBuf),
}

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
        session_cookie: brings_shards(&balancer.app, request),
        authorization: scheme(request),
    });
    if too_long(&balancer.app, request) {
        let text =
            "<html><head><title>400 Request Header Or Cookie Too Large</title></head></html>\r\n";
        return Response::new(400)
            .with("Server", "nginx")
            .with_body("text/html", text);
    }
    let response = match (&balancer.app.root_redirect, request.path.as_str()) {
        (Some(target), "/") => Response::new(302).with("Location", target),
        _ => match &balancer.app.target {
            Target::Echo => echo::answer(world, balancer, request, session),
            Target::Git(server) => git::answer(world, balancer, server, request, session),
            Target::Files(directory) => files::answer(directory, request),
        },
    };
    response.with("Server", "sandbox")
}

fn brings_shards(app: &App, request: &Request) -> bool {
    let cookies = request.cookies();
    let mut rules = app.rules.iter();
    rules.any(|rule| {
        let mut names = cookies.iter().map(|(name, _)| name);
        names.any(|name| shard_number(&rule.cookie, name).is_some())
    })
}

fn too_long(app: &App, request: &Request) -> bool {
    let mut headers = request.headers.iter();
    app.header_limit
        .is_some_and(|limit| headers.any(|(name, value)| name.len() + 2 + value.len() > limit))
}

/// A short text in the place of what was asked for.
fn plain(status: u16, text: &str) -> Response {
    Response::new(status).with_body("text/plain", format!("{text}\n"))
}
