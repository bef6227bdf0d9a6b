//! The variables that say whether a terminal shows colour.

use super::{Variable, variable};

pub(crate) const NO_COLOR: Variable = variable("NO_COLOR", "if set, no colour is shown");
pub(crate) const CLICOLOR: Variable = variable("CLICOLOR", "if 0, no colour is shown");
pub(crate) const CLICOLOR_FORCE: Variable = variable(
    "CLICOLOR_FORCE",
    "if set and not 0, colour is shown in pipes too",
);
pub(crate) const TERM: Variable = variable("TERM", "if dumb, no colour is shown");
