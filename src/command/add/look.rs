//! The look at an app and its org: GET requests without a cookie, and nothing that is anybody's.

use std::time::Duration;

use url::Url;

use super::found::{OktaRequest, okta_request};
use crate::app::Engine;
use crate::error::Result;
use crate::http::Client;
use crate::method::driver;
use crate::sign_in::alb::Entrance;
use crate::sign_in::okta::{FirstStep, Preview, judge_organization, organization};
use crate::site::Site;

/// The longest that the whole look may take.
const LIMIT: Duration = Duration::from_secs(60);

/// An app as it was found.
#[derive(Debug)]
pub(super) struct Found {
    /// The page that the ALB protects.
    pub(super) page: Url,
    pub(super) request: OktaRequest,
    pub(super) engine: Engine,
    /// The first thing that the sign-in page asks for, where the org's engine has such a page.
    pub(super) first_step: Option<FirstStep>,
}

/// Looks at the app at `site`, from its page `start` on.
pub(super) fn look(client: &Client, site: &Site, start: Url) -> Result<Found> {
    let start_hint = format!(
        "name a path of the app that asks for a sign-in in a browser: credential add {} --start /PATH",
        site.url()
    );
    let mut entrance = Entrance::of_site(site, start, start_hint.into())
        .with_other_host_hint("if the app is there, give that URL to credential add");
    let opened = driver::observe(client, LIMIT, &mut entrance, |_| {})?;
    let request = okta_request(site, &opened)?;
    let response = client.run(LIMIT, client.send(organization(&request.org)))??;
    let engine = judge_organization(&request.org, &response)
        .map_err(|error| error.while_doing("the org that the ALB names"))?;
    let mut preview = Preview::new(&request.org, opened.url);
    let first_step = match engine {
        Engine::Classic => None,
        // It is for the person to know, and not needed for what is written.
        Engine::Identity => driver::observe(client, LIMIT, &mut preview, |_| {}).ok(),
    };
    Ok(Found {
        page: opened.page,
        first_step,
        request,
        engine,
    })
}
