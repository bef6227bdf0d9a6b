//! Events in words, for a person who watches.

use std::fmt;

use super::Event;
use crate::demand::Violation;
use crate::factor::FactorKind;

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = (self.traffic())
            .or_else(|| self.secret())
            .or_else(|| self.factor())
            .or_else(|| self.at_okta())
            .or_else(|| self.at_provider())
            .or_else(|| self.at_alb());
        formatter.write_str(&words.unwrap_or_else(|| format!("{self:?}")))
    }
}

/// The end of a sentence about something that was compared.
fn judged(accepted: bool) -> &'static str {
    match accepted {
        true => "right",
        false => "WRONG",
    }
}

impl Event {
    /// Exchanges on the wire.
    fn traffic(&self) -> Option<String> {
        Some(match self {
            Self::Request { host, method, path } => {
                format!("{host}: {method} {}", path.escape_debug())
            }
            Self::Answered { host, status } => format!("{host}: answered {status}"),
            Self::RateLimited { bucket } => format!("too many requests: {bucket}"),
            Self::Faulted { step, fault } => format!("a fault is played at {step:?}: {fault}"),
            Self::Violated(violation) => broken(violation),
            _ => return None,
        })
    }

    /// Events of a password and of the account.
    fn secret(&self) -> Option<String> {
        Some(match self {
            Self::PasswordSent { user } => format!("the password of {user} has come"),
            Self::PasswordTried { user, accepted } => {
                format!("the password of {user} is {}", judged(*accepted))
            }
            Self::PasswordChanged { user } => format!("{user} has a new password"),
            Self::LockedOut { user } => format!("the account of {user} is LOCKED"),
            Self::UnknownDevicesLockedOut { user } => {
                format!("devices that {user} has not used before are LOCKED out")
            }
            Self::Unlocked { user } => format!("the account of {user} is open again"),
            Self::DeviceIssued => "Okta takes this for a new device, and marks it".to_owned(),
            _ => return None,
        })
    }

    /// Events of second factors.
    fn factor(&self) -> Option<String> {
        let of = |kind: &FactorKind| kind.word();
        Some(match self {
            Self::FactorsShown { user } => format!("{user} is shown the list of factors"),
            Self::FactorChosen { user, factor } => format!("{user} chooses the factor {factor}"),
            Self::FactorBlocked { user, key } => {
                format!("too many wrong codes of {user}: {key} is blocked for a while")
            }
            Self::PushSent { user, .. } => format!("a push goes to the phone of {user}"),
            Self::PushAnswered { user, result } => format!("the push of {user}: {result}"),
            Self::Polled { user } => format!("the client asks about the push of {user}"),
            Self::CodeSent { user, kind } => format!("a code goes to {user} ({})", of(kind)),
            Self::CodePosted { user } => format!("a code or an answer of {user} has come"),
            Self::CodeTried {
                user,
                kind,
                accepted,
            } => {
                format!("the code of {user} ({}) is {}", of(kind), judged(*accepted))
            }
            Self::DeviceRemembered { user } => format!("the device of {user} is remembered"),
            Self::MfaSkipped { user } => {
                format!("{user} is asked for no factor: the device is remembered")
            }
            _ => return None,
        })
    }

    /// Events of the org.
    fn at_okta(&self) -> Option<String> {
        Some(match self {
            Self::TransactionStarted { user, status } => format!("the sign-in of {user}: {status}"),
            Self::TransactionCancelled { user } => format!("the sign-in of {user} is cancelled"),
            Self::StepTaken { user, step } => format!("{user} takes the step {step}"),
            Self::SuccessSpent { user } => format!("{user} has passed every step"),
            Self::SuccessRefused { reason } => format!("the link to the end is not good: {reason}"),
            Self::SessionTokenIssued { user } => format!("{user} gets a session token"),
            Self::SessionTokenSpent { user } => {
                format!("the session token of {user} becomes a session")
            }
            Self::SessionTokenBurnt { user, reason } => {
                format!("the session token of {user} is used up in vain: {reason}")
            }
            Self::SessionTokenRefused { reason } => {
                format!("a session token is not good: {reason}")
            }
            Self::OktaSessionStarted { user } => format!("{user} has an Okta session"),
            Self::OktaSessionUsed { user } => format!("the Okta session of {user} signs in"),
            Self::OktaSessionEnded { user } => format!("the Okta session of {user} has ended"),
            Self::AuthorizeRefused { client, error } => {
                format!("the client {client} is refused: {error}")
            }
            Self::SignInPageShown => "the sign-in page for people is shown".to_owned(),
            Self::CodeIssued { user, client } => {
                format!("{user} is signed in to the client {client}: an authorization code")
            }
            _ => return None,
        })
    }

    /// Events of browsers and pages.
    fn at_provider(&self) -> Option<String> {
        Some(match self {
            Self::Visited {
                host,
                agent,
                browser,
            } => match browser {
                true => format!("{host}: a browser comes"),
                false => format!("{host}: a program comes ({})", agent.escape_debug()),
            },
            Self::FormShown { host, step } => format!("{host}: the page {step} is shown"),
            Self::FormRefused { host, reason } => format!("{host}: a form is refused: {reason}"),
            Self::PasswordTyped { host, user } => format!("{host}: {user} has typed a password"),
            Self::SignedInByForm { host, user, .. } => format!("{host}: {user} has signed in"),
            Self::KeyEnrolled { host, user, .. } => {
                format!("{host}: {user} has a new security key")
            }
            Self::KeyTried {
                host,
                user,
                refused,
            } => {
                format!(
                    "{host}: the security key of {user} is {}",
                    judged(refused.is_none())
                )
            }
            Self::ProviderSessionStarted { provider, user } => {
                format!("{user} has a session at {provider}")
            }
            Self::ProviderSessionUsed { provider, user } => {
                format!("the session of {user} at {provider} signs in")
            }
            Self::ProviderSessionEnded { provider, user } => {
                format!("the session of {user} at {provider} has ended")
            }
            _ => return None,
        })
    }

    /// Events of ALBs and of the applications behind them.
    fn at_alb(&self) -> Option<String> {
        Some(match self {
            Self::NonceIssued { app } => format!("the ALB of {app} begins a sign-in"),
            Self::CallbackCame { app, .. } => format!("a callback has come to the ALB of {app}"),
            Self::CallbackRefused {
                app,
                reason,
                status,
            } => {
                format!("the ALB of {app} refuses the callback ({status}): {reason}")
            }
            Self::CodeRedeemed { user, client } => {
                format!("the ALB has exchanged the code of {user} for {client}")
            }
            Self::CodeRefused { client, reason } => {
                format!("the code for {client} is not good: {reason}")
            }
            Self::TokenRefreshed { user, .. } => {
                format!("the ALB has refreshed the token of {user}")
            }
            Self::RefreshRefused { reason, .. } => format!("a token is not refreshed: {reason}"),
            Self::SessionIssued { app, user, shards } => {
                format!("{user} gets the session cookie of {app}, in {shards} part(s)")
            }
            Self::SessionReissued { app, user, shards } => {
                format!("{user} gets a new session cookie of {app}, in {shards} part(s)")
            }
            Self::SessionRefused { app, reason } => {
                format!("the ALB of {app} refuses a session cookie: {reason}")
            }
            Self::SessionAccepted { app, user } => {
                format!("the ALB of {app} takes the session cookie of {user}")
            }
            Self::UpstreamSaw { app, user, .. } => match user {
                Some(user) => format!("the application {app} answers {user}"),
                None => format!("the application {app} answers somebody"),
            },
            Self::RegistrySaw { admitted, .. } => {
                let done = if *admitted { "lets in" } else { "refuses" };
                format!("the registry {done} the client")
            }
            _ => return None,
        })
    }
}

fn broken(violation: &Violation) -> String {
    format!("VIOLATION, which no correct client does: {violation}")
}

#[cfg(test)]
mod tests {
    use super::Event;
    use crate::host::Host;

    #[test]
    fn an_event_is_a_sentence() {
        let app = || "grafana".to_owned();
        let user = || "ada".to_owned();
        for (event, words) in [
            (
                Event::Answered {
                    host: Host::App(app()),
                    status: 302,
                },
                "app grafana: answered 302",
            ),
            (
                Event::PasswordTried {
                    user: user(),
                    accepted: false,
                },
                "the password of ada is WRONG",
            ),
            (
                Event::SessionIssued {
                    app: app(),
                    user: user(),
                    shards: 2,
                },
                "ada gets the session cookie of grafana, in 2 part(s)",
            ),
        ] {
            assert_eq!(event.to_string(), words);
        }
    }
}
