//! Everything that decides what a client will do: its arguments, its own configuration files, and files of headers.
//!
//! Only regular files are read, because reading a pipe would take its content away from the client. If a file cannot be
//! read, its content is unknown, and the cookie is withheld.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use crate::environment;
use crate::invocation::Tool;

/// The largest configuration file that is read, in bytes.
const LARGEST_CONFIG: u64 = 1 << 20;

/// The arguments and the configuration of a client.
pub(super) struct CommandLine {
    /// The text of its configuration files.
    pub(super) config: String,
    pub(super) arguments: Vec<String>,
    /// Why the configuration may be incomplete.
    pub(super) unknown_config: Option<&'static str>,
}

impl CommandLine {
    /// Reads the configuration files of `tool`, unless the arguments switch them off.
    pub(super) fn read(tool: Tool, arguments: &[OsString]) -> Self {
        // An argument that is not UTF-8 cannot be the URL of an app, so a lossy copy of it is good enough.
        let arguments = arguments
            .iter()
            .map(|argument| argument.to_string_lossy().into_owned());
        let mut line = Self {
            config: String::new(),
            arguments: arguments.collect(),
            unknown_config: None,
        };
        if tool.skips_config(&line.arguments) {
            return line;
        }
        if environment::foreign_path("HOME").is_none() {
            // Clients then ask the system for the home directory (getpwuid).
            line.unknown_config = Some("HOME is not set, so its configuration cannot be found");
        }
        for path in tool.config_paths(&environment::foreign_path) {
            match read_config(&path) {
                Ok(text) => {
                    line.config.push_str(&text);
                    line.config.push('\n');
                }
                Err(reason) => line.unknown_config = Some(reason),
            }
        }
        line
    }
}

/// Returns the text of a file that the client will read. `None` if it cannot be known: stdin, a pipe, a file that cannot
/// be read or is too large.
pub(super) fn text_of(path: &str) -> Option<String> {
    let path = Path::new(path);
    let is_known = path != Path::new("-") && (path.is_file() || is_dev_null(path));
    is_known.then(|| read_config(path).ok())?
}

/// Returns the text of a configuration file; an empty text if there is none. `/dev/null` is the usual way to say so.
fn read_config(path: &Path) -> Result<String, &'static str> {
    const UNREADABLE: &str = "its configuration cannot be read";
    match fs::metadata(path) {
        Ok(status) if status.is_file() && status.len() <= LARGEST_CONFIG => {}
        Ok(status) if status.is_file() => return Err("its configuration is too large"),
        Ok(_) if is_dev_null(path) => return Ok(String::new()),
        Ok(_) => return Err("its configuration is not a regular file"),
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => {
            return Ok(String::new());
        }
        Err(_) => return Err(UNREADABLE),
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|_| UNREADABLE)?;
    file.take(LARGEST_CONFIG)
        .read_to_end(&mut bytes)
        .map_err(|_| UNREADABLE)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn is_dev_null(path: &Path) -> bool {
    path.canonicalize()
        .is_ok_and(|path| path == Path::new("/dev/null"))
}
