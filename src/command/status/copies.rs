//! The lines about copies: when this machine last compared each with the fleet's store, and what was wrong. The store itself is
//! not asked.

use super::AppStatus;
use crate::app::App;
use crate::clock::Moment;
use crate::context::Context;
use crate::duration::show_duration;
use crate::output::timestamp;
use crate::store::Key;

/// The heads of the columns.
pub(super) const HEAD: [&str; 4] = ["COPY", "FLEET", "COMPARED", "TROUBLE"];

/// The copy of an app's entry that a fleet shares.
pub(super) struct Copy {
    fleet: String,
    /// `None` where this machine has none.
    compared_at: Option<Moment>,
    trouble: Option<String>,
}

impl Copy {
    /// Returns the copy of the entry of `app`, which was read last and `is_here` or not; `None` if no fleet shares it.
    pub(super) fn of(context: &Context, app: &App, is_here: bool) -> Option<Self> {
        let key = Key::of_app(app);
        let fleet = context.cache.fleet(&key)?;
        let compared_at = context.cache.compared_at(&key);
        Some(Self {
            fleet: fleet.settings().namespace.clone(),
            compared_at: compared_at.filter(|_| is_here),
            trouble: fleet.trouble().or(fleet.copy_state(&key).trouble),
        })
    }

    pub(super) fn compared_at(&self) -> Option<String> {
        self.compared_at.map(timestamp)
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.clone()
    }
}

/// Returns a row for each app whose entry a fleet shares.
pub(super) fn rows(lines: &[AppStatus<'_>], now: Moment) -> Vec<[String; 4]> {
    let row = |line: &AppStatus<'_>| {
        let copy = line.copy.as_ref()?;
        let compared = match copy.compared_at {
            Some(at) if at <= now => format!("{} ago", show_duration(now - at)),
            Some(_) => "in the future".to_owned(),
            None => "-".to_owned(),
        };
        let trouble = copy.trouble.clone().unwrap_or_else(|| "-".to_owned());
        Some([line.app.to_owned(), copy.fleet.clone(), compared, trouble])
    };
    lines.iter().filter_map(row).collect()
}
