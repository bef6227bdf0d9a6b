//! The pages that are open, as far as it matters whether there is one.

use std::collections::BTreeSet;

/// The most pages that are counted. A browser that tells of more has no person before it.
const MOST: usize = 1000;

/// The open pages, by the browser's names for them.
#[derive(Debug, Default)]
pub(super) struct Pages {
    open: BTreeSet<String>,
    /// Those that have gone while a window is being opened: its reply may come after its end.
    gone: BTreeSet<String>,
    /// The page that was opened last.
    ours: Option<String>,
}

impl Pages {
    /// Begins to open a window.
    pub(super) fn begin(&mut self) {
        self.gone.clear();
    }

    pub(super) fn add(&mut self, page: String) {
        if self.open.len() < MOST && !self.gone.contains(&page) {
            self.open.insert(page);
        }
    }

    /// Returns whether it was a page.
    pub(super) fn remove(&mut self, page: String) -> bool {
        let was_open = self.open.remove(&page);
        if was_open && self.gone.len() < MOST {
            self.gone.insert(page);
        }
        was_open
    }

    /// Notes the page that was opened, which may have gone already or be told of later. Returns the one opened before, if it
    /// is still there.
    pub(super) fn opened(&mut self, page: Option<String>) -> Option<String> {
        if let Some(page) = page.clone() {
            self.add(page);
        }
        let earlier = std::mem::replace(&mut self.ours, page);
        earlier.filter(|earlier| self.open.contains(earlier) && self.ours.as_ref() != Some(earlier))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}
