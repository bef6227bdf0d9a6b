//! What the ALB says to somebody without a session: whether it protects the app, and where it signs people in.

use url::Url;

use super::Examination;
use super::report::Finding;
use crate::alb::{Authorize, parameter};
use crate::app::{App, Org};
use crate::cookie::Jar;
use crate::error::{Error, Result, foreign, shown};
use crate::http::Response;
use crate::sign_in::{self, Demand, Start};

const STEP: &str = "ALB";
/// How many of its own pages an application may send through, as at a sign-in.
const HOPS: u8 = 5;
/// What is said of an ALB with another IdP.
const OTHER_IDP: &str = "this program signs in at Okta alone";

impl Examination<'_> {
    /// The ALB's demand to sign in, from the first `page` on.
    pub(super) fn balancer(&mut self, org: &Org, page: Option<Response>) -> Option<Box<Demand>> {
        let Some(page) = page else {
            self.put(STEP, Finding::skipped("the app host was not reached"));
            return None;
        };
        match self.demand(org, page) {
            Ok((page, demand)) => {
                self.put(STEP, judge_demand(org, &page, &demand.authorize));
                Some(demand)
            }
            Err(error) => {
                self.put(STEP, Finding::Wrong(error));
                None
            }
        }
    }

    /// The first page that the ALB protects, and its demand there.
    fn demand(&self, org: &Org, mut page: Response) -> Result<(Url, Box<Demand>)> {
        let mut jar = Jar::default();
        for _ in 0..=HOPS {
            if let Some(error) = page.location().and_then(|to| astray(self.app, org, &to)) {
                return Err(error);
            }
            match sign_in::judge_start(self.app, org, jar, &page)? {
                Start::Demand(demand) => return Ok((page.url, demand)),
                Start::Elsewhere(next, cookies) => {
                    page = self.ask(sign_in::start(next, &cookies))?;
                    jar = cookies;
                }
            }
        }
        Err(Error::usage(format!(
            "{} redirects in a circle",
            shown(&self.app.start)
        )))
    }

    /// Whether an ALB protects an app that has no sign-in of ours.
    pub(super) fn protection(&mut self, page: Option<&Response>) {
        let finding = match page {
            None => Finding::skipped("the app host was not reached"),
            Some(page) => Finding::Fine(protection(self.app, page)),
        };
        self.put(STEP, finding);
    }
}

/// The ALB signs people in elsewhere than the configuration says.
fn astray(app: &App, org: &Org, to: &Url) -> Option<Error> {
    let demand = Authorize::read(&app.site, to).filter(|_| !org.site.same_origin(to))?;
    let there = to.origin().ascii_serialization();
    if !demand.is_okta {
        let error = format!("the ALB signs people in at {there}, in a way that is not Okta's");
        return Some(Error::usage(error).hint(OTHER_IDP));
    }
    let (name, here) = (&org.name, org.site.url());
    Some(
        Error::usage(format!("the ALB signs people in at {there}, and org {name} is {here}"))
            .caused_by("the password goes to the configured org alone, and the ALB takes no sign-in of another")
            .hint(format!("if {there} is your org, set url = \"{there}\" in [org.{name}]")),
    )
}

fn judge_demand(org: &Org, page: &Url, authorize: &Url) -> Finding {
    let said = |name| foreign(&parameter(authorize, name).unwrap_or_default());
    let callback = Url::parse(&parameter(authorize, "redirect_uri").unwrap_or_default());
    let words = format!(
        "protects {} and signs people in at {}: client {}, callback {}, scope {}",
        shown(page),
        org.site.url(),
        said("client_id"),
        callback.map_or_else(|_| "unreadable".into(), |url| shown(&url)),
        said("scope")
    );
    match said("scope").split(' ').any(|scope| scope == "openid") {
        true => Finding::Fine(words),
        false => Finding::Doubtful(
            Error::usage(words)
                .caused_by("without the scope openid Okta gives no ID token, and the ALB wants one")
                .hint("ask the admins to add openid to the scope in the ALB's rule"),
        ),
    }
}

fn protection(app: &App, page: &Response) -> String {
    let to = page
        .location()
        .filter(|to| Authorize::read(&app.site, to).is_some());
    match to {
        Some(to) => format!(
            "protects {} and signs people in at {}",
            shown(&page.url),
            to.origin().ascii_serialization()
        ),
        None => format!("{} answers {}", shown(&page.url), page.status),
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, astray, judge_demand, protection};
    use crate::http::fixture::{answer, is_fit, words};
    use crate::output::fixture::app;
    use url::Url;

    const QUERY: &str = "client_id=0oa1&redirect_uri=https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse\
        &response_type=code&scope=openid%20email&state=a%2Bb";

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn another_org_and_another_idp_are_told_apart() {
        let app = app("https://wiki.corp.example");
        let org = app.org().expect("an org");
        let told = |place: &str| {
            let error = astray(&app, org, &url(&format!("{place}?{QUERY}")))?;
            assert!(is_fit(&error) && error.kind.exit_code() == 2);
            Some(words(&error))
        };
        assert_eq!(told("https://corp.okta.com/oauth2/v1/authorize"), None);
        let other = told("https://corp.oktapreview.com/oauth2/v1/authorize").expect("another org");
        assert!(
            other
                .contains("at https://corp.oktapreview.com, and org corp is https://corp.okta.com"),
            "{other}"
        );
        assert!(other.contains("set url = \"https://corp.oktapreview.com\" in [org.corp]"));
        let other = told("https://x.amazoncognito.com/oauth2/authorize").expect("another IdP");
        assert!(other.contains("not Okta's"), "{other}");
        assert_eq!(astray(&app, org, &url("https://evil.example/")), None);
    }

    #[test]
    fn a_demand_is_shown_without_its_state() {
        let app = app("https://wiki.corp.example");
        let org = app.org().expect("an org");
        let page = url("https://wiki.corp.example/x?y");
        let judged = |query: &str| {
            let authorize = url(&format!(
                "https://corp.okta.com/oauth2/v1/authorize?{query}"
            ));
            judge_demand(org, &page, &authorize)
        };
        assert_eq!(
            judged(QUERY),
            Finding::Fine(
                "protects https://wiki.corp.example/x and signs people in at https://corp.okta.com: client 0oa1, \
                 callback https://wiki.corp.example/oauth2/idpresponse, scope openid email"
                    .into()
            )
        );
        let without = judged(&QUERY.replace("openid%20", ""));
        assert!(matches!(without, Finding::Doubtful(error) if is_fit(&error)));
    }

    #[test]
    fn an_app_without_a_sign_in_may_be_protected_or_not() {
        let app = app("https://wiki.corp.example");
        let page = "https://wiki.corp.example/";
        let demand = format!("https://id.corp.example/auth?{QUERY}");
        let said =
            |status, to: &str| protection(&app, &answer(page, status, &[("location", to)], ""));
        assert_eq!(
            said(302, &demand),
            "protects https://wiki.corp.example/ and signs people in at https://id.corp.example"
        );
        assert_eq!(said(302, "/x"), "https://wiki.corp.example/ answers 302");
    }
}
