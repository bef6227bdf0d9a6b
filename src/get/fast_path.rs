//! The short road of a hit: answers from a bookmark of the configuration and from the first lines of an entry, without
//! parsing either. Its answer is the ordinary road's, and the same code renders it. It leaves everything else to that
//! road: no bookmark, a configuration that was touched, an entry that is near its end, stale, broken or in another layout,
//! an unsafe directory. So it has no errors of its own. (It reads only the variables that it needs: another one that is
//! not text goes unnoticed.)

use std::borrow::Cow;

use crate::app::{App, Storage, Target};
use crate::clock::{self, Moment};
use crate::context::Context;
use crate::environment::Variables;
use crate::file_stamp::FileStamp;
use crate::paths;
use crate::served_session::ServedSession;
use crate::store::{
    AppLookup, Bookmark, EntryPeek, FileStore, Question, Records as _, is_to_recheck,
};

/// Returns what `render` makes of the cached session of the app that `target` means. `None` if only the ordinary road can
/// answer.
pub(crate) fn fast_path<T>(
    target: &Target,
    render: impl FnOnce(ServedSession<'_>) -> T,
) -> Option<T> {
    let variables = Variables::of_files()?;
    let target = meant(target, &variables)?;
    let question = question(&target);
    let (bookmark, store) = open(question, &variables)?;
    let served = served(&store, bookmark.app(question)?, clock::now())?;
    Some(render(served))
}

/// Returns what `render` makes of the cached sessions of all apps at https URLs, in the configuration's order. `None` if
/// only the ordinary road can answer for one of them.
pub(crate) fn fast_path_to_all<T>(render: impl FnOnce(Vec<ServedSession<'_>>) -> T) -> Option<T> {
    let variables = Variables::of_files()?;
    let (bookmark, store) = open(Question::Everything, &variables)?;
    let now = clock::now();
    let apps = bookmark.apps()?.into_iter();
    let served: Option<Vec<_>> = apps.map(|lookup| served(&store, lookup, now)).collect();
    served.map(render)
}

/// Keeps the bookmark for `target`, which means `app`, so that the next call for it takes the short road. If that fails,
/// the ordinary road answers.
pub(crate) fn keep_app_lookup(context: &Context, target: &Target, app: &App) {
    let Some(target) = meant(target, &context.variables) else {
        return;
    };
    let question = question(&target);
    match question {
        Question::Url(url) => {
            let apps = context.settings.apps.iter();
            keep(
                context,
                question,
                apps.filter(|app| app.site.same_origin(url)),
            );
        }
        _ => keep(context, question, std::iter::once(app)),
    }
}

/// Keeps the bookmark for a call that wants the sessions of all apps at https URLs.
pub(crate) fn keep_lookup_of_all(context: &Context) {
    let apps = context.settings.apps.iter();
    keep(
        context,
        Question::Everything,
        apps.filter(|app| app.site.is_https()),
    );
}

fn keep<'a>(context: &Context, question: Question<'_>, apps: impl Iterator<Item = &'a App>) {
    let is_in_keyring = |app: &&App| match app.org() {
        Some(org) => org.storage == Storage::Keyring,
        None => context.settings.storage == Storage::Keyring,
    };
    let apps: Vec<&App> = apps.collect();
    let (Some(stamp), false) = (&context.settings.stamp, apps.iter().any(is_in_keyring)) else {
        return;
    };
    let store = FileStore::new(paths::cache_directory(&context.variables));
    Bookmark::keep(&store, question, &apps, stamp);
}

/// Returns the target, or in the place of an unnamed one that of `ALB_CREDENTIAL_APP`. `None` if that cannot be read.
fn meant<'a>(target: &'a Target, variables: &Variables) -> Option<Cow<'a, Target>> {
    match (target, &variables.app) {
        (Target::Unnamed, Some(text)) => Target::parse(text).ok().map(Cow::Owned),
        _ => Some(Cow::Borrowed(target)),
    }
}

fn question(target: &Target) -> Question<'_> {
    match target {
        Target::Name(name) => Question::Name(name),
        Target::Url(url) => Question::Url(url),
        Target::Unnamed => Question::Default,
    }
}

/// Opens the cache at the bookmark for `question`.
fn open(question: Question<'_>, variables: &Variables) -> Option<(Bookmark, FileStore)> {
    let stamp = FileStamp::at(&paths::config_file(variables)?)?;
    let store = FileStore::new(paths::cache_directory(variables));
    let bookmark = Bookmark::read(&store, question, &stamp)?;
    Some((bookmark, store))
}

/// Returns the session in the entry of `lookup`, if it can be answered at `now` as it is.
fn served<'a>(store: &FileStore, lookup: AppLookup<'a>, now: Moment) -> Option<ServedSession<'a>> {
    let entry = store.read(&lookup.entry).ok()??;
    let peek = EntryPeek::at(entry.expose(), lookup.heading)?;
    let life = lookup.life;
    let is_old = (lookup.recheck.zip(store.modified()))
        .is_some_and(|(recheck, compared)| is_to_recheck(compared, recheck, now));
    let is_plain = peek.is_fresh(now, life) && !peek.is_near_end(now, life, lookup.renew_ahead);
    (is_plain && !is_old).then(|| {
        let session = peek.session();
        ServedSession {
            app: lookup.app,
            end: session.end(peek.life(life)),
            session,
        }
    })
}
