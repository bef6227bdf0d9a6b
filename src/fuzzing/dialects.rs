//! The dialects: whatever is asked, no secret of the request is in what is said, and no app is found at a place that the
//! request does not name.

use serde_json::Value;

use super::place::{self, Place};
use super::{MARK, marks, settings};
use crate::app::Target;
use crate::dialect::{self, Dialect, HelperOutcome, go};
use crate::environment::Variables;
use crate::reply::Reply;

/// A request, as the second reader understands it.
#[derive(Default)]
struct Request {
    /// The place that it names.
    place: Option<Place>,
    /// Values that must not appear anywhere again.
    secrets: Vec<Vec<u8>>,
    /// Passwords within URLs, which must not be said again, but may be in what was asked.
    of_urls: Vec<Vec<u8>>,
}

const ACTIONS: [&str; 3] = ["get", "store", "erase"];

/// git's requests.
pub(crate) fn git(input: &[u8]) {
    let (place, secrets) = place::of_git(input);
    let request = Request {
        place,
        secrets,
        ..Request::default()
    };
    for action in ACTIONS {
        holds(named("git"), action, input, &request);
    }
}

/// docker's requests.
pub(crate) fn docker(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let of_urls: Vec<_> = place::password_of(&text)
        .map(Into::into)
        .into_iter()
        .collect();
    let named_by_text = Request {
        place: place::of_server(&text),
        of_urls,
        ..Request::default()
    };
    for action in ["get", "erase", "list", "version", "", "x"] {
        holds(named("docker"), action, input, &named_by_text);
    }
    holds(named("docker"), "store", input, &offer(input));
}

/// Returns what docker wants stored. All of what is no JSON object may be a secret.
fn offer(input: &[u8]) -> Request {
    // A member that is not looked at need not be UTF-8.
    let text = String::from_utf8_lossy(input);
    let Ok(Value::Object(members)) = serde_json::from_str(&text) else {
        return Request {
            secrets: vec![input.to_vec()],
            ..Request::default()
        };
    };
    let text = |name: &str| {
        members
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let server = text("ServerURL").trim();
    Request {
        place: place::of_server(server),
        secrets: vec![text("Secret").into()],
        of_urls: place::password_of(server)
            .map(Into::into)
            .into_iter()
            .collect(),
    }
}

/// The member that a request of Bazel's has to have. In its other members a number may be too large for any type.
#[derive(Default, serde::Deserialize)]
struct BazelRequest {
    uri: Value,
}

/// Bazel's requests.
pub(crate) fn bazel(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let request: BazelRequest = serde_json::from_str(&text).unwrap_or_default();
    let uri = request.uri.as_str().unwrap_or_default();
    let request = Request {
        place: place::of_url(uri),
        of_urls: place::password_of(uri)
            .map(Into::into)
            .into_iter()
            .collect(),
        ..Request::default()
    };
    for action in ACTIONS {
        holds(named("bazel"), action, input, &request);
    }
}

/// Requests that do not say which dialect they are in.
pub(crate) fn sniff(input: &[u8]) {
    for action in ACTIONS {
        match dialect::detect(action, input).map(Dialect::name) {
            Some("git") => git(input),
            Some("docker") => docker(input),
            Some("bazel") => bazel(input),
            Some(other) => panic!("{other} has no request"),
            None => {}
        }
    }
}

/// Checks how a name from the command line is read.
pub(crate) fn plain(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let Ok(target @ Target::Url(_)) = Target::parse(text) else {
        return;
    };
    // A host in other letters than ASCII is spelled out by the person's own client in the same way (UTS 46).
    if let Ok(app) = settings().find(&target, &Variables::default())
        && text.is_ascii()
    {
        assert_eq!(
            Some(place::of_app(&app.name)),
            place::of_url(text),
            "{text:?}"
        );
    }
}

/// Checks how Go's request is read: a line on stdin and the arguments, with a NUL between each two.
pub(crate) fn go(input: &[u8]) {
    let mut parts = input.split(|&byte| byte == 0);
    let line = parts.next().unwrap_or_default();
    let arguments: Vec<String> = parts
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    match go::GoRequest::read(&arguments, line) {
        go::GoRequest::AfterResponse { url, .. } => {
            assert_eq!(arguments.last().map(String::as_str), Some(url));
            assert!(line.starts_with(b"HTTP/"));
        }
        go::GoRequest::Initial(targets) => assert_eq!(targets, arguments),
    }
    for argument in &arguments {
        plain(argument.as_bytes());
    }
}

fn named(name: &str) -> &'static dyn Dialect {
    dialect::named(name).expect("there is one")
}

/// Asserts that `dialect` reads no more out of `input` than is in it, and says nothing of its secrets.
fn holds(dialect: &dyn Dialect, action: &str, input: &[u8], request: &Request) {
    let hides = |reply: &Reply| {
        for text in [reply.stdout.expose(), &reply.stderr, &format!("{reply:?}")] {
            hides(text, input, &request.secrets);
            hides(text, input, &request.of_urls);
        }
    };
    let parsed = match dialect.parse(action, input) {
        Ok(parsed) => parsed,
        Err(reply) => return hides(&reply),
    };
    self::hides(&format!("{parsed:?}"), input, &request.secrets);
    match settings().find(&parsed.target, &Variables::default()) {
        Ok(app) => {
            let found = Some(place::of_app(&app.name));
            assert_eq!(found, request.place, "{action} {}", input.escape_ascii());
        }
        Err(error) => hides(&dialect.render(&parsed, Err(&error))),
    }
    hides(&dialect.render(&parsed, Ok(&HelperOutcome::Done)));
}

/// Asserts that the mark is not in `text`, where in `input` it is in nothing but `secrets`.
fn hides(text: &str, input: &[u8], secrets: &[Vec<u8>]) {
    let within: usize = secrets.iter().map(|secret| marks(secret)).sum();
    if within > 0 && within == marks(input) {
        assert_eq!(
            marks(text.as_bytes()),
            0,
            "{} in {text}",
            MARK.escape_ascii()
        );
    }
}
