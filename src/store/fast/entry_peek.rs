//! The beginning of an entry, which a hit reads: enough to judge it and to answer with it.
//!
//! Only the text that [`Entry`] itself writes is read so, byte for byte up to the last cookie. Any other layout gives `None`;
//! [`Entry`], which reads all JSON, reads it.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::clock::Moment;
use crate::cookie;
use crate::secret::Secret;
use crate::session::{Freshness, Session, Shard, Span};
use crate::store::record::{Entry, in_utc};

/// The beginning of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EntryPeek<'a> {
    learnt: Option<Duration>,
    span: Span,
    verified_at: Option<Moment>,
    is_pasted: bool,
    is_by_browser: bool,
    /// The name and the value of each cookie of the family, in order.
    cookies: Vec<(&'a str, &'a str)>,
}

impl<'a> EntryPeek<'a> {
    /// Reads the `text` of an entry whose key is written as `heading` says (see [`crate::store::Key::heading`]).
    pub(crate) fn at(text: &'a str, heading: &str) -> Option<Self> {
        let mut rest = text.strip_prefix(heading)?;
        let learnt = value(&mut rest, "  \"learnt_life\": ", ',')?;
        let issued_at = value(&mut rest, "\n  \"session\": {\n    \"issued_at\": \"", '"')?;
        let bound = value(&mut rest, ",\n    \"bound\": \"", '"')?;
        let verified_at = value(&mut rest, ",\n    \"verified_at\": ", ',')?;
        let is_pasted = flag(&mut rest, "\n    \"pasted\": true,");
        let is_by_browser = flag(&mut rest, "\n    \"by_browser\": true,");
        let cookies = cookies(&mut rest)?;
        // The rest has to be there, and says nothing of the answer.
        if !rest.starts_with("\n  },\n") || !rest.ends_with("\n}\n") {
            return None;
        }
        Some(Self {
            learnt: match learnt {
                "null" => None,
                seconds => Some(Entry::read_learnt(seconds.parse().ok()?)?),
            },
            span: Span {
                issued_at: moment(issued_at)?,
                bound: moment(bound)?,
            },
            verified_at: match verified_at {
                "null" => None,
                text => Some(moment(text.strip_prefix('"')?.strip_suffix('"')?)?),
            },
            is_pasted,
            is_by_browser,
            cookies,
        })
    }

    /// Returns the session.
    pub(crate) fn session(&self) -> Session {
        let shard = |&(name, value): &(&str, &str)| Shard {
            name: name.to_owned(),
            value: Secret::concat(&[value]),
        };
        Session {
            shards: self.cookies.iter().map(shard).collect(),
            issued_at: self.span.issued_at,
            bound: self.span.bound,
            verified_at: self.verified_at,
            is_pasted: self.is_pasted,
            is_by_browser: self.is_by_browser,
        }
    }

    /// Returns whether it can be answered at `now`; `life` is how long sessions of the app live by its configuration.
    pub(crate) fn is_fresh(&self, now: Moment, life: Option<Duration>) -> bool {
        self.span.judge(now, self.life(life), Duration::ZERO) == Freshness::Fresh
    }

    /// Returns whether it is at `now` in the last `share` of its life, and may have to be renewed.
    pub(crate) fn is_near_end(&self, now: Moment, life: Option<Duration>, share: f64) -> bool {
        self.span.is_near_end(now, self.life(life), share)
    }

    /// Returns how long the session lives, where that is `configured` or learnt.
    pub(crate) fn life(&self, configured: Option<Duration>) -> Option<Duration> {
        [configured, self.learnt].into_iter().flatten().min()
    }
}

/// The value between the words `before` it and the character `after` it; `rest` is then what follows.
fn value<'a>(rest: &mut &'a str, before: &str, after: char) -> Option<&'a str> {
    let (value, left) = rest.strip_prefix(before)?.split_once(after)?;
    *rest = left;
    Some(value)
}

/// Returns whether `words` stand next: a member that is written only if it is true. `rest` is then what follows.
fn flag(rest: &mut &str, words: &str) -> bool {
    let left = rest.strip_prefix(words);
    *rest = left.unwrap_or(rest);
    left.is_some()
}

/// The cookies of the family, each with its name and its value.
fn cookies<'a>(rest: &mut &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut cookies = Vec::with_capacity(4);
    *rest = rest.strip_prefix("\n    \"cookies\": [")?;
    loop {
        let name = value(rest, "\n      {\n        \"name\": \"", '"')?;
        let value = value(rest, ",\n        \"value\": \"", '"')?;
        // The grammar has no backslash: a value that obeys it means in JSON what it shows.
        if !cookie::is_name(name) || !cookie::is_value(value) {
            return None;
        }
        cookies.push((name, value));
        *rest = rest.strip_prefix("\n      }")?;
        if let Some(left) = rest.strip_prefix(',') {
            *rest = left;
        } else {
            *rest = rest.strip_prefix("\n    ]")?;
            return Some(cookies);
        }
    }
}

fn moment(text: &str) -> Option<Moment> {
    in_utc(OffsetDateTime::parse(text, &Rfc3339).ok()?)
}

#[cfg(test)]
mod tests {
    use super::EntryPeek;
    use crate::fuzzing::app;
    use crate::secret::Secret;
    use crate::session::{Session, Shard};
    use crate::store::{Entry, Key, Record};
    use time::{Duration, macros::datetime};

    const NOW: crate::clock::Moment = datetime!(2026-11-24 08:00:00.5 UTC);

    fn entry(learnt: Option<Duration>) -> Entry {
        let shard = |index| Shard {
            name: format!("A-{index}"),
            value: Secret::new("x+/=".into()),
        };
        Entry {
            session: Some(Session::issued(vec![shard(0), shard(1)], NOW, None)),
            learnt,
            ..Entry::default()
        }
    }

    fn text(learnt: Option<Duration>) -> (Key, String) {
        let key = Key::of_app(app("whole"));
        let text = entry(learnt).to_text(&key).expect("a text");
        (key, text.expose().to_owned())
    }

    #[test]
    fn the_beginning_of_an_entry_can_be_read_and_judged() {
        let (key, text) = text(None);
        let peek = EntryPeek::at(&text, &key.heading()).expect("as it was written");
        assert_eq!(Some(peek.session()), entry(None).session);
        assert!(peek.is_fresh(NOW, None));
        assert!(peek.is_fresh(NOW + Duration::days(6), None));
        assert!(!peek.is_fresh(NOW + Duration::days(7), None));
        assert!(!peek.is_fresh(NOW + Duration::hours(1), Some(Duration::HOUR)));
        assert!(!peek.is_fresh(NOW - Duration::minutes(6), None));
        assert!(!peek.is_near_end(NOW + Duration::minutes(53), Some(Duration::HOUR), 0.1));
        assert!(peek.is_near_end(NOW + Duration::minutes(54), Some(Duration::HOUR), 0.1));
    }

    #[test]
    fn a_session_that_a_browser_won_or_a_person_pasted_is_read_too() {
        let key = Key::of_app(app("whole"));
        let heading = key.heading();
        for (is_pasted, is_by_browser) in [(true, false), (false, true), (true, true)] {
            let mut entry = entry(None);
            let session = entry.session.as_mut().expect("it has one");
            (session.is_pasted, session.is_by_browser) = (is_pasted, is_by_browser);
            let text = entry.to_text(&key).expect("a text");
            let peek = EntryPeek::at(text.expose(), &heading).expect("as it was written");
            assert_eq!(Some(peek.session()), entry.session);
            for cut in 0..text.expose().len() {
                assert_eq!(
                    EntryPeek::at(&text.expose()[..cut], &heading),
                    None,
                    "{cut}"
                );
            }
        }
    }

    #[test]
    fn what_was_learnt_counts() {
        let (key, text) = text(Some(Duration::HOUR));
        let peek = EntryPeek::at(&text, &key.heading()).expect("as it was written");
        assert!(peek.is_fresh(NOW + Duration::minutes(58), None));
        assert!(!peek.is_fresh(NOW + Duration::minutes(59), None));
    }

    #[test]
    fn another_key_another_layout_or_a_cut_text_is_left_to_the_parser() {
        let (key, text) = text(None);
        let heading = key.heading();
        assert_eq!(
            EntryPeek::at(&text, &Key::of_credentials(app("whole")).heading()),
            None
        );
        assert_eq!(
            EntryPeek::at(&text.replace("\n    ", "\n  "), &heading),
            None
        );
        assert_eq!(
            EntryPeek::at(&text.replace("x+/=", "x\\u002b"), &heading),
            None
        );
        assert_eq!(EntryPeek::at(&text.replace("null", "7"), &heading), None);
        for cut in 0..text.len() {
            assert_eq!(EntryPeek::at(&text[..cut], &heading), None, "{cut}");
        }
    }
}
