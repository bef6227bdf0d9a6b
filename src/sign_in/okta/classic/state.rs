//! One answer of the authn API.
//!
//! Facts (Authentication API, "Transaction model"; recorded answers): `status` alone decides the next step; a client
//! has to follow the links that the answer carries and may not build them; `_links.resend` is a list; every other
//! member may be missing or null. Only links to the org itself are followed: a password or a code may go nowhere else.

use serde::Deserialize;
use serde_json::Value;
use time::Duration;
use url::Url;

use crate::app::Org;
use crate::error::{foreign, hide, shown};
use crate::http::Response;
use crate::secret::Secret;
use crate::sign_in::okta::challenge::Factor;
use crate::sign_in::okta::link::own_url;

/// More factors than an account can have.
const MOST_FACTORS: usize = 50;

/// A transaction, as the last answer told it.
#[derive(Debug, Clone, Default)]
pub(crate) struct TransactionState {
    /// Okta's word, fit to be shown.
    pub(super) status: String,
    /// `stateToken`, which names the transaction in the next request.
    pub(super) token: Option<Secret>,
    pub(super) session_token: Option<Secret>,
    /// Whether it says when it ends (`expiresAt`), as Okta's transactions do.
    pub(super) expires: bool,
    /// `factorResult` and `factorResultMessage`, fit to be shown.
    pub(super) result: Option<String>,
    pub(super) message: Option<String>,
    /// The factors on offer, or the one that was chosen.
    pub(super) factors: Vec<Factor>,
    pub(super) next: Option<Link>,
    pub(super) prev: Option<Url>,
    pub(super) skip: Option<Url>,
    pub(super) cancel: Option<Url>,
    pub(super) resend: Option<Url>,
    /// Whether a policy forbids to remember the device.
    pub(super) forgets_device: bool,
    /// In how many days the password expires.
    pub(super) days_left: Option<i64>,
    /// How many milliseconds to wait for a directory.
    pub(super) refresh: Option<u64>,
    /// The lead of Okta's clock over ours.
    pub(super) ahead: Duration,
}

/// `_links.next`: the next step and its address.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) name: String,
    /// The address, if it is one of the org's and takes a POST.
    pub(super) own: Option<Url>,
    /// The address, fit to be shown.
    pub(super) shown: String,
}

impl TransactionState {
    /// Reads an answer; `None` where it does not even have a status.
    pub(super) fn parse(org: &Org, response: &Response) -> Option<Self> {
        let wire: Wire = serde_json::from_slice(&response.body).ok()?;
        let text = |value: &Value| {
            let text = foreign(value.as_str()?);
            (!text.is_empty()).then_some(text)
        };
        let (embedded, links) = (&wire.embedded, &wire.links);
        let own = |name: &str| own_url(&org.site, &first(&links[name])["href"]);
        let policy = &embedded["policy"];
        Some(Self {
            status: text(&wire.status)?,
            token: secret(&wire.state_token),
            session_token: secret(&wire.session_token),
            expires: wire.expires_at.is_string(),
            result: text(&wire.factor_result),
            message: text(&wire.factor_result_message),
            factors: by_kind(org, embedded, factors(org, embedded)),
            next: link(org, first(&links["next"])),
            prev: own("prev"),
            skip: own("skip"),
            cancel: own("cancel"),
            resend: own("resend"),
            forgets_device: policy["allowRememberDevice"] == Value::Bool(false),
            days_left: policy["expiration"]["passwordExpireDays"].as_i64(),
            refresh: ["transaction", "factor"]
                .iter()
                .find_map(|name| embedded[name]["profile"]["refresh"].as_u64()),
            ahead: response.date() - response.at,
        })
    }
}

/// The members that are read, whatever their types. Other members are ignored.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Wire {
    status: Value,
    state_token: Value,
    session_token: Value,
    expires_at: Value,
    factor_result: Value,
    factor_result_message: Value,
    #[serde(rename = "_embedded")]
    embedded: Value,
    #[serde(rename = "_links")]
    links: Value,
}

/// Returns the factors on offer, or the chosen one: `factors` in all recordings, `factor` in a sample of the
/// documentation; a list or a single one.
fn factors(org: &Org, embedded: &Value) -> Vec<Factor> {
    [&embedded["factors"], &embedded["factor"]]
        .into_iter()
        .flat_map(|value| match value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        })
        .filter_map(|factor| Factor::parse(org, factor))
        .take(MOST_FACTORS)
        .collect()
}

/// Sets the address that takes a code of any of the account's Okta Verify apps. `factorTypes` names it if there are
/// several apps: each of them is in the list, and Okta cannot tell whose code a person reads off.
fn by_kind(org: &Org, embedded: &Value, mut factors: Vec<Factor>) -> Vec<Factor> {
    let kinds = embedded["factorTypes"].as_array();
    let place = kinds.into_iter().flatten().find_map(|kind| {
        let is_code = kind["factorType"] == "token:software:totp";
        own_url(&org.site, &kind["_links"]["next"]["href"]).filter(|_| is_code)
    });
    if let Some(place) = place {
        let codes = factors.iter_mut().filter(|factor| factor.is_okta_code());
        codes.for_each(|factor| factor.verify = Some(place.clone()));
    }
    factors
}

/// Returns the first element of a list, or the value itself if it is no list.
fn first(value: &Value) -> &Value {
    match value {
        Value::Array(list) => list.first().unwrap_or(&Value::Null),
        one => one,
    }
}

fn link(org: &Org, value: &Value) -> Option<Link> {
    let href = org.site.at("/").join(value["href"].as_str()?).ok()?;
    let allowed = value["hints"]["allow"].as_array();
    let takes_post = allowed.is_none_or(|verbs| verbs.iter().any(|verb| verb == "POST"));
    Some(Link {
        name: foreign(value["name"].as_str().unwrap_or_default()),
        own: own_url(&org.site, &value["href"]).filter(|_| takes_post),
        shown: shown(&href),
    })
}

/// Reads a token, and hides it from all later output.
fn secret(value: &Value) -> Option<Secret> {
    let text = value.as_str().filter(|text| !text.is_empty())?;
    let secret = Secret::new(text.to_owned());
    hide(&secret);
    Some(secret)
}

#[cfg(test)]
mod tests;
