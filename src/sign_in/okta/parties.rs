//! The two sides of an Okta sign-in: the app with its org, and what is known of the account.

use crate::app::{App, OktaClient, Org};
use crate::cookie::{DEVICE, Jar};
use crate::sign_in::flow::KnownAccount;

/// An app, its org, and the caller that wants a session.
#[derive(Clone, Copy)]
pub(crate) struct Parties<'a> {
    pub(crate) app: &'a App,
    pub(crate) org: &'a Org,
    /// The client that the configuration names for the founding flow (`client_id`).
    pub(crate) client: Option<&'a OktaClient>,
    /// Whether a person is there to be asked.
    pub(crate) person: bool,
    /// Whether the person wants this sign-in whatever has failed before.
    pub(crate) insist: bool,
    /// Whether Okta lately wanted a browser for this app, so that no password is sent first.
    pub(crate) needs_browser: bool,
}

/// Returns Okta's cookies for a silent attempt: the session and the device token.
pub(super) fn jar_of(known: &KnownAccount) -> Jar {
    let mut jar = Jar::default();
    if let Some(token) = &known.device_token {
        jar.put(DEVICE, token.clone());
    }
    jar.extend(&known.session);
    jar
}
