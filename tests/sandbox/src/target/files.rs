//! The files of a directory, as a server of Go modules or of packages hands them out.
//!
//! <https://go.dev/ref/mod#goproxy-protocol>, <https://go.dev/ref/mod#vcs-find>

use std::path::{Path, PathBuf};

use super::plain;
use crate::query::{Query, decode};
use crate::wire::{Request, Response};

const INDEX: &str = "index.html";

pub(super) fn answer(directory: &Path, request: &Request) -> Response {
    if !["GET", "HEAD"].contains(&request.method.as_str()) {
        return plain(405, "method not allowed").with("Allow", "GET, HEAD");
    }
    let Some(path) = below(directory, &request.path) else {
        return plain(400, "bad path");
    };
    let query = Query::new(request.query.as_deref().unwrap_or_default());
    let path = match query.get("go-get").as_deref() {
        Some("1") => page_above(directory, &path),
        _ if path.is_dir() => path.join(INDEX),
        _ => path,
    };
    match std::fs::read(&path) {
        Ok(bytes) => Response::new(200).with_body(kind(&path), bytes),
        Err(_) => plain(404, "not found"),
    }
}

/// The place of a path's file; `None` where it would lie elsewhere.
fn below(directory: &Path, path: &str) -> Option<PathBuf> {
    let path = decode(path);
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let strange = |segment: &str| segment.starts_with('.') || segment.contains(['\\', '\0']);
    segments.clone().all(|segment| !strange(segment)).then(|| {
        segments
            .by_ref()
            .fold(directory.to_owned(), |at, next| at.join(next))
    })
}

/// A module's page is the page of every package in it.
fn page_above(directory: &Path, path: &Path) -> PathBuf {
    let above = path.ancestors().take_while(|at| at.starts_with(directory));
    let mut pages = above.map(|at| at.join(INDEX));
    let page = pages.find(|page| page.is_file());
    page.unwrap_or_else(|| path.join(INDEX))
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("json" | "info") => "application/json",
        Some("zip") => "application/zip",
        // a proxy's list of versions has no ending
        Some("mod" | "txt") | None => "text/plain; charset=utf-8",
        Some(_) => "application/octet-stream",
    }
}
