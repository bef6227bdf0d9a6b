//! The versions of git that know what a setup uses.

use crate::error::foreign;

/// The first version that knows `http.proactiveAuth`.
const PROACTIVE: (u32, u32) = (2, 46);

/// The note for a git that is too old.
pub(super) fn note(version: &str) -> Option<String> {
    let number = version.split_whitespace().nth(2)?;
    let mut parts = number.split('.').map(|part| part.parse::<u32>().ok());
    let known = (parts.next()??, parts.next()??);
    (known < PROACTIVE).then(|| {
        format!(
            "git {} does not know http.proactiveAuth, 2.46 does: it works only where the ALB denies (401), and not \
             where it redirects to Okta",
            foreign(number)
        )
    })
}
