//! The values that a configuration names: apps, orgs, and the target that a caller asks for.

mod storage;

use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;

use time::Duration;
use url::Url;

use crate::error::{Error, Result, Table, Untrusted};
use crate::keyring::Item;
use crate::site::{Site, has_plain_origin};

pub(crate) use storage::{
    Encryption, FleetSettings, Offline, Storage, StoreNode, StoreServer, check_store_build, is_here,
};

/// The cookie base name that the ALB uses unless its rule says otherwise.
pub(crate) const DEFAULT_COOKIE: &str = "AWSELBAuthSessionCookie";

/// The last share of its life in which a session is renewed in the background, unless the configuration says otherwise.
pub(crate) const DEFAULT_RENEW_AHEAD: f64 = 0.1;

/// One protected application.
#[derive(Debug)]
pub(crate) struct App {
    /// The person's name for it.
    pub(crate) name: String,
    pub(crate) site: Site,
    pub(crate) content: Content,
    /// The base name of its session cookie.
    pub(crate) cookie: String,
    /// The ALB's `SessionTimeout`, if known.
    pub(crate) session: Option<Duration>,
    /// The last share of a session's life, in which it is renewed in the background; 0 for never.
    pub(crate) renew_ahead: f64,
    /// The URL that the ALB protects and a sign-in starts at.
    pub(crate) start: Url,
}

/// The records that the cache keeps of an app.
#[derive(Debug)]
pub(crate) enum Content {
    /// A session, which a sign-in obtains.
    Session(SignIn),
    /// Credentials that callers have stored (method `none`), without a sign-in.
    Credentials,
}

/// The way in which a session is obtained.
#[derive(Debug)]
pub(crate) enum SignIn {
    /// By signing in at an org, with the ALB's own client or one that the configuration names.
    Okta {
        org: Rc<Org>,
        client: Option<OktaClient>,
    },
    /// In a browser, at whatever identity provider the ALB names, or only at the one that the configuration names
    /// (`idp`).
    Browser { provider: Option<Site> },
}

/// A client of the org (`client_id`). Its authorize request makes the Okta session before the app is asked.
#[derive(Debug)]
pub(crate) struct OktaClient {
    pub(crate) id: String,
    pub(crate) redirect_uri: String,
}

/// One Okta organisation, or custom domain, and how its account signs in.
#[derive(Debug, Clone)]
pub(crate) struct Org {
    /// The person's name for it.
    pub(crate) name: String,
    /// Its origin: scheme, host, port.
    pub(crate) site: Site,
    /// The user name at this org.
    pub(crate) account: String,
    pub(crate) password: Source,
    /// The engine that it runs on, where the configuration says so.
    pub(crate) engine: Option<Engine>,
    /// The factors that may answer, in order of preference.
    pub(crate) factors: Vec<Pin>,
    /// The source of codes that nobody has to type.
    pub(crate) passcode: Option<Passcode>,
    pub(crate) remember_device: bool,
    pub(crate) push_unattended: bool,
    /// Lets a browser answer what no program can.
    pub(crate) browser: bool,
    /// Where the records of its account and apps are kept.
    pub(crate) storage: Storage,
}

/// Okta's two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Classic,
    Identity,
}

impl Engine {
    /// Returns the name that people know it by.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Classic => "Okta Classic",
            Self::Identity => "Okta Identity Engine",
        }
    }

    /// Returns its word in the configuration and in a record.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Identity => "idx",
        }
    }

    /// Returns the engine that has this word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        [Self::Classic, Self::Identity]
            .into_iter()
            .find(|engine| engine.word() == word)
    }
}

/// A factor as a configuration names it: a kind (`push`), a provider (`yubico`), or both
/// (`google:token:software:totp`), and a device where there are several (`push@Ada's phone`). It has a kind or a
/// provider at least. A missing part fits anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pin {
    /// Okta's `provider`, in lower case, where it is pinned.
    pub(crate) provider: Option<&'static str>,
    /// Okta's `factorType`, where it is named.
    pub(crate) kind: Option<&'static str>,
    /// The device's name or number, or the factor's id.
    pub(crate) device: Option<String>,
}

impl fmt::Display for Pin {
    /// As the configuration writes it: `provider:kind@device`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [self.provider, self.kind].into_iter().flatten();
        formatter.write_str(&words.collect::<Vec<_>>().join(":"))?;
        match &self.device {
            Some(device) => write!(formatter, "@{}", Untrusted::new(device)),
            None => Ok(()),
        }
    }
}

/// The source of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The output of a program: its name and arguments, run without a shell.
    Command(Vec<String>),
    /// A variable of the environment.
    Env(String),
    /// A file's content.
    File(PathBuf),
    /// An item of the system's keyring.
    Keyring(Item),
    /// A person at the terminal.
    Prompt,
}

/// The source of a passcode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Passcode {
    /// The source gives the code itself.
    Code(Source),
    /// The source gives a seed, and the code is computed from it (RFC 6238).
    Totp(Source),
}

/// Returns the keyring's item for `what` (password, passcode, seed) of `account`. The org's host names it, and not the
/// org's name in the configuration, so that a secret kept for one host never goes to another.
pub(crate) fn own_item(org: &Site, account: &str, what: &str) -> Item {
    Item::own(format!("{}/{account}/{what}", org.authority()))
}

/// Returns an account's name as Okta reads it, and as one memory and one claim have it: without blanks around it, its letters
/// in lower case.
pub(crate) fn folded(account: &str) -> String {
    account.trim().to_lowercase()
}

/// Returns whether two names are of one account. Okta's names know no case.
pub(crate) fn is_same_account(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

impl App {
    /// Returns the account whose sessions this app's entry keeps; `alb` if the method knows none.
    pub(crate) fn account(&self) -> &str {
        match &self.content {
            Content::Session(SignIn::Okta { org, .. }) => &org.account,
            Content::Session(SignIn::Browser { .. }) | Content::Credentials => "alb",
        }
    }

    /// Returns whether its account is called `name`.
    pub(crate) fn is_of_account(&self, name: &str) -> bool {
        is_same_account(name, self.account())
    }

    /// Returns the org that signs in to this app, if any.
    pub(crate) fn org(&self) -> Option<&Org> {
        match &self.content {
            Content::Session(SignIn::Okta { org, .. }) => Some(org),
            Content::Session(SignIn::Browser { .. }) | Content::Credentials => None,
        }
    }

    /// Returns the identity provider that the configuration names for it: its org, or the pinned one.
    pub(crate) fn provider(&self) -> Option<&Site> {
        match &self.content {
            Content::Session(SignIn::Okta { org, .. }) => Some(&org.site),
            Content::Session(SignIn::Browser { provider }) => provider.as_ref(),
            Content::Credentials => None,
        }
    }

    /// Returns whether a sign-in obtains its session.
    pub(crate) fn signs_in(&self) -> bool {
        matches!(self.content, Content::Session(_))
    }

    /// Returns the method's name in the configuration and in `status`.
    pub(crate) fn method_name(&self) -> &'static str {
        match &self.content {
            Content::Session(SignIn::Okta { .. }) => "okta",
            Content::Session(SignIn::Browser { .. }) => "browser",
            Content::Credentials => "none",
        }
    }
}

impl Org {
    /// Returns its table in the configuration, for a hint.
    pub(crate) fn table(&self) -> Table {
        Table::Org(self.name.clone())
    }

    /// Returns the sources of its secrets.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        let passcode = self.passcode.as_ref().map(|passcode| match passcode {
            Passcode::Code(source) | Passcode::Totp(source) => source,
        });
        std::iter::once(&self.password).chain(passcode)
    }
}

/// The app that a caller asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The default app.
    Unnamed,
    /// An app by its name.
    Name(String),
    /// The app that covers this URL.
    Url(Url),
}

impl Target {
    /// Reads a person's input: a URL if it has `://`, else a name.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if !text.contains("://") {
            return Ok(Self::Name(text.to_owned()));
        }
        let url =
            Url::parse(text).map_err(|error| Error::usage(format!("this is no URL: {error}")))?;
        match has_plain_origin(text) {
            true => Ok(Self::Url(url)),
            false => Err(Error::usage(
                "this URL's host can be read in more than one way",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_target_is_a_url_or_a_name() {
        assert_eq!(
            Target::parse("grafana").expect("a name"),
            Target::Name("grafana".into())
        );
        assert!(matches!(
            Target::parse("https://a.example/x").expect("a URL"),
            Target::Url(_)
        ));
        for text in [
            "https://",
            "https:///a.example",
            "https://a.example\\@b.example",
        ] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }
}
