//! The protocols of callers. A dialect parses one request and renders one [`Reply`]: stdout, stderr and exit status. It
//! writes nothing itself, and it never knows how a session was made, or whether it came from the cache.

mod bazel;
mod docker;
mod git;
pub(crate) mod go;
mod plain;
mod sight;

use serde::de::IgnoredAny;
use url::Url;

use crate::app::{App, Target};
use crate::caller_policy::CallerPolicy;
use crate::credential::{Credential, Pattern};
use crate::error::Error;
use crate::reply::Reply;
use crate::served_session::ServedSession;
use crate::site::has_plain_origin;

pub(crate) use plain::Plain;
pub(crate) use sight::{Sight, recognise};

/// An operation of the credential-helper protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Answer the session, and sign in if there is none; or answer a stored credential, for an app without sign-in.
    Get,
    /// Store the credential that the caller sends.
    Store,
    /// Forget the session or the stored credential.
    Erase,
    /// List everything that a `get` could answer at once.
    List,
}

/// One request, parsed and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HelperRequest {
    pub(crate) operation: Operation,
    pub(crate) target: Target,
    /// The credential that the caller means, if its protocol has credentials.
    pub(crate) pattern: Option<Pattern>,
    /// The credential to store, for [`Operation::Store`].
    pub(crate) offer: Option<Credential>,
    /// The target as the caller spelled it, for dialects that echo it.
    pub(crate) subject: String,
}

impl HelperRequest {
    /// Makes a request with an operation and a target only.
    pub(crate) fn new(operation: Operation, target: Target) -> Self {
        Self {
            operation,
            target,
            pattern: None,
            offer: None,
            subject: String::new(),
        }
    }
}

/// The outcome of a request that did not fail.
#[derive(Debug)]
pub(crate) enum HelperOutcome<'a> {
    Session(ServedSession<'a>),
    /// The session is in the cookie file that the caller reads.
    CookieFile {
        app: &'a App,
        /// A line for the user, if the file's format loses something.
        warning: String,
        /// Set if the caller asks its next helper for the application's own credentials.
        next: bool,
    },
    /// A stored credential.
    Credential(Credential),
    /// The request was carried out, or there was nothing to do.
    Done,
    /// The offered credential is of no use for this app, and was not stored.
    Ignored,
    /// Every app.
    List(Vec<ListedApp<'a>>),
}

/// One app of a list.
#[derive(Debug)]
pub(crate) struct ListedApp<'a> {
    pub(crate) app: &'a App,
    /// Set if a `get` could answer its session at once.
    pub(crate) fresh: bool,
    /// Its stored credentials.
    pub(crate) kept: Vec<Credential>,
}

/// The protocol of one kind of caller.
pub(crate) trait Dialect {
    /// Returns its name, as `--protocol` takes it.
    fn name(&self) -> &'static str;

    /// Returns how its callers wait for an answer.
    fn policy(&self) -> CallerPolicy;

    /// Reports whether its protocol allows this number of helper arguments.
    fn accepts_arguments(&self, count: usize) -> bool {
        count > 0
    }

    /// Returns the length of the request at the beginning of `input`, if nothing that may follow belongs to it. A caller
    /// may keep its end of the pipe open, and is answered all the same.
    fn length(&self, action: &str, input: &[u8]) -> Option<usize>;

    /// Parses a request: the action word and its text on stdin. `Err` is the reply to a request that is wrong, or that can
    /// be answered at once, such as an unknown action or a version.
    fn parse(&self, action: &str, input: &[u8]) -> Result<HelperRequest, Reply>;

    /// Renders the error of a broken configuration. Nobody knows then whether the request was about a configured app.
    fn render_broken(&self, error: &Error) -> Reply {
        Reply::failure(error)
    }

    /// Renders the outcome of `request`.
    fn render(&self, request: &HelperRequest, outcome: Result<&HelperOutcome, &Error>) -> Reply;
}

/// Every dialect with a protocol on stdin and stdout.
pub(crate) const ALL: [&dyn Dialect; 3] = [&git::Git, &docker::Docker, &bazel::Bazel];

/// Returns the dialect called `name`.
pub(crate) fn named(name: &str) -> Option<&'static dyn Dialect> {
    ALL.into_iter().find(|dialect| dialect.name() == name)
}

/// Detects the dialect of `input`. `{` is the first byte of Bazel's requests, and of docker's `store`. A first line
/// `key=value` is git's. A single URL or host is docker's. For JSON and git only the beginning is checked: the dialect
/// reports what is wrong further on.
pub(crate) fn detect(action: &str, input: &[u8]) -> Option<&'static dyn Dialect> {
    let input = input.trim_ascii();
    let line = input.split(|&byte| byte == b'\n').next()?;
    // Bazel has no `store`.
    let json = if action == "store" { "docker" } else { "bazel" };
    if line.starts_with(b"{") {
        named(json)
    } else if is_attribute(line) {
        named("git")
    } else if is_server(std::str::from_utf8(input).ok()?) {
        named("docker")
    } else {
        None
    }
}

/// Returns the dialect and the length of the request at the beginning of `input`, if it is complete. `is_whole` says that
/// nothing follows `input`.
pub(crate) fn first_request(
    action: &str,
    input: &[u8],
    is_whole: bool,
) -> Option<(&'static dyn Dialect, usize)> {
    let dialect = detect(action, input)?;
    let length = dialect.length(action, input);
    Some((dialect, length.or(is_whole.then_some(input.len()))?))
}

/// Returns the length of the JSON value at the beginning of `input`, if it is complete. A text that is no JSON is complete:
/// nothing that follows can mend it.
fn json_length(input: &[u8]) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_slice(input).into_iter::<IgnoredAny>();
    match values.next()? {
        Ok(_) => Some(values.byte_offset()),
        Err(error) if error.is_eof() => None,
        Err(_) => Some(input.len()),
    }
}

/// Reports whether `line` is an attribute of git's protocol: `key=value` or `key[]=value`.
fn is_attribute(line: &[u8]) -> bool {
    let Some(equals) = line.iter().position(|&byte| byte == b'=') else {
        return false;
    };
    let key = line[..equals]
        .strip_suffix(b"[]")
        .unwrap_or(&line[..equals]);
    let is_letter = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
    !key.is_empty() && key.iter().all(is_letter)
}

/// Reports whether `text` is one URL, or a host with a dot or a port. A single word could be anything.
fn is_server(text: &str) -> bool {
    text.contains(['.', ':']) && docker::server(text).is_some()
}

/// Parses an http or https URL strictly: printable ASCII without a backslash, and a plain origin. A parser would repair
/// any other text, and the caller may read another host from it.
fn strict_url(text: &str) -> Option<Url> {
    let needs_repair = |byte: u8| !byte.is_ascii_graphic() || byte == b'\\';
    if text.bytes().any(needs_repair) || !has_plain_origin(text) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "https" | "http").then_some(url)
}

/// Reports whether every byte of `authority` is allowed in a host name (underscores are in use), an address or a port.
fn is_authority(authority: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !authority.is_empty() && authority.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    mod random;

    use super::{detect, named};

    /// Returns what follows the request, if it is complete.
    fn after<'a>(name: &str, action: &str, input: &'a str) -> Option<&'a str> {
        let dialect = named(name).expect("there is one");
        let length = dialect.length(action, input.as_bytes())?;
        Some(&input[length..])
    }

    #[test]
    fn a_request_ends_where_its_dialect_says() {
        for (name, action, input, rest) in [
            ("git", "get", "a=b\n\nc=d\n", "c=d\n"),
            ("git", "store", "a=b\r\n\r\n", ""),
            ("git", "get", "\n", ""),
            ("docker", "get", "a.example\nb", "b"),
            ("docker", "erase", "\n \na.example\r\n", ""),
            ("docker", "store", "{\"a\":\"}\"} {", " {"),
            ("bazel", "get", "\n{\"uri\":\"a\"}\n", "\n"),
            // Nothing mends them.
            ("docker", "store", "{a", ""),
            ("bazel", "get", "x", ""),
        ] {
            assert_eq!(after(name, action, input), Some(rest), "{name} {input:?}");
        }
        for (name, action, input) in [
            ("git", "get", ""),
            ("git", "get", "a=b\nc=d\n"),
            ("git", "get", "a=b\n\r"),
            ("docker", "get", "\n a.example"),
            ("docker", "store", "{\"a\":\"}"),
            ("bazel", "get", " \n"),
            ("bazel", "get", "{\"uri\":\"a\""),
        ] {
            assert_eq!(after(name, action, input), None, "{name} {input:?}");
        }
    }

    #[test]
    fn the_beginning_of_a_request_tells_its_dialect() {
        for (input, name) in [
            (&b"{\"uri\":\"https://a.example\"}"[..], "bazel"),
            (b" \r\n\t{\n \"uri\"", "bazel"),
            (b"{\xff", "bazel"),
            (b"protocol=https\nhost=a.example\n\n", "git"),
            (
                b"capability[]=authtype\ncapability[]=state\nprotocol=https\n",
                "git",
            ),
            (b"url=https://a.example\r\n", "git"),
            (b"wwwauth[]=Basic realm=\"\xff\"\n", "git"),
            (b"host=\0", "git"),
            (b"https://a.example/v1/?a=b", "docker"),
            (b"https://a.example", "docker"),
            (b"a.example\n", "docker"),
            (b"\na.example\r\n", "docker"),
            (b"localhost:5000", "docker"),
            (b"127.0.0.1:5000/x=y", "docker"),
            (b"[::1]:5000", "docker"),
            (b"https://[::1]:5000/", "docker"),
            (b"::1", "docker"),
        ] {
            let dialect = detect("get", input).unwrap_or_else(|| panic!("{input:?} is {name}"));
            assert_eq!(dialect.name(), name, "{input:?}");
        }
    }

    #[test]
    fn other_input_has_no_dialect() {
        for input in [
            &b""[..],
            b" \r\n\n",
            b"grafana",
            b"two words",
            b"a.example\nb.example\nc",
            b"HOST=a.example",
            b"=a.example",
            b"[]=a.example",
            b"key: value",
            b"ftp://a.example",
            b"https://",
            b"https://a.example\\@b.example",
            b"\0\0a.example",
            b"\x7fELF\x02\x01.:",
            b"\xff\xfea.example",
            b"[\"a.example\"]",
            b"<a href=x.y>",
        ] {
            assert!(detect("get", input).is_none(), "{input:?}");
        }
    }
}
