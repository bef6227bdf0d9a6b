//! The words that a browser prints. It chatters, so nobody reads it unless the browser fails: then its last line is the cause.
//!
//! The file is private, fresh and bounded; where it cannot be written, the browser is started without it. Addresses lose
//! their query, which may have a secret in it.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::path::Path;

/// The longest file. A longer one starts anew.
const LONGEST_FILE: usize = 256 * 1024;
/// The longest line. Of a longer one this beginning counts.
const LONGEST_LINE: usize = 2048;

/// The reasons of a browser that does not work, as far as Chromium has words for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    DebuggingForbidden,
    HeadlessForbidden,
    ProfileUnwritable,
    ProfileInUse,
    RootNeedsNoSandbox,
    NoSandbox,
    NoDisplay,
}

const SIGNS: [(&str, Sign); 12] = [
    ("remote debugging is disallowed", Sign::DebuggingForbidden),
    ("Headless mode is disallowed", Sign::HeadlessForbidden),
    ("Lock: Permission denied", Sign::ProfileUnwritable),
    ("Lock: Read-only file system", Sign::ProfileUnwritable),
    ("Lock: No space left", Sign::ProfileUnwritable),
    ("Opening in existing browser session", Sign::ProfileInUse),
    (
        "profile appears to be in use by another",
        Sign::ProfileInUse,
    ),
    ("Failed to create a ProcessSingleton", Sign::ProfileInUse),
    (
        "Running as root without --no-sandbox",
        Sign::RootNeedsNoSandbox,
    ),
    ("No usable sandbox", Sign::NoSandbox),
    ("Missing X server", Sign::NoDisplay),
    ("The platform failed to initialize", Sign::NoDisplay),
];

/// The words of one browser.
#[derive(Default)]
pub(super) struct Log {
    file: Option<File>,
    written: usize,
    line: Vec<u8>,
    last: Option<String>,
    /// The first line with a sign, and that sign.
    sign: Option<(Sign, String)>,
}

impl Log {
    /// Opens a fresh file at `path`.
    pub(super) fn open(path: &Path) -> Self {
        Self {
            file: create(path).ok(),
            ..Self::default()
        }
    }

    /// Takes the next bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let left = LONGEST_LINE.saturating_sub(self.line.len());
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            self.line.extend_from_slice(&text[..text.len().min(left)]);
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// Ends the last line, which may have no line end.
    pub(super) fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = without_queries(&String::from_utf8_lossy(&line));
        if line.trim().is_empty() {
            return;
        }
        let sign = SIGNS.iter().find(|(words, _)| line.contains(words));
        if let (None, Some((_, sign))) = (&self.sign, sign) {
            self.sign = Some((*sign, without_place(&line).to_owned()));
        }
        // Without the file there still is the last line.
        let _ = self.write(&line);
        self.last = Some(without_place(&line).to_owned());
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        if self.written + line.len() >= LONGEST_FILE {
            file.set_len(0)?;
            file.rewind()?;
            self.written = 0;
        }
        self.written += line.len() + 1;
        file.write_all(format!("{line}\n").as_bytes())
    }

    /// The first thing that it says about its failure.
    pub(super) fn sign(&self) -> Option<Sign> {
        self.sign.as_ref().map(|(sign, _)| *sign)
    }

    /// The line that tells the cause: the one with the sign, or else the last.
    pub(super) fn cause(&self) -> Option<&str> {
        let telling = self.sign.as_ref().map(|(_, line)| line);
        telling.or(self.last.as_ref()).map(String::as_str)
    }
}

fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Chromium begins a line with its own place: `[4711:4711:1129/204713.123:ERROR:chrome/browser/x.cc(20)] `.
fn without_place(line: &str) -> &str {
    let rest = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "));
    rest.map_or(line, |(_, rest)| rest).trim()
}

/// `line` without the query and fragment of each address in it.
fn without_queries(line: &str) -> String {
    let is_end = |c: char| c.is_whitespace() || "\"'<>".contains(c);
    let cut = |word: &str| {
        let (text, end) = match word.char_indices().next_back().filter(|(_, c)| is_end(*c)) {
            Some((at, _)) => word.split_at(at),
            None => (word, ""),
        };
        let is_address = text.contains("://") || text.contains("code=") || text.contains("state=");
        match text.find(['?', '#', '&']).filter(|_| is_address) {
            Some(at) => format!("{}?…{end}", &text[..at]),
            None => word.to_owned(),
        }
    };
    line.split_inclusive(is_end).map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_FILE, Log, Sign, without_queries};
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_last_line_is_the_cause_unless_one_has_a_sign() {
        let mut log = Log::default();
        log.take(b"dbus: nothing\n[1:1:1129/1.2:ERROR:a/b.cc(20)] it fell");
        log.take(b" over\n\n  \n");
        assert_eq!(log.cause(), Some("it fell over"));
        assert_eq!(log.sign(), None);
        log.take(b"[1:1] Running as root without --no-sandbox is not supported.\nmore");
        log.end_line();
        assert_eq!(log.sign(), Some(Sign::RootNeedsNoSandbox));
        let cause = "Running as root without --no-sandbox is not supported.";
        assert_eq!(log.cause(), Some(cause));
    }

    #[test]
    fn the_file_is_private_fresh_and_bounded() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("log");
        std::fs::write(&path, "old").expect("it is ours");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("ours");
        let mut log = Log::open(&path);
        for _ in 0..20_000 {
            log.take(b"a line that says little of any interest\n");
        }
        log.take(&vec![b'x'; 10_000_000]);
        log.take(b"\nthe end\n");
        let metadata = std::fs::metadata(&path).expect("it is there");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert!(metadata.len() <= LONGEST_FILE as u64);
        let text = std::fs::read_to_string(&path).expect("it is text");
        assert!(text.ends_with("\nthe end\n") && !text.contains("old"));
    }

    #[test]
    fn an_address_loses_its_query() {
        let table = [
            (
                "GET https://a.example/b?code=1&state=2 failed",
                "GET https://a.example/b?… failed",
            ),
            (
                "\"https://a.example/#x\" (1)",
                "\"https://a.example/?…\" (1)",
            ),
            ("why? see #3", "why? see #3"),
            ("/oauth2/idpresponse?code=1", "/oauth2/idpresponse?…"),
        ];
        for (line, shown) in table {
            assert_eq!(without_queries(line), shown);
        }
    }
}
