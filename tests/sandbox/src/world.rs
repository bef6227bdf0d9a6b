//! Everything of one sandbox that its servers share, and the way of a request through it.

use std::sync::atomic::AtomicUsize;

use crate::audit::{Audit, Event, Host};
use crate::balancer::{self, Balancer};
use crate::clock::{Clock, http_date};
use crate::demand::{Demands, Violation, is_browser};
use crate::fault::{Faults, Step, step_of};
use crate::flights::{Flight, Flights};
use crate::mischief;
use crate::okta_verify::OktaVerify;
use crate::org::{self, Org};
use crate::provider::{self, Idp};
use crate::query::Query;
use crate::registry;
use crate::setup::Setup;
use crate::target::Children;
use crate::wire::{Request, Response};

/// One sandbox.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) setup: Setup,
    pub(crate) clock: Clock,
    pub(crate) audit: Audit,
    pub(crate) demands: Demands,
    pub(crate) faults: Faults,
    pub(crate) flights: Flights,
    pub(crate) org: Org,
    pub(crate) providers: Vec<Idp>,
    pub(crate) okta_verify: OktaVerify,
    pub(crate) balancers: Vec<Balancer>,
    /// `https://127.0.0.1:PORT` of the server that has no part in any flow.
    pub(crate) elsewhere: String,
    /// `127.0.0.1:PORT` of the container registry, where there is one.
    pub(crate) registry: Option<String>,
    /// The ports on which Okta Verify would listen; a call to one is written down.
    pub(crate) loopback: Vec<String>,
    pub(crate) children: Children,
    /// How many connections were opened, whatever was then said on them.
    pub(crate) connections: AtomicUsize,
    /// How many requests came by HTTP/2.
    pub(crate) http2_requests: AtomicUsize,
}

/// Where a listener stands.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) host: Host,
    /// Host and port, exactly as `Host` has to name them.
    pub(crate) authority: String,
}

impl World {
    pub(crate) fn record(&self, event: Event) {
        self.audit.record(self.clock.now(), event);
    }

    pub(crate) fn balancer(&self, name: &str) -> Option<&Balancer> {
        self.balancers.iter().find(|one| one.app.name == name)
    }

    /// A request arrives, and is under way until what this returns is dropped.
    pub(crate) fn take_off(&self, host: &Host, request: &Request) -> Flight<'_> {
        let most = &self.setup.concurrency;
        let mut limits = Vec::new();
        if *host == Host::Org {
            limits.push(("org".to_owned(), most.org));
        }
        if *host == Host::Org && org::authorize_server(&request.path).is_some() {
            let query = Query::new(request.query.as_deref().unwrap_or_default());
            let client = query.get("client_id").unwrap_or_default();
            let device = request.cookie("DT").unwrap_or_default();
            limits.push((format!("{client} {device}"), most.authorize_per_client));
        }
        if let Some(poll) = org::is_poll(self, request).filter(|_| *host == Host::Org) {
            limits.push((format!("poll of {poll}"), 1));
        }
        self.flights.take_off(limits)
    }

    /// Answers one request, and writes down what it was and what was wrong with it.
    pub(crate) fn answer(&self, place: &Place, request: &Request, crowded: bool) -> Response {
        let host = &place.host;
        self.record(Event::Request {
            host: host.clone(),
            method: request.method.clone(),
            path: request.path.clone(),
        });
        self.visited(host, request);
        for violation in self.demands.check(host, request, self.clock.now()) {
            let browser = matches!(violation, Violation::BrowserAtApp { .. });
            if !(browser && self.setup.browsers_may_call_apps) {
                self.record(Event::Violated(violation));
            }
        }
        let mut response = self.judge(place, request, crowded);
        if response.header("Date").is_none() {
            response.add("Date", &http_date(self.clock.now()));
        }
        // an empty date is how a fault asks for none
        if response.header("Date").is_some_and(|date| date.is_empty()) {
            response.remove("Date");
        }
        self.record(Event::Answered {
            host: host.clone(),
            status: response.status,
        });
        response
    }

    /// Writes down who starts a sign-in with the org or a provider, and each program that asks a provider for anything.
    fn visited(&self, host: &Host, request: &Request) {
        let browser = is_browser(request);
        let noted = match host {
            Host::Org => step_of(host, request) == Some(Step::Authorize),
            Host::Provider(name) => {
                let provider = self.provider(name);
                let starts = provider.is_some_and(|one| one.kind().authorize() == request.path);
                starts || !browser
            }
            _ => false,
        };
        if noted {
            self.record(Event::Visited {
                host: host.clone(),
                agent: request.header("user-agent").unwrap_or_default().to_owned(),
                browser,
            });
        }
    }

    /// Records bytes that were not even a request.
    pub(crate) fn not_understood(&self, host: &Host, what: &str) {
        let (host, what) = (host.clone(), what.to_owned());
        self.record(Event::Violated(Violation::NotUnderstood { host, what }));
    }

    fn judge(&self, place: &Place, request: &Request, crowded: bool) -> Response {
        if request.header("host") != Some(&place.authority) || request.all("host").count() != 1 {
            let host = place.host.clone();
            self.record(Event::Violated(Violation::WrongHost { host }));
            return balancer::error_page(400);
        }
        let step = match step_of(&place.host, request) {
            Some(Step::Authn) => Some(org::notice(self, request)),
            Some(Step::Introspect) => Some(org::notice_step(self, request)),
            step => step,
        };
        if crowded && place.host == Host::Org && org::is_poll(self, request).is_some() {
            return org::polled_twice(self);
        }
        if crowded {
            let bucket = "requests at the same time";
            self.record(Event::RateLimited { bucket });
            return org::too_many(self.clock.now(), None);
        }
        let has_secret = place.host == Host::Org && org::secret_in(request).is_some();
        let fault =
            step.and_then(|step| Some((step, self.faults.take(step, &place.host, has_secret)?)));
        let Some((step, fault)) = fault else {
            return self.route(place, request);
        };
        self.record(Event::Faulted {
            step,
            fault: fault.to_string(),
        });
        match mischief::instead(self, step, &fault, request) {
            Some(response) => response,
            None => {
                let response = self.route(place, request);
                org::spoiled(self, request);
                mischief::spoil(self, &fault, response)
            }
        }
    }

    fn route(&self, place: &Place, request: &Request) -> Response {
        match &place.host {
            Host::Org => org::answer(self, request),
            Host::Provider(name) => match self.provider(name) {
                Some(idp) => provider::answer(self, idp, request),
                None => balancer::error_page(503),
            },
            Host::App(name) => match self.balancer(name) {
                Some(balancer) => balancer::answer(self, balancer, request),
                None => balancer::error_page(503),
            },
            Host::Plain(name) => match self.balancer(name) {
                Some(balancer) => balancer::plain(balancer, request),
                None => balancer::error_page(503),
            },
            Host::Registry => match &self.setup.registry {
                Some(registry) => registry::answer(self, registry, request),
                None => balancer::error_page(503),
            },
            Host::Elsewhere => Response::new(200).with_body("text/html", "<html></html>"),
        }
    }
}
