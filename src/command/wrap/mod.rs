//! `credential wrap TOOL -- ARGUMENT…`: runs an HTTP client with the sessions of the apps that its arguments name. The
//! functions in `shell/` call it in place of the client.
//!
//! An error before any app is found does not stop the client: it runs unchanged. A failed sign-in does stop it. The ALB
//! may have ended the cached session, and there are two ways to notice. Usually the ALB is asked first. A request of
//! curl that can be repeated runs guarded instead: its output is held back until the response heads are known, and if
//! the ALB refused the session, the output is dropped and curl runs once more with another session. Repeating is safe,
//! because a request that the ALB refuses never reaches the application (AWS, "Authenticate users using an Application
//! Load Balancer"). If there is no other session, because the ALB still takes this one, the refusal may be the
//! application's, and is the answer.

mod client;
mod command_line;
mod guarded_run;
mod inherited_file;
pub(crate) mod response_heads;

use std::ffi::OsString;

use time::Duration;
use url::Url;

use crate::app::{App, Target};
use crate::caller_policy::CallerPolicy;
use crate::clock;
use crate::context::Context;
use crate::environment;
use crate::error::{Error, Result, foreign};
use crate::get::{self, GetOptions};
use crate::invocation::{self, DETOUR, Delivery, Plan, RepeatableRequest, Tool};
use crate::output;
use crate::reply::Reply;
use crate::secret::Secret;
use crate::served_session::ServedSession;
use crate::terminal::say;

use client::Client;
use command_line::{CommandLine, text_of};
use guarded_run::Ended;
use inherited_file::InheritedFile;
use response_heads::ResponseHeads;

/// Why no cookie can be handed over: the client would fail, or run without it and not say so.
const UNOPENABLE: &str = "files in /dev/fd cannot be opened here";

/// Runs `tool` with `arguments`. Returns only if the client did not replace this process.
pub(crate) fn run(tool: &str, arguments: &[OsString], verbosity: u8) -> Reply {
    let client = Client::new(tool, arguments);
    let Some(tool) = Tool::named(tool) else {
        return Reply::failure(&Error::usage(format!("{} is not wrapped", foreign(tool))));
    };
    let context = match Context::open(verbosity, CallerPolicy::PATIENT) {
        Ok(context) => context,
        Err(error) => {
            say(&format!(
                "warning: no cookie for {}: {}",
                client.name(),
                error.message
            ));
            return client.run_unchanged();
        }
    };
    let line = CommandLine::read(tool, arguments);
    let app_of = |url: &Url| Some(context.find(&Target::Url(url.clone())).ok()?.name.as_str());
    let plan = invocation::plan(tool, &line.config, &line.arguments, &app_of, &text_of);
    let plan = match plan {
        Plan::Deliver(_, urls) if urls.iter().any(|url| is_proxied(tool, &line, url)) => {
            Plan::Withheld(DETOUR)
        }
        plan => plan,
    };
    match (plan, line.unknown_config) {
        (Plan::Deliver(delivery, urls), None) => {
            let call = Call {
                context: &context,
                client: &client,
                delivery,
                apps: urls
                    .iter()
                    .filter_map(|url| context.find(&Target::Url(url.clone())).ok())
                    .collect(),
            };
            call.run(guardable_request(&line, tool, delivery))
                .unwrap_or_else(|error| Reply::failure(&error))
        }
        (Plan::Withheld(why), _) | (Plan::Deliver(..), Some(why)) => client.run_without(why),
        (Plan::OwnCookies, _) => client.run_without("the call brings its own cookies"),
        (Plan::NoApp | Plan::OptionsOnStdin, _) => client.run_unchanged(),
    }
}

/// Returns the client's request if it can run guarded.
fn guardable_request(
    line: &CommandLine,
    tool: Tool,
    delivery: Delivery,
) -> Option<RepeatableRequest> {
    // curl opens the file of `-D` for reading too. Only Linux allows that for the write end of a pipe in `/dev/fd`.
    let can_see_heads = cfg!(target_os = "linux") && !has_proxy();
    if delivery != Delivery::CurlConfig || !can_see_heads || !guarded_run::is_possible() {
        return None;
    }
    let request = invocation::repeatable_request(tool, &line.config, &line.arguments)?;
    let has_regular_files = request.input_files.iter().all(|path| path.is_file());
    has_regular_files.then_some(request)
}

/// Reports whether the environment sends the client's request for `url` through a proxy, in the clear.
fn is_proxied(tool: Tool, line: &CommandLine, url: &Url) -> bool {
    let variable = environment::proxy_text;
    invocation::is_proxied(tool, &line.config, &line.arguments, url, &variable)
}

/// Reports whether the client may use a proxy. The proxy's own response heads would come before the app's.
fn has_proxy() -> bool {
    let is_proxy = |name: &&str| !name.eq_ignore_ascii_case("NO_PROXY");
    environment::proxies().iter().any(is_proxy) || environment::proxy_text("http_proxy").is_some()
}

/// One call of the client with the sessions of `apps`.
struct Call<'a> {
    context: &'a Context,
    client: &'a Client<'a>,
    delivery: Delivery,
    apps: Vec<&'a App>,
}

impl Call<'_> {
    fn run(&self, request: Option<RepeatableRequest>) -> Result<Reply> {
        let Some(request) = request else {
            let answers = self.apps.iter().map(|app| self.get_verified(app, false));
            return self.become_client(&answers.collect::<Result<Vec<_>>>()?);
        };
        let app = *self.apps.first().expect("a plan to deliver names an app");
        let start = clock::now();
        let answer = get::get(self.context, app, &GetOptions::default())?;
        if answer.session.issued_at >= start {
            return self.become_client(&[answer]);
        }
        self.run_guarded(app, &answer, request)
    }

    /// Runs the client guarded with a cached session, and once more if the ALB refuses that one and there is another.
    fn run_guarded(
        &self,
        app: &App,
        answer: &ServedSession,
        request: RepeatableRequest,
    ) -> Result<Reply> {
        let Some(cookies) = self.handed_over(std::slice::from_ref(answer))? else {
            return Ok(self.client.run_without(UNOPENABLE));
        };
        let mut heads = ResponseHeads::new(app, request.url, clock::now());
        let ended = guarded_run::run(self.client, self.delivery, cookies, &mut heads)?;
        if let Some(shards) = heads.take_reissued() {
            get::reissued(self.context, app, &answer.session, shards);
        }
        if let Some(words) = heads.take_waf() {
            say(&format!("{}: {words}", app.name));
        }
        let refused = match ended {
            Ended::Over(reply) => return Ok(reply),
            Ended::Refused(refused) => refused,
        };
        self.context.terminal.trace(|| {
            let client = self.client.name();
            format!("{}: the ALB has refused the session to {client}", app.name)
        });
        // A sign-in may ask a person, and takes its time. The client waits only for an answer from the ALB.
        let asked = self.get_verified(app, true);
        let is_same = |asked: &ServedSession| asked.session.cookie() == answer.session.cookie();
        if refused.is_interrupted() || asked.as_ref().is_ok_and(is_same) {
            // The ALB takes this session. It would refuse the same request again, or the application has refused it.
            return refused.resume(&mut heads);
        }
        drop(refused);
        let other = asked.or_else(|_| self.get_verified(app, false))?;
        self.become_client(&[other])
    }

    /// Returns a session of `app` that the ALB has just accepted. If the ALB cannot be reached, returns the cached
    /// session: the client will meet the same error and report it.
    fn get_verified<'a>(&self, app: &'a App, no_sign_in: bool) -> Result<ServedSession<'a>> {
        let options = GetOptions {
            verify: Some(Duration::ZERO),
            trusting: true,
            no_sign_in,
            ..GetOptions::default()
        };
        get::get(self.context, app, &options)
    }

    /// Replaces this process with the client.
    fn become_client(&self, answers: &[ServedSession]) -> Result<Reply> {
        Ok(match self.handed_over(answers)? {
            Some(cookies) => self.client.run_with(self.delivery, &cookies),
            None => self.client.run_without(UNOPENABLE),
        })
    }

    /// Makes the file from which the client reads the cookies. `None` if the client could not open it.
    fn handed_over(&self, answers: &[ServedSession]) -> Result<Option<InheritedFile>> {
        let cookies = InheritedFile::new(&self.cookie_file(answers))?;
        Ok(Some(cookies).filter(InheritedFile::can_be_opened))
    }

    /// Renders the file from which the client reads the cookies. Prints the format's warnings.
    fn cookie_file(&self, answers: &[ServedSession]) -> Secret {
        let name = self.delivery.format_name();
        let format = output::ALL.iter().find(|format| format.name == name);
        let format = format.expect("every delivery is a format");
        let texts: Vec<_> = answers.iter().map(format.render).collect();
        for text in &texts {
            if !text.stderr.is_empty() {
                say(text.stderr.trim_end().trim_start_matches("credential: "));
            }
        }
        let pieces: Vec<_> = texts.iter().map(|text| text.stdout.expose()).collect();
        Secret::concat(&pieces)
    }
}
