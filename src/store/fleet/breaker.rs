//! The breaker: while the store cannot be used, one process of a machine finds that out, and the others need not.
//!
//! It is a file beside the copies: until when nobody tries, how long that is, and why. The pause doubles with each failure
//! from five seconds to five minutes; a success removes the file. It is an optimisation and nothing depends on it: two
//! processes may write it at once, and one that cannot be read holds nobody back.

use std::cell::Cell;
use std::time::Duration;

use crate::clock;
use crate::secret::Secret;
use crate::store::file::FileStore;
use crate::store::key::Name;

const END: &str = ".down";
const FIRST: i64 = 5;
const LONGEST: i64 = 300;

/// The state of a store's breaker on this machine.
pub(super) struct Breaker {
    files: FileStore,
    name: Name,
    /// Set once this process has found the file, or written it.
    is_there: Cell<bool>,
}

/// The content of the file.
#[derive(Debug, PartialEq, Eq)]
struct Pause {
    /// Seconds since 1970.
    until: i64,
    length: i64,
    why: String,
}

impl Pause {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut number = || lines.next()?.parse().ok();
        let (until, length) = (number()?, number()?);
        let why = lines.next()?.to_owned();
        (FIRST..=LONGEST)
            .contains(&length)
            .then_some(Self { until, length, why })
    }

    /// The pause after a failure at `now`, where this one was before.
    fn after(before: Option<&Self>, now: i64, why: &str) -> Self {
        // An old trouble says nothing of today.
        let before = before.filter(|pause| now.saturating_sub(pause.until) < LONGEST);
        let length = before.map_or(FIRST, |pause| (pause.length * 2).min(LONGEST));
        Self {
            until: now.saturating_add(length),
            length,
            why: why.replace('\n', " "),
        }
    }

    /// The time that is left at `now`. A pause that ends later than it is long is from a clock that was set back.
    fn left(&self, now: i64) -> Option<i64> {
        let left = self.until.saturating_sub(now);
        (left > 0 && left <= self.length).then_some(left)
    }
}

impl Breaker {
    pub(super) fn new(files: &FileStore, namespace: &str) -> Self {
        Self {
            files: files.clone(),
            name: Name::new(format!("fleet-{namespace}")),
            is_there: Cell::new(false),
        }
    }

    fn read(&self) -> Option<Pause> {
        let text = self.files.text(&self.name, END).ok()??;
        self.is_there.set(true);
        Pause::parse(text.expose())
    }

    /// Why the store could not be used when it was asked last, whether or not somebody may try now.
    pub(super) fn why(&self) -> Option<String> {
        self.read().map(|pause| pause.why)
    }

    /// Why nobody tries now, and for how many seconds.
    pub(super) fn holds(&self) -> Option<(String, i64)> {
        let pause = self.read()?;
        let left = pause.left(clock::now().unix_timestamp())?;
        Some((pause.why, left))
    }

    /// The store cannot be used because of `why`. Returns for how many seconds nobody tries.
    pub(super) fn trip(&self, why: &str) -> i64 {
        let now = clock::now().unix_timestamp();
        let pause = Pause::after(self.read().as_ref(), now, why);
        let Pause { until, length, why } = pause;
        let text = Secret::new(format!("{until}\n{length}\n{why}\n"));
        let _ = self.files.put_unclaimed(&self.name, END, &text);
        self.is_there.set(true);
        length
    }

    /// Has nobody held back for longer than the shortest pause.
    pub(super) fn shorten(&self) {
        let Some(pause) = self.read().filter(|pause| pause.length > FIRST) else {
            return;
        };
        let until = pause.until.saturating_sub(pause.length - FIRST);
        let text = Secret::new(format!("{until}\n{}\n{}\n", pause.length, pause.why));
        let _ = self.files.put_unclaimed(&self.name, END, &text);
    }

    /// The store has answered.
    pub(super) fn reset(&self) {
        if self.is_there.replace(false) {
            self.files.remove_unclaimed(&self.name, END);
        }
    }
}

/// How long a pause is, in words.
pub(super) fn seconds(length: i64) -> String {
    let length = Duration::from_secs(length.unsigned_abs());
    crate::duration::show_duration(time::Duration::try_from(length).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::Pause;

    #[test]
    fn the_pause_doubles_to_five_minutes_and_begins_anew_after_a_quiet_time() {
        let mut pause = Pause::after(None, 100, "no");
        let mut lengths = vec![pause.length];
        for _ in 0..7 {
            pause = Pause::after(Some(&pause), pause.until, "no");
            lengths.push(pause.length);
        }
        assert_eq!(lengths, [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(
            Pause::after(Some(&pause), pause.until + 300, "no").length,
            5
        );
    }

    #[test]
    fn it_holds_until_it_ends_and_not_after_the_clock_was_set_back() {
        let pause = Pause::after(None, 100, "no\nway");
        assert_eq!(pause.left(100), Some(5));
        assert_eq!(pause.left(105), None);
        assert_eq!(pause.left(99), None, "the clock was set back");
        assert_eq!(Pause::parse("105\n5\nno way\n"), Some(pause));
        for text in ["", "5", "105\n5\n", "105\n9999999\nno\n", "x\n5\nno"] {
            assert_eq!(Pause::parse(text), None, "{text}");
        }
    }
}
