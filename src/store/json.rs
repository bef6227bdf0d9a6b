//! The text of a record: JSON that a person can read.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Writes `record` into a buffer that is wiped. It is so large that it does not grow, which would leave a copy behind.
pub(super) fn to_json(record: &impl Serialize) -> Secret {
    let mut text = Zeroizing::new(Vec::with_capacity(64 * 1024));
    serde_json::to_writer_pretty(&mut *text, record)
        .expect("a record has no map with keys that are not text");
    text.push(b'\n');
    Secret::concat(&[std::str::from_utf8(&text).expect("JSON is UTF-8")])
}
