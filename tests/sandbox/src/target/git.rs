//! A git server: bare repositories in a directory, and what asks for them.

use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

use super::{backend, lfs, plain};
use crate::authorization::Basic;
use crate::balancer::{Balancer, Session};
use crate::wire::{Request, Response};
use crate::world::World;

/// A git server. Its repositories go when the last copy of this value goes.
#[derive(Clone, Debug)]
pub struct GitServer {
    /// The credentials that it wants of its own, beside the ALB's session.
    pub basic: Option<Basic>,
    directory: Arc<TempDir>,
}

impl GitServer {
    /// A server without repositories that wants no credentials.
    ///
    /// # Panics
    ///
    /// Where no temporary directory can be made.
    #[must_use]
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        Self {
            basic: None,
            directory: Arc::new(directory),
        }
    }

    /// The same server, which answers 401 with `WWW-Authenticate: Basic realm="git"` where these are not sent.
    #[must_use]
    pub fn wanting(mut self, user: &str, password: &str) -> Self {
        self.basic = Some(Basic::new(user, password));
        self
    }

    /// Where the repositories are: `NAME.git`, with large files below its `lfs/objects`.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
}

impl Default for GitServer {
    fn default() -> Self {
        Self::new()
    }
}

/// Only the front page is for everybody.
pub(super) fn answer(
    world: &World,
    balancer: &Balancer,
    server: &GitServer,
    request: &Request,
    session: Option<&Session>,
) -> Response {
    if ["/", "/login"].contains(&request.path.as_str()) {
        return Response::new(200).with_body("text/html", "<html><title>git</title></html>\n");
    }
    let admitted = server
        .basic
        .as_ref()
        .is_none_or(|basic| basic.admits(request));
    if !admitted {
        return plain(401, "authentication required")
            .with("WWW-Authenticate", "Basic realm=\"git\"");
    }
    match lfs::asked(&request.path) {
        Some(asked) => lfs::answer(&balancer.url, server.directory(), &asked, request),
        None => {
            let session = session.map(|session| session.login.as_str());
            let basic = server.basic.as_ref().map(|basic| basic.user.as_str());
            backend::answer(world, server.directory(), request, basic.or(session))
        }
    }
}
