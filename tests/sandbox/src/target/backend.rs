//! `git http-backend`, called as a web server calls it.
//!
//! <https://git-scm.com/docs/git-http-backend>, RFC 3875.

use std::path::Path;
use std::process::Command;

use super::plain;
use super::repository::git;
use crate::query::decode;
use crate::wire::{Request, Response, reason};
use crate::world::World;

/// Answers a request for a repository below `directory`, in the name of `user`.
pub(super) fn answer(
    world: &World,
    directory: &Path,
    request: &Request,
    user: Option<&str>,
) -> Response {
    let mut command = command(directory, request, user);
    // the child may take its time, and other connections want the thread
    let output = tokio::task::block_in_place(|| world.children.run(&mut command, &request.body));
    let answer = output.ok().and_then(|output| response(&output));
    answer.unwrap_or_else(|| plain(500, "git http-backend has failed"))
}

fn command(directory: &Path, request: &Request, user: Option<&str>) -> Command {
    let mut command = git(directory);
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", directory)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GATEWAY_INTERFACE", "CGI/1.1")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", decode(&request.path))
        .env("QUERY_STRING", request.query.as_deref().unwrap_or_default())
        // what came in chunks has its length by now
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .env("REMOTE_ADDR", "127.0.0.1");
    if let Some(user) = user {
        command.env("REMOTE_USER", user);
    }
    for (header, variable) in [
        ("content-type", "CONTENT_TYPE"),
        ("content-encoding", "HTTP_CONTENT_ENCODING"),
        ("git-protocol", "GIT_PROTOCOL"),
        ("user-agent", "HTTP_USER_AGENT"),
    ] {
        if let Some(value) = request.header(header) {
            command.env(variable, value);
        }
    }
    command
}

/// A CGI answer: header lines, among them perhaps a `Status`, a blank line, the body.
fn response(output: &[u8]) -> Option<Response> {
    let end = output.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&output[..end]).ok()?;
    let mut response = Response::new(200);
    for line in head.split("\r\n") {
        let (name, value) = line.split_once(':')?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("status") {
            response.status = value.get(..3)?.parse().ok()?;
            response.reason = reason(response.status);
        } else {
            response.add(name, value);
        }
    }
    response.body = output[end + 4..].to_vec();
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::response;

    #[test]
    fn a_status_and_a_body_of_bytes_are_read() {
        let answer =
            response(b"Status: 404 Not Found\r\nX: y\r\n\r\n\xff\r\n\r\n").expect("an answer");
        assert_eq!((answer.status, answer.reason), (404, "Not Found"));
        assert_eq!(answer.header("X").as_deref(), Some("y"));
        assert_eq!(answer.body, b"\xff\r\n\r\n");
        assert!(response(b"half a head").is_none());
    }
}
