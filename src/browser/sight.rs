//! The sights of a browser while somebody signs in with it.

use std::fmt;

use url::Url;

use crate::error::shown;

/// The sight that ends a watch.
#[derive(Debug)]
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "no browser is driven there, see elsewhere.rs")
)]
pub(crate) enum Sight {
    /// The browser is about to ask for the callback's address, and waits.
    Held(Held),
    /// The last window is closed, or the person has quit the browser.
    WindowClosed,
    /// Nothing happened within the pause.
    Nothing,
}

/// A GET of the callback's exact origin and path that was not sent yet. It waits until it is passed on, answered or aborted.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// The browser's own name for the request.
    pub(super) id: String,
    /// The whole address, with the secrets in its query.
    pub(crate) url: Url,
}

/// Without the query, which has the authorization code.
impl fmt::Debug for Held {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, url } = self;
        write!(formatter, "Held({id}, {})", shown(url))
    }
}
