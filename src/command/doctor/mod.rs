//! `credential doctor`: checks every step of a sign-in, and explains each in one line.
//!
//! Each file here checks one group of steps. Functions that read, ask and run are apart from those that judge and
//! describe. Nothing is sent before the configuration is valid. The sign-in itself is `get`'s own, so that claims,
//! records and backoffs are respected: a hundred runs send no refused password again. No secret, no id and no cookie is
//! shown. Each line is written as soon as it is known, since a step may take long.

mod alb;
mod browser;
mod cache;
mod configuration;
mod factor;
mod fleet;
mod memory;
mod network;
mod org;
mod report;
mod session;
mod sign_in;
mod source;

use std::time::Duration;

use crate::app::{App, Content, Org, SignIn, Target};
use crate::caller_policy::CallerPolicy;
use crate::cli::Doctor;
use crate::clock;
use crate::context::Context;
use crate::error::Result;
use crate::http::{Request, Response, host};
use crate::reply::{self, Reply};
use crate::site::Site;
use crate::standard_stream::Stream;
use crate::terminal::{self, Progress};
use report::{Finding, Form, Report};

/// The longest that one request to a server may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Examines the app, and reports.
pub(crate) fn run(arguments: &Doctor, verbosity: u8) -> Result<Reply> {
    let form = match arguments.json {
        true => Form::Json,
        false => Form::Lines(terminal::looks(Stream::Stdout)),
    };
    let context = match Context::open(verbosity, CallerPolicy::PATIENT) {
        Ok(context) => context,
        Err(error) => return Ok(configuration::broken(form, error).reply()),
    };
    let target = match &arguments.target {
        Some(text) => Target::parse(text)?,
        None => Target::Unnamed,
    };
    let app = context.find(&target)?;
    let mut examination = Examination {
        context: &context,
        app,
        attended: context.terminal.is_attended(),
        may_sign_in: !arguments.no_sign_in,
        report: Report::new(form),
        progress: None,
    };
    examination.show_progress();
    let report = match &app.content {
        Content::Session(SignIn::Okta { org, .. }) => examination.with_org(org),
        Content::Session(SignIn::Browser { provider }) => {
            examination.with_browser(provider.as_ref())
        }
        Content::Credentials => examination.without_sign_in(),
    };
    Ok(report.reply())
}

/// One examination that is under way.
struct Examination<'a> {
    context: &'a Context,
    app: &'a App,
    /// Set if a person can be asked.
    attended: bool,
    may_sign_in: bool,
    report: Report,
    /// Shows that the next step takes long.
    progress: Option<Progress>,
}

impl Examination<'_> {
    fn with_org(mut self, org: &Org) -> Report {
        self.configuration();
        let (entry, account) = self.cache(Some(org));
        self.fleet();
        let visit = self.visit();
        self.app_host(&visit);
        let document = self.org_host(org);
        self.clock(&[visit.page.as_ref(), document.as_ref()]);
        let reached = visit.page.is_some();
        let request = self.alb(org, visit);
        self.engine(org, document.as_ref());
        self.client(org, request.as_ref().filter(|_| document.is_some()));
        self.sign_in_page(org, document.as_ref(), request.as_ref());
        self.cached_cookie(&entry, reached);
        let is_alive = self.okta_session(org, &account, document.is_some());
        self.memory(org, &entry, &account, is_alive);
        self.password(org, &account, is_alive);
        self.passcode(org, &account);
        self.factors(org);
        self.last_rung(org);
        let answer = self.sign_in(&account);
        self.new_cookie(answer.as_ref());
        self.report
    }

    /// Examines an app of method `browser`, whose provider may be pinned.
    fn with_browser(mut self, pinned: Option<&Site>) -> Report {
        self.configuration();
        let (entry, _) = self.cache(None);
        let visit = self.visit();
        self.app_host(&visit);
        self.clock(&[visit.page.as_ref()]);
        let reached = visit.page.is_some();
        let request = self.provider(pinned, visit);
        let provider = request.map(|request| host(&request.url));
        let provider = provider.or_else(|| pinned.map(Site::authority));
        let may_be_silent = self.browser(provider.as_deref());
        self.cached_cookie(&entry, reached);
        let answer = self.sign_in_in_browser(provider.as_deref(), may_be_silent);
        self.new_cookie(answer.as_ref());
        self.report
    }

    /// Examines an app of method `none`, which has no sign-in.
    fn without_sign_in(mut self) -> Report {
        self.configuration();
        let _ = self.cache(None);
        let visit = self.visit();
        self.app_host(&visit);
        self.clock(&[visit.page.as_ref()]);
        self.protection(visit.page.as_ref());
        self.stored_cookie(visit.page.is_some());
        self.put(
            "sign-in",
            Finding::skipped("method none has none: sessions come by `credential store` alone"),
        );
        self.report
    }

    fn put(&mut self, step: &'static str, finding: Finding) {
        // The progress must be gone from the screen before the line comes.
        self.progress = None;
        self.report.put(step, finding);
        reply::begin_answer(&self.report.news());
        self.show_progress();
    }

    fn show_progress(&mut self) {
        let words = format!("examining {}", self.app.name);
        self.progress = self.context.terminal.progress(words, clock::ticks());
    }

    fn ask(&self, request: Request) -> Result<Response> {
        let client = &self.context.client;
        client.run(self.context.limit(LIMIT), client.send(request))?
    }
}
