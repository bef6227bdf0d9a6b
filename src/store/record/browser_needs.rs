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
pub(crate) struct BrowserNeeds(Vec<NotedNeed>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct NotedNeed {
    /// The app's URL; `None` for every app of the org.
    app: Option<String>,
    /// The error that said so, with its causes, fit to be shown.
    why: Vec<String>,
    #[serde(with = "time::serde::rfc3339")]
    at: Moment,
}

impl BrowserNeeds {
    /// Records at `now` that `app`, or without it every app of the org, needs a browser, and `why`.
    pub(crate) fn note(&mut self, app: Option<String>, why: Vec<String>, now: Moment) {
        self.0.retain(|need| need.app != app);
        self.0.push(NotedNeed { app, why, at: now });
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
    }

    /// Returns why `app` needs a browser, if it is known at `now` that it does.
    pub(crate) fn of(&self, app: &str, now: Moment) -> Option<&[String]> {
        let mut needs = self.0.iter().rev();
        let need = needs.find(|need| {
            let concerns = need.app.as_ref().is_none_or(|needed| needed == app);
            concerns && need.at <= now && now - need.at < LIFE
        });
        need.map(|need| need.why.as_slice())
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
        needs.note(
            Some("https://a.example".into()),
            vec!["FastPass".into()],
            NOW,
        );
        assert_eq!(
            needs.of("https://a.example", NOW),
            Some(&["FastPass".to_owned()][..])
        );
        assert_eq!(needs.of("https://b.example", NOW), None);
        for moment in [NOW + Duration::days(7), NOW - Duration::SECOND] {
            assert_eq!(needs.of("https://a.example", moment), None);
        }
        needs.note(None, vec!["a CAPTCHA".into()], NOW);
        assert_eq!(
            needs.of("https://b.example", NOW),
            Some(&["a CAPTCHA".to_owned()][..])
        );
    }

    #[test]
    fn there_is_a_bound_and_the_newest_stay() {
        let mut needs = BrowserNeeds::default();
        for index in 0..=MOST {
            needs.note(Some(index.to_string()), Vec::new(), NOW);
        }
        assert_eq!(needs.0.len(), MOST);
        assert_eq!(needs.of("0", NOW), None);
        assert_eq!(needs.of(&MOST.to_string(), NOW), Some(&[][..]));
    }
}
