//! Checks the ALB's answer to a request without a session: whether it protects the app, and where it signs people in.

use url::Url;

use super::report::Finding;
use super::{Examination, LIMIT};
use crate::app::{App, Org};
use crate::error::{Error, Hint, Result, Table, foreign, shown};
use crate::http::Response;
use crate::method::driver;
use crate::sign_in::alb::{AuthorizationRequest, Entrance, Parameters, parameter};

const STEP: &str = "ALB";
/// The sentence about an ALB with another identity provider.
const OTHER_IDP: &str = "this program signs in at Okta alone";

/// The result of going into the app.
pub(super) struct Visit {
    /// The first page, if the app host answered.
    pub(super) page: Option<Response>,
    pub(super) opened: Result<AuthorizationRequest>,
}

impl Examination<'_> {
    /// Goes into the app as a sign-in does, to any identity provider.
    pub(super) fn visit(&self) -> Visit {
        let client = &self.context.client;
        let mut page = None;
        let opened = driver::observe(
            client,
            self.context.limit(LIMIT),
            &mut Entrance::to_anywhere(self.app),
            |answer| {
                page.get_or_insert_with(|| answer.clone());
            },
        );
        Visit { page, opened }
    }

    /// Judges the ALB's authorization request, which has to name `org`.
    pub(super) fn alb(&mut self, org: &Org, visit: Visit) -> Option<AuthorizationRequest> {
        if visit.page.is_none() {
            self.put(STEP, Finding::skipped("the app host was not reached"));
            return None;
        }
        let at_org = |request: AuthorizationRequest| match other_provider(org, &request) {
            Some(error) => Err(error),
            None => Ok(request),
        };
        match visit.opened.and_then(at_org) {
            Ok(request) => {
                self.put(STEP, judge_request(org, &request.page, &request.url));
                Some(request)
            }
            Err(error) => {
                self.put(STEP, Finding::Wrong(error));
                None
            }
        }
    }

    /// Reports whether an ALB protects an app of method `none`.
    pub(super) fn protection(&mut self, page: Option<&Response>) {
        let finding = match page {
            None => Finding::skipped("the app host was not reached"),
            Some(page) => Finding::Fine(protection(self.app, page)),
        };
        self.put(STEP, finding);
    }
}

/// Returns the error of an ALB that signs people in at another place than the configuration says.
fn other_provider(org: &Org, request: &AuthorizationRequest) -> Option<Error> {
    let there = request.url.origin().ascii_serialization();
    let is_ours = org.site.same_origin(&request.url);
    // Only an https URL could be another org's: the hint names a host that the password would go to.
    if !request.parameters.is_okta || !(is_ours || request.url.scheme() == "https") {
        let error = format!("the ALB signs people in at {there}, in a way that is not Okta's");
        return Some(Error::usage(error).hint(OTHER_IDP));
    }
    if is_ours {
        return None;
    }
    let (name, here) = (&org.name, org.site.url());
    Some(
        Error::usage(format!("the ALB signs people in at {there}, and org {name} is {here}"))
            .caused_by("the password goes to the configured org alone, and the ALB takes no sign-in of another")
            .hint(
                Hint::set(Table::Org(name.clone()), "url", &there)
                    .after(format!("if {there} is your org, ")),
            ),
    )
}

fn judge_request(org: &Org, page: &Url, authorize: &Url) -> Finding {
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
        .filter(|to| Parameters::read(&app.site, to).is_some());
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
    use super::{Finding, judge_request, other_provider, protection};
    use crate::error::Result;
    use crate::http::fixture::{answer, is_fit, words};
    use crate::output::fixture::app;
    use crate::sign_in::alb::{AuthorizationRequest, Entrance};
    use crate::sign_in::fixture::opened;
    use url::Url;

    const QUERY: &str = "client_id=0oa1&redirect_uri=https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse\
        &response_type=code&scope=openid%20email&state=a%2Bb";

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    /// Returns the request of an ALB that redirects to `location`.
    fn request(location: &str) -> Result<AuthorizationRequest> {
        let app = app("https://wiki.corp.example");
        let page = "https://wiki.corp.example/";
        let reply = answer(page, 302, &[("location", location)], "");
        opened(Entrance::to_anywhere(&app), reply)
    }

    #[test]
    fn another_org_and_another_idp_are_told_apart() {
        let app = app("https://wiki.corp.example");
        let org = app.org().expect("an org");
        let told = |place: &str| {
            let request = request(&format!("{place}?{QUERY}")).expect(place);
            let error = other_provider(org, &request)?;
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
        for other in [
            "https://x.amazoncognito.com/oauth2/authorize",
            "http://corp.oktapreview.com/oauth2/v1/authorize",
        ] {
            let told = told(other).expect("another IdP");
            assert!(told.contains("not Okta's"), "{told}");
            assert!(!told.contains("set url"), "{told}");
        }
    }

    #[test]
    fn a_page_elsewhere_is_no_request_and_not_taken_for_another_org() {
        let error = request("https://evil.example/").err().expect("no request");
        assert!(is_fit(&error) && error.kind.exit_code() == 2);
        let said =
            "https://wiki.corp.example/ sends to https://evil.example/, but not as an ALB does";
        assert!(error.message.starts_with(said), "{}", error.message);
    }

    #[test]
    fn a_request_is_shown_without_its_state() {
        let app = app("https://wiki.corp.example");
        let org = app.org().expect("an org");
        let page = url("https://wiki.corp.example/x?y");
        let judged = |query: &str| {
            let authorize = url(&format!(
                "https://corp.okta.com/oauth2/v1/authorize?{query}"
            ));
            judge_request(org, &page, &authorize)
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
        let request = format!("https://id.corp.example/auth?{QUERY}");
        let said =
            |status, to: &str| protection(&app, &answer(page, status, &[("location", to)], ""));
        assert_eq!(
            said(302, &request),
            "protects https://wiki.corp.example/ and signs people in at https://id.corp.example"
        );
        assert_eq!(said(302, "/x"), "https://wiki.corp.example/ answers 302");
    }
}
