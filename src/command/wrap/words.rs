//! What a client will read: its own configuration, as far as it can be known without being in its way, and its arguments.
//!
//! Only regular files are read: what a pipe says to us it says to no client behind us. What cannot be known may have
//! anything in it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use crate::environment;
use crate::invocation::Tool;

/// The most that is read of a file.
const LARGEST: u64 = 1 << 20;

/// The words that a client goes by.
pub(super) struct Words {
    /// The text of its configuration files.
    pub(super) defaults: String,
    pub(super) arguments: Vec<String>,
    /// Why there may be more than the text.
    pub(super) doubt: Option<&'static str>,
}

impl Words {
    pub(super) fn read(tool: Tool, arguments: &[OsString]) -> Self {
        // What is not UTF-8 is no URL of an app, whatever it is read as.
        let words = arguments
            .iter()
            .map(|word| word.to_string_lossy().into_owned());
        let mut words = Self {
            defaults: String::new(),
            arguments: words.collect(),
            doubt: None,
        };
        if tool.heeds_no_defaults(&words.arguments) {
            return words;
        }
        if environment::foreign_path("HOME").is_none() {
            // Clients ask the system then (getpwuid).
            words.doubt = Some("HOME is not set, and so its configuration cannot be found");
        }
        for path in tool.defaults(&environment::foreign_path) {
            match text(&path) {
                Ok(text) => {
                    words.defaults.push_str(&text);
                    words.defaults.push('\n');
                }
                Err(reason) => words.doubt = Some(reason),
            }
        }
        words
    }
}

/// The text of a file; nothing if there is none.
fn text(path: &Path) -> Result<String, &'static str> {
    const UNREADABLE: &str = "its configuration cannot be read";
    match fs::metadata(path) {
        Ok(status) if status.is_file() && status.len() <= LARGEST => {}
        Ok(status) if status.is_file() => return Err("its configuration is too large"),
        // The usual way to say that there is none.
        Ok(_)
            if path
                .canonicalize()
                .is_ok_and(|path| path == Path::new("/dev/null")) =>
        {
            return Ok(String::new());
        }
        Ok(_) => return Err("its configuration is no regular file"),
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
            return Ok(String::new());
        }
        Err(_) => return Err(UNREADABLE),
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|_| UNREADABLE)?;
    file.take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(|_| UNREADABLE)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
