//! The languages of callers. A dialect reads one request and says one [`Reply`]: stdout, stderr and exit status are
//! all its own, and it writes nothing itself. It never knows how a session was made, or whether it came from the
//! cache.

mod bazel;
mod docker;
mod git;
pub(crate) mod go;
mod plain;

use url::Url;

use std::time::Duration;

use crate::answer::Answer;
use crate::app::{App, Target};
use crate::credential::{Credential, Pattern};
use crate::error::Error;
use crate::reply::Reply;
use crate::site::has_plain_origin;
use crate::terminal::Questions;

pub(crate) use plain::Plain;

/// What a caller wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// The session, signing in if need be; or what is kept, where nobody signs in.
    Get,
    /// What the caller brings kept.
    Store,
    /// The session, or what is kept, forgotten.
    Erase,
    /// The names of all that could be had at once.
    List,
}

/// One request, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) verb: Verb,
    pub(crate) target: Target,
    /// What the caller says of the credential that it wants, where its language has credentials.
    pub(crate) pattern: Option<Pattern>,
    /// With `store`: what is to be kept.
    pub(crate) offer: Option<Credential>,
    /// How the caller spelled what it asked for, for dialects that echo it.
    pub(crate) subject: String,
}

impl Ask {
    /// A request with nothing but a verb and a target.
    pub(crate) fn plain(verb: Verb, target: Target) -> Self {
        Self {
            verb,
            target,
            pattern: None,
            offer: None,
            subject: String::new(),
        }
    }
}

/// What came of a request that did not fail.
#[derive(Debug)]
pub(crate) enum Outcome<'a> {
    Session(Answer<'a>),
    /// The session is in the cookie file that the caller reads; with a line for a person who may lose something by that.
    /// Whether the caller is to ask its next helper for the application's own credentials.
    InFile {
        app: &'a App,
        warning: String,
        next: bool,
    },
    /// What was kept.
    Kept(Credential),
    /// Stored or erased, or there was nothing to do.
    Done,
    /// What was to be stored is nothing that this app has a use for.
    PassedOver,
    /// Every app.
    Listed(Vec<Listed<'a>>),
}

/// How a caller waits for its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// Whether a sign-in may put questions to the person at the terminal.
    pub(crate) questions: Questions,
    /// How long the caller waits at most; no limit where it says none.
    pub(crate) limit: Option<Duration>,
}

impl Manner {
    /// A person at a terminal, or a script of theirs.
    pub(crate) const PATIENT: Self = Self {
        questions: Questions::Allowed,
        limit: None,
    };
    /// As patient, but nobody may be asked anything.
    pub(crate) const MUTE: Self = Self {
        questions: Questions::Forbidden,
        limit: None,
    };
}

/// One app of a list.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    pub(crate) app: &'a App,
    /// Whether a `get` of its session could be answered at once.
    pub(crate) fresh: bool,
    /// What is kept for it.
    pub(crate) kept: Vec<Credential>,
}

/// The language of one kind of caller.
pub(crate) trait Dialect {
    /// Its name, as `--protocol` takes it.
    fn name(&self) -> &'static str;

    /// How its callers wait for an answer.
    fn manner(&self) -> Manner;

    /// Whether its protocol allows so many arguments of a helper.
    fn takes(&self, arguments: usize) -> bool {
        arguments > 0
    }

    /// Reads a request: the action word and all of stdin. `Err` is the reply to a request that needs nothing done
    /// (an unknown verb, a version) or that is wrong.
    fn parse(&self, action: &str, input: &[u8]) -> Result<Ask, Reply>;

    /// Says that nothing can be looked up at all, because the configuration is broken. Whether the request was about
    /// an app of ours is not known then.
    fn render_broken(&self, error: &Error) -> Reply {
        Reply::failure(error)
    }

    /// Says what came of `ask`.
    fn render(&self, ask: &Ask, outcome: Result<&Outcome, &Error>) -> Reply;
}

/// Every dialect that has a protocol on stdin and stdout.
pub(crate) const ALL: [&dyn Dialect; 3] = [&git::Git, &docker::Docker, &bazel::Bazel];

/// The dialect called `name`.
pub(crate) fn named(name: &str) -> Option<&'static dyn Dialect> {
    ALL.into_iter().find(|dialect| dialect.name() == name)
}

/// The dialect that `input` is written in, for `action`: a first byte `{` is Bazel's (or docker's, to be stored), a first line `key=value` is git's, one bare
/// URL or host is docker's. `None` where it is none of them. Only the beginning is looked at for the first two: what
/// is wrong further on is for the dialect to say.
pub(crate) fn sniff(action: &str, input: &[u8]) -> Option<&'static dyn Dialect> {
    let input = input.trim_ascii();
    let line = input.split(|&byte| byte == b'\n').next()?;
    if line.starts_with(b"{") {
        // Bazel has nothing to be stored; docker says it in JSON too.
        named(if action == "store" { "docker" } else { "bazel" })
    } else if is_attribute(line) {
        named("git")
    } else {
        is_place(std::str::from_utf8(input).ok()?)
            .then(|| named("docker"))
            .flatten()
    }
}

/// Whether `line` is an attribute of git's: `key=value` or `key[]=value`.
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

/// Whether `text` is one URL, or a host with a dot or a port; a mere word could be anything.
fn is_place(text: &str) -> bool {
    text.contains(['.', ':']) && docker::server(text).is_some()
}

/// The http or https URL that `text` is, in printable ASCII without a backslash and with a plain origin: whatever a
/// parser would have to mend first is a place that the caller may understand in another way.
fn place(text: &str) -> Option<Url> {
    let strange = |byte: u8| !byte.is_ascii_graphic() || byte == b'\\';
    if text.bytes().any(strange) || !has_plain_origin(text) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "https" | "http").then_some(url)
}

/// Whether every byte of `authority` can be in a host name, an address or a port.
fn is_authority(authority: &str) -> bool {
    let can_be = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !authority.is_empty() && authority.bytes().all(can_be)
}

#[cfg(test)]
mod tests {
    mod random;

    use super::sniff;

    #[test]
    fn a_request_is_known_by_its_beginning() {
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
            let dialect = sniff("get", input).unwrap_or_else(|| panic!("{input:?} is {name}"));
            assert_eq!(dialect.name(), name, "{input:?}");
        }
    }

    #[test]
    fn what_is_no_request_is_known_too() {
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
            assert!(sniff("get", input).is_none(), "{input:?}");
        }
    }
}
