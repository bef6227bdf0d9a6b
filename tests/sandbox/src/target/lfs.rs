//! Large files of git: the batch API with basic transfers, whose links lead to the app's own origin.
//!
//! <https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md>, `basic-transfers.md`, `locking.md`.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};

use crate::digest::{is_sha256, sha256};
use crate::wire::{Request, Response};

const JSON: &str = "application/vnd.git-lfs+json";

/// The parts of a path: a repository's path, and what follows `info/lfs`.
pub(super) struct Asked {
    repository: String,
    what: String,
}

/// Reads a path of the form `/NAME.git/info/lfs/…`.
pub(super) fn asked(path: &str) -> Option<Asked> {
    let (repository, what) = path.trim_start_matches('/').split_once("/info/lfs/")?;
    let plain = repository.split('/').all(|part| !part.starts_with('.'));
    plain.then(|| Asked {
        repository: repository.to_owned(),
        what: what.to_owned(),
    })
}

/// Answers a request about a repository below `directory`; `origin` is what the links begin with.
pub(super) fn answer(origin: &str, directory: &Path, asked: &Asked, request: &Request) -> Response {
    let place = directory.join(&asked.repository);
    if !place.is_dir() {
        return refusal(404, "there is no such repository");
    }
    let store = Store {
        objects: place.join("lfs").join("objects"),
        base: format!("{origin}/{}/info/lfs", asked.repository),
    };
    match (request.method.as_str(), asked.what.as_str()) {
        ("POST", "objects/batch") => store.batch(request),
        ("POST", "verify") => store.verify(request),
        ("POST", "locks/verify") => answered(&json!({ "ours": [], "theirs": [] })),
        (method, what) => match (
            method,
            what.strip_prefix("objects/").filter(|oid| is_sha256(oid)),
        ) {
            ("PUT", Some(oid)) => store.put(oid, &request.body),
            ("GET", Some(oid)) => store.get(oid),
            _ => refusal(404, "there is no such thing"),
        },
    }
}

/// The large files of one repository.
struct Store {
    objects: PathBuf,
    base: String,
}

impl Store {
    fn batch(&self, request: &Request) -> Response {
        if !speaks_lfs(request) {
            return refusal(406, "the media type is application/vnd.git-lfs+json");
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let upload = match body["operation"].as_str() {
            Some("upload") => true,
            Some("download") => false,
            _ => return refusal(422, "the operation is upload or download"),
        };
        let objects: Option<Vec<Value>> = body["objects"]
            .as_array()
            .and_then(|objects| objects.iter().map(|one| self.offer(one, upload)).collect());
        match objects {
            Some(objects) => answered(&json!({
                "transfer": "basic",
                "objects": objects,
                "hash_algo": "sha256",
            })),
            None => refusal(422, "each object has an oid and a size"),
        }
    }

    /// Returns what can be done about one object.
    fn offer(&self, object: &Value, upload: bool) -> Option<Value> {
        let oid = object["oid"].as_str().filter(|oid| is_sha256(oid))?;
        let size = object["size"].as_u64()?;
        let link =
            |path: String| json!({ "href": format!("{}/{path}", self.base), "expires_in": 3600 });
        let there = self.objects.join(oid).is_file();
        let mut offer = json!({ "oid": oid, "size": size });
        match (upload, there) {
            (true, true) => {}
            (true, false) => {
                offer["actions"] = json!({
                    "upload": link(format!("objects/{oid}")),
                    "verify": link("verify".to_owned()),
                });
            }
            (false, true) => {
                offer["actions"] = json!({ "download": link(format!("objects/{oid}")) });
            }
            (false, false) => {
                offer["error"] = json!({ "code": 404, "message": "there is no such object" });
            }
        }
        Some(offer)
    }

    fn put(&self, oid: &str, body: &[u8]) -> Response {
        if sha256(body) != oid {
            return refusal(422, "the object has another digest");
        }
        let written = std::fs::create_dir_all(&self.objects)
            .and_then(|()| std::fs::write(self.objects.join(oid), body));
        match written {
            Ok(()) => Response::new(200),
            Err(_) => refusal(507, "the object cannot be written"),
        }
    }

    fn get(&self, oid: &str) -> Response {
        match std::fs::read(self.objects.join(oid)) {
            Ok(bytes) => Response::new(200).with_body("application/octet-stream", bytes),
            Err(_) => refusal(404, "there is no such object"),
        }
    }

    fn verify(&self, request: &Request) -> Response {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let oid = body["oid"].as_str().filter(|oid| is_sha256(oid));
        let file = oid.and_then(|oid| self.objects.join(oid).metadata().ok());
        match file.filter(|file| Some(file.len()) == body["size"].as_u64()) {
            Some(_) => Response::new(200),
            None => refusal(404, "there is no such object"),
        }
    }
}

/// The protocol wants its own media type in both headers.
fn speaks_lfs(request: &Request) -> bool {
    let speaks = |name| {
        request
            .header(name)
            .is_some_and(|kind| kind.starts_with(JSON))
    };
    speaks("accept") && speaks("content-type")
}

fn answered(body: &Value) -> Response {
    Response::new(200).with_body(JSON, body.to_string())
}

fn refusal(status: u16, message: &str) -> Response {
    let body = json!({ "message": message }).to_string();
    Response::new(status).with_body(JSON, body)
}
