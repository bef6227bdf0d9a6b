//! The configuration: the file and every variable, named once, documented once, read once.
//!
//! Where `ALB_CREDENTIAL_ORG_URL` is set, the variables are the whole configuration and no file is read; otherwise
//! the file is.

use std::rc::Rc;

use crate::app::{App, Org, Target};
use crate::error::Result;

/// Everything that a person configured.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// What a bare `credential get` means.
    pub(crate) default: Option<String>,
    /// In the order of the file.
    pub(crate) orgs: Vec<Rc<Org>>,
    /// In the order of the file.
    pub(crate) apps: Vec<App>,
}
