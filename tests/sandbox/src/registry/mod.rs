//! A container registry that is read with a name and a password of its own, and that stands behind no ALB.
//!
//! <https://distribution.github.io/distribution/spec/api/>; the image is of the OCI's form.

mod image;

use serde_json::json;

use crate::audit::Event;
use crate::authorization::{Basic, scheme};
use crate::wire::{Request, Response};
use crate::world::World;
use image::Image;

/// A registry with one tiny image, `REPOSITORY:latest`.
#[derive(Clone, Debug)]
pub struct Registry {
    /// The credentials that it wants.
    pub basic: Basic,
    /// The name of the image.
    pub repository: String,
    /// Its port; 0 takes a free one.
    pub port: u16,
}

impl Registry {
    /// A registry that wants these credentials, with the image `tools/hello:latest`.
    #[must_use]
    pub fn new(user: &str, password: &str) -> Self {
        Self {
            basic: Basic::new(user, password),
            repository: "tools/hello".to_owned(),
            port: 0,
        }
    }
}

/// Answers a request to the registry.
pub(crate) fn answer(world: &World, registry: &Registry, request: &Request) -> Response {
    let admitted = registry.basic.admits(request);
    world.record(Event::RegistrySaw {
        method: request.method.clone(),
        path: request.path.clone(),
        authorization: scheme(request),
        admitted,
    });
    let response = match (admitted, request.method.as_str()) {
        (false, _) => {
            refusal(401, "UNAUTHORIZED").with("WWW-Authenticate", "Basic realm=\"registry\"")
        }
        (true, "GET" | "HEAD") => read(registry, &request.path),
        (true, _) => refusal(405, "UNSUPPORTED"),
    };
    response.with("Docker-Distribution-Api-Version", "registry/2.0")
}

fn read(registry: &Registry, path: &str) -> Response {
    if ["/v2", "/v2/"].contains(&path) {
        return Response::new(200).with_body("application/json", "{}");
    }
    let start = format!("/v2/{}/", registry.repository);
    let Some((what, name)) = path
        .strip_prefix(&start)
        .and_then(|rest| rest.split_once('/'))
    else {
        return refusal(404, "NAME_UNKNOWN");
    };
    let image = Image::new();
    let found = match what {
        "tags" if name == "list" => {
            let tags = json!({ "name": registry.repository, "tags": [Image::TAG] });
            return Response::new(200).with_body("application/json", tags.to_string());
        }
        "manifests" => image.manifest(name),
        "blobs" => image.blob(name),
        _ => None,
    };
    match found {
        Some(content) => Response::new(200)
            .with("Docker-Content-Digest", &content.digest)
            .with_body(content.kind, content.bytes),
        None if what == "manifests" => refusal(404, "MANIFEST_UNKNOWN"),
        None => refusal(404, "BLOB_UNKNOWN"),
    }
}

fn refusal(status: u16, code: &str) -> Response {
    let body = json!({ "errors": [{ "code": code, "message": code.to_lowercase() }] });
    Response::new(status).with_body("application/json", body.to_string())
}
