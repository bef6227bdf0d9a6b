//! The variables of a store that machines share.

use std::ffi::OsString;
use std::path::PathBuf;

use super::lookup::{look, read_secret, read_text};
use super::{Variable, variable};
use crate::error::Result;

pub(crate) const STORE: Variable = variable(
    "ALB_CREDENTIAL_STORE",
    "the URL of a store that machines share: rediss://HOST:6379",
);
pub(crate) const STORE_NAMESPACE: Variable = variable(
    "ALB_CREDENTIAL_STORE_NAMESPACE",
    "the name of the fleet in that store",
);
pub(crate) const STORE_KEY: Variable = variable(
    "ALB_CREDENTIAL_STORE_KEY",
    "the key that seals what is kept there",
);
pub(crate) const STORE_USERNAME: Variable =
    variable("ALB_CREDENTIAL_STORE_USERNAME", "the user name there");
pub(crate) const STORE_PASSWORD: Variable =
    variable("ALB_CREDENTIAL_STORE_PASSWORD", "the password there");
pub(crate) const STORE_CA: Variable = variable(
    "ALB_CREDENTIAL_STORE_CA",
    "the file of the authorities that its certificate may be of",
);
pub(crate) const STORE_OFFLINE: Variable = variable(
    "ALB_CREDENTIAL_STORE_OFFLINE",
    "what is done without it: proven, cached, or sign-in",
);
pub(crate) const STORE_RECHECK: Variable = variable(
    "ALB_CREDENTIAL_STORE_RECHECK",
    "the age at which a copy is compared with it, such as 5m",
);
/// The variables of a store that machines share, without the secrets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct StoreVariables {
    pub(crate) url: Option<String>,
    pub(crate) namespace: Option<String>,
    /// Set if the variable is.
    pub(crate) key: bool,
    pub(crate) username: Option<String>,
    /// Set if the variable is.
    pub(crate) password: bool,
    pub(crate) ca: Option<PathBuf>,
    pub(crate) offline: Option<String>,
    pub(crate) recheck: Option<String>,
}

impl StoreVariables {
    /// Reads them through `lookup`.
    pub(super) fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let text = |variable: &Variable| read_text(&lookup, variable.name);
        let is_set = |variable: &Variable| Ok(read_secret(&lookup, variable.name)?.is_some());
        Ok(Self {
            url: text(&STORE)?,
            namespace: text(&STORE_NAMESPACE)?,
            key: is_set(&STORE_KEY)?,
            username: text(&STORE_USERNAME)?,
            password: is_set(&STORE_PASSWORD)?,
            ca: look(&lookup, STORE_CA.name).map(PathBuf::from),
            offline: text(&STORE_OFFLINE)?,
            recheck: text(&STORE_RECHECK)?,
        })
    }
}
