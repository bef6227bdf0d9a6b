//! A person with a browser on another machine, who walks through the pages of a provider by plain HTTP, and pastes what is
//! in the address bar at the end.

use std::process::Child;
use std::time::{Duration, Instant};

use rustix::termios::Termios;
use sandbox::{PASSWORD, Provider, Setup};

use crate::home::{ADA, Home};
use crate::outcome::Outcome;
use crate::screen::{Terminal, ended, outcome};

/// The question for the address.
pub(crate) const QUESTION: &str = "address of the last page: ";

/// A setup whose app is at a provider that waits for a person.
pub(crate) fn setup() -> Setup {
    let mut setup = Setup::with_provider(Provider::keycloak("id"));
    // The browser elsewhere has no nonce, or one of its own, and shows the ALB's 401.
    setup.browsers_may_call_apps = true;
    setup
}

/// A home of that app, where no window can be had, with `lines` before the app's table.
pub(crate) fn home(setup: Setup, lines: &str) -> Home {
    let home = Home::bare(setup);
    let url = home.sandbox.app_url("grafana");
    home.configure(&format!(
        "{lines}\n[app.grafana]\nurl = \"{url}\"\nmethod = \"browser\"\n"
    ));
    home
}

/// The answer of a server.
pub(crate) struct Page {
    pub(crate) status: String,
    /// The address that it sends to; empty if there is none.
    pub(crate) next: String,
    body: String,
    heads: String,
}

impl Page {
    /// The cookies that were set, as a `Cookie` line.
    pub(crate) fn cookies(&self) -> String {
        let lines = self.heads.lines();
        let cookies = lines.filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let is_set = name.eq_ignore_ascii_case("set-cookie");
            is_set.then(|| value.split(';').next().unwrap_or_default())
        });
        let shards = cookies.filter(|cookie| cookie.starts_with("AWSELBAuthSessionCookie-"));
        shards.collect::<Vec<_>>().join("; ")
    }

    /// The value of a hidden field of the form.
    fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&start).expect("the form has it");
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

/// Asks a server as the browser does. Its cookies are kept from one request to the next.
pub(crate) fn load(home: &Home, address: &str, fields: &[String]) -> Page {
    let place = |name: &str| home.path(name).to_string_lossy().into_owned();
    let (jar, body, heads) = (place("jar"), place("body"), place("heads"));
    let mut curl = home.command("curl");
    curl.args(["-s", "--ipv4", "-b", &jar, "-c", &jar])
        .args(["-H", "Sec-Fetch-Site: same-origin"])
        .args(["-o", &body, "-D", &heads])
        .args(["-w", "%{http_code} %{redirect_url}"]);
    for field in fields {
        curl.args(["--data-urlencode", field]);
    }
    let said = curl.arg(address).output().expect("curl starts");
    let said = String::from_utf8(said.stdout).expect("curl writes ASCII");
    let (status, next) = said.split_once(' ').expect("as it was told");
    let read =
        |path: &str| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
    Page {
        status: status.to_owned(),
        next: next.to_owned(),
        body: read(&body),
        heads: read(&heads),
    }
}

/// Signs in at the authorize URL, and returns the address of the last page, which is not loaded.
pub(crate) fn sign_in(home: &Home, authorize: &str) -> String {
    let mut page = load(home, authorize, &[]);
    let origin = authorize.split('/').take(3).collect::<Vec<_>>().join("/");
    for _ in 0..5 {
        if page.next.contains("/oauth2/idpresponse?") {
            return page.next;
        }
        page = match page.next.as_str() {
            "" => {
                let mut fields = match page.body.contains("name=\"duo\"") {
                    true => vec!["duo=approved".to_owned()],
                    false => vec![format!("username={ADA}"), format!("password={PASSWORD}")],
                };
                fields.extend(["visit", "csrf"].map(|name| format!("{name}={}", page.field(name))));
                load(home, &format!("{origin}/signin/form"), &fields)
            }
            next => load(home, next, &[]),
        };
    }
    panic!("no callback: {} {}", page.status, page.body)
}

/// The code in a callback, which nothing may show: enough of it to be found.
pub(crate) fn code_of(callback: &str) -> &str {
    let (_, rest) = callback.split_once("code=").expect("it has a code");
    let code = rest.split('&').next().unwrap_or_default();
    assert!(code.len() >= 20, "the code is no code");
    &code[..20]
}

/// A call at a terminal, and everything that it has shown.
pub(crate) struct Talk {
    pub(crate) terminal: Terminal,
    before: Termios,
    child: Child,
    seen: String,
}

impl Talk {
    pub(crate) fn start(home: &Home, words: &str) -> Self {
        Self::start_in(home, words, &[])
    }

    pub(crate) fn start_in(home: &Home, words: &str, variables: &[(&str, &str)]) -> Self {
        let terminal = Terminal::new();
        Self {
            before: terminal.modes(),
            child: terminal.start_in(home, words, variables),
            terminal,
            seen: String::new(),
        }
    }

    /// Waits until `text` is on the screen; the next wait begins after it.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) -> String {
        self.terminal.until(text);
        let end = self.terminal.screen.find(text).expect("it is there") + text.len();
        let part: String = self.terminal.screen.drain(..end).collect();
        self.seen += &part;
        part
    }

    /// Waits for the question, and returns the address that stands alone on a line before it.
    #[track_caller]
    pub(crate) fn address(&mut self) -> String {
        let part = self.until(QUESTION);
        let mut lines = part.lines().map(|line| line.trim_end_matches('\r'));
        let address = lines.find(|line| line.starts_with("https://"));
        let address = address.unwrap_or_else(|| panic!("no address: {part:?}"));
        assert!(!address.contains(' '), "{address:?}");
        address.to_owned()
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.terminal.type_in(keys);
    }

    /// Pastes as a terminal does that knows bracketed paste, and presses Enter.
    pub(crate) fn paste(&mut self, text: &str) {
        self.type_in(&format!("\u{1b}[200~{text}\u{1b}[201~\r"));
    }

    /// Waits for the end, and returns the outcome with all that was shown. The terminal is as it was.
    #[track_caller]
    pub(crate) fn end(mut self) -> (Outcome, String) {
        let said = outcome(self.child);
        self.seen += &self.terminal.screen();
        self.terminal.assert_restored(&self.before);
        (said, self.seen)
    }

    /// Returns whether the call ends within `limit`.
    pub(crate) fn ends_within(&mut self, limit: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < limit {
            if self.child.try_wait().expect("a child").is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// Waits for the end by a signal, or by an exit status that says so.
    #[track_caller]
    pub(crate) fn interrupted(mut self) -> String {
        use std::os::unix::process::ExitStatusExt as _;
        let (status, stdout, _) = ended(self.child);
        assert_eq!(stdout, "");
        assert!(
            status.signal() == Some(2) || status.code() == Some(130),
            "{status}"
        );
        self.seen += &self.terminal.screen();
        self.terminal.assert_restored(&self.before);
        self.seen
    }
}
