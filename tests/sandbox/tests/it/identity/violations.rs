//! Assertions about a client that has done one thing wrong.

use sandbox::{Sandbox, Violation};

/// Asserts that there are violations, and all are such.
#[track_caller]
pub(crate) fn only(sandbox: &Sandbox, such: impl Fn(&Violation) -> bool) {
    let violations = sandbox.violations();
    assert!(!violations.is_empty(), "nothing was noticed");
    assert!(violations.iter().all(such), "{violations:?}");
}
