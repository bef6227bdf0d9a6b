//! `credential wrap TOOL -- ARGUMENT…`: an HTTP client, run with the sessions of the apps that its arguments name. The
//! functions in `shell/` call it in the client's place.
//!
//! Whatever goes wrong before it is known that an app is concerned is no reason not to run the client. After a failed
//! sign-in it does not run. A session that the ALB has ended is mended: either the ALB is asked first, or the client's
//! answer is watched and, if it is the ALB's refusal, thrown away, and the client run once more. A request that the ALB
//! refuses has not reached the application (AWS, "Authenticate users using an Application Load Balancer"), so that it
//! may be sent again.

pub(crate) mod answers;
mod client;
mod given;
mod watch;
mod words;

use std::ffi::OsString;

use time::Duration;
use url::Url;

use crate::answer::Answer;
use crate::app::{App, Target};
use crate::clock;
use crate::dialect::Manner;
use crate::environment;
use crate::error::{Error, Result, foreign};
use crate::get::{self, Wish};
use crate::invocation::{self, Form, Plan, Tool, Watch};
use crate::output;
use crate::reply::Reply;
use crate::secret::Secret;
use crate::terminal::say;
use crate::world::World;

use answers::Answers;
use client::Client;
use given::Given;
use watch::Ended;
use words::Words;

/// Runs `tool` with `arguments`. It comes back where the client cannot take this process's place.
pub(crate) fn run(tool: &str, arguments: &[OsString], verbosity: u8) -> Reply {
    let client = Client::new(tool, arguments);
    let Some(tool) = Tool::named(tool) else {
        return Reply::failure(&Error::usage(format!("{} is not wrapped", foreign(tool))));
    };
    let world = match World::open(verbosity, Manner::PATIENT) {
        Ok(world) => world,
        Err(error) => {
            say(&format!(
                "warning: no cookie for {}: {}",
                client.name(),
                error.message
            ));
            return client.run_plainly();
        }
    };
    let words = Words::read(tool, arguments);
    let app_of = |url: &Url| Some(world.find(&Target::Url(url.clone())).ok()?.name.as_str());
    let plan = invocation::plan(tool, &words.defaults, &words.arguments, &app_of);
    match (plan, words.doubt) {
        (Plan::Give(form, urls), None) => {
            let call = Call {
                world: &world,
                client: &client,
                form,
                apps: urls
                    .iter()
                    .filter_map(|url| world.find(&Target::Url(url.clone())).ok())
                    .collect(),
            };
            call.run(watch(&words, tool, form))
                .unwrap_or_else(|error| Reply::failure(&error))
        }
        (Plan::Withheld(why), _) | (Plan::Give(..), Some(why)) => {
            say(&format!("no cookie for {}: {why}", client.name()));
            client.run_plainly()
        }
        (Plan::Own, _) => {
            let why = "the call brings cookies of its own";
            let tell = || format!("no cookie for {}: {why}", client.name());
            world.terminal.trace(tell);
            client.run_plainly()
        }
        (Plan::Foreign, _) => client.run_plainly(),
    }
}

/// How the client's answer can be watched, if it can.
fn watch(words: &Words, tool: Tool, form: Form) -> Option<Watch> {
    // Elsewhere `-D /dev/fd/N` cannot be opened as curl opens it, for reading too.
    if form != Form::Curl || !cfg!(target_os = "linux") || !watch::is_possible() || has_proxy() {
        return None;
    }
    let watch = invocation::watch(tool, &words.defaults, &words.arguments)?;
    let repeats = watch.reads.iter().all(|path| path.is_file());
    repeats.then_some(watch)
}

/// Whether the client may go through a proxy, whose own answers would stand before the app's.
fn has_proxy() -> bool {
    let is_proxy = |name: &&str| !name.eq_ignore_ascii_case("NO_PROXY");
    environment::proxies().iter().any(is_proxy) || environment::foreign("http_proxy").is_some()
}

/// A call that gets the sessions of `apps`.
struct Call<'a> {
    world: &'a World,
    client: &'a Client<'a>,
    form: Form,
    apps: Vec<&'a App>,
}

impl Call<'_> {
    fn run(&self, watch: Option<Watch>) -> Result<Reply> {
        let Some(watch) = watch else {
            let answers = self.apps.iter().map(|app| self.asked(app));
            return self.hand_over(&answers.collect::<Result<Vec<_>>>()?);
        };
        let app = *self
            .apps
            .first()
            .expect("a plan gives the session of an app");
        let start = clock::now();
        let answer = get::get(self.world, app, &Wish::default())?;
        if answer.session.issued_at >= start {
            return self.hand_over(&[answer]);
        }
        let given = Given::new(&self.text(std::slice::from_ref(&answer)))?;
        let mut answers = Answers::new(app, watch.first, start);
        let ended = watch::run(self.client, self.form, given, &mut answers)?;
        if let Some(shards) = answers.reissued() {
            get::reissued(self.world, app, &answer.session, shards);
        }
        match ended {
            Ended::Over(reply) => Ok(reply),
            Ended::Refused => {
                let tell = || {
                    format!(
                        "{}: the ALB has refused the session to {}",
                        app.name,
                        self.client.name()
                    )
                };
                self.world.terminal.trace(tell);
                self.hand_over(&[self.asked(app)?])
            }
        }
    }

    /// The session of `app`, about which the ALB has been asked. If it cannot be asked, that is the client's to find.
    fn asked<'a>(&self, app: &'a App) -> Result<Answer<'a>> {
        let wish = Wish {
            verify: Some(Duration::ZERO),
            trusting: true,
            ..Wish::default()
        };
        get::get(self.world, app, &wish)
    }

    /// Puts the client in this process's place.
    fn hand_over(&self, answers: &[Answer]) -> Result<Reply> {
        let given = Given::new(&self.text(answers))?;
        Ok(self.client.run_with(self.form, &given))
    }

    /// The file that the client gets.
    fn text(&self, answers: &[Answer]) -> Secret {
        let name = self.form.name();
        let format = output::ALL.iter().find(|format| format.name == name);
        let format = format.expect("every form is a format");
        let texts: Vec<_> = answers.iter().map(format.render).collect();
        for text in &texts {
            if !text.stderr.is_empty() {
                say(text.stderr.trim_end().trim_start_matches("credential: "));
            }
        }
        Secret::concat(
            &texts
                .iter()
                .map(|text| text.stdout.expose())
                .collect::<Vec<_>>(),
        )
    }
}
