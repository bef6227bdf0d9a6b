//! The text of an account's record in its file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::browser_needs::BrowserNeeds;
use super::super::known_engine::EngineText;
use super::super::refused_passwords::{RefusedPasswords, RefusedText};
use super::super::unanswered::Unanswered;
use super::super::used_codes::{UsedCodes, UsedCodesText};
use super::super::{Backoff, CookieText};
use super::joined::Epochs;
use super::{AcceptedPassword, Account};
use crate::clock::Moment;
use crate::cookie::{DEVICE, Jar};
use crate::store::Key;

#[derive(Serialize, Deserialize)]
pub(super) struct AccountText<'a> {
    pub(super) key: BTreeMap<String, String>,
    #[serde(borrow)]
    session: Vec<CookieText<'a>>,
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    session_since: Option<Moment>,
    #[serde(borrow)]
    device: Option<CookieText<'a>>,
    #[serde(default)]
    refused_passwords: Vec<RefusedText>,
    codes: Option<UsedCodesText>,
    backoff: Option<Backoff>,
    unanswered: Option<Unanswered>,
    refused_in_a_row: Option<Unanswered>,
    engine: Option<EngineText>,
    #[serde(default)]
    sends_push_unasked: bool,
    #[serde(default, skip_serializing_if = "BrowserNeeds::is_empty")]
    browser_needs: BrowserNeeds,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accepted: Option<AcceptedPassword>,
    #[serde(default, skip_serializing_if = "Epochs::is_none")]
    epochs: Epochs,
}

impl<'a> AccountText<'a> {
    pub(super) fn new(account: &'a Account, key: &Key) -> Self {
        let Account {
            session,
            session_since,
            device,
            refusals,
            codes,
            backoff,
            unanswered,
            refused_in_a_row,
            engine,
            sends_push_unasked,
            browser_needs,
            accepted,
            epochs,
        } = account;
        Self {
            key: key.fields.clone(),
            session: session
                .iter()
                .map(|(name, value)| CookieText::new(name, value))
                .collect(),
            session_since: *session_since,
            device: device
                .as_ref()
                .map(|device| CookieText::new(DEVICE, device)),
            refused_passwords: refusals.to_texts(),
            codes: (*codes != UsedCodes::default()).then(|| UsedCodesText::new(codes)),
            unanswered: (*unanswered != Unanswered::default()).then(|| unanswered.clone()),
            refused_in_a_row: (*refused_in_a_row != Unanswered::default())
                .then(|| refused_in_a_row.clone()),
            backoff: backoff.clone(),
            engine: engine.as_ref().map(EngineText::new),
            sends_push_unasked: *sends_push_unasked,
            browser_needs: browser_needs.clone(),
            accepted: accepted.clone(),
            epochs: *epochs,
        }
    }

    /// The record, if each cookie obeys the grammar.
    pub(super) fn read(self) -> Option<Account> {
        let mut session = Jar::default();
        for cookie in self.session {
            let (name, value) = cookie.checked()?;
            session.put(&name, value);
        }
        let device = match self.device {
            Some(device) => Some(device.checked()?.1),
            None => None,
        };
        Some(Account {
            session,
            session_since: self.session_since,
            device,
            refusals: RefusedPasswords::parse(self.refused_passwords),
            codes: self.codes.map(UsedCodesText::parse).unwrap_or_default(),
            backoff: self.backoff,
            unanswered: self.unanswered.unwrap_or_default(),
            refused_in_a_row: self.refused_in_a_row.unwrap_or_default(),
            engine: self.engine.and_then(EngineText::read),
            sends_push_unasked: self.sends_push_unasked,
            browser_needs: self.browser_needs,
            accepted: self.accepted,
            epochs: self.epochs,
        })
    }
}
