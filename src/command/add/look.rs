//! The look at an app and its identity provider: GET requests without a cookie, and nothing that is anybody's.

use std::time::Duration;

use url::Url;

use super::found::{SignInRequest, sign_in_request};
use crate::app::Engine;
use crate::error::Result;
use crate::http::Client;
use crate::method::driver;
use crate::sign_in::alb::{AuthorizationRequest, Entrance};
use crate::sign_in::okta::{FirstStep, Preview, judge_organization, organization};
use crate::site::Site;

/// The longest that the whole look may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The hint for a host that answers as no org does, although its authorize URL is one of Okta's.
const NO_ORG: &str =
    "if people sign in there without Okta, in a browser: the same command with --browser";

/// An app as it was found.
#[derive(Debug)]
pub(super) struct Found {
    /// The page that the ALB protects.
    pub(super) page: Url,
    pub(super) request: SignInRequest,
    pub(super) way: Way,
}

/// How people will sign in to it.
#[derive(Debug)]
pub(super) enum Way {
    /// At an org of Okta, with a user name and a password.
    Password {
        engine: Engine,
        /// The first thing that the sign-in page asks for, where the org's engine has such a page.
        first_step: Option<FirstStep>,
    },
    /// On the provider's own pages, in a browser.
    Browser,
}

/// Looks at the app at `site`, from its page `start` on. At an org of Okta too a browser may be wanted (`in_browser`);
/// nothing of the org is needed then.
pub(super) fn look(client: &Client, site: &Site, start: Url, in_browser: bool) -> Result<Found> {
    let start_hint = format!(
        "name a path of the app that asks for a sign-in in a browser: credential add {} --start /PATH",
        site.url()
    );
    let mut entrance = Entrance::of_site(site, start, start_hint.into())
        .with_other_host_hint("if the app is there, give that URL to credential add");
    let opened = driver::observe(client, LIMIT, &mut entrance, |_| {})?;
    let request = sign_in_request(&opened)?;
    let page = opened.page.clone();
    let way = match request.is_okta && !in_browser {
        true => by_password(client, &request.provider, opened)?,
        false => Way::Browser,
    };
    Ok(Found { page, request, way })
}

/// Looks at `org`, which `opened` leads to.
fn by_password(client: &Client, org: &Site, opened: AuthorizationRequest) -> Result<Way> {
    let response = client.run(LIMIT, client.send(organization(org)))??;
    let engine = judge_organization(org, &response)
        .map_err(|error| error.while_doing("the org that the ALB names").hint(NO_ORG))?;
    let mut preview = Preview::new(org, opened.url);
    let first_step = match engine {
        Engine::Classic => None,
        // It is for the person to know, and not needed for what is written.
        Engine::Identity => driver::observe(client, LIMIT, &mut preview, |_| {}).ok(),
    };
    Ok(Way::Password { engine, first_step })
}
