//! An app behind an ALB as the tests need it: big answers, slow ones, its own redirects and refusals. The sandbox's org
//! signs people in for it.
//!
//! If its session is wanted, a request has to bring the newest cookie; else the answer is the ALB's.

use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use sandbox::{Client, Setup};

use crate::desk::Desk;

/// A body with every byte in it, larger than any buffer on its way.
pub(crate) fn big() -> Vec<u8> {
    let pattern: Vec<u8> = (0..=255).cycle().take(65_521).collect();
    pattern.iter().copied().cycle().take(10 << 20).collect()
}

/// The server and what it has seen.
pub(crate) struct Stage {
    pub(crate) url: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    org: Mutex<String>,
    /// The address that the ALB sends curl to, in place of the org.
    trap: Mutex<Option<String>>,
    origin: String,
    /// The number of the session that is good; the callback gives it.
    session: Mutex<usize>,
    /// `METHOD PATH BODY-LENGTH`, and ` refused` where the ALB answered.
    seen: Mutex<Vec<String>>,
    /// Whether the answers that wait may end.
    is_released: Mutex<bool>,
    release: Condvar,
}

impl Stage {
    /// The stage, and a desk that has it configured as the app `stage`, with a session of it.
    pub(crate) fn with_desk() -> (Self, Desk) {
        Self::at("127.0.0.1")
    }

    /// The same at another host than all other apps.
    pub(crate) fn apart_with_desk() -> (Self, Desk) {
        Self::at("127.0.0.2")
    }

    fn at(host: &str) -> (Self, Desk) {
        let listener = TcpListener::bind((host, 0)).expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(State {
            origin: origin.clone(),
            ..State::default()
        });
        let desk = Desk::new(Setup {
            clients: vec![Client {
                redirect_uris: vec![format!("{origin}/oauth2/idpresponse")],
                ..Client::new("0oastage", "grafana")
            }],
            ..Setup::default()
        });
        *state.org.lock().expect("no panic") = desk.home.sandbox.org_url();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        desk.home
            .append(&format!("[app.stage]\nurl = \"{origin}\""));
        let _ = desk.home.run(&["get", "stage"]).answer();
        state.seen.lock().expect("no panic").clear();
        (Self { url: origin, state }, desk)
    }

    /// Makes the ALB send curl to another identity provider, at `url`, than the program.
    pub(crate) fn send_curl_to(&self, url: String) {
        *self.state.trap.lock().expect("no panic") = Some(url);
    }

    /// Ends all sessions.
    pub(crate) fn end_sessions(&self) {
        *self.state.session.lock().expect("no panic") += 1;
    }

    /// Lets the answers end that wait.
    pub(crate) fn release(&self) {
        *self.state.is_released.lock().expect("no panic") = true;
        self.state.release.notify_all();
    }

    /// The requests since the last time this was asked, but for those of the sign-in.
    pub(crate) fn seen(&self) -> Vec<String> {
        let seen = std::mem::take(&mut *self.state.seen.lock().expect("no panic"));
        seen.into_iter()
            .filter(|request| !request.contains("/oauth2/"))
            .collect()
    }

    /// The cookie that is good now.
    pub(crate) fn cookie(&self) -> String {
        let session = *self.state.session.lock().expect("no panic");
        format!("AWSELBAuthSessionCookie-0=session-{session}")
    }
}

/// A request, as far as it matters.
struct Request {
    method: String,
    path: String,
    head: String,
    body: usize,
}

fn read(stream: &TcpStream) -> std::io::Result<Request> {
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while lines.read_line(&mut head)? > 2 {}
    let mut words = head.split(' ').map(str::to_owned);
    let (method, path) = (words.next(), words.next());
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or_default()];
    lines.read_exact(&mut body)?;
    Ok(Request {
        method: method.unwrap_or_default(),
        path: path.unwrap_or_default(),
        head,
        body: body.len(),
    })
}

fn serve(mut stream: TcpStream, state: &State) -> std::io::Result<()> {
    let request = read(&stream)?;
    let session = *state.session.lock().expect("no panic");
    let cookie = format!("AWSELBAuthSessionCookie-0=session-{session}");
    let words: Vec<&str> = request.head.split([' ', ';', '\r', '\n']).collect();
    let is_in = words.contains(&cookie.as_str());
    let is_callback = request.path.starts_with("/oauth2/");
    let end = if is_in || is_callback { "" } else { " refused" };
    let Request {
        method, path, body, ..
    } = &request;
    state
        .seen
        .lock()
        .expect("no panic")
        .push(format!("{method} {path} {body}{end}"));
    if is_callback {
        let set = format!("Location: /\r\nSet-Cookie: {cookie}; Path=/; HttpOnly\r\n");
        return say(&mut stream, "302 Found", &set, b"");
    }
    if is_in {
        return application(&mut stream, state, &request);
    }
    match path.starts_with("/deny") {
        true => deny(&mut stream),
        false => redirect(&mut stream, state, &request),
    }
}

const PAGE: &[u8] = b"<html>the ALB's own page</html>\r\n";

fn deny(stream: &mut TcpStream) -> std::io::Result<()> {
    say(stream, "401 Unauthorized", "Server: awselb/2.0\r\n", PAGE)
}

fn redirect(stream: &mut TcpStream, state: &State, request: &Request) -> std::io::Result<()> {
    let trap = state.trap.lock().expect("no panic").clone();
    let trap = trap.filter(|_| {
        request
            .head
            .to_ascii_lowercase()
            .contains("user-agent: curl")
    });
    let org = trap.unwrap_or_else(|| state.org.lock().expect("no panic").clone());
    let callback = format!("{}/oauth2/idpresponse", state.origin)
        .replace(':', "%3A")
        .replace('/', "%2F");
    let to = format!(
        "Server: awselb/2.0\r\nSet-Cookie: AWSALBAuthNonce=n; Path=/\r\nLocation: {org}/oauth2/v1/authorize\
         ?client_id=0oastage&redirect_uri={callback}&response_type=code&scope=openid&state=s\r\n"
    );
    say(stream, "302 Found", &to, PAGE)
}

/// Returns what the application behind the ALB says.
fn application(stream: &mut TcpStream, state: &State, request: &Request) -> std::io::Result<()> {
    let text = format!("{} {} {}\n", request.method, request.path, request.body);
    match request.path.as_str() {
        "/big" => say(stream, "200 OK", "", &big()),
        "/own-302" => say(
            stream,
            "302 Found",
            "Location: https://127.0.0.2:1/oauth2/v1/authorize?client_id=own\r\n",
            b"own\n",
        ),
        // The ALB's own rules for other paths than those of the session.
        "/always-401" => deny(stream),
        "/always-302" => redirect(stream, state, request),
        "/own-401" => say(stream, "401 Unauthorized", "Server: nginx\r\n", b"own\n"),
        "/missing" => say(stream, "404 Not Found", "", b"missing\n"),
        "/hop" => say(stream, "302 Found", "Location: /inside\r\n", b"hop\n"),
        "/again" => {
            *state.session.lock().expect("no panic") += 1;
            let session = *state.session.lock().expect("no panic");
            let set =
                format!("Set-Cookie: AWSELBAuthSessionCookie-0=session-{session}; Path=/\r\n");
            say(stream, "200 OK", &set, b"again\n")
        }
        "/submit" => {
            *state.session.lock().expect("no panic") += 1;
            say(stream, "302 Found", "Location: /view\r\n", b"taken\n")
        }
        "/slow" => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfirst\n"
            )?;
            let released = state.is_released.lock().expect("no panic");
            drop(
                state
                    .release
                    .wait_while(released, |is_released| !*is_released),
            );
            writeln!(stream, "last")
        }
        "/endless" => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[b'y', b'\n'].repeat(4096))?;
            }
        }
        _ => say(stream, "200 OK", "", text.as_bytes()),
    }
}

fn say(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}
