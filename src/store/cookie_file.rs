//! Where the cookie file of an app is that git reads (`http.cookieFile`).

use std::path::{Path, PathBuf};

use super::Key;
use super::file::COOKIE_FILE;
use crate::app::App;

/// The cookie file of `app`: in the cache `directory`, beside the app's record and named like it.
pub(crate) fn cookie_file(directory: &Path, app: &App) -> PathBuf {
    directory.join(format!("{}{COOKIE_FILE}", Key::of_app(app).name()))
}
