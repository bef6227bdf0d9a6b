//! The record of one app, whichever account signs in: how long its sessions live, as was learnt last.
//!
//! Each entry has a copy, because a hit reads nothing else.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::Duration;

use super::{Entry, in_utc};
use crate::clock::Moment;
use crate::secret::Secret;
use crate::store::json::to_json;
use crate::store::{Key, Record};

/// The last lesson of an app, if there was one.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Lesson(Option<LastLesson>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct LastLesson {
    at: Moment,
    /// How long sessions live at most; `None` if an older lesson was taken back.
    life: Option<Duration>,
}

impl Lesson {
    /// The lesson that `entry` has learnt at this moment.
    pub(crate) fn of(entry: &Entry, at: Moment) -> Self {
        let life = entry.learnt;
        Self(Some(LastLesson { at, life }))
    }

    /// Copies the lesson into `entry`. Without one, what the entry has learnt itself counts.
    pub(crate) fn teach(&self, entry: &mut Entry) {
        if let Some(last) = &self.0 {
            entry.learnt = last.life;
        }
    }
}

impl Record for Lesson {
    fn parse(text: &str, key: &Key) -> Option<Self> {
        let text: LessonText = serde_json::from_str(text).ok()?;
        let life = text.learnt.and_then(Entry::read_learnt);
        let at = in_utc(text.learnt_at)?;
        (text.key == key.fields).then_some(Self(Some(LastLesson { at, life })))
    }

    fn to_text(&self, key: &Key) -> Option<Secret> {
        let LastLesson { at, life } = self.0.as_ref()?;
        Some(to_json(&LessonText {
            key: key.fields.clone(),
            learnt: life.map(Duration::whole_seconds),
            learnt_at: *at,
        }))
    }

    fn memory(&self) -> Self {
        self.clone()
    }

    fn with(self, memory: Self) -> Self {
        let newest = [memory.0, self.0].into_iter().flatten();
        Self(newest.max_by_key(|last| last.at))
    }
}

/// The file's text.
#[derive(Serialize, Deserialize)]
struct LessonText {
    key: BTreeMap<String, String>,
    /// In seconds.
    #[serde(rename = "learnt_life")]
    learnt: Option<i64>,
    #[serde(with = "time::serde::rfc3339")]
    learnt_at: Moment,
}

#[cfg(test)]
mod tests {
    use super::Lesson;
    use crate::output::fixture::app;
    use crate::store::{Entry, Key, Record as _};
    use time::Duration;
    use time::macros::datetime;

    fn entry(hours: Option<i64>) -> Entry {
        Entry {
            learnt: hours.map(Duration::hours),
            ..Entry::default()
        }
    }

    /// Returns the hours that an entry knows after this lesson, if it has learnt three itself.
    fn taught(lesson: &Lesson) -> Option<i64> {
        let mut pupil = entry(Some(3));
        lesson.teach(&mut pupil);
        pupil.learnt.map(Duration::whole_hours)
    }

    #[test]
    fn a_lesson_is_read_as_it_was_written_and_counts_before_an_entrys_own() {
        let key = Key::of_lesson(&app("https://wiki.corp.example"));
        for hours in [None, Some(12)] {
            let lesson = Lesson::of(&entry(hours), datetime!(2026-11-23 20:00 UTC));
            let text = lesson.to_text(&key).expect("it says something");
            let read = Lesson::parse(text.expose(), &key).expect("it is a lesson");
            assert_eq!(read, lesson);
            assert_eq!(taught(&read), hours);
        }
        assert_eq!(taught(&Lesson::default()), Some(3));
        assert!(Lesson::default().to_text(&key).is_none());
        let other = Key::of_lesson(&app("https://other.corp.example"));
        let lesson = Lesson::of(&entry(None), datetime!(2026-11-23 20:00 UTC));
        let text = lesson.to_text(&key).expect("it says something");
        assert_eq!(Lesson::parse(text.expose(), &other), None);
    }

    #[test]
    fn of_two_lessons_the_newest_counts() {
        let old = Lesson::of(&entry(Some(1)), datetime!(2026-11-23 20:00 UTC));
        let new = Lesson::of(&entry(None), datetime!(2026-11-23 21:00 UTC));
        assert_eq!(old.clone().with(new.memory()), new);
        assert_eq!(new.clone().with(old), new);
    }
}
