//! The warning that the cache cannot be used.

use std::cell::Cell;

/// Warns once in the life of a process: a second warning would say the same.
pub(super) struct Warning {
    notify: Box<dyn Fn(&str)>,
    /// What a person can do about it, as it ends a sentence.
    advice: &'static str,
    is_given: Cell<bool>,
}

impl Warning {
    /// A warning that ends with `advice` and is given through `notify`.
    pub(super) fn new(notify: Box<dyn Fn(&str)>, advice: &'static str) -> Self {
        Self {
            notify,
            advice,
            is_given: Cell::new(false),
        }
    }

    /// Warns that the cache cannot be `used` or `written`, and why.
    pub(super) fn give(&self, done: &str, why: &str) {
        if !self.is_given.replace(true) {
            let advice = self.advice;
            (self.notify)(&format!(
                "warning: the cache cannot be {done}: {why}{advice}"
            ));
        }
    }
}
