use url::Url;

use super::{Bookmark, END, Question, text};
use crate::app::App;
use crate::file_stamp::FileStamp;
use crate::fuzzing::app;
use crate::secret::Secret;
use crate::served_session::ServedApp;
use crate::store::{FileStore, Key};

/// A store with a configuration file, and the file's stamp.
fn place() -> (tempfile::TempDir, FileStore, FileStamp) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("config.toml");
    std::fs::write(&path, "one").expect("a file");
    let stamp = FileStamp::at(&path).expect("a file");
    let store = FileStore::new(Some(directory.path().join("cache")));
    (directory, store, stamp)
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

/// The name of the app that the bookmark of `apps` answers `question` with.
fn answered(question: Question<'_>, apps: &[&App]) -> Option<String> {
    let (_directory, store, stamp) = place();
    Bookmark::keep(&store, question, apps, &stamp);
    let bookmark = Bookmark::read(&store, question, &stamp)?;
    bookmark
        .app(question)
        .map(|lookup| lookup.app.name.to_owned())
}

#[test]
fn a_bookmark_says_of_an_app_what_answers_need() {
    let (_directory, store, stamp) = place();
    let (app, question) = (app("whole"), Question::Name("whole"));
    Bookmark::keep(&store, question, &[app], &stamp);
    let bookmark = Bookmark::read(&store, question, &stamp).expect("it was kept");
    let lookup = bookmark.app(question).expect("it was kept");
    assert_eq!(lookup.app, ServedApp::of(app));
    assert_eq!(lookup.prefix, app.site.prefix());
    assert_eq!(lookup.entry, Key::of_app(app).name());
    assert_eq!(lookup.heading, Key::of_app(app).heading());
    assert_eq!(lookup.life, app.session);
    assert!((lookup.renew_ahead - app.renew_ahead).abs() < f64::EPSILON);
}

#[test]
fn a_bookmark_answers_its_own_question_in_its_own_state_only() {
    let (directory, store, stamp) = place();
    let (app, question) = (app("whole"), Question::Name("whole"));
    Bookmark::keep(&store, question, &[app], &stamp);
    let other = url("https://whole/");
    for other in [
        Question::Name("whol"),
        Question::Name("whole1"),
        Question::Name(""),
        Question::Default,
        Question::Everything,
        Question::Url(&other),
    ] {
        assert!(Bookmark::read(&store, other, &stamp).is_none(), "{other:?}");
    }
    std::fs::write(directory.path().join("config.toml"), "three").expect("a file");
    let changed = FileStamp::at(&directory.path().join("config.toml")).expect("a file");
    assert!(Bookmark::read(&store, question, &changed).is_none());
}

#[test]
fn a_bookmark_is_read_whole_or_not_at_all() {
    let (_directory, _store, stamp) = place();
    let question = Question::Everything;
    let whole = text(question, &[app("whole"), app("whole")], &stamp).expect("plain apps");
    let apps = whole.expose().len()
        - whole
            .expose()
            .strip_prefix(stamp.text())
            .map_or(0, str::len)
        + question.line().len();
    let read = |text: &str| {
        let bookmark = Bookmark {
            text: Secret::new(text.to_owned()),
            apps,
        };
        bookmark.apps().map(|apps| apps.len())
    };
    assert_eq!(read(whole.expose()), Some(2));
    let body = whole.expose().len() - END.len();
    for cut in apps + 1..body {
        let text = format!("{}{END}", &whole.expose()[..cut]);
        assert_ne!(read(&text), Some(2), "{cut}");
    }
}

#[test]
fn of_the_apps_of_an_origin_the_longest_prefix_is_meant() {
    let whole = app("whole");
    let at = |name: &str, path: &str| App {
        name: name.into(),
        site: crate::site::Site::parse(&format!("https://apps.example{path}")).expect("a site"),
        content: crate::app::Content::Session(crate::app::SignIn::Browser { provider: None }),
        cookie: whole.cookie.clone(),
        session: None,
        renew_ahead: 0.1,
        start: url("https://apps.example/"),
    };
    let (root, graf, deep, twin) = (
        at("root", ""),
        at("graf", "/graf"),
        at("deep", "/graf/deep"),
        at("twin", "/graf"),
    );
    let apps = [&root, &graf, &deep, &twin];
    for (asked, name) in [
        ("https://apps.example", "root"),
        ("https://apps.example/grafana", "root"),
        ("https://apps.example/graf", "graf"),
        ("https://apps.example/graf/d/1?x=y", "graf"),
        ("https://apps.example/graf/deep/er", "deep"),
        ("https://apps.example/graf/../graf/deep", "deep"),
    ] {
        let asked = url(asked);
        assert_eq!(
            answered(Question::Url(&asked), &apps).as_deref(),
            Some(name),
            "{asked}"
        );
    }
    let outside = url("https://apps.example/other");
    assert_eq!(answered(Question::Url(&outside), &[&graf, &deep]), None);
    let port = url("https://apps.example:8443/graf");
    let (_directory, store, stamp) = place();
    Bookmark::keep(&store, Question::Url(&outside), &apps, &stamp);
    assert!(Bookmark::read(&store, Question::Url(&port), &stamp).is_none());
}

#[test]
fn an_app_without_plain_entries_has_no_bookmark() {
    let (local, whole) = (app("local"), app("whole"));
    assert!(!local.signs_in());
    assert_eq!(answered(Question::Name("local"), &[local]), None);
    assert_eq!(answered(Question::Everything, &[whole, local]), None);
    assert_eq!(
        answered(Question::Everything, &[whole]).as_deref(),
        Some("whole")
    );
}
