//! The apps for which Okta wanted what only a browser can answer, so that no password is sent first the next time.

use serde::{Deserialize, Serialize};
use time::Duration;

use crate::clock::Moment;

/// How long a need is remembered. A policy may have changed by then, and one password more harms nobody.
const LIFE: Duration = Duration::days(7);
/// The most needs that are kept, the newest ones.
const MOST: usize = 100;

/// The needs of an account.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct BrowserNeeds(Vec<BrowserNeed>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct BrowserNeed {
    /// The app's URL; `None` for every app of the org.
    app: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    at: Moment,
}

impl BrowserNeeds {
    /// Records at `now` that `app`, or without it every app of the org, needs a browser.
    pub(crate) fn note(&mut self, app: Option<String>, now: Moment) {
        self.0.retain(|need| need.app != app);
        self.0.push(BrowserNeed { app, at: now });
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
    }

    /// Returns whether `app` needs a browser, as far as is known at `now`.
    pub(crate) fn holds(&self, app: &str, now: Moment) -> bool {
        self.0.iter().any(|need| {
            let concerns = need.app.as_ref().is_none_or(|needed| needed == app);
            concerns && need.at <= now && now - need.at < LIFE
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns these needs and, where it has none, the `older` ones.
    pub(crate) fn or(self, older: Self) -> Self {
        match self.is_empty() {
            true => older,
            false => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BrowserNeeds, MOST};
    use time::Duration;
    use time::macros::datetime;

    const NOW: crate::clock::Moment = datetime!(2026-11-23 20:00 UTC);

    #[test]
    fn a_need_is_known_for_a_week_and_for_its_app() {
        let mut needs = BrowserNeeds::default();
        needs.note(Some("https://a.example".into()), NOW);
        assert!(needs.holds("https://a.example", NOW));
        assert!(!needs.holds("https://b.example", NOW));
        assert!(!needs.holds("https://a.example", NOW + Duration::days(7)));
        assert!(!needs.holds("https://a.example", NOW - Duration::SECOND));
        needs.note(None, NOW);
        assert!(needs.holds("https://b.example", NOW));
    }

    #[test]
    fn there_is_a_bound_and_the_newest_stay() {
        let mut needs = BrowserNeeds::default();
        for index in 0..=MOST {
            needs.note(Some(index.to_string()), NOW);
        }
        assert_eq!(needs.0.len(), MOST);
        assert!(!needs.holds("0", NOW) && needs.holds(&MOST.to_string(), NOW));
    }
}
