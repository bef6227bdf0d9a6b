//! The shared cache: what all processes of a user know of their sessions.
//!
//! A store keeps small texts by [`Key`] and knows three verbs: read (no lock), claim (the exclusive right to renew
//! one key) and write, which demands the claim as an argument. What the texts mean is the business of [`Entry`],
//! [`Account`] and [`Vault`]; how they are kept is the business of one file per kind of store. Where a store cannot be used,
//! [`Spare`] stands in for it, which is the business of [`Cache`] and [`Held`] alone.

mod account;
mod bookmark;
mod cache;
mod codes;
mod cookie_file;
mod entry;
mod failure;
mod file;
mod glance;
mod held;
mod keyring;
mod lent;
mod lock;
mod private;
mod refusals;
mod spare;
mod vault;

use std::collections::BTreeMap;

use crate::app::{App, Org};
use crate::error::{Error, Kind, foreign};
use crate::secret::Secret;

pub(crate) use account::{Account, Unanswered};
pub(crate) use bookmark::Bookmark;
pub(crate) use cache::Cache;
pub(crate) use codes::MOST_IN_A_ROW;
pub(crate) use cookie_file::cookie_file;
pub(crate) use entry::Entry;
pub(crate) use failure::{Brake, Failure};
pub(crate) use file::FileStore;
pub(crate) use glance::Glance;
pub(crate) use held::Held;
pub(crate) use keyring::KeyringStore;
pub(crate) use lent::{Lender, Lent};
pub(crate) use spare::Spare;
pub(crate) use vault::Vault;

/// The version of the records' format. It is part of every record's name, so that an older and a newer program never
/// touch each other's records.
const VERSION: u32 = 1;

/// What a record is about: the fields that make it different from every other. They are written into the record
/// and compared when it is read, so that neither a clash of hashes nor a copied file can answer for another app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// The host that the record belongs to, the readable half of its name.
    host: String,
    /// Name and value of each field.
    fields: BTreeMap<String, String>,
}

impl Key {
    /// The key of an app's entry: where the app is, which cookie, and who signs in where.
    pub(crate) fn of_app(app: &App) -> Self {
        let org = app.org().map(|org| org.site.url()).unwrap_or_default();
        let fields = [
            ("app", app.site.url()),
            ("cookie", app.cookie.clone()),
            ("org", org),
            ("account", app.account().into()),
        ];
        Self::new(app.site.host(), fields)
    }

    /// The key of what callers had kept for an app that nobody signs in to.
    pub(crate) fn of_vault(app: &App) -> Self {
        Self::new(app.site.host(), [("vault", app.site.url())])
    }

    /// The key of an account's record at its org.
    pub(crate) fn of_account(org: &Org) -> Self {
        Self::new(
            org.site.host(),
            [("org", org.site.url()), ("account", org.account.clone())],
        )
    }

    fn new<const N: usize>(host: &str, fields: [(&str, String); N]) -> Self {
        Self {
            host: host.into(),
            fields: fields
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        }
    }

    /// How a record of this key begins.
    pub(crate) fn heading(&self) -> String {
        #[derive(serde::Serialize)]
        struct Heading<'a> {
            key: &'a BTreeMap<String, String>,
        }
        const END: &str = "\n}\n";
        let text = to_json(&Heading { key: &self.fields });
        let heading = text.expose().strip_suffix(END);
        format!("{},\n", heading.expect("it is how an object ends"))
    }

    /// The name that the record has in a store: the host for people, a hash of the fields for uniqueness.
    pub(crate) fn name(&self) -> Name {
        let host: String = self
            .host
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '.' {
                    c
                } else {
                    '-'
                }
            })
            .take(100)
            .collect();
        let hash = self.fields.iter().fold(FNV_OFFSET, |hash, (name, value)| {
            fnv(fnv(hash, name), value)
        });
        Name(format!("{host}-{hash:016x}"))
    }
}

/// The name of a record: safe as a file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(String);

impl std::fmt::Display for Name {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a of `text` and a terminator, continued from `hash`. Not against attackers, who cannot write here, but to
/// tell names apart at no cost; the fields in the record settle the rest.
fn fnv(hash: u64, text: &str) -> u64 {
    text.bytes().chain([0]).fold(hash, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Why the store could not do what it was asked.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Somebody else could read or write here. The person has to mend it; nothing goes on.
    Insecure(Error),
    /// The store cannot be used (no home, read-only, full, no locks). Work goes on without it.
    Unavailable(String),
    /// Another process has held the claim for too long.
    Busy(Error),
}

/// The exclusive right to renew one record. Dropping it releases it, and so does the death of the process.
#[derive(Debug)]
pub(crate) struct Claim {
    name: Name,
    /// What the last holder was doing, if it was killed while it did.
    left: Option<String>,
    guard: Box<dyn Guard>,
}

/// What a store holds a claim by. Dropping it releases the claim.
trait Guard: std::fmt::Debug {
    /// Says what the holder is doing, to whoever waits for it: "waits for …". Nothing is said where it cannot be.
    fn note(&self, words: &str);
}

/// Where records are kept.
pub(crate) trait Store {
    /// The text of the record called `name`; takes no lock and creates nothing.
    fn read(&self, name: &Name) -> Result<Option<Secret>, Trouble>;

    /// Takes the exclusive right to renew the record called `name`, waiting for whoever has it as long as `patience` says.
    fn claim(&self, name: &Name, patience: &Patience) -> Result<Claim, Trouble>;

    /// Puts `text` in place of the claimed record, whole or not at all; `None` removes it.
    fn write(&self, claim: &Claim, text: Option<&Secret>) -> Result<(), Trouble>;

    /// The names of all records of this version, finished or not.
    fn names(&self) -> Result<Vec<Name>, Trouble>;

    /// What a person can do where this store cannot be used, as it ends a sentence.
    fn advice(&self) -> &'static str;
}

/// How long a claim is waited for, and who is told.
pub(crate) struct Patience<'a> {
    /// What is waited for, as it completes "waiting for … to".
    pub(crate) purpose: &'a str,
    pub(crate) limit: std::time::Duration,
    /// Called with a line for a person, when the wait takes over a second, and when the holder does something else.
    pub(crate) announce: &'a dyn Fn(&str),
}

impl Patience<'_> {
    /// At once or not at all.
    const NONE: Self = Self {
        purpose: "",
        limit: std::time::Duration::ZERO,
        announce: &|_| {},
    };
}

/// What a record's text is made of and made into.
pub(crate) trait Record: Default {
    /// Whether a hit answers it as it is found in the store, without a look at what lies in the spare place.
    const IS_ANSWERED: bool = false;

    /// Reads a record; `None` if the text is broken, or is about another key.
    fn parse(text: &str, key: &Key) -> Option<Self>;

    /// The text of the record; `None` when it says nothing and need not be kept.
    fn to_text(&self, key: &Key) -> Option<Secret>;

    /// What it remembers of failures, without a secret.
    fn memory(&self) -> Self;

    /// The record with another one's `memory` in place of its own.
    fn with(self, memory: Self) -> Self;
}

/// Writes `record` as JSON that a person can read, in a buffer that is wiped and that no growth leaves behind.
fn to_json(record: &impl serde::Serialize) -> Secret {
    let mut text = zeroize::Zeroizing::new(Vec::with_capacity(64 * 1024));
    serde_json::to_writer_pretty(&mut *text, record)
        .expect("a record has no map with keys that are not text");
    text.push(b'\n');
    Secret::concat(&[std::str::from_utf8(&text).expect("JSON is UTF-8")])
}

/// An error as it stands in a record.
#[derive(serde::Serialize, serde::Deserialize)]
struct ErrorText {
    kind: String,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl ErrorText {
    fn new(error: &Error) -> Self {
        let Error {
            kind,
            message,
            causes,
            hints,
        } = error.clone();
        Self {
            kind: kind.word().into(),
            message,
            causes,
            hints: hints.iter().map(|hint| (**hint).to_owned()).collect(),
        }
    }

    /// The error; its words come from a file, and are as foreign as any.
    fn parse(self) -> Error {
        Error {
            kind: Kind::of_word(&self.kind).unwrap_or(Kind::Other),
            message: foreign(&self.message),
            causes: self.causes.iter().map(|cause| foreign(cause)).collect(),
            hints: self.hints.iter().map(|hint| foreign(hint).into()).collect(),
        }
    }
}

/// A cookie as it stands in a record. Borrowed, so that a secret has no second copy while it is written.
#[derive(serde::Serialize, serde::Deserialize)]
struct CookieText<'a> {
    name: std::borrow::Cow<'a, str>,
    value: std::borrow::Cow<'a, str>,
}

impl<'a> CookieText<'a> {
    fn new(name: &'a str, value: &'a Secret) -> Self {
        Self {
            name: name.into(),
            value: value.expose().into(),
        }
    }

    /// Takes the cookie out, if it obeys the grammar: a record is hostile until parsed, like everything else.
    fn checked(self) -> Option<(String, Secret)> {
        let (name, value) = (self.name.into_owned(), Secret::new(self.value.into_owned()));
        (crate::cookie::is_name(&name) && crate::cookie::is_value(value.expose()))
            .then_some((name, value))
    }
}

#[cfg(test)]
mod tests {
    mod random;

    use super::Key;

    #[test]
    fn names_are_safe_stable_and_tell_fields_apart() {
        let key = |app: &str, account: &str| {
            Key::new("[::1]", [("app", app.into()), ("account", account.into())])
                .name()
                .0
        };
        assert_eq!(key("https://[::1]", "ada"), "---1--db01de5e8e0bbc93");
        assert_ne!(key("https://[::1]/a", "da"), key("https://[::1]/", "ada"));
        assert_ne!(key("ab", "c"), key("a", "bc"));
    }
}
