//! A running browser: the conversation over its pipe, within limits.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use url::Url;

use super::arguments::arguments;
use super::diagnosis;
use super::failure::Failure;
use super::find::Installed;
use super::launch::{Launch, Limits};
use super::log::Sign;
use super::process::Process;
use super::sight::{Held, Sight};
use super::watch::{Conversation, Event};
use crate::error::foreign;
use crate::{clock, waiting};

/// How often to look whether a starting browser is still wanted.
const STEP: Duration = Duration::from_millis(50);
/// How long a browser that failed to start has for each step to its end.
const HURRY: Duration = Duration::from_secs(1);

/// A browser that was started. When it is dropped, it has ended.
pub(crate) struct Browser {
    process: Process,
    conversation: Conversation,
    started_at: Instant,
    /// Set once it has answered.
    is_up: bool,
    is_closing: bool,
    product: String,
    installed: Installed,
    profile: PathBuf,
    is_headless: bool,
    limits: Limits,
    /// When its last window was asked for.
    opening: Instant,
}

impl Browser {
    /// Starts a browser, and waits until it answers.
    pub(crate) fn start(launch: &Launch) -> Result<Self, Failure> {
        let mut browser = Self::begin(launch)?;
        browser.come_up(launch.stop)?;
        Ok(browser)
    }

    /// Starts a browser, and waits for nothing: [`Self::come_up`] does.
    pub(crate) fn begin(launch: &Launch) -> Result<Self, Failure> {
        if let Some(failure) = diagnosis::no_pipe(launch.installed) {
            return Err(failure);
        }
        let arguments = arguments(launch)?;
        refuse_strangers(launch)?;
        let mut browser = Self::spawn(launch, &arguments)?;
        browser.conversation.ask_version();
        browser.send();
        Ok(browser)
    }

    fn spawn(launch: &Launch, arguments: &[OsString]) -> Result<Self, Failure> {
        let process = Process::spawn(launch, arguments);
        Ok(Self {
            process: process.map_err(|error| diagnosis::not_started(launch.installed, &error))?,
            conversation: Conversation::default(),
            started_at: clock::ticks(),
            is_up: false,
            is_closing: false,
            product: String::new(),
            installed: launch.installed.clone(),
            profile: launch.profile.path().to_owned(),
            is_headless: launch.is_headless,
            limits: launch.limits,
            opening: clock::ticks(),
        })
    }

    /// Waits until it answers, unless it has, or until `stop` says that nobody wants it any more.
    pub(crate) fn come_up(&mut self, stop: &dyn Fn() -> bool) -> Result<(), Failure> {
        let up = match self.is_up {
            true => Ok(()),
            false => self.wait_for_answer(stop),
        };
        match &up {
            Ok(()) => self.is_up = true,
            Err(_) => self.process.hurry(HURRY),
        }
        up
    }

    fn wait_for_answer(&mut self, stop: &dyn Fn() -> bool) -> Result<(), Failure> {
        loop {
            let left = self.limits.start.saturating_sub(self.started_at.elapsed());
            let is_open = self.turn(STEP.min(left));
            match self.conversation.next_event() {
                Some(Event::Up(product)) => {
                    self.product = foreign(&product);
                    return Ok(());
                }
                Some(Event::Refused(method, words)) => {
                    let failure = diagnosis::refused(&self.installed, method, &words);
                    return Err(Failure {
                        is_at_start: true,
                        ..failure
                    });
                }
                _ => {}
            }
            if !is_open {
                return Err(self.ended());
            }
            if stop() {
                return Err(diagnosis::interrupted(&self.installed));
            }
            // Such a browser may live on without an answer.
            let is_forbidden = self.process.log().sign() == Some(Sign::DebuggingForbidden);
            if left.is_zero() || is_forbidden {
                return Err(self.silent(self.limits.start));
            }
        }
    }

    /// Returns the browser's own name and version: `Chrome/156.0.8078.108`.
    pub(crate) fn product(&self) -> &str {
        &self.product
    }

    /// Has the browser hold the requests for `callback`, and opens `address` in a new window. It may be called again, with a new
    /// address: the window of the call before is closed then. [`Self::watch`] sees the outcome.
    pub(crate) fn open(&mut self, callback: &Url, address: &Url) {
        self.conversation.open(callback, address);
        self.opening = clock::ticks();
        self.send();
    }

    /// Waits for something to happen, for `pause` at most.
    pub(crate) fn watch(&mut self, pause: Duration) -> Result<Sight, Failure> {
        let start = clock::ticks();
        loop {
            let left = pause.saturating_sub(start.elapsed());
            if let Some(sight) = self.next_sight()? {
                return Ok(sight);
            }
            let is_open = self.turn(left);
            if let Some(sight) = self.next_sight()? {
                return Ok(sight);
            }
            if !is_open {
                return self.gone();
            }
            if self.conversation.is_opening() && self.opening.elapsed() >= self.limits.open {
                return Err(later(self.silent(self.limits.open)));
            }
            if left.is_zero() {
                return Ok(Sight::Nothing);
            }
        }
    }

    fn next_sight(&mut self) -> Result<Option<Sight>, Failure> {
        while let Some(event) = self.conversation.next_event() {
            match event {
                Event::Held(held) => return Ok(Some(Sight::Held(held))),
                Event::WindowClosed => return Ok(Some(Sight::WindowClosed)),
                Event::Refused(method, words) => {
                    return Err(diagnosis::refused(&self.installed, method, &words));
                }
                Event::Up(_) | Event::Opened => {}
            }
        }
        Ok(None)
    }

    /// Lets a held request go to its server.
    pub(crate) fn pass(&mut self, held: &Held) {
        self.conversation.pass(&held.id);
        self.send();
    }

    /// Answers a held request with a page (200, not to be stored). It never goes to its server.
    pub(crate) fn answer(&mut self, held: &Held, page: &str) {
        self.conversation.answer(held, page);
        self.send();
    }

    /// Lets a held request fail. It never goes to its server.
    pub(crate) fn abort(&mut self, held: &Held) {
        self.conversation.abort(held);
        self.send();
    }

    /// Tells the browser to close itself, and waits for nothing: [`Self::close`] does.
    pub(crate) fn begin_close(&mut self) {
        if !self.is_closing {
            self.is_closing = true;
            self.conversation.close();
            self.send();
        }
    }

    /// Closes the browser, which writes its cookies. It is ended if it does not end in time.
    pub(crate) fn close(mut self) {
        self.begin_close();
        self.process.wait(self.limits.close);
    }

    /// Judges the end of a browser. A person who quits it closes its windows.
    fn gone(&mut self) -> Result<Sight, Failure> {
        let status = self.process.wait(HURRY);
        let is_quit = status.is_some_and(|status| status.success());
        match is_quit && !self.is_headless && self.conversation.has_window() {
            true => Ok(Sight::WindowClosed),
            false => Err(later(self.failed(status))),
        }
    }

    fn ended(&mut self) -> Failure {
        let status = self.process.wait(HURRY);
        self.failed(status)
    }

    fn failed(&self, status: Option<ExitStatus>) -> Failure {
        diagnosis::ended(&self.installed, &self.profile, self.process.log(), status)
    }

    fn silent(&self, limit: Duration) -> Failure {
        diagnosis::silent(&self.installed, &self.profile, self.process.log(), limit)
    }

    fn turn(&mut self, limit: Duration) -> bool {
        self.send();
        let conversation = &mut self.conversation;
        let is_open = self
            .process
            .turn(limit, |frame| conversation.receive(frame));
        self.send();
        is_open
    }

    fn send(&mut self) {
        self.process.send(&self.conversation.take_outbox());
    }
}

/// Refuses a profile that another browser has. Started on it, ours would only tell that one to open a window. Ours of a caller
/// that was killed is gone in a moment, so it is waited for.
fn refuse_strangers(launch: &Launch) -> Result<(), Failure> {
    let free = waiting::until(launch.limits.end, |pause| {
        let is_free = launch.profile.stranger().is_none();
        if !is_free && !(launch.stop)() {
            std::thread::sleep(pause);
        }
        (is_free || (launch.stop)()).then_some(())
    });
    match launch.profile.stranger().filter(|_| free.is_none()) {
        Some(process) => Err(diagnosis::in_use_by(launch.profile.path(), process)),
        None => Ok(()),
    }
}

/// The same failure of a browser that had started.
fn later(failure: Failure) -> Failure {
    Failure {
        is_at_start: false,
        ..failure
    }
}
