//! What curl writes for `-D`: the head of one answer after the other, of which the first final one is judged.
//!
//! Pure. A refusal is the ALB's redirect to an authorize URL with the app's own callback, or a 401 of its own making, at
//! the app's origin, as the first final answer. Whatever comes behind another answer, a redirect too, is none: by then
//! the application has had the request, which must not be sent to it again.

use url::Url;
use zeroize::Zeroizing;

use crate::app::App;
use crate::clock::Moment;
use crate::cookie::{SetCookie, parse_date};
use crate::session::{Shard, family};
use crate::sign_in::alb::Parameters;

/// The most that is kept of a head that does not end.
const LARGEST: usize = 1 << 20;

/// What is known of the answers so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Another answer has to come.
    Open,
    /// The ALB let the request through, or it is none of its business.
    Accepted,
    Refused,
}

/// The answers to one request.
pub(crate) struct Answers<'a> {
    app: &'a App,
    /// What is being asked, at the app's own origin.
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
    /// Of the URL of `app` that is asked.
    pub(crate) fn new(app: &'a App, at: Url, now: Moment) -> Self {
        Self {
            app,
            at,
            now,
            line: Zeroizing::default(),
            head: Head::default(),
            verdict: Verdict::Open,
            has_begun: false,
            reissued: None,
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Gives up judging: nothing more is held back.
    pub(crate) fn let_pass(&mut self) {
        if self.verdict == Verdict::Open {
            self.verdict = Verdict::Accepted;
        }
    }

    /// The family of cookies that the ALB set anew, if it did.
    pub(crate) fn reissued(&mut self) -> Option<Vec<Shard>> {
        self.reissued.take()
    }

    /// Reads on.
    pub(crate) fn read(&mut self, bytes: &[u8]) {
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
            self.verdict = self.judge(&head);
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

    fn judge(&mut self, head: &Head) -> Verdict {
        let is_redirect = (300..400).contains(&head.status);
        let location = head.location.as_ref().filter(|_| is_redirect);
        let location = location.and_then(|location| self.at.join(location).ok());
        let date = head.date.unwrap_or(self.now);
        self.reissued = family(&self.app.cookie, &head.cookies, date).ok();
        match (head.status, location) {
            // What comes after 101 is another protocol's.
            (100 | 102..200, _) => Verdict::Open,
            (401, _) if head.is_balancers => Verdict::Refused,
            (_, Some(url)) if Parameters::read(&self.app.site, &url).is_some() => Verdict::Refused,
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

#[cfg(test)]
mod tests {
    use super::{Answers, Verdict};
    use crate::output::fixture;
    use url::Url;

    const DEMAND: &str = "https://corp.okta.com/oauth2/v1/authorize?client_id=0oa1&redirect_uri=\
        https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse&response_type=code&scope=openid&state=a";

    /// The verdict on heads, whose lines are separated by `|`, and the names of shards that were set anew.
    fn judged(heads: &str) -> (Verdict, Vec<String>) {
        let app = fixture::app("https://wiki.corp.example");
        let first = Url::parse("https://wiki.corp.example/x").expect("a URL");
        let now = time::macros::datetime!(2026-11-23 20:00:00 UTC);
        let mut answers = Answers::new(&app, first, now);
        let heads = heads.replace("DEMAND", DEMAND).replace('|', "\r\n");
        // However it is cut.
        for byte in heads.as_bytes() {
            answers.read(&[*byte]);
        }
        let shards = answers.reissued().unwrap_or_default();
        (
            answers.verdict(),
            shards.into_iter().map(|shard| shard.name).collect(),
        )
    }

    #[test]
    fn a_refusal_is_the_albs_and_the_apps_own_words_are_none() {
        for heads in [
            "HTTP/1.1 302 Found|Location: DEMAND||",
            "HTTP/2 302 |location: DEMAND||",
            "HTTP/1.1 100 Continue||HTTP/1.1 303 See Other|Location: DEMAND||",
            "HTTP/1.1 401 Unauthorized|Server: awselb/2.0||",
        ] {
            assert_eq!(judged(heads).0, Verdict::Refused, "{heads}");
        }
        for heads in [
            "HTTP/1.1 200 OK||",
            "HTTP/1.1 200 OK|Location: DEMAND||",
            "HTTP/1.1 401 Unauthorized|Server: nginx||",
            "HTTP/1.1 502 Bad Gateway|Server: awselb/2.0||",
            "HTTP/1.1 304 Not Modified||",
            "HTTP/1.1 101 Switching Protocols||",
            "HTTP/1.1 302 Found|Location: https://other.example/||HTTP/1.1 401 U|Server: awselb/2.0||",
            "HTTP/1.1 200 OK||HTTP/1.1 302 Found|Location: DEMAND||",
            // The application has had the request.
            "HTTP/1.1 302 Found|Location: /y||HTTP/1.1 302 Found|Location: DEMAND||",
            "HTTP/1.1 302 Found|Location: /y||HTTP/1.1 401 Unauthorized|Server: awselb/2.0||",
            "HTTP/1.1 302 Found|Location: https://idp.example/authorize?client_id=x||",
            "HTTP/1.1 302 Found|Location: https://other.example/||HTTP/1.1 302 Found|Location: DEMAND||",
        ] {
            assert_eq!(judged(heads).0, Verdict::Accepted, "{heads}");
        }
        for heads in [
            "",
            "HTTP/1.1 302 Found|Location: DEMAND|",
            "HTTP/1.1 103 Early Hints|Link: </x>||",
        ] {
            assert_eq!(judged(heads).0, Verdict::Open, "{heads}");
        }
    }

    #[test]
    fn only_a_whole_family_of_the_apps_own_origin_is_set_anew() {
        let set =
            |index: u8| format!("Set-Cookie: AWSELBAuthSessionCookie-{index}=v{index}; Path=/|");
        let (zero, one) = (set(0), set(1));
        let names = |heads: &str| judged(heads).1;
        assert_eq!(names(&format!("HTTP/1.1 200 OK|{zero}{one}|")).len(), 2);
        assert_eq!(
            names(&format!(
                "HTTP/1.1 302 Found|Location: /y|{zero}||HTTP/1.1 200 OK||"
            ))
            .len(),
            1
        );
        assert_eq!(names(&format!("HTTP/1.1 200 OK|{one}|")), [""; 0]);
        assert_eq!(
            names("HTTP/1.1 200 OK|Set-Cookie: AWSELBAuthSessionCookie-0=; Max-Age=0||"),
            [""; 0]
        );
        let elsewhere = "HTTP/1.1 302 Found|Location: https://other.example/||";
        assert_eq!(
            names(&format!("{elsewhere}HTTP/1.1 200 OK|{zero}|")),
            [""; 0]
        );
    }

    #[test]
    fn a_head_without_an_end_is_let_pass() {
        assert_eq!(judged(&"x".repeat(super::LARGEST + 2)).0, Verdict::Accepted);
    }

    proptest::proptest! {
        #[test]
        fn no_head_panics_and_it_is_read_alike_however_it_is_cut(
            pieces in proptest::collection::vec(r"(HTTP/1.1 |[1-5][0-9]{2}|Location: /|Set-Cookie: |: |\r\n|\n|\PC){1,9}", 0..20),
        ) {
            let app = fixture::app("https://wiki.corp.example");
            let new = || {
                let first = Url::parse("https://wiki.corp.example/x").expect("a URL");
                Answers::new(&app, first, time::macros::datetime!(2026-11-23 20:00:00 UTC))
            };
            let (mut whole, mut cut) = (new(), new());
            whole.read(pieces.concat().as_bytes());
            for piece in &pieces {
                cut.read(piece.as_bytes());
            }
            proptest::prop_assert_eq!(whole.verdict(), cut.verdict());
            proptest::prop_assert_eq!(whole.reissued(), cut.reissued());
        }
    }
}
