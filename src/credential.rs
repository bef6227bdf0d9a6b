//! A credential that git and docker store in their helpers: a user name and a password, or the value of an
//! `Authorization` header. A pure value.
//!
//! Specification of its parts and of the matching rules: git-credential(1), gitcredentials(7).

use crate::clock::Moment;
use crate::secret::Secret;

/// The credential of one user name at one path of an app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Credential {
    /// The path without slashes around it. Empty if the caller named none.
    pub(crate) path: String,
    /// The user name. An empty one is valid.
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Secret>,
    /// The value of an `Authorization` header, in place of user name and password.
    pub(crate) authorization: Option<Authorization>,
    /// When it expires, in seconds since 1970 (UTC). `None` if the caller did not say.
    pub(crate) expires_at: Option<i64>,
    pub(crate) refresh_token: Option<Secret>,
    /// The server as docker spelled it, if docker stored the credential.
    pub(crate) server: Option<String>,
    /// When it was stored, in seconds since 1970.
    pub(crate) kept_at: i64,
}

/// A scheme and its credentials, such as `Bearer` and a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) scheme: String,
    pub(crate) credentials: Secret,
}

/// The credential that a caller asks for. Any value matches a part that the caller does not name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pattern {
    pub(crate) path: Option<String>,
    pub(crate) username: Option<String>,
    /// For `erase`: only credentials with this secret match.
    pub(crate) secret: Option<Secret>,
    /// Whether the caller accepts an [`Authorization`].
    pub(crate) takes_authorization: bool,
}

impl Credential {
    /// Reports whether it has a user name and a password, which may be empty, or an authorization.
    pub(crate) fn is_complete(&self) -> bool {
        self.username.is_some() && self.password.is_some() || self.authorization.is_some()
    }

    /// Reports whether it is not expired at `now`.
    pub(crate) fn is_alive(&self, now: Moment) -> bool {
        self.expires_at.is_none_or(|end| end > now.unix_timestamp())
    }

    /// Reports whether `other` is the same, apart from the time when it was stored.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let other = Self {
            kept_at: self.kept_at,
            ..other.clone()
        };
        *self == other
    }

    /// Reports whether storing this credential replaces `other`.
    pub(crate) fn replaces(&self, other: &Self) -> bool {
        let is_same_user = self.username == other.username;
        let is_same_server = self.server.is_some() && other.server.is_some();
        self.path == other.path && (is_same_user || is_same_server)
    }

    /// Reports whether `pattern` matches it.
    pub(crate) fn matches(&self, pattern: &Pattern) -> bool {
        let Pattern {
            path,
            username,
            secret,
            takes_authorization: _,
        } = pattern;
        let own = [
            self.password.as_ref(),
            self.authorization.as_ref().map(|own| &own.credentials),
        ];
        path.as_ref().is_none_or(|path| *path == self.path)
            && (username.is_none() || *username == self.username)
            && secret
                .as_ref()
                .is_none_or(|secret| own.into_iter().flatten().any(|own| own == secret))
    }

    /// Reports whether `pattern` matches it, and the caller can use it.
    pub(crate) fn serves(&self, pattern: &Pattern) -> bool {
        let is_login = self.username.is_some() && self.password.is_some();
        self.matches(pattern)
            && (is_login || self.authorization.is_some() && pattern.takes_authorization)
    }
}

#[cfg(test)]
mod tests {
    use super::{Authorization, Credential, Pattern};
    use crate::secret::Secret;

    fn login(username: &str, password: &str) -> Credential {
        Credential {
            username: Some(username.into()),
            password: Some(Secret::new(password.into())),
            ..Credential::default()
        }
    }

    fn secret(text: &str) -> Pattern {
        Pattern {
            secret: Some(Secret::new(text.into())),
            ..Pattern::default()
        }
    }

    #[test]
    fn an_unnamed_part_of_a_pattern_matches_anything() {
        let mut ada = login("ada", "one");
        assert!(ada.matches(&Pattern::default()));
        assert!(ada.matches(&secret("one")) && !ada.matches(&secret("two")));
        let named = |path: Option<&str>, username: Option<&str>| Pattern {
            path: path.map(str::to_owned),
            username: username.map(str::to_owned),
            ..Pattern::default()
        };
        assert!(ada.matches(&named(None, Some("ada"))) && !ada.matches(&named(None, Some(""))));
        assert!(ada.matches(&named(Some(""), None)) && !ada.matches(&named(Some("a.git"), None)));
        ada.path = "a.git".into();
        assert!(ada.matches(&named(Some("a.git"), None)) && ada.matches(&Pattern::default()));
        assert!(!ada.matches(&named(Some("A.git"), None)) && !ada.matches(&named(Some(""), None)));
    }

    #[test]
    fn an_authorization_is_answered_only_to_callers_that_take_one() {
        let token = Credential {
            authorization: Some(Authorization {
                scheme: "Bearer".into(),
                credentials: Secret::new("t".into()),
            }),
            ..Credential::default()
        };
        let mut pattern = Pattern::default();
        assert!(token.is_complete() && token.matches(&secret("t")) && !token.serves(&pattern));
        pattern.takes_authorization = true;
        assert!(token.serves(&pattern) && login("", "").serves(&pattern));
        assert!(login("", "").is_complete() && !Credential::default().is_complete());
    }

    #[test]
    fn one_credential_per_user_and_path_or_docker_server() {
        let ada = login("ada", "one");
        assert!(login("ada", "two").replaces(&ada) && !login("eve", "two").replaces(&ada));
        let at = |server: &str, mut credential: Credential| {
            credential.server = Some(server.into());
            credential
        };
        assert!(!at("a.example", login("eve", "two")).replaces(&ada));
        assert!(at("a.example", login("eve", "two")).replaces(&at("a.example", ada)));
    }
}
