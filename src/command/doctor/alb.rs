//! Checks the ALB's answer to a request without a session: whether it protects the app, and where it signs people in.

use url::Url;

use super::report::Finding;
use super::{Examination, LIMIT};
use crate::app::{App, Org};
use crate::error::{Error, Hint, Result, Table, foreign, shown};
use crate::http::Response;
use crate::method::driver;
use crate::provider_name::provider_name;
use crate::sign_in::alb::{AuthorizationRequest, Entrance, Parameters, parameter};
use crate::site::Site;

const STEP: &str = "ALB";

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
        let app = self.app;
        let at_org = |request: AuthorizationRequest| match other_provider(app, org, &request) {
            Some(error) => Err(error),
            None => Ok(request),
        };
        self.judge_request(visit.opened.and_then(at_org), &org.site.url())
    }

    /// Judges the ALB's authorization request to any identity provider, which has to be the `pinned` one if there is one.
    pub(super) fn provider(
        &mut self,
        pinned: Option<&Site>,
        visit: Visit,
    ) -> Option<AuthorizationRequest> {
        if visit.page.is_none() {
            self.put(STEP, Finding::skipped("the app host was not reached"));
            return None;
        }
        let app = self.app;
        let at_pinned = |request: AuthorizationRequest| match pinned {
            Some(pinned) if !pinned.same_origin(&request.url) => {
                Err(not_pinned(app, pinned, &request))
            }
            _ => Ok(request),
        };
        let opened = visit.opened.and_then(at_pinned);
        let there = opened.as_ref().map(|request| named(&request.url));
        let there = there.unwrap_or_default();
        self.judge_request(opened, &there)
    }

    /// Judges the ALB's request for a sign-in at the provider that is called `there`.
    fn judge_request(
        &mut self,
        opened: Result<AuthorizationRequest>,
        there: &str,
    ) -> Option<AuthorizationRequest> {
        match opened {
            Ok(request) => {
                self.put(STEP, judge_request(there, &request.page, &request.url));
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
fn other_provider(app: &App, org: &Org, request: &AuthorizationRequest) -> Option<Error> {
    let there = request.url.origin().ascii_serialization();
    let is_ours = org.site.same_origin(&request.url);
    // Only an https URL could be another org's: the hint names a host that the password would go to.
    if !request.parameters.is_okta || !(is_ours || request.url.scheme() == "https") {
        let error = format!("the ALB signs people in at {there}, in a way that is not Okta's");
        let table = Table::App(app.name.clone());
        let hint = Hint::set(table, "method", "browser");
        return Some(Error::usage(error).hint(hint.then(", and take org out of it")));
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

/// Returns the error of an ALB that signs people in at another provider than the `pinned` one.
fn not_pinned(app: &App, pinned: &Site, request: &AuthorizationRequest) -> Error {
    let there = request.url.origin().ascii_serialization();
    let (name, here) = (&app.name, pinned.url());
    let error = Error::network(format!(
        "the ALB signs people in at {there}, and idp of {name} is {here}"
    ));
    let table = Table::App(name.clone());
    error.hint(Hint::set(table, "idp", &there).after("if people sign in there: "))
}

/// Returns the origin of an authorize URL, and the provider's name where that can be told.
fn named(authorize: &Url) -> String {
    let origin = authorize.origin().ascii_serialization();
    match provider_name(authorize) {
        Some(name) => format!("{origin} ({name})"),
        None => origin,
    }
}

fn judge_request(there: &str, page: &Url, authorize: &Url) -> Finding {
    let said = |name| foreign(&parameter(authorize, name).unwrap_or_default());
    let callback = Url::parse(&parameter(authorize, "redirect_uri").unwrap_or_default());
    let words = format!(
        "protects {} and signs people in at {}: client {}, callback {}, scope {}",
        shown(page),
        there,
        said("client_id"),
        callback.map_or_else(|_| "unreadable".into(), |url| shown(&url)),
        said("scope")
    );
    match said("scope").split(' ').any(|scope| scope == "openid") {
        true => Finding::Fine(words),
        false => Finding::Doubtful(
            Error::usage(words)
                .caused_by("without the scope openid the identity provider gives no ID token, and the ALB wants one")
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
mod tests;
