//! The text of a record: JSON that a person can read.

use serde::Serialize;

use crate::secret::Secret;

/// Writes `record` as a text.
pub(super) fn to_json(record: &impl Serialize) -> Secret {
    let mut text = serde_json::to_string_pretty(record)
        .expect("a record has no map with keys that are not text");
    text.push('\n');
    Secret::new(text)
}
