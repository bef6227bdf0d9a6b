//! A bookmark: where the entry of an app is that callers name, as the configuration said when it was last read.
//!
//! It is good as long as the configuration file is in the very same state. So a hit need not read the file, which is the
//! longer the more apps there are, and yet it was read whole, and all its mistakes were told, since it last changed. There
//! is one for each name that was asked for. Nothing depends on it, and there is no secret in it.

use time::Duration;

use super::{Key, Name};
use crate::app::App;
use crate::secret::Secret;
use crate::settings::Origin;

/// What a name means.
#[derive(Debug, PartialEq)]
pub(crate) struct Bookmark<'a> {
    /// How long sessions of the app live, where the configuration says it.
    pub(crate) life: Option<Duration>,
    /// The share of that life in which one is renewed ahead of its end.
    pub(crate) renew_ahead: f64,
    /// The name of the app's entry.
    pub(crate) entry: Name,
    /// What the entry begins with (see [`Key::heading`]).
    pub(crate) heading: &'a str,
}

/// The last line, without which the text is not whole.
const END: &str = "end of bookmark\n";

impl<'a> Bookmark<'a> {
    /// The name under which the bookmark of the app called `name` is kept.
    pub(crate) fn place(name: &str) -> Name {
        Key::new(name, [("bookmark", name.to_owned())]).name()
    }

    /// Reads what the app called `name` means, if the configuration is still the one of `origin`.
    pub(crate) fn parse(text: &'a str, name: &str, origin: &Origin) -> Option<Self> {
        let rest = text.strip_prefix(origin.text())?;
        let rest = rest.strip_prefix(name)?.strip_prefix('\n')?;
        let (life, rest) = rest.split_once('\n')?;
        let (renew_ahead, rest) = rest.split_once('\n')?;
        let (entry, rest) = rest.split_once('\n')?;
        Some(Self {
            life: match life {
                "-" => None,
                seconds => Some(Duration::seconds(seconds.parse().ok()?)),
            },
            renew_ahead: renew_ahead.parse().ok()?,
            entry: Name(entry.to_owned()),
            heading: rest.strip_suffix(END)?,
        })
    }

    /// The text of the bookmark for `app`, which the configuration of `origin` names.
    pub(crate) fn text(app: &App, origin: &Origin) -> Secret {
        let key = Key::of_app(app);
        let seconds = |life: Duration| life.whole_seconds().to_string();
        let life = app.session.map_or("-".into(), seconds);
        let (name, share, entry) = (&app.name, app.renew_ahead, key.name());
        let lines = format!("{name}\n{life}\n{share}\n{entry}\n");
        Secret::concat(&[origin.text(), &lines, &key.heading(), END])
    }

    /// Whether a bookmark that is there serves others, whose configuration is still as it says: it stays then.
    pub(crate) fn is_current(text: &str) -> bool {
        Origin::is_current(text) && text.ends_with(END)
    }
}

#[cfg(test)]
mod tests {
    use super::Bookmark;
    use crate::fuzzing::app;
    use crate::settings::Origin;
    use crate::store::Key;

    #[test]
    fn a_bookmark_is_read_by_whom_it_is_for_and_only_whole() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("config.toml");
        std::fs::write(&path, "one").expect("a file");
        let origin = Origin::at(&path).expect("a file");
        let app = app("whole");
        let text = Bookmark::text(app, &origin);
        let text = text.expose();
        let bookmark = Bookmark::parse(text, "whole", &origin).expect("as it was written");
        assert_eq!(bookmark.entry, Key::of_app(app).name());
        assert_eq!(bookmark.heading, Key::of_app(app).heading());
        assert_eq!(bookmark.life, app.session);
        assert!((bookmark.renew_ahead - app.renew_ahead).abs() < f64::EPSILON);
        assert!(Bookmark::is_current(text));
        for other in ["whol", "whole1", ""] {
            assert_eq!(Bookmark::parse(text, other, &origin), None);
        }
        for cut in 0..text.len() {
            assert_eq!(
                Bookmark::parse(&text[..cut], "whole", &origin),
                None,
                "{cut}"
            );
        }
        std::fs::write(&path, "three").expect("a file");
        let changed = Origin::at(&path).expect("a file");
        assert_eq!(Bookmark::parse(text, "whole", &changed), None);
        assert!(!Bookmark::is_current(text));
    }
}
