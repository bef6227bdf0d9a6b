//! The record of an app that nobody signs in to (method `none`): the credentials that callers had kept for it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::credential::{Authorization, Credential, Pattern};
use crate::secret::Secret;
use crate::store::json::to_json;
use crate::store::{Key, Record};

/// All credentials of one app, the newest first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Credentials {
    credentials: Vec<Credential>,
}

impl Credentials {
    /// The credentials that are alive at `now`, the newest first.
    pub(crate) fn alive(&self, now: Moment) -> impl Iterator<Item = &Credential> {
        self.credentials
            .iter()
            .filter(move |credential| credential.is_alive(now))
    }

    /// The newest credential that serves a caller who asks with `pattern`.
    pub(crate) fn find(&self, pattern: &Pattern, now: Moment) -> Option<&Credential> {
        self.alive(now)
            .find(|credential| credential.serves(pattern))
    }

    /// Keeps `new` in place of those that it replaces; what has ended goes too.
    pub(crate) fn keep(&mut self, new: Credential, now: Moment) {
        self.credentials
            .retain(|old| old.is_alive(now) && !new.replaces(old));
        self.credentials.insert(0, new);
    }

    /// Returns whether there is something that `pattern` means.
    pub(crate) fn has(&self, pattern: &Pattern) -> bool {
        self.credentials
            .iter()
            .any(|credential| credential.matches(pattern))
    }

    /// Forgets all that `pattern` means.
    pub(crate) fn erase(&mut self, pattern: &Pattern) {
        self.credentials
            .retain(|credential| !credential.matches(pattern));
    }
}

impl Record for Credentials {
    const HAS_FORMER: bool = true;

    /// The format is as it was.
    fn parse_former(text: &str, key: &Key) -> Option<Self> {
        Self::parse(text, key)
    }

    fn parse(text: &str, key: &Key) -> Option<Self> {
        let CredentialsText {
            key: of,
            credentials,
        } = serde_json::from_str(text).ok()?;
        let credentials = credentials.into_iter().map(CredentialText::parse);
        (of == key.fields).then(|| Self {
            credentials: credentials.collect(),
        })
    }

    fn to_text(&self, key: &Key) -> Option<Secret> {
        let credentials: Vec<_> = self.credentials.iter().map(CredentialText::new).collect();
        (!credentials.is_empty()).then(|| {
            to_json(&CredentialsText {
                key: key.fields.clone(),
                credentials,
            })
        })
    }

    /// All of it is what somebody had kept.
    fn memory(&self) -> Self {
        Self::default()
    }

    fn with(self, _memory: Self) -> Self {
        self
    }
}

/// The file's text. Members that a later program of the same version adds are passed over.
#[derive(Serialize, Deserialize)]
struct CredentialsText<'a> {
    key: BTreeMap<String, String>,
    #[serde(borrow)]
    credentials: Vec<CredentialText<'a>>,
}

#[derive(Serialize, Deserialize)]
struct CredentialText<'a> {
    #[serde(skip_serializing_if = "String::is_empty", default)]
    path: String,
    username: Option<String>,
    password: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authtype: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<Cow<'a, str>>,
    /// In seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    kept_at: i64,
}

impl<'a> CredentialText<'a> {
    fn new(credential: &'a Credential) -> Self {
        let Credential {
            path,
            username,
            password,
            authorization,
            expires_at,
            refresh_token,
            server,
            kept_at,
        } = credential;
        let authorization = authorization.as_ref();
        Self {
            path: path.clone(),
            username: username.clone(),
            password: password.as_ref().map(text),
            authtype: authorization.map(|own| own.scheme.clone()),
            credential: authorization.map(|own| text(&own.credentials)),
            expires_at: *expires_at,
            refresh_token: refresh_token.as_ref().map(text),
            server: server.clone(),
            kept_at: *kept_at,
        }
    }

    fn parse(self) -> Credential {
        let authorization = self.authtype.zip(self.credential);
        Credential {
            path: self.path,
            username: self.username,
            password: self.password.map(secret),
            authorization: authorization.map(|(scheme, credentials)| Authorization {
                scheme,
                credentials: secret(credentials),
            }),
            expires_at: self.expires_at,
            refresh_token: self.refresh_token.map(secret),
            server: self.server,
            kept_at: self.kept_at,
        }
    }
}

/// A secret as it stands in the record, borrowed while it is written.
fn text(secret: &Secret) -> Cow<'_, str> {
    secret.expose().into()
}

fn secret(text: Cow<'_, str>) -> Secret {
    Secret::new(text.into_owned())
}

#[cfg(test)]
mod tests {
    mod random;

    use super::Credentials;
    use crate::credential::{Authorization, Credential, Pattern};
    use crate::secret::Secret;
    use crate::store::{Key, Record};
    use time::macros::datetime;

    const NOW: crate::clock::Moment = datetime!(2026-11-24 08:00:00 UTC);

    fn key() -> Key {
        Key::new("a.example", [("vault", "https://a.example".into())])
    }

    fn login(username: &str, password: &str) -> Credential {
        Credential {
            username: Some(username.into()),
            password: Some(Secret::new(password.into())),
            ..Credential::default()
        }
    }

    fn password<'a>(kept: &'a Credentials, username: &str) -> Option<&'a str> {
        let pattern = Pattern {
            username: Some(username.into()),
            ..Pattern::default()
        };
        let found = kept.find(&pattern, NOW)?;
        found.password.as_ref().map(Secret::expose)
    }

    #[test]
    fn credentials_survive_their_text() {
        let mut kept = Credentials::default();
        kept.keep(login("", ""), NOW);
        kept.keep(
            Credential {
                path: "a.git".into(),
                authorization: Some(Authorization {
                    scheme: "Bearer".into(),
                    credentials: Secret::new("\"\\\u{1b}é".into()),
                }),
                expires_at: Some(9_999_999_999),
                refresh_token: Some(Secret::new("r".into())),
                server: Some("a.example:5000".into()),
                kept_at: 7,
                ..login("ada", "p")
            },
            NOW,
        );
        let text = kept.to_text(&key()).expect("a text");
        assert_eq!(Credentials::parse(text.expose(), &key()), Some(kept));
        let other = Key::new("a.example", [("vault", "https://b.example".into())]);
        assert_eq!(Credentials::parse(text.expose(), &other), None);
        assert!(Credentials::default().to_text(&key()).is_none());
    }

    #[test]
    fn the_newest_is_found_and_what_has_ended_is_not() {
        let mut kept = Credentials::default();
        kept.keep(login("ada", "one"), NOW);
        kept.keep(login("eve", "two"), NOW);
        kept.keep(login("ada", "three"), NOW);
        assert_eq!(password(&kept, "ada"), Some("three"));
        assert_eq!(password(&kept, "eve"), Some("two"));
        assert_eq!(kept.credentials.len(), 2);
        let mut ended = login("eve", "four");
        ended.expires_at = Some(NOW.unix_timestamp());
        kept.keep(ended, NOW);
        assert_eq!(password(&kept, "eve"), None);
        kept.keep(login("ada", "five"), NOW);
        assert_eq!(kept.credentials.len(), 1, "what has ended is not kept");
    }
}
