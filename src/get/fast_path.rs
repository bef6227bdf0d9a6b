//! The quick road of a hit: an app's name, answered by what a lookup remembers of the configuration and by a glance at
//! the entry. It says what the ordinary road says, to which it leaves everything that is not plain: no bookmark, a
//! configuration that was touched, an entry that is near its end, not fresh, broken, pasted or laid out otherwise, a
//! place that is not safe. So it has no errors of its own. (It does not look at the variables that this call has no use for:
//! one that is no text goes unnoticed.)

use crate::app::{App, Content};
use crate::clock;
use crate::context::Context;
use crate::environment::Variables;
use crate::file_stamp::FileStamp;
use crate::paths;
use crate::secret::Secret;
use crate::settings::Storage;
use crate::store::{AppLookup, EntryPeek, FileStore, Records as _};

/// The answer of the app called `name`, a line with its cookie after what stands `before` it, where that takes no more
/// than a look.
pub(crate) fn fast_path(name: &str, before: &str) -> Option<Secret> {
    let variables = Variables::of_files()?;
    let stamp = FileStamp::at(&paths::config_file(&variables)?)?;
    let store = FileStore::new(paths::cache_directory(&variables));
    let text = AppLookup::read(&store, name)?;
    let lookup = AppLookup::parse(text.expose(), name, &stamp)?;
    let entry = store.read(&lookup.entry).ok()??;
    let peek = EntryPeek::at(entry.expose(), lookup.heading)?;
    let (now, life) = (clock::now(), lookup.life);
    let is_plain = peek.is_fresh(now, life) && !peek.is_near_end(now, life, lookup.renew_ahead);
    is_plain.then(|| Secret::concat(&[&[before], &peek.cookie[..], &["\n"]].concat()))
}

/// Makes the next call for `app` a quick one. Whatever prevents it, the ordinary road is always there.
pub(crate) fn keep_app_lookup(context: &Context, app: &App) {
    let is_file = context.settings.storage == Storage::File;
    let (true, Some(stamp), Content::Session(_)) = (is_file, &context.settings.stamp, &app.content)
    else {
        return;
    };
    let store = FileStore::new(paths::cache_directory(&context.variables));
    AppLookup::keep(&store, app, stamp);
}
