//! Differences between providers: addresses, the names of cookies, the form of codes and of callbacks.

use crate::query::encode;
use crate::random;

/// A kind of provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// Keycloak: `session_state` and `iss` around the code.
    Keycloak,
    /// Entra ID: a long code, `session_state` after it.
    Entra,
    /// Google: `scope`, `authuser`, `hd` and `prompt` after the code.
    Google,
    /// Cognito: code and state alone.
    Cognito,
}

impl ProviderKind {
    /// The path of the issuer.
    pub(crate) fn issuer(self) -> &'static str {
        match self {
            Self::Keycloak => "/realms/corp",
            Self::Entra => "/tenant/v2.0",
            Self::Google => "",
            Self::Cognito => "/pool",
        }
    }

    pub(crate) fn authorize(self) -> &'static str {
        match self {
            Self::Keycloak => "/realms/corp/protocol/openid-connect/auth",
            Self::Entra => "/tenant/oauth2/v2.0/authorize",
            Self::Google => "/o/oauth2/v2/auth",
            Self::Cognito => "/oauth2/authorize",
        }
    }

    pub(crate) fn token(self) -> &'static str {
        match self {
            Self::Keycloak => "/realms/corp/protocol/openid-connect/token",
            Self::Entra => "/tenant/oauth2/v2.0/token",
            Self::Google => "/token",
            Self::Cognito => "/oauth2/token",
        }
    }

    /// The session's cookie, and one that any visitor gets.
    pub(crate) fn cookies(self) -> (&'static str, &'static str) {
        match self {
            Self::Keycloak => ("KEYCLOAK_IDENTITY", "AUTH_SESSION_ID"),
            Self::Entra => ("ESTSAUTH", "buid"),
            Self::Google => ("SID", "NID"),
            Self::Cognito => ("cognito", "XSRF-TOKEN"),
        }
    }

    pub(crate) fn code_length(self) -> usize {
        match self {
            Self::Entra => 1400,
            Self::Google => 73,
            Self::Keycloak | Self::Cognito => 40,
        }
    }

    /// How a code begins. Google's holds a slash, which has to be encoded.
    pub(crate) fn code_prefix(self) -> &'static str {
        match self {
            Self::Entra => "1.AX",
            Self::Google => "4/0A",
            Self::Keycloak | Self::Cognito => "",
        }
    }

    /// The callback's parameters, in this kind's order. `what` is a code or an error, as it is written; the same for
    /// `state`.
    pub(crate) fn callback(self, what: &str, state: &str, issuer: &str) -> String {
        match self {
            Self::Keycloak => {
                let (session, issuer) = (uuid(), encode(issuer));
                format!("state={state}&session_state={session}&iss={issuer}&{what}")
            }
            Self::Entra => format!("{what}&state={state}&session_state={}", uuid()),
            Self::Google => {
                let scope = "email%20openid%20https://www.googleapis.com/auth/userinfo.email";
                format!("state={state}&{what}&scope={scope}&authuser=0&hd=corp.example&prompt=none")
            }
            Self::Cognito => format!("{what}&state={state}"),
        }
    }

    /// The words of an error, as this kind writes them: Entra ID's end in lines for its support.
    pub(crate) fn description(self, words: Option<String>) -> Option<String> {
        match self {
            Self::Entra => {
                let words = words.unwrap_or_else(|| "AADSTS90000: The request failed.".to_owned());
                let (trace, correlation) = (uuid(), uuid());
                Some(format!(
                    "{words}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: 2026-11-29 20:47:13Z"
                ))
            }
            _ => words,
        }
    }
}

fn uuid() -> String {
    let digits = random::hexadecimal(32);
    let ends = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    let parts: Vec<&str> = ends.iter().map(|(from, to)| &digits[*from..*to]).collect();
    parts.join("-")
}
