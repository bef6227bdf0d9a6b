//! The cookie files that git reads by itself: beside the records of their apps, and named like them.
//!
//! A cookie file is no record: no claim covers it, and it can be made again of the entry at any time.

use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::file::FileStore;
use super::key::Key;
use crate::app::App;
use crate::error::Result;

/// The end of the name of a cookie file.
const END: &str = ".cookies";

/// The cookie file of `app`, where records are in `directory`.
pub(crate) fn path(directory: &Path, app: &App) -> PathBuf {
    directory.join(format!("{}{END}", Key::of_app(app).name()))
}

/// Removes the cookie files of all apps, also of those that no configuration names any more.
pub(crate) fn remove_all(directory: &Path) -> Result<()> {
    let files = FileStore::new(Some(directory.to_owned())).files();
    for file in files.map_err(StoreError::into_error)? {
        // An unfinished file has a dot before its name and another end.
        let name = file.trim_start_matches('.');
        let name = name.strip_suffix(".tmp").unwrap_or(name);
        if name.ends_with(END) {
            crate::cookie_file::remove(&directory.join(name))?;
        }
    }
    Ok(())
}
