//! The lines about identity providers that people sign in at in a browser: what their profiles are worth.

use crate::app::App;
use crate::clock::Moment;
use crate::command::profiles;
use crate::context::Context;
use crate::duration::show_duration;
use crate::store::{BrowserProfile, Key};

/// The heads of the columns.
pub(super) const HEAD: [&str; 4] = ["PROVIDER", "BROWSER", "LAST USE", "SIZE"];

/// Returns a row for each provider in the configuration or with a profile, or for the one of the `only` app.
pub(super) fn rows(context: &Context, only: Option<&App>, now: Moment) -> Vec<[String; 4]> {
    let known = profiles::known_providers(&context.settings, &context.variables);
    let is_meant = |provider: &&String| {
        only.is_none_or(|app| {
            app.provider()
                .is_some_and(|own| own.authority() == **provider)
        })
    };
    let row = |provider: &String| row(context, provider, now);
    known.iter().filter(is_meant).map(row).collect()
}

fn row(context: &Context, provider: &str, now: Moment) -> [String; 4] {
    let profiles = profiles::of(&context.variables, provider);
    let standings: Vec<_> = profiles
        .iter()
        .filter_map(crate::browser::Profile::standing)
        .collect();
    let key = Key::of_browser_profile(provider);
    let record: BrowserProfile = context.cache.find(&key).unwrap_or_default();
    let seen = standings.iter().map(|standing| standing.used_at).max();
    let size = match standings.is_empty() {
        true => "-".to_owned(),
        false => show_size(standings.iter().map(|standing| standing.bytes).sum()),
    };
    let browser = record.product.clone().unwrap_or_else(|| "-".to_owned());
    [
        provider.to_owned(),
        browser,
        last_use(&record, seen, now),
        size,
    ]
}

/// Describes the last use that is recorded, else the one that the files tell of.
pub(in crate::command) fn last_use(
    record: &BrowserProfile,
    seen: Option<Moment>,
    now: Moment,
) -> String {
    let ago = |at: Moment| {
        format!(
            "{} ago",
            show_duration((now - at).max(time::Duration::ZERO))
        )
    };
    match (record.used_at, seen) {
        (Some(at), _) if record.was_silent => format!("{}, without a person", ago(at)),
        (Some(at), _) => format!("{}, by a person", ago(at)),
        (None, Some(at)) => ago(at),
        (None, None) => "never".to_owned(),
    }
}

/// Shows a number of bytes in units of a thousand.
pub(in crate::command) fn show_size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{}.{} kB", bytes / 1000, bytes / 100 % 10),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::{last_use, show_size};
    use crate::store::BrowserProfile;
    use time::macros::datetime;

    #[test]
    fn the_last_use_says_whether_a_person_was_needed() {
        let now = datetime!(2026-11-23 20:00 UTC);
        let used = |was_silent| BrowserProfile {
            used_at: Some(datetime!(2026-11-23 18:00 UTC)),
            was_silent,
            ..BrowserProfile::default()
        };
        assert_eq!(last_use(&used(true), None, now), "2h ago, without a person");
        assert_eq!(
            last_use(&used(false), Some(now), now),
            "2h ago, by a person"
        );
        let unknown = BrowserProfile::default();
        assert_eq!(last_use(&unknown, Some(now), now), "0s ago");
        assert_eq!(last_use(&unknown, None, now), "never");
    }

    #[test]
    fn a_size_has_one_decimal() {
        assert_eq!(show_size(999), "999 bytes");
        assert_eq!(show_size(1050), "1.0 kB");
        assert_eq!(show_size(3_149_999), "3.1 MB");
        assert_eq!(show_size(2_000_000_000), "2000.0 MB");
    }
}
