//! The way into an app: its own pages, up to the ALB's authorization request.

use url::Url;

use super::{is_alb_page, made_by_alb, refused_request};
use crate::app::{App, Content, Org, SignIn};
use crate::cookie::Jar;
use crate::error::{Error, Hint, Result, Table, foreign, shown};
use crate::http::{Request, Response, host};
use crate::sign_in::authorization_request::{
    AuthorizationRequest, Parameters, foreign_callback, is_host, strange_parameter,
};
use crate::sign_in::flow::{Event, Flow, Peer, Step, Stop};
use crate::site::Site;

/// The most pages of its own that an application may redirect through before the ALB asks for a sign-in.
pub(super) const MOST_REDIRECTS: u8 = 5;

/// The cookie without which the ALB refuses the callback.
const NONCE: &str = "AWSALBAuthNonce";

/// A walk from an app's first page to the ALB's authorization request.
#[derive(Clone)]
pub(crate) struct Entrance<'a> {
    site: &'a Site,
    start: Url,
    /// The identity provider that the ALB has to name, and the name of the app; without it, any.
    expected: Option<(Provider<'a>, &'a str)>,
    /// The hint that says how to name a protected path.
    start_hint: Box<Hint>,
    /// The hint where the app leads to another host, without an ALB's request.
    other_host_hint: Option<&'static str>,
    /// The cookies that the app's own pages have set so far.
    pub(super) jar: Jar,
    redirects: u8,
}

/// An identity provider that the configuration names.
#[derive(Clone, Copy)]
enum Provider<'a> {
    Org(&'a Org),
    /// The origin in `idp`.
    Pinned(&'a Site),
}

impl<'a> Provider<'a> {
    fn site(self) -> &'a Site {
        match self {
            Self::Org(org) => &org.site,
            Self::Pinned(site) => site,
        }
    }

    /// Returns whether it could have a request with these parameters.
    fn can_have(self, parameters: &Parameters) -> bool {
        match self {
            Self::Org(_) => parameters.is_okta,
            Self::Pinned(_) => true,
        }
    }
}

/// The meaning of one answer of an app.
pub(super) enum Page {
    Request(Box<AuthorizationRequest>),
    /// The app redirects to another of its own pages, such as its sign-in page.
    Own(Url),
}

impl<'a> Entrance<'a> {
    /// Returns the way into a configured app, to the identity provider that its configuration names.
    pub(crate) fn of_app(app: &'a App) -> Self {
        let provider = match &app.content {
            Content::Session(SignIn::Okta { org, .. }) => Some(Provider::Org(org)),
            Content::Session(SignIn::Browser { provider }) => {
                provider.as_ref().map(Provider::Pinned)
            }
            Content::Credentials => None,
        };
        Self {
            expected: provider.map(|provider| (provider, app.name.as_str())),
            ..Self::to_anywhere(app)
        }
    }

    /// Returns the way into a configured app, to any identity provider.
    pub(crate) fn to_anywhere(app: &'a App) -> Self {
        let hint = Hint::settings("set", Table::App(app.name.clone()), &["start"])
            .then(" to a path that asks for a sign-in in a browser");
        Self::of_site(&app.site, app.start.clone(), hint)
    }

    /// Returns the way into the app at `site`, which need not be configured. `start_hint` says how to name a protected
    /// path.
    pub(crate) fn of_site(site: &'a Site, start: Url, start_hint: Hint) -> Self {
        Self {
            site,
            start,
            expected: None,
            start_hint: Box::new(start_hint),
            other_host_hint: None,
            jar: Jar::default(),
            redirects: 0,
        }
    }

    /// Adds a hint for an app that redirects to another host without an ALB's authorization request.
    pub(crate) fn with_other_host_hint(self, hint: &'static str) -> Self {
        Self {
            other_host_hint: Some(hint),
            ..self
        }
    }

    /// Asks for a page, with the cookies so far.
    fn ask(&self, mut page: Url) -> Step<AuthorizationRequest> {
        page.set_fragment(None);
        Step::send(Peer::App, Request::glance(page, self.jar.header()))
    }

    /// Judges the answer of one page. The cookies that it sets go into the jar.
    pub(super) fn judge(&mut self, response: &Response) -> Result<Page> {
        let Some(location) = response.location() else {
            return Err(self.not_protected(response));
        };
        if self.site.same_origin(&location) {
            // An application may set any cookie; one outside the grammar is ignored.
            self.jar.follow(&response.sound_cookies(), response.date());
            return Ok(Page::Own(location));
        }
        if let Some((provider, app)) = self.expected
            && !provider.site().same_origin(&location)
        {
            return Err(self.stray(provider, app, &location));
        }
        let parameters = Parameters::read(self.site, &location);
        // No ALB names a user, whom the request would then be made for.
        let has_user = !location.username().is_empty() || location.password().is_some();
        let parameters = parameters.filter(|read| match self.expected {
            Some((provider, _)) => provider.can_have(read) && !has_user,
            None => true,
        });
        let parameters = parameters.ok_or_else(|| self.not_of_an_alb(&location))?;
        let cookies = response.cookies(|name| name == NONCE)?;
        self.jar.follow(&cookies, response.date());
        Ok(Page::Request(Box::new(AuthorizationRequest {
            url: location,
            parameters,
            jar: std::mem::take(&mut self.jar),
            page: response.url.clone(),
            asked_at: response.asked_at,
        })))
    }

    /// Returns the error of a redirect to an origin that is neither the app's own nor its org's.
    fn stray(&self, provider: Provider<'_>, app: &str, location: &Url) -> Error {
        let error = Error::network(format!(
            "{} sends to {}, which is neither {} nor {}",
            shown(&self.start),
            shown(location),
            self.site.authority(),
            provider.site().url()
        ));
        if let Some(hint) = self.other_provider(provider, app, location) {
            return error.hint(hint.after(format!("if people sign in to {app} there: ")));
        }
        let check = Hint::settings("check", Table::App(app.to_owned()), &["url", "start"]);
        error.hint(check.then(match location.scheme() {
            "http" => ": the app leaves https before any ALB asks for a sign-in",
            _ => {
                ": the app, or a proxy before it, sends elsewhere before any ALB asks for a sign-in"
            }
        }))
    }

    /// Returns the setting that names the provider at `location`, if an ALB in front of this app requires a sign-in there
    /// and `provider` can be there. Only an Okta org could be the right org: the password goes to any host that the
    /// configuration names as one.
    fn other_provider(&self, provider: Provider<'_>, app: &str, location: &Url) -> Option<Hint> {
        let is_found = location.scheme() == "https"
            && is_host(location)
            && Parameters::read(self.site, location).is_some_and(|read| provider.can_have(&read));
        let url = location.origin().ascii_serialization();
        is_found.then(|| match provider {
            Provider::Org(org) => Hint::set(org.table(), "url", &url),
            Provider::Pinned(_) => Hint::set(Table::App(app.to_owned()), "idp", &url),
        })
    }

    /// Returns the error of an ALB that has itself called back at another host or port than the app's.
    fn called_back_elsewhere(&self, callback: &Url) -> Error {
        let (there, here) = (foreign(&host(callback)), self.site.authority());
        let error = Error::usage(format!(
            "the ALB of {here} signs in for {there}, not for {here}"
        ))
        .caused_by(
            "an ALB has itself called back at the host and port of the request that reaches it",
        );
        let url = callback.origin().ascii_serialization();
        let error = match self.expected {
            Some((_, app)) => error.hint(
                Hint::set(Table::App(app.to_owned()), "url", &url)
                    .after("if people open the app there: "),
            ),
            None => error.hint(format!(
                "if people open the app there: credential add {url}"
            )),
        };
        error.hint(format!(
            "else ask the admins to have the proxy before the ALB (CloudFront) pass the Host header {here} on"
        ))
    }

    fn not_of_an_alb(&self, location: &Url) -> Error {
        if let Some(callback) = foreign_callback(self.site, location) {
            return self.called_back_elsewhere(&callback);
        }
        let error = Error::usage(format!(
            "{} sends to {}, but not as an ALB does that signs in for {}",
            shown(&self.start),
            shown(location),
            self.site.authority()
        ));
        let error = match strange_parameter(location) {
            Some(name) => error.caused_by(format!("no ALB sends {} so", foreign(name))),
            None => error,
        };
        let error = match self.other_host_hint {
            Some(hint) => error.hint(hint),
            None => error,
        };
        error.hint((*self.start_hint).clone())
    }

    /// Returns the error of a page without a redirect to another page.
    fn not_protected(&self, response: &Response) -> Error {
        let (page, status) = (shown(&response.url), response.status);
        let is_albs = is_alb_page(response);
        if let Some(words) = refused_request(response) {
            return Error::refused(format!("{page} cannot be asked: {words}"))
                .hint("ask the admins of the app to let this program's requests through: its user agent is credential/…");
        }
        match status {
            300..=399 => Error::network(format!(
                "{page} answers {status} and sends nowhere that can be understood"
            )),
            400 | 429 | 500.. => {
                Error::network(format!("{page} answers {status}{}", made_by_alb(response)))
            }
            401 if is_albs => Error::usage(format!(
                "the ALB denies {page} (401) instead of asking for a sign-in"
            ))
            .hint((*self.start_hint).clone()),
            _ => Error::usage(format!(
                "no ALB asks for a sign-in at {page}: it answers {status}{}",
                server(response)
            ))
            .hint((*self.start_hint).clone()),
        }
    }
}

/// Returns the page's own `Server` header, in words.
fn server(response: &Response) -> String {
    let name = response.header("server").map(foreign);
    name.map_or_else(String::new, |name| format!(" (server {name})"))
}

impl Flow for Entrance<'_> {
    type Out = AuthorizationRequest;

    fn next(&mut self, event: Event) -> Result<Step<AuthorizationRequest>, Stop> {
        let reply = match event {
            Event::Replied(Peer::App, reply) => reply.map_err(|broken| broken.error)?,
            _ => return Ok(self.ask(self.start.clone())),
        };
        match self.judge(&reply)? {
            Page::Request(request) => Ok(Step::Done(*request)),
            Page::Own(page) if self.redirects < MOST_REDIRECTS => {
                self.redirects += 1;
                Ok(self.ask(page))
            }
            Page::Own(_) => Err(Error::usage(format!(
                "{} sends through more than {MOST_REDIRECTS} pages of its own before any sign-in",
                shown(&self.start)
            ))
            .hint((*self.start_hint).clone())
            .into()),
        }
    }
}
