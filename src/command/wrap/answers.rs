//! What curl writes for `-D`: the head of one answer after the other, of which the first final one is judged.
//!
//! Pure. A refusal is the ALB's redirect to an authorize URL with the app's own callback, or a 401 of its own making, at
//! the app's origin; also at the end of redirects that lead there. What the application itself answers is none.

use url::Url;
use zeroize::Zeroizing;

use crate::alb::Authorize;
use crate::app::App;
use crate::clock::Moment;
use crate::cookie::{SetCookie, parse_date};
use crate::session::{Shard, family};

/// The most that is kept of a head that does not end.
const LARGEST: usize = 1 << 20;

/// What is known of the answers so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another answer has to come.
    Open,
    /// The ALB let the request through, or it is none of its business.
    Accepted,
    Refused,
}

/// The answers to one request and to those that its redirects lead to.
pub(super) struct Answers<'a> {
    app: &'a App,
    /// What is being asked.
    at: Url,
    now: Moment,
    /// A line that has not ended.
    line: Zeroizing<Vec<u8>>,
    head: Head,
    verdict: Verdict,
    /// Whether anything was read.
    has_begun: bool,
    reissued: Option<Vec<Shard>>,
}

/// The head of one answer.
#[derive(Default)]
struct Head {
    status: u16,
    location: Option<String>,
    is_balancers: bool,
    cookies: Vec<SetCookie>,
    date: Option<Moment>,
}

impl<'a> Answers<'a> {
    /// Of `first` and what it leads to.
    pub(super) fn new(app: &'a App, first: Url, now: Moment) -> Self {
        Self {
            app,
            at: first,
            now,
            line: Zeroizing::default(),
            head: Head::default(),
            verdict: Verdict::Open,
            has_begun: false,
            reissued: None,
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.verdict
    }

    pub(super) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Gives up judging: nothing more is held back.
    pub(super) fn let_pass(&mut self) {
        if self.verdict == Verdict::Open {
            self.verdict = Verdict::Accepted;
        }
    }

    /// The family of cookies that the ALB set anew, if it did.
    pub(super) fn reissued(&mut self) -> Option<Vec<Shard>> {
        self.reissued.take()
    }

    /// Reads on.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        self.has_begun |= !bytes.is_empty();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.verdict != Verdict::Open {
                return;
            }
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.read_line(line.trim_ascii());
            } else if self.line.len() > LARGEST {
                self.let_pass();
            }
        }
    }

    fn read_line(&mut self, line: &[u8]) {
        if line.is_empty() {
            let head = std::mem::take(&mut self.head);
            self.verdict = self.judge(head);
        } else if line.starts_with(b"HTTP/") {
            self.head = Head {
                status: status(line),
                ..Head::default()
            };
        } else if let Some(colon) = line.iter().position(|byte| *byte == b':') {
            self.head
                .header(&line[..colon], line[colon + 1..].trim_ascii());
        }
    }

    fn judge(&mut self, head: Head) -> Verdict {
        let is_apps = self.app.site.same_origin(&self.at);
        let is_redirect = (300..400).contains(&head.status);
        let location = head.location.as_ref().filter(|_| is_redirect);
        let location = location.and_then(|location| self.at.join(location).ok());
        if is_apps {
            let date = head.date.unwrap_or(self.now);
            let set = family(&self.app.cookie, &head.cookies, date);
            self.reissued = set.ok().or(self.reissued.take());
        }
        match (head.status, location) {
            (100..200, _) => Verdict::Open,
            (401, _) if is_apps && head.is_balancers => Verdict::Refused,
            (_, Some(url)) if is_apps && Authorize::read(&self.app.site, &url).is_some() => {
                Verdict::Refused
            }
            (_, Some(url)) => {
                self.at = url;
                Verdict::Open
            }
            _ => Verdict::Accepted,
        }
    }
}

impl Head {
    fn header(&mut self, name: &[u8], value: &[u8]) {
        let text = || std::str::from_utf8(value).ok();
        match name.to_ascii_lowercase().as_slice() {
            b"location" => self.location = text().map(str::to_owned),
            b"server" => self.is_balancers = value.starts_with(b"awselb/"),
            b"date" => self.date = text().and_then(parse_date),
            b"set-cookie" => self.cookies.extend(SetCookie::parse(value)),
            _ => {}
        }
    }
}

/// The status of `HTTP/1.1 200 OK`; 0 where it is none.
fn status(line: &[u8]) -> u16 {
    let word = line.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    std::str::from_utf8(word)
        .ok()
        .and_then(|word| word.parse().ok())
        .unwrap_or_default()
}
