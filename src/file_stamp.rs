//! A file in one state, told from any other file and from the same file after a change: path, identity, size and times.
//!
//! File times advance in ticks of some milliseconds (Linux: the kernel's timer; FAT: two seconds), so the second of two
//! changes within one tick cannot be seen. A file is settled when its last change is some ticks ago.

use std::path::Path;

use crate::clock::Moment;

/// A file in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileStamp {
    /// Two lines: the path; identity, size and times.
    text: String,
    /// The last change of the content or the metadata, in nanoseconds since 1970.
    changed: i128,
}

/// Longer than a tick, where times have fractions of a second, …
const TICKS: i128 = 100_000_000;
/// … and where they have none.
const LONG_TICKS: i128 = 3_000_000_000;

impl FileStamp {
    /// Reads the state of the file at `path`; `None` if the file has no stable identity.
    #[cfg(unix)]
    pub(crate) fn at(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = std::fs::metadata(path).ok()?;
        let path = path.to_str().filter(|path| !path.contains('\n'))?;
        let nanoseconds =
            |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        let modified = nanoseconds(metadata.mtime(), metadata.mtime_nsec());
        let changed = nanoseconds(metadata.ctime(), metadata.ctime_nsec());
        let (device, file, size) = (metadata.dev(), metadata.ino(), metadata.size());
        Some(Self {
            text: format!("{path}\n{device} {file} {size} {modified} {changed}\n"),
            changed: modified.max(changed),
        })
    }

    /// On other systems the standard library does not tell a file's identity.
    #[cfg(not(unix))]
    pub(crate) fn at(_path: &Path) -> Option<Self> {
        None
    }

    /// Returns whether every change from `now` on will change the stamp.
    pub(crate) fn is_settled(&self, now: Moment) -> bool {
        let has_fractions = self.changed % 1_000_000_000 != 0;
        let ticks = if has_fractions { TICKS } else { LONG_TICKS };
        now.unix_timestamp_nanos() > self.changed + ticks
    }

    /// Two lines: the path; identity, size and times.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns whether the file that wrote `text` is still in the same state.
    pub(crate) fn is_current(text: &str) -> bool {
        let path = text.lines().next().unwrap_or_default();
        Self::at(Path::new(path)).is_some_and(|stamp| text.starts_with(stamp.text()))
    }
}

#[cfg(test)]
mod tests {
    use super::FileStamp;
    use time::{Duration, OffsetDateTime};

    #[test]
    fn a_change_of_size_content_or_identity_gives_another_stamp() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("config.toml");
        assert_eq!(FileStamp::at(&path), None);
        std::fs::write(&path, "one").expect("a file");
        let before = FileStamp::at(&path).expect("a file");
        assert_eq!(FileStamp::at(&path), Some(before.clone()));
        assert!(FileStamp::is_current(before.text()));
        let copy = directory.path().join("copy");
        std::fs::copy(&path, &copy).expect("a file");
        std::fs::rename(&copy, &path).expect("it is ours");
        assert_ne!(FileStamp::at(&path), Some(before.clone()));
        assert!(!FileStamp::is_current(before.text()));
        assert!(!FileStamp::is_current(""));
    }

    #[test]
    fn a_file_is_settled_some_ticks_after_its_last_change() {
        let at = |nanoseconds| FileStamp {
            text: String::new(),
            changed: nanoseconds,
        };
        let now = OffsetDateTime::UNIX_EPOCH + Duration::seconds(1000);
        assert!(at(999_800_000_001).is_settled(now));
        assert!(!at(999_900_000_001).is_settled(now));
        assert!(
            !at(998_000_000_000).is_settled(now),
            "no fractions: a tick may be long"
        );
        assert!(at(996_000_000_000).is_settled(now));
        assert!(!at(2_000_000_000_001).is_settled(now), "from the future");
    }
}
