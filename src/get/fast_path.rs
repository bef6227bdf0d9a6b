//! The fast path of a hit: answers an app's name from the kept lookup of the configuration and from the first lines of
//! the entry, without parsing either. Its answer is the ordinary path's. It leaves everything else to that path: no
//! lookup, a configuration that was touched, an entry that is near its end, stale, broken, pasted or in another layout,
//! an unsafe directory. So it has no errors of its own. (It reads only the variables that it needs: another one that is
//! not text goes unnoticed.)

use crate::app::{App, Content, Storage};
use crate::clock;
use crate::context::Context;
use crate::environment::Variables;
use crate::file_stamp::FileStamp;
use crate::paths;
use crate::secret::Secret;
use crate::store::{AppLookup, EntryPeek, FileStore, Records as _, is_to_recheck};

/// Returns a line with the cookie of the app called `name`, after the words `before` it. `None` if only the ordinary
/// path can answer.
pub(crate) fn fast_path(name: &str, before: &str) -> Option<Secret> {
    let variables = Variables::of_files()?;
    let stamp = FileStamp::at(&paths::config_file(&variables)?)?;
    let store = FileStore::new(paths::cache_directory(&variables));
    let text = AppLookup::read(&store, name)?;
    let lookup = AppLookup::parse(text.expose(), name, &stamp)?;
    let entry = store.read(&lookup.entry).ok()??;
    let peek = EntryPeek::at(entry.expose(), lookup.heading)?;
    let (now, life) = (clock::now(), lookup.life);
    let is_old = (lookup.recheck.zip(store.modified()))
        .is_some_and(|(recheck, compared)| is_to_recheck(compared, recheck, now));
    let is_plain = peek.is_fresh(now, life) && !peek.is_near_end(now, life, lookup.renew_ahead);
    (is_plain && !is_old).then(|| Secret::concat(&[&[before], &peek.cookie[..], &["\n"]].concat()))
}

/// Keeps the lookup of `app`, so that the next call for it takes the fast path. If that fails, the ordinary path
/// answers.
pub(crate) fn keep_app_lookup(context: &Context, app: &App) {
    let storage = app
        .org()
        .map_or(&context.settings.storage, |org| &org.storage);
    let is_file = *storage != Storage::Keyring;
    let (true, Some(stamp), Content::Session(_)) = (is_file, &context.settings.stamp, &app.content)
    else {
        return;
    };
    let store = FileStore::new(paths::cache_directory(&context.variables));
    AppLookup::keep(&store, app, stamp);
}
