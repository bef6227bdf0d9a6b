//! A credential as git and docker hand it to their helpers to keep: a user name and a password, or what goes into an
//! `Authorization` header. A pure value.
//!
//! Specification of its parts and of what matches what: git-credential(1), gitcredentials(7).

use crate::clock::Moment;
use crate::secret::Secret;

/// What is kept for one user name at one path of an app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Credential {
    /// Without slashes around it; empty where the caller named none.
    pub(crate) path: String,
    /// `None` where there is none; an empty one is one.
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Secret>,
    /// The whole of an `Authorization` header, in place of user name and password.
    pub(crate) authorization: Option<Authorization>,
    /// When it ends, in seconds since 1970 (UTC); `None` where nobody says.
    pub(crate) expires_at: Option<i64>,
    pub(crate) refresh_token: Option<Secret>,
    /// How docker spelled the server that it is for.
    pub(crate) server: Option<String>,
    /// When it was given to keep, in seconds since 1970.
    pub(crate) kept_at: i64,
}

/// A scheme and its credentials, such as `Bearer` and a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorization {
    pub(crate) scheme: String,
    pub(crate) credentials: Secret,
}

/// What a caller asks for. What it does not name matches anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pattern {
    pub(crate) path: Option<String>,
    pub(crate) username: Option<String>,
    /// With `erase`: only what has this secret.
    pub(crate) secret: Option<Secret>,
    /// Whether the caller understands an [`Authorization`].
    pub(crate) takes_authorization: bool,
}

impl Credential {
    /// Whether there is all that somebody needs to prove themselves with. An empty user name or password is one.
    pub(crate) fn is_complete(&self) -> bool {
        self.username.is_some() && self.password.is_some() || self.authorization.is_some()
    }

    /// Whether it can still be used at `now`.
    pub(crate) fn is_alive(&self, now: Moment) -> bool {
        self.expires_at.is_none_or(|end| end > now.unix_timestamp())
    }

    /// Whether `other` is the same but for the time when it was given.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        let other = Self {
            kept_at: self.kept_at,
            ..other.clone()
        };
        *self == other
    }

    /// Whether this one takes the place of `other`.
    pub(crate) fn replaces(&self, other: &Self) -> bool {
        let is_same_user = self.username == other.username;
        let is_same_server = self.server.is_some() && other.server.is_some();
        self.path == other.path && (is_same_user || is_same_server)
    }

    /// Whether `pattern` means it.
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

    /// Whether a caller that asks with `pattern` can use it.
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
    fn what_a_request_does_not_name_matches_anything() {
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
    fn an_authorization_is_for_those_who_understand_it() {
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
    fn a_user_at_a_path_has_one_credential_and_a_server_of_dockers_one_user() {
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
