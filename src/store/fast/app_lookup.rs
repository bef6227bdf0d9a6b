//! A bookmark: from what a call asks for to the entries that answer it, as the configuration said when it was last read.
//!
//! It is good as long as the configuration file is in the very same state. So a hit need not read the file, which takes the
//! longer the more apps there are, and yet it was read whole, and all its mistakes were told, since it last changed. There
//! is one for each [`Question`] that was asked. Nothing depends on it, and there is no secret in it.

#[cfg(test)]
mod tests;

use time::Duration;
use url::Url;

use crate::app::{App, Content};
use crate::file_stamp::FileStamp;
use crate::secret::Secret;
use crate::served_session::ServedApp;
use crate::store::file::FileStore;
use crate::store::key::{Key, Name};

/// The subject of a call, as far as bookmarks tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question<'a> {
    /// The app of this name.
    Name(&'a str),
    /// The app that is meant where none is named.
    Default,
    /// The app at this URL. All URLs of one origin have one bookmark.
    Url(&'a Url),
    /// All apps at https URLs.
    Everything,
}

/// The text of a bookmark that is good now.
#[derive(Debug)]
pub(crate) struct Bookmark {
    text: Secret,
    /// The place in the text at which the apps begin.
    apps: usize,
}

/// One app as a bookmark describes it.
#[derive(Debug, PartialEq)]
pub(crate) struct AppLookup<'a> {
    pub(crate) app: ServedApp<'a>,
    /// The path prefix of the app: empty, or `/` and segments.
    prefix: &'a str,
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
const BOOKMARK: &str = ".v4.bookmark";
/// The last line, without which the text is not whole.
const END: &str = "end of bookmark\n";
/// The most apps of one bookmark: with more, reading the configuration takes less than reading the entries.
const MOST: usize = 32;

impl Question<'_> {
    /// Returns the name under which its bookmark is kept.
    fn place(self) -> Name {
        let (host, what) = match self {
            Self::Name(name) => (name, "bookmark"),
            Self::Default => ("default", "bookmark of the default"),
            Self::Url(url) => (url.host_str().unwrap_or_default(), "bookmark of an origin"),
            Self::Everything => ("everything", "bookmark of all apps"),
        };
        Key::new(host, [(what, self.subject())]).name()
    }

    /// Returns what tells it from others of its kind.
    fn subject(self) -> String {
        match self {
            Self::Name(name) => name.to_owned(),
            // Not the user info, which may be a secret.
            Self::Url(url) => url.origin().ascii_serialization(),
            Self::Default | Self::Everything => String::new(),
        }
    }

    /// Returns the line by which its bookmark is known.
    fn line(self) -> String {
        let kind = match self {
            Self::Name(_) => "name",
            Self::Default => "default",
            Self::Url(_) => "url",
            Self::Everything => "everything",
        };
        format!("{kind} {}\n", self.subject())
    }
}

impl Bookmark {
    /// Returns the bookmark for `question`, if `store` has one that was written when the configuration was in the state of
    /// `stamp`.
    pub(crate) fn read(
        store: &FileStore,
        question: Question<'_>,
        stamp: &FileStamp,
    ) -> Option<Self> {
        let text = store.text(&question.place(), BOOKMARK).ok()??;
        let rest = text.expose().strip_prefix(stamp.text())?;
        let rest = rest.strip_prefix(question.line().as_str())?;
        let apps = text.expose().len() - rest.len();
        rest.ends_with(END).then_some(Self { text, apps })
    }

    /// Keeps the bookmark of `apps`, which answer `question` by the configuration of `stamp`. One that serves others,
    /// because their configuration is still as it says, stays. A failure costs the next call the short road, and nothing
    /// else.
    pub(crate) fn keep(
        store: &FileStore,
        question: Question<'_>,
        apps: &[&App],
        stamp: &FileStamp,
    ) {
        let place = question.place();
        let before = store.text(&place, BOOKMARK).ok().flatten();
        if before.is_some_and(|text| is_current(text.expose())) {
            return;
        }
        if let Some(text) = text(question, apps, stamp) {
            let _ = store.put_unclaimed(&place, BOOKMARK, &text);
        }
    }

    /// Returns what it says of each of its apps; `None` if it is not whole.
    pub(crate) fn apps(&self) -> Option<Vec<AppLookup<'_>>> {
        let mut rest = &self.text.expose()[self.apps..];
        let mut apps = Vec::with_capacity(1);
        while rest != END {
            apps.push(AppLookup::parse(&mut rest)?);
        }
        Some(apps)
    }

    /// Returns what it says of the app that answers `question`. Of several at one origin it is the one with the longest
    /// prefix, and of those the first in the configuration.
    pub(crate) fn app(&self, question: Question<'_>) -> Option<AppLookup<'_>> {
        let is_meant = |lookup: &AppLookup<'_>| match question {
            Question::Url(url) => {
                let rest = url.path().strip_prefix(lookup.prefix);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            _ => true,
        };
        let meant = self.apps()?.into_iter().filter(is_meant);
        meant.reduce(
            |best, lookup| match lookup.prefix.len() > best.prefix.len() {
                true => lookup,
                false => best,
            },
        )
    }
}

impl<'a> AppLookup<'a> {
    /// Reads what the text says of an app. `rest` is then what follows.
    fn parse(rest: &mut &'a str) -> Option<Self> {
        let mut next = || {
            let (line, left) = rest.split_once('\n')?;
            *rest = left;
            Some(line)
        };
        let seconds = |text: &str| match text {
            "-" => Some(None),
            seconds => Some(Some(Duration::seconds(seconds.parse().ok()?))),
        };
        let app = ServedApp {
            name: next()?,
            url: next()?.into(),
            host: next()?,
            account: next()?,
            method: next()?,
        };
        let (prefix, life, renew_ahead) = (next()?, seconds(next()?)?, next()?.parse().ok()?);
        let (recheck, entry) = (seconds(next()?)?, Name::new(next()?.to_owned()));
        let length = next()?.parse().ok()?;
        let (heading, left) = rest.split_at_checked(length)?;
        *rest = left;
        Some(Self {
            app,
            prefix,
            life,
            renew_ahead,
            recheck,
            entry,
            heading,
        })
    }

    /// Returns the text for `app`; `None` if it has no sessions, or a word of it is no line.
    fn text(app: &App) -> Option<String> {
        let is_plain = matches!(app.content, Content::Session(_));
        let key = Key::of_app(app);
        let seconds = |life: Duration| life.whole_seconds().to_string();
        let life = app.session.map_or("-".into(), seconds);
        let fleet = app.org().and_then(|org| org.storage.fleet());
        let recheck = fleet.map_or("-".into(), |fleet| seconds(fleet.recheck));
        let heading = key.heading();
        let ServedApp {
            name,
            url,
            host,
            account,
            method,
        } = ServedApp::of(app);
        let (share, entry, length) = (
            app.renew_ahead.to_string(),
            key.name().to_string(),
            heading.len().to_string(),
        );
        let prefix = app.site.prefix();
        let lines = [
            name, &url, host, account, method, prefix, &life, &share, &recheck, &entry, &length,
        ];
        let are_lines = lines.iter().all(|line| !line.contains('\n'));
        (is_plain && are_lines).then(|| format!("{}\n{heading}", lines.join("\n")))
    }
}

/// Returns the text of the bookmark of `apps`, which answer `question` by the configuration of `stamp`.
fn text(question: Question<'_>, apps: &[&App], stamp: &FileStamp) -> Option<Secret> {
    let texts: Option<Vec<String>> = match apps.len() <= MOST {
        true => apps.iter().map(|app| AppLookup::text(app)).collect(),
        false => None,
    };
    let (line, apps) = (question.line(), texts?.concat());
    Some(Secret::concat(&[stamp.text(), &line, &apps, END]))
}

/// Returns whether the text is whole and the configuration that it is of is still in the same state.
fn is_current(text: &str) -> bool {
    FileStamp::is_current(text) && text.ends_with(END)
}
