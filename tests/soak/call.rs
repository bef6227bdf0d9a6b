//! The wishes of callers, as arguments and a request on stdin.

use sandbox::Chance;

use crate::format::{self, Format};
use crate::ground::{APPS, Ground, USERS};

/// One call, before it is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) user: &'static str,
    pub(crate) app: &'static str,
    pub(crate) verb: Verb,
}

/// A caller's wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// A session, in a format.
    Get(Format, Wish),
    /// That the app's session is forgotten.
    Erase,
    /// The same, by its other name.
    Logout,
    /// That the sessions of all apps are forgotten, and Okta's ended.
    LogoutOfOrg,
    /// A sign-in.
    Login,
}

/// Wishes about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Any,
    Cached,
    Fresh,
    Verified,
    /// So many seconds of life.
    Life(u64),
}

impl Call {
    /// Any call; the dear ones are rare, as they are in life.
    pub(crate) fn any(chance: &mut Chance) -> Self {
        let wish = match chance.below(300) {
            0 => Wish::Fresh,
            1..=3 => Wish::Verified,
            4..=19 => Wish::Life(1),
            20..=59 => Wish::Cached,
            _ => Wish::Any,
        };
        let verb = match chance.below(1500) {
            0 => Verb::LogoutOfOrg,
            1..=2 => Verb::Logout,
            3..=6 => Verb::Erase,
            7..=8 => Verb::Login,
            _ => Verb::Get(*chance.pick(&format::ALL), wish),
        };
        let (user, app) = (chance.pick(&USERS).0, chance.pick(&APPS).0);
        Self { user, app, verb }
    }

    /// A plain `get`.
    pub(crate) fn plain(user: &'static str, app: &'static str) -> Self {
        let verb = Verb::Get(Format::As("cookie"), Wish::Any);
        Self { user, app, verb }
    }

    pub(crate) fn wish(&self) -> Option<Wish> {
        match self.verb {
            Verb::Get(_, wish) => Some(wish),
            _ => None,
        }
    }

    pub(crate) fn arguments(&self) -> Vec<&'static str> {
        let app = self.app;
        match self.verb {
            Verb::Erase => vec!["erase", app],
            Verb::Logout => vec!["logout", app],
            Verb::LogoutOfOrg => vec!["logout", "corp"],
            Verb::Login => vec!["login", app],
            Verb::Get(format, wish) => {
                let mut words = match format {
                    Format::As(format) => vec!["get", app, "--as", format],
                    Format::Git => vec!["get", "--protocol", "git"],
                    Format::Docker => vec!["get", "--protocol", "docker"],
                    Format::Bazel => vec!["get", "--protocol", "bazel"],
                    Format::Exec => vec!["exec", app],
                };
                words.extend(match wish {
                    Wish::Any => None,
                    Wish::Cached => Some("--no-sign-in"),
                    Wish::Fresh => Some("--fresh"),
                    Wish::Verified => Some("--verify=0s"),
                    Wish::Life(_) => Some("--min-life=1s"),
                });
                if format == Format::Exec {
                    words.extend(["--", "printenv", "CREDENTIAL_COOKIE"]);
                }
                words
            }
        }
    }

    /// Returns what stands on stdin.
    pub(crate) fn request(&self, ground: &Ground) -> Option<String> {
        let url = ground.sandbox.app_url(self.app);
        let host = url.trim_start_matches("https://");
        match self.verb {
            Verb::Get(Format::Git, _) => Some(format!("protocol=https\nhost={host}\n\n")),
            Verb::Get(Format::Docker, _) => Some(format!("{url}\n")),
            Verb::Get(Format::Bazel, _) => Some(format!("{{\"uri\":\"{url}/\"}}")),
            _ => None,
        }
    }
}
