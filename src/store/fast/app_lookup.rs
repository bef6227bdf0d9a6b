//! A bookmark: from the name of an app to its entry, as the configuration said when it was last read.
//!
//! It is good as long as the configuration file is in the very same state. So a hit need not read the file, which takes the
//! longer the more apps there are, and yet it was read whole, and all its mistakes were told, since it last changed. There
//! is one for each name that was asked for. Nothing depends on it, and there is no secret in it.

use time::Duration;

use crate::app::App;
use crate::file_stamp::FileStamp;
use crate::secret::Secret;
use crate::store::file::FileStore;
use crate::store::key::{Key, Name};

/// What a name means.
#[derive(Debug, PartialEq)]
pub(crate) struct AppLookup<'a> {
    /// How long sessions of the app live, where the configuration says it.
    pub(crate) life: Option<Duration>,
    /// The share of that life in which one is renewed ahead of its end.
    pub(crate) renew_ahead: f64,
    /// The age at which the entry is compared with a fleet's store, where it is a copy of it.
    pub(crate) recheck: Option<Duration>,
    /// The name of the app's entry.
    pub(crate) entry: Name,
    /// What the entry begins with (see [`Key::heading`]).
    pub(crate) heading: &'a str,
}

/// The end of a bookmark's file name, with the version of its format.
const BOOKMARK: &str = ".v3.bookmark";

/// The last line, without which the text is not whole.
const END: &str = "end of bookmark\n";

impl<'a> AppLookup<'a> {
    /// The text of the bookmark for the app called `name`, if `store` has one.
    pub(crate) fn read(store: &FileStore, name: &str) -> Option<Secret> {
        store.text(&place(name), BOOKMARK).ok()?
    }

    /// Keeps the bookmark for `app`, which the configuration of `stamp` names. One that serves others, because their
    /// configuration is still as it says, stays. A failure costs the next call the short road, and nothing else.
    pub(crate) fn keep(store: &FileStore, app: &App, stamp: &FileStamp) {
        let before = Self::read(store, &app.name);
        if !before.is_some_and(|text| Self::is_current(text.expose())) {
            let text = Self::text(app, stamp);
            let _ = store.put_unclaimed(&place(&app.name), BOOKMARK, &text);
        }
    }

    /// Reads what the app called `name` means, if the configuration is still the one of `stamp`.
    pub(crate) fn parse(text: &'a str, name: &str, stamp: &FileStamp) -> Option<Self> {
        let rest = text.strip_prefix(stamp.text())?;
        let rest = rest.strip_prefix(name)?.strip_prefix('\n')?;
        let (life, rest) = rest.split_once('\n')?;
        let (renew_ahead, rest) = rest.split_once('\n')?;
        let (recheck, rest) = rest.split_once('\n')?;
        let (entry, rest) = rest.split_once('\n')?;
        let seconds = |text: &str| match text {
            "-" => Some(None),
            seconds => Some(Some(Duration::seconds(seconds.parse().ok()?))),
        };
        Some(Self {
            life: seconds(life)?,
            recheck: seconds(recheck)?,
            renew_ahead: renew_ahead.parse().ok()?,
            entry: Name::new(entry.to_owned()),
            heading: rest.strip_suffix(END)?,
        })
    }

    /// The text of the bookmark for `app`, which the configuration of `stamp` names.
    fn text(app: &App, stamp: &FileStamp) -> Secret {
        let key = Key::of_app(app);
        let seconds = |life: Duration| life.whole_seconds().to_string();
        let life = app.session.map_or("-".into(), seconds);
        let fleet = app.org().and_then(|org| org.storage.fleet());
        let recheck = fleet.map_or("-".into(), |fleet| seconds(fleet.recheck));
        let (name, share, entry) = (&app.name, app.renew_ahead, key.name());
        let lines = format!("{name}\n{life}\n{share}\n{recheck}\n{entry}\n");
        Secret::concat(&[stamp.text(), &lines, &key.heading(), END])
    }

    /// Returns whether the text is whole and the configuration that it is of is still in the same state.
    fn is_current(text: &str) -> bool {
        FileStamp::is_current(text) && text.ends_with(END)
    }
}

/// The name under which the bookmark of the app called `name` is kept.
fn place(name: &str) -> Name {
    Key::new(name, [("bookmark", name.to_owned())]).name()
}

#[cfg(test)]
mod tests {
    use super::AppLookup;
    use crate::file_stamp::FileStamp;
    use crate::fuzzing::app;
    use crate::store::Key;

    #[test]
    fn a_bookmark_is_read_by_whom_it_is_for_and_only_whole() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("config.toml");
        std::fs::write(&path, "one").expect("a file");
        let stamp = FileStamp::at(&path).expect("a file");
        let app = app("whole");
        let text = AppLookup::text(app, &stamp);
        let text = text.expose();
        let bookmark = AppLookup::parse(text, "whole", &stamp).expect("as it was written");
        assert_eq!(bookmark.entry, Key::of_app(app).name());
        assert_eq!(bookmark.heading, Key::of_app(app).heading());
        assert_eq!(bookmark.life, app.session);
        assert!((bookmark.renew_ahead - app.renew_ahead).abs() < f64::EPSILON);
        assert!(AppLookup::is_current(text));
        for other in ["whol", "whole1", ""] {
            assert_eq!(AppLookup::parse(text, other, &stamp), None);
        }
        for cut in 0..text.len() {
            assert_eq!(
                AppLookup::parse(&text[..cut], "whole", &stamp),
                None,
                "{cut}"
            );
        }
        std::fs::write(&path, "three").expect("a file");
        let changed = FileStamp::at(&path).expect("a file");
        assert_eq!(AppLookup::parse(text, "whole", &changed), None);
        assert!(!AppLookup::is_current(text));
    }
}
