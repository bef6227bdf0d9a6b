//! The languages of callers. A dialect reads one request and says one [`Reply`]: stdout, stderr and exit status are
//! all its own, and it writes nothing itself. It never knows how a session was made, or whether it came from the
//! cache.

mod bazel;
mod docker;
mod git;
mod plain;

use crate::app::Target;
use crate::error::Error;
use crate::output::Answer;
use crate::reply::Reply;
use crate::secret::Secret;

pub(crate) use plain::Plain;

/// What a caller wants done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// The session, signing in if need be.
    Get,
    /// The session forgotten.
    Erase,
    /// The names of all that could be had at once.
    List,
}

/// One request, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) verb: Verb,
    pub(crate) target: Target,
    /// The account that the caller insists on, where it named one.
    pub(crate) account: Option<String>,
    /// With `erase`: the entry goes only if this is its secret.
    pub(crate) secret: Option<Secret>,
    /// How the caller spelled what it asked for, for dialects that echo it.
    pub(crate) subject: String,
}

/// What came of a request that did not fail.
#[derive(Debug)]
pub(crate) enum Outcome<'a> {
    Session(Answer<'a>),
    /// Erased, or there was nothing to erase.
    Erased,
    /// The URL and account of each app with a fresh session.
    Listed(Vec<(String, String)>),
}

/// The language of one kind of caller.
pub(crate) trait Dialect {
    /// Its name, as `--protocol` takes it.
    fn name(&self) -> &'static str;

    /// Whether a sign-in for this caller may put questions to the person at the terminal.
    fn may_ask(&self) -> bool;

    /// Reads a request: the action word and all of stdin. `Err` is the reply to a request that needs nothing done
    /// (an unknown verb, a version) or that is wrong.
    fn parse(&self, action: &str, input: &[u8]) -> Result<Ask, Reply>;

    /// Says what came of `ask`.
    fn render(&self, ask: &Ask, outcome: Result<&Outcome, &Error>) -> Reply;
}

/// Every dialect that has a protocol on stdin and stdout.
pub(crate) const ALL: [&dyn Dialect; 3] = [&git::Git, &docker::Docker, &bazel::Bazel];

/// The dialect called `name`.
pub(crate) fn named(name: &str) -> Option<&'static dyn Dialect> {
    ALL.into_iter().find(|dialect| dialect.name() == name)
}

/// The dialect that `input` is written in: a first byte `{` is Bazel's, a first line `key=value` is git's, one bare
/// URL or host is docker's. `None` where it is none of them.
pub(crate) fn sniff(input: &[u8]) -> Option<&'static dyn Dialect> {
    let text = std::str::from_utf8(input).ok()?.trim();
    let name = match text.lines().next()? {
        line if line.starts_with('{') => "bazel",
        line if is_attribute(line) => "git",
        _ if is_place(text) => "docker",
        _ => return None,
    };
    named(name)
}

/// Whether `line` is an attribute of git's: `key=value` or `key[]=value`.
fn is_attribute(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, _)| {
        let key = key.strip_suffix("[]").unwrap_or(key);
        !key.is_empty()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

/// Whether `text` is one word that could be a URL, or a host with a dot or a port.
fn is_place(text: &str) -> bool {
    !text.contains(char::is_whitespace) && (text.contains("://") || text.contains(['.', ':']))
}
