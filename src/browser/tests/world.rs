//! A provider and an app on loopback, a directory for the profile, and the way a browser is started.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use url::Url;

use super::super::{Browser, Failure, Held, Installed, Launch, Limits, Packaging, Profile, Sight};

/// No test waits longer for a browser that works.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on loopback, which keeps the requests that it got. It ends with the test's process.
pub(super) struct Server {
    pub(super) url: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each request line and its head with what `answer` makes of them.
    pub(super) fn new(answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (requests.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (seen.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        Self {
            url: Url::parse(&format!("http://{address}/")).expect("a URL"),
            requests,
        }
    }

    /// The request lines so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no test panics in it").clone()
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    answer: &(dyn Fn(&str, &str) -> String + Send + Sync),
) {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(length) if length > 0 => head.extend_from_slice(&piece[..length]),
            // A browser opens connections ahead of their use.
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head);
    let line = head.lines().next().unwrap_or_default();
    seen.lock().expect("nobody panics").push(line.to_owned());
    let path = line.split(' ').nth(1).unwrap_or_default();
    let _ = stream.write_all(answer(path, &head).as_bytes());
}

/// A response with these header lines and this page.
pub(super) fn response(status: &str, headers: &str, page: &str) -> String {
    let length = page.len();
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n{headers}\r\n{page}"
    )
}

/// An app that must see nothing, a provider with its session in a cookie without an end, and a directory.
pub(super) struct World {
    pub(super) app: Server,
    pub(super) provider: Server,
    pub(super) directory: TempDir,
}

impl World {
    pub(super) fn new() -> Self {
        let app = Server::new(|_, _| response("200 OK", "", "the app"));
        let callback = app.url.join("/oauth2/idpresponse").expect("a path");
        let provider = Server::new(move |path, head| provide(&callback, path, head));
        let directory = tempfile::tempdir().expect("a directory");
        Self {
            app,
            provider,
            directory,
        }
    }

    pub(super) fn callback(&self) -> Url {
        self.app.url.join("/oauth2/idpresponse").expect("a path")
    }

    /// The provider's page `path`, with a state.
    pub(super) fn authorize(&self, path: &str, state: &str) -> Url {
        let path = format!("/{path}?state={state}");
        self.provider.url.join(&path).expect("a path")
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Starts a browser on this world's profile.
    pub(super) fn start(&self, kind: &Start) -> Result<Browser, Failure> {
        self.with(kind, Browser::start)
    }

    /// Does `act` with the launch of a browser on this world's profile.
    pub(super) fn with<T>(&self, kind: &Start, act: impl FnOnce(&Launch) -> T) -> T {
        let profile = Profile::kept(&self.path("profiles"), "idp", Packaging::Plain);
        profile.prepare().expect("it is ours");
        launch(kind, &profile, &self.path("log"), act)
    }
}

/// Does `act` with the launch of a browser.
pub(super) fn launch<T>(
    kind: &Start,
    profile: &Profile,
    log: &Path,
    act: impl FnOnce(&Launch) -> T,
) -> T {
    let arguments: Vec<String> = kind.arguments.iter().map(ToString::to_string).collect();
    act(&Launch {
        installed: &kind.installed,
        arguments: &arguments,
        profile,
        log,
        is_headless: kind.is_headless,
        withheld: &["HIDDEN_FROM_BROWSERS"],
        limits: kind.limits,
        stop: &|| !kind.is_wanted,
    })
}

/// How a test starts a browser.
#[derive(Clone)]
pub(super) struct Start {
    pub(super) installed: Installed,
    pub(super) arguments: Vec<&'static str>,
    pub(super) is_headless: bool,
    pub(super) limits: Limits,
    pub(super) is_wanted: bool,
}

impl Start {
    /// The machine's Chromium without a window; without it a visible skip, or a failure in CI.
    pub(super) fn chromium() -> Option<Self> {
        let command = ["chromium".to_owned()];
        let Ok(installed) = super::super::find(Some(&command)) else {
            skip("there is no chromium");
            return None;
        };
        let is_root = rustix::process::geteuid().is_root();
        Some(Self {
            installed,
            arguments: Vec::from_iter(is_root.then_some("--no-sandbox")),
            is_headless: true,
            limits: Limits {
                start: PATIENCE,
                open: PATIENCE,
                ..Limits::default()
            },
            is_wanted: true,
        })
    }

    /// A shell script in the place of a browser.
    pub(super) fn script(text: &str) -> Self {
        let words = ["/bin/sh", "-c", text, "double"].map(str::to_owned);
        Self {
            installed: super::super::find(Some(&words)).expect("there is a shell"),
            arguments: Vec::new(),
            is_headless: true,
            limits: Limits {
                start: PATIENCE,
                ..Limits::default()
            },
            is_wanted: true,
        }
    }

    /// The text of a script.
    pub(super) fn script_text(&self) -> &str {
        &self.installed.first_arguments[1]
    }
}

/// Tells that a test was not run; CI has everything.
pub(super) fn skip(why: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "CI cannot do without: {why}"
    );
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Past the harness, which swallows what a passing test prints.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

/// Returns the next sight.
#[track_caller]
pub(super) fn next(browser: &mut Browser) -> Sight {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        match browser.watch(Duration::from_millis(100)) {
            Ok(Sight::Nothing) => {}
            Ok(sight) => return sight,
            Err(failure) => panic!("{}", failure.error.to_text()),
        }
    }
    panic!("nothing was seen");
}

/// The request that is held next.
#[track_caller]
pub(super) fn held(browser: &mut Browser) -> Held {
    match next(browser) {
        Sight::Held(held) => held,
        other => panic!("{other:?}"),
    }
}

/// Waits until `what` holds.
#[track_caller]
pub(super) fn until(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < PATIENCE, "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The provider: `/login` signs in and sends back, `/silent` only sends back. The other pages are ways to the callback.
fn provide(callback: &Url, path: &str, head: &str) -> String {
    let (page, query) = path.split_once('?').unwrap_or((path, ""));
    let back = format!("{callback}?code=c0de&{query}");
    let has_session = head.to_lowercase().contains("cookie: sid=alive");
    let link = |headers: &str| response("302 Found", &format!("{headers}Location: {back}\r\n"), "");
    let html = |body: String| {
        response(
            "200 OK",
            "",
            &format!("<!doctype html><link rel=icon href='data:,'>{body}"),
        )
    };
    match page {
        "/login" => link("Set-Cookie: sid=alive; HttpOnly; Path=/\r\n"),
        "/silent" if has_session => link(""),
        "/silent" => {
            let refused = format!("{callback}?error=login_required&{query}");
            response("302 Found", &format!("Location: {refused}\r\n"), "")
        }
        "/script" => html(format!("<script>location.href = {back:?}</script>")),
        "/refresh" => html(format!("<meta http-equiv=refresh content='0;url={back}'>")),
        "/popup" => html(format!("<script>window.open({back:?})</script>")),
        "/tab" => html(format!(
            "<a id=a target=_blank rel=noopener href='{back}'>on</a><script>document.getElementById('a').click()</script>"
        )),
        "/frame" => html(format!("<iframe src='{back}'></iframe>")),
        "/fetch" => html(format!(
            "<script>fetch({back:?}, {{mode: 'no-cors'}})</script>"
        )),
        "/post" => html(format!(
            "<form method=post action='{back}'></form><script>document.forms[0].submit()</script>"
        )),
        "/longer" => response(
            "302 Found",
            &format!("Location: {callback}/more?{query}\r\n"),
            "",
        ),
        "/closing" => html("<script>window.close()</script>".to_owned()),
        _ => html("a page".to_owned()),
    }
}
