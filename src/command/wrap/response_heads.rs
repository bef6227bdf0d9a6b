//! Parses the response heads that curl writes for `-D`, and judges the first final one.
//!
//! Pure. The ALB refuses a session with a redirect to an authorize URL that has the app's own callback, or with its own
//! 401. Only the first final response counts. After any other final response, a redirect included, the application has
//! seen the request, and it must not be sent again.

use url::Url;

use crate::app::App;
use crate::clock::Moment;
use crate::cookie::{SetCookie, name_of, parse_date};
use crate::error::foreign;
use crate::session::{Shard, family, is_shard};
use crate::sign_in::alb::Parameters;

/// The longest unfinished line that is kept, in bytes.
const LARGEST: usize = 1 << 20;

/// The ALB's decision about the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No final response yet.
    Pending,
    /// The ALB let the request through, or no ALB judged it.
    Accepted,
    Refused,
}

/// The response heads of one request.
pub(crate) struct ResponseHeads<'a> {
    app: &'a App,
    /// The requested URL, at the app's own origin.
    url: Url,
    now: Moment,
    /// The line that has not ended yet.
    line: Vec<u8>,
    head: Head,
    verdict: Verdict,
    /// Set once anything was read.
    has_begun: bool,
    reissued: Option<Vec<Shard>>,
    waf: Option<String>,
}

/// The head of one response.
#[derive(Default)]
struct Head {
    status: u16,
    location: Option<String>,
    is_from_alb: bool,
    /// The action of the AWS WAF before the ALB (`x-amzn-waf-action`), fit to be shown.
    waf_action: Option<String>,
    cookies: Vec<SetCookie>,
    /// The names of the cookies that break the grammar.
    unsound: Vec<String>,
    date: Option<Moment>,
}

impl<'a> ResponseHeads<'a> {
    /// Begins to parse the responses to a request for `url` of `app`.
    pub(crate) fn new(app: &'a App, url: Url, now: Moment) -> Self {
        Self {
            app,
            url,
            now,
            line: Vec::new(),
            head: Head::default(),
            verdict: Verdict::Pending,
            has_begun: false,
            reissued: None,
            waf: None,
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Stops judging: a pending verdict becomes [`Verdict::Accepted`].
    pub(crate) fn accept(&mut self) {
        if self.verdict == Verdict::Pending {
            self.verdict = Verdict::Accepted;
        }
    }

    /// Accepts the response, whatever it is: it is the answer.
    pub(crate) fn overrule(&mut self) {
        self.verdict = Verdict::Accepted;
    }

    /// Takes the whole family of cookies that the ALB reissued, if it did.
    pub(crate) fn take_reissued(&mut self) -> Option<Vec<Shard>> {
        self.reissued.take()
    }

    /// Returns the words for an answer that the AWS WAF made in place of the ALB, if it did.
    pub(crate) fn take_waf(&mut self) -> Option<String> {
        self.waf.take()
    }

    /// Parses the next bytes of curl's output.
    pub(crate) fn read(&mut self, bytes: &[u8]) {
        self.has_begun |= !bytes.is_empty();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.verdict != Verdict::Pending {
                return;
            }
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.read_line(line.trim_ascii());
            } else if self.line.len() > LARGEST {
                self.accept();
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
        let location = location.and_then(|location| self.url.join(location).ok());
        let date = head.date.unwrap_or(self.now);
        let base = &self.app.cookie;
        let is_whole = !head.unsound.iter().any(|name| is_shard(base, name));
        let reissued = family(base, &head.cookies, date).ok();
        self.reissued = reissued.filter(|_| is_whole);
        if let Some(action) = &head.waf_action {
            // The ALB has not seen the request: whatever the answer looks like, it says nothing of the session.
            self.waf = Some(format!(
                "the AWS WAF wants a browser ({}, {action}); the session has nothing to do with it",
                head.status
            ));
            return Verdict::Accepted;
        }
        match (head.status, location) {
            // 101 is final: another protocol follows it.
            (100 | 102..200, _) => Verdict::Pending,
            (401, _) if head.is_from_alb => Verdict::Refused,
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
            b"server" => self.is_from_alb = value.starts_with(b"awselb/"),
            b"x-amzn-waf-action" => {
                self.waf_action = Some(foreign(&String::from_utf8_lossy(value)));
            }
            b"date" => self.date = text().and_then(parse_date),
            b"set-cookie" => match SetCookie::parse(value) {
                Ok(cookie) => self.cookies.push(cookie),
                Err(_) => self.unsound.extend(name_of(value).map(str::to_owned)),
            },
            _ => {}
        }
    }
}

/// Parses the status of a line such as `HTTP/1.1 200 OK`; 0 if it has none.
fn status(line: &[u8]) -> u16 {
    let word = line.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    std::str::from_utf8(word)
        .ok()
        .and_then(|word| word.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ResponseHeads, Verdict};
    use crate::output::fixture;
    use url::Url;

    const DEMAND: &str = "https://corp.okta.com/oauth2/v1/authorize?client_id=0oa1&redirect_uri=\
        https%3A%2F%2Fwiki.corp.example%2Foauth2%2Fidpresponse&response_type=code&scope=openid&state=a";

    /// Judges heads whose lines are separated by `|`. Returns the verdict and the names of reissued shards.
    fn judged(text: &str) -> (Verdict, Vec<String>) {
        let app = fixture::app("https://wiki.corp.example");
        let first = Url::parse("https://wiki.corp.example/x").expect("a URL");
        let now = time::macros::datetime!(2026-11-23 20:00:00 UTC);
        let mut heads = ResponseHeads::new(&app, first, now);
        let text = text.replace("DEMAND", DEMAND).replace('|', "\r\n");
        for byte in text.as_bytes() {
            heads.read(&[*byte]);
        }
        let shards = heads.take_reissued().unwrap_or_default();
        (
            heads.verdict(),
            shards.into_iter().map(|shard| shard.name).collect(),
        )
    }

    #[test]
    fn only_the_albs_first_final_response_is_a_refusal() {
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
            // The WAF answers before the ALB sees the request.
            "HTTP/1.1 405 N|Server: awselb/2.0|x-amzn-waf-action: captcha||",
            "HTTP/1.1 401 U|Server: awselb/2.0|X-Amzn-Waf-Action: challenge||",
            "HTTP/1.1 302 Found|Location: DEMAND|x-amzn-waf-action: challenge||",
            "HTTP/1.1 304 Not Modified||",
            "HTTP/1.1 101 Switching Protocols||",
            "HTTP/1.1 302 Found|Location: https://idp.example/authorize?client_id=x||",
            // The application has seen the request, whatever comes after its response.
            "HTTP/1.1 200 OK||HTTP/1.1 302 Found|Location: DEMAND||",
            "HTTP/1.1 302 Found|Location: /y||HTTP/1.1 302 Found|Location: DEMAND||",
            "HTTP/1.1 302 Found|Location: /y||HTTP/1.1 401 Unauthorized|Server: awselb/2.0||",
            "HTTP/1.1 302 Found|Location: https://other.example/||HTTP/1.1 302 Found|Location: DEMAND||",
            "HTTP/1.1 302 Found|Location: https://other.example/||HTTP/1.1 401 U|Server: awselb/2.0||",
        ] {
            assert_eq!(judged(heads).0, Verdict::Accepted, "{heads}");
        }
        for heads in [
            "",
            "HTTP/1.1 302 Found|Location: DEMAND|",
            "HTTP/1.1 103 Early Hints|Link: </x>||",
        ] {
            assert_eq!(judged(heads).0, Verdict::Pending, "{heads}");
        }
    }

    #[test]
    fn a_whole_family_in_the_first_response_is_reissued() {
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
    fn an_endless_head_is_accepted() {
        assert_eq!(judged(&"x".repeat(super::LARGEST + 2)).0, Verdict::Accepted);
    }

    proptest::proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_how_heads_are_cut(
            pieces in proptest::collection::vec(r"(HTTP/1.1 |[1-5][0-9]{2}|Location: /|Set-Cookie: |: |\r\n|\n|\PC){1,9}", 0..20),
        ) {
            let app = fixture::app("https://wiki.corp.example");
            let new = || {
                let first = Url::parse("https://wiki.corp.example/x").expect("a URL");
                ResponseHeads::new(&app, first, time::macros::datetime!(2026-11-23 20:00:00 UTC))
            };
            let (mut whole, mut cut) = (new(), new());
            whole.read(pieces.concat().as_bytes());
            for piece in &pieces {
                cut.read(piece.as_bytes());
            }
            proptest::prop_assert_eq!(whole.verdict(), cut.verdict());
            proptest::prop_assert_eq!(whole.take_reissued(), cut.take_reissued());
        }
    }
}
