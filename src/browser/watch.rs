//! The conversation with the browser, as a pure machine: a message in, an event and messages out.
//!
//! Replies have an `id`, events a `method`; the order of replies is not promised. All that is not known here is skipped, since
//! each version of a browser tells more than the one before. Chrome DevTools Protocol: Browser, Fetch, Target.

mod pages;
mod wire;

use std::collections::{BTreeMap, VecDeque};

use serde_json::value::RawValue;
use serde_json::{Value, json};
use url::Url;

use super::sight::Held;
use pages::Pages;
use wire::{Created, Described, Message, Paused, Version, answer, pattern, read};

/// A fact that a message has told the machine.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The browser is up, and calls itself so.
    Up(String),
    /// The window with the address is there.
    Opened,
    Held(Held),
    WindowClosed,
    /// The browser refuses a command of ours, with its words.
    Refused(&'static str, String),
}

/// The question that a reply answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Version,
    /// To hold requests, and to tell of windows: both come before a window is opened.
    Preparation,
    Window,
}

/// How far the opening of a window is.
#[derive(Default, PartialEq, Eq)]
enum Opening {
    #[default]
    Never,
    /// So many replies are missing before the window with this address can be opened.
    Prepared {
        missing: u8,
        address: String,
    },
    Asked,
    Done,
}

/// The conversation with one browser.
#[derive(Default)]
pub(super) struct Conversation {
    last_id: u64,
    asked: BTreeMap<u64, (&'static str, Asked)>,
    opening: Opening,
    callback: Option<Url>,
    pages: Pages,
    /// Frames to be sent, NUL bytes included.
    outbox: Vec<u8>,
    events: VecDeque<Event>,
}

impl Conversation {
    /// Asks the browser for its version. It is up when it answers.
    pub(super) fn ask_version(&mut self) {
        self.ask("Browser.getVersion", &json!({}), Asked::Version);
    }

    /// Has the browser hold each request for `callback`, and then open `address` in a new window.
    ///
    /// The pattern holds for the whole browser, since it is given outside of any session: for tabs, popups and frames that a
    /// page opens later too. Sent again it replaces the one before.
    pub(super) fn open(&mut self, callback: &Url, address: &Url) {
        let pattern = json!({"urlPattern": pattern(callback), "requestStage": "Request"});
        self.callback = Some(callback.clone());
        self.pages.begin();
        // Replies to an earlier call are none to this one.
        self.asked.clear();
        self.opening = Opening::Prepared {
            missing: 2,
            address: address.to_string(),
        };
        self.ask(
            "Fetch.enable",
            &json!({"patterns": [pattern]}),
            Asked::Preparation,
        );
        self.ask(
            "Target.setDiscoverTargets",
            &json!({"discover": true}),
            Asked::Preparation,
        );
    }

    /// Returns whether the window was asked for and is not there yet.
    pub(super) fn is_opening(&self) -> bool {
        !matches!(self.opening, Opening::Never | Opening::Done)
    }

    /// Returns whether a window was opened.
    pub(super) fn has_window(&self) -> bool {
        self.opening == Opening::Done
    }

    /// Lets the browser send a held request.
    pub(super) fn pass(&mut self, id: &str) {
        self.tell("Fetch.continueRequest", &json!({"requestId": id}));
    }

    /// Answers a held request, which is never sent, with a page.
    pub(super) fn answer(&mut self, held: &Held, page: &str) {
        self.tell("Fetch.fulfillRequest", &answer(&held.id, page));
    }

    /// Lets a held request fail. It is never sent.
    pub(super) fn abort(&mut self, held: &Held) {
        let answer = json!({"requestId": held.id, "errorReason": "Aborted"});
        self.tell("Fetch.failRequest", &answer);
    }

    /// Has the browser close itself. It writes its cookies then.
    pub(super) fn close(&mut self) {
        self.tell("Browser.close", &json!({}));
    }

    /// The frames to be sent since the last call.
    pub(super) fn take_outbox(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outbox)
    }

    /// The next event.
    pub(super) fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Takes the message in a frame. A frame without one that is known is skipped.
    pub(super) fn receive(&mut self, frame: &[u8]) {
        let Ok(message) = serde_json::from_slice::<Message>(frame) else {
            return;
        };
        match (&message.method, message.id) {
            (Some(method), None) => self.told(method, message.params),
            (None, Some(id)) => self.replied(id, &message),
            _ => {}
        }
    }

    fn replied(&mut self, id: u64, message: &Message) {
        let is_reply = message.result.is_some() || message.error.is_some();
        let Some((method, asked)) = is_reply.then(|| self.asked.remove(&id)).flatten() else {
            return;
        };
        if let Some(error) = &message.error {
            return self.event(Event::Refused(method, error.message.clone()));
        }
        match asked {
            Asked::Version => {
                let version = read::<Version>(message.result);
                let product = version.map(|version| version.product);
                self.event(Event::Up(product.unwrap_or_default()));
            }
            Asked::Preparation => self.prepared(),
            Asked::Window => self.created(read::<Created>(message.result)),
        }
    }

    /// Opens the window once nothing is missing. `newWindow` has to be true: in a browser without a window the command fails
    /// otherwise.
    fn prepared(&mut self) {
        let Opening::Prepared { missing, address } = &mut self.opening else {
            return;
        };
        *missing = missing.saturating_sub(1);
        if *missing == 0 {
            let window = json!({"url": address, "newWindow": true});
            self.opening = Opening::Asked;
            self.ask("Target.createTarget", &window, Asked::Window);
        }
    }

    /// Notes the new window, and closes the one that an earlier call opened: its way is over.
    fn created(&mut self, created: Option<Created>) {
        if self.opening != Opening::Asked {
            return;
        }
        self.opening = Opening::Done;
        self.event(Event::Opened);
        let created = created.map(|created| created.target_id);
        if let Some(earlier) = self.pages.opened(created) {
            self.tell("Target.closeTarget", &json!({"targetId": earlier}));
        }
        self.judge_pages();
    }

    fn told(&mut self, method: &str, params: Option<&RawValue>) {
        match method {
            "Fetch.requestPaused" => self.paused(read(params)),
            "Target.targetCreated" | "Target.targetInfoChanged" => {
                // There are also `browser_ui`, `tab`, `service_worker` and `iframe`, which no person closes.
                let described = read::<Described>(params).map(|described| described.target_info);
                if let Some(page) = described.filter(|info| info.r#type == "page") {
                    self.pages.add(page.target_id);
                }
            }
            "Target.targetDestroyed" => {
                let destroyed = read::<Created>(params);
                if destroyed.is_some_and(|gone| self.pages.remove(gone.target_id)) {
                    self.judge_pages();
                }
            }
            _ => {}
        }
    }

    /// Judges a held request anew: the pattern also takes longer paths and every method. A request that is none of a person's
    /// browser coming back goes on.
    fn paused(&mut self, paused: Option<Paused>) {
        let Some(paused) = paused else { return };
        let url = Url::parse(&paused.request.url).ok();
        let is_it = |url: &Url| {
            let callback = self.callback.as_ref();
            callback.is_some_and(|to| to.origin() == url.origin() && to.path() == url.path())
        };
        match url.filter(|url| paused.request.method == "GET" && is_it(url)) {
            Some(url) => self.event(Event::Held(Held {
                id: paused.request_id,
                url,
            })),
            None => self.pass(&paused.request_id),
        }
    }

    fn judge_pages(&mut self) {
        if self.opening == Opening::Done && self.pages.is_empty() {
            self.event(Event::WindowClosed);
        }
    }

    /// Queues an event. A browser that sends them without an end is not waited for: the queue is bounded.
    fn event(&mut self, event: Event) {
        const MOST: usize = 64;
        if self.events.len() < MOST {
            self.events.push_back(event);
        }
    }

    fn ask(&mut self, method: &'static str, params: &Value, what: Asked) {
        let id = self.tell(method, params);
        self.asked.insert(id, (method, what));
    }

    /// Sends a command. The replies of those that nobody asks for are skipped: a request may be gone meanwhile.
    fn tell(&mut self, method: &str, params: &Value) -> u64 {
        self.last_id += 1;
        let message = json!({"id": self.last_id, "method": method, "params": params});
        self.outbox
            .extend_from_slice(message.to_string().as_bytes());
        self.outbox.push(0);
        self.last_id
    }
}
