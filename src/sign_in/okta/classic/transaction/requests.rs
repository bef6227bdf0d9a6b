//! The requests of a transaction, each with its state token.

use url::Url;

use super::Transaction;
use crate::http::Request;
use crate::secret::Secret;

impl Transaction<'_> {
    /// Adds to `url` that Okta may remember this device, unless a policy forbids it. Okta reads it at every step of a
    /// factor.
    pub(super) fn remembering(&self, mut url: Url) -> Url {
        let is_there = url.query_pairs().any(|pair| pair.0 == "rememberDevice");
        if self.org.remember_device && !self.state.forgets_device && !is_there {
            url.query_pairs_mut().append_pair("rememberDevice", "true");
        }
        url
    }

    /// Builds a request of this transaction.
    pub(super) fn post(&self, url: Url, members: &[(&str, &Secret)]) -> Request {
        let text = |text: &str| serde_json::to_string(text).expect("text is JSON");
        let token = self.state.token.as_ref().map_or("", |token| token.expose());
        let mut body = Secret::concat(&["{\"stateToken\":", &text(token)]);
        for (name, value) in members {
            let value = Secret::new(text(value.expose()));
            body = Secret::concat(&[body.expose(), ",\"", name, "\":", value.expose()]);
        }
        let body = Secret::concat(&[body.expose(), "}"]);
        Request::post(url, self.jar.header(), body)
    }
}
