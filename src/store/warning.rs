//! The warning that the cache cannot be used.

use std::cell::Cell;

/// Warns once in the life of a process: a second warning would say the same.
pub(super) struct Warning {
    notify: Box<dyn Fn(&str)>,
    /// Says for whom this process waits; without words, that the wait is over.
    announce: Box<dyn Fn(&str)>,
    is_given: Cell<bool>,
}

impl Warning {
    /// A warning that is given through `notify`.
    pub(super) fn new(notify: Box<dyn Fn(&str)>, announce: Box<dyn Fn(&str)>) -> Self {
        Self {
            notify,
            announce,
            is_given: Cell::new(false),
        }
    }

    /// Warns that the cache cannot be `used` or `written`, and why; `advice` says what a person can do about it, as it ends a
    /// sentence.
    pub(super) fn give(&self, done: &str, why: &str, advice: &str) {
        self.give_line(&format!("the cache cannot be {done}: {why}{advice}"));
    }

    /// Warns with a line of its own.
    pub(super) fn give_line(&self, line: &str) {
        if !self.is_given.replace(true) {
            (self.notify)(&format!("warning: {line}"));
        }
    }

    /// Says for whom this process waits; without words, that the wait is over.
    pub(super) fn wait(&self, words: &str) {
        (self.announce)(words);
    }
}
