//! The state of this machine's copies: a small file beside each, with the version of the store's record that it is of, and
//! with what was wrong when it was last compared.
//!
//! The copy itself is written first. A process that dies in between leaves an older version, and the next look takes the
//! same record once more.

use crate::secret::Secret;
use crate::store::file::FileStore;
use crate::store::key::Name;

const END: &str = ".v2.version";

/// The state of one copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CopyState {
    /// 0 if it is of no version.
    pub(crate) version: u64,
    /// The trouble with the record that the last look has found. One with the whole store is the breaker's.
    pub(crate) trouble: Option<String>,
}

impl CopyState {
    fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        let version = lines.next().and_then(|line| line.trim().parse().ok());
        let trouble = lines.next().filter(|line| !line.is_empty());
        Self {
            version: version.unwrap_or(0),
            trouble: trouble.map(str::to_owned),
        }
    }

    fn to_text(&self) -> Secret {
        let trouble = self.trouble.as_deref().unwrap_or_default();
        Secret::new(format!(
            "{}\n{}\n",
            self.version,
            trouble.replace('\n', " ")
        ))
    }
}

/// The states of the copies in one directory.
pub(crate) struct CopyStates<'a> {
    files: &'a FileStore,
}

impl<'a> CopyStates<'a> {
    pub(super) fn new(files: &'a FileStore) -> Self {
        Self { files }
    }

    /// The state of the copy called `name`.
    pub(in crate::store) fn of(&self, name: &Name) -> CopyState {
        let text = self.files.text(name, END).ok().flatten();
        text.map_or_else(CopyState::default, |text| CopyState::parse(text.expose()))
    }

    /// Records the state of the copy called `name`. A failure costs the next look a few bytes more.
    pub(in crate::store) fn put(&self, name: &Name, state: &CopyState) {
        let _ = self.files.put_unclaimed(name, END, &state.to_text());
    }
}

#[cfg(test)]
mod tests {
    use super::CopyState;

    #[test]
    fn a_state_is_read_as_it_was_written_and_anything_else_is_none() {
        let fine = CopyState {
            version: 7,
            trouble: None,
        };
        let bad = CopyState {
            trouble: Some("it is\nolder".into()),
            ..fine.clone()
        };
        let read = |state: &CopyState| CopyState::parse(state.to_text().expose());
        assert_eq!(read(&fine), fine);
        assert_eq!(read(&bad).trouble.as_deref(), Some("it is older"));
        for text in ["", "x", "-1\n", "\n\n", "99999999999999999999\n"] {
            assert_eq!(CopyState::parse(text), CopyState::default(), "{text}");
        }
    }
}
