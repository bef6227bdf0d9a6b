//! The look at an app and its org: GET requests without a cookie, and nothing that is anybody's.

use std::time::Duration;

use url::Url;

use super::found::{Demand, Page, judge_page};
use crate::error::{Error, Result, shown};
use crate::http::{Client, Request};
use crate::sign_in::{Engine, judge_organization, organization};
use crate::site::Site;

/// How long the whole look may take.
const LIMIT: Duration = Duration::from_secs(60);
/// How often an app may send from one of its pages to another before its ALB asks for a sign-in.
const HOPS: usize = 5;

/// What an app turned out to be.
#[derive(Debug)]
pub(super) struct Found {
    /// The page that the ALB protects.
    pub(super) page: Url,
    pub(super) demand: Demand,
    pub(super) engine: Engine,
}

/// Looks at the app at `site`, from its page `start` on.
pub(super) fn look(client: &Client, site: &Site, start: Url) -> Result<Found> {
    client.run(LIMIT, async {
        let (page, demand) = protected(client, site, start).await?;
        let response = client.send(organization(&demand.org)).await?;
        let engine = judge_organization(&demand.org, &response)
            .map_err(|error| error.while_doing("the org that the ALB names"))?;
        Ok(Found {
            page,
            demand,
            engine,
        })
    })?
}

/// The first page from `start` on that the ALB protects, and what the ALB demands there.
async fn protected(client: &Client, site: &Site, start: Url) -> Result<(Url, Demand)> {
    let mut page = start.clone();
    for _ in 0..=HOPS {
        let response = client.send(Request::glance(page.clone(), None)).await?;
        match judge_page(site, &response)? {
            Page::Demand(demand) => return Ok((page, demand)),
            Page::Elsewhere(next) => page = next,
        }
        page.set_fragment(None);
    }
    Err(Error::usage(format!(
        "{} sends from page to page and never to a sign-in",
        shown(&start)
    ))
    .hint(format!(
        "name a path that asks for a sign-in in a browser: credential add {} --start /PATH",
        site.url()
    )))
}
