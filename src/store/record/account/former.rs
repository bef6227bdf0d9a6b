//! The record of an account as the first version of the format has it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Account;
use crate::store::Key;
use crate::store::record::refused_passwords::{self, RefusedPasswords};
use crate::store::record::unanswered::Unanswered;
use crate::store::record::used_codes::UsedCodesText;
use crate::store::record::{Backoff, CookieText};

/// The record as the first version of the format has it.
#[derive(Deserialize)]
pub(super) struct FormerText<'a> {
    key: BTreeMap<String, String>,
    #[serde(borrow)]
    device: Option<CookieText<'a>>,
    refusals: Option<refused_passwords::FormerText>,
    codes: Option<UsedCodesText>,
    #[serde(rename = "brake")]
    backoff: Option<Backoff>,
    unanswered: Option<Unanswered>,
}

impl<'a> FormerText<'a> {
    /// Reads all that guards the account.
    pub(super) fn read(text: &'a str, key: &Key) -> Option<Account> {
        let text: Self = serde_json::from_str(text).ok()?;
        if text.key != key.fields {
            return None;
        }
        let device = text.device.and_then(CookieText::checked);
        let refusals = text.refusals.map(RefusedPasswords::parse_former);
        Some(Account {
            device: device.map(|(_, token)| token),
            refusals: refusals.unwrap_or_default(),
            codes: text.codes.map(UsedCodesText::parse).unwrap_or_default(),
            backoff: text.backoff,
            unanswered: text.unanswered.unwrap_or_default(),
            ..Account::default()
        })
    }
}
