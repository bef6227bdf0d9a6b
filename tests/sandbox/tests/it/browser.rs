//! A client without manners or memory: it sends what it is told and returns what came.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sandbox::{PASSWORD, Sandbox};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

/// A request to be sent.
pub(crate) struct Ask {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    cookies: Vec<String>,
    body: String,
}

/// The answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Ask {
    pub(crate) fn new(method: &str, url: &str) -> Self {
        Self {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: vec![("User-Agent".to_owned(), "test/1".to_owned())],
            cookies: Vec::new(),
            body: String::new(),
        }
    }

    pub(crate) fn get(url: &str) -> Self {
        Self::new("GET", url)
    }

    pub(crate) fn post(url: &str, body: &Value) -> Self {
        let mut ask = Self::new("POST", url)
            .with("Accept", "application/json")
            .with("Content-Type", "application/json");
        ask.body = body.to_string();
        ask
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self
    }

    pub(crate) fn cookie(mut self, name: &str, value: &str) -> Self {
        self.cookies.push(format!("{name}={value}"));
        self
    }

    pub(crate) fn jar(mut self, jar: &[(String, String)]) -> Self {
        for (name, value) in jar {
            self = self.cookie(name, value);
        }
        self
    }

    pub(crate) fn with_body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    pub(crate) fn send(self, sandbox: &Sandbox) -> Answer {
        self.send_trusting(sandbox.ca_pem())
    }

    /// Sends to a sandbox of another process, which has this certificate.
    pub(crate) fn send_trusting(self, authority: &str) -> Answer {
        Answer::read(&self.exchange(authority))
    }

    /// Everything that the server said until it closed.
    pub(crate) fn send_raw(self, sandbox: &Sandbox) -> Vec<u8> {
        self.exchange(sandbox.ca_pem())
    }

    fn exchange(self, trusted: &str) -> Vec<u8> {
        let (scheme, rest) = self.url.split_once("://").expect("a URL");
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let text = self.text(authority, path);
        let (host, port) = authority.split_once(':').expect("a port");
        let port = port.parse().expect("a number");
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the sandbox listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .expect("a timeout");
        if scheme == "http" {
            return talk(stream, &text);
        }
        talk(secure(trusted, stream, host), &text)
    }

    fn text(&self, authority: &str, path: &str) -> String {
        let mut lines = vec![format!("{} /{path} HTTP/1.1", self.method)];
        if !self.headers.iter().any(|(name, _)| name == "Host") {
            lines.push(format!("Host: {authority}"));
        }
        let headers = self.headers.iter();
        lines.extend(headers.map(|(name, value)| format!("{name}: {value}")));
        if !self.cookies.is_empty() {
            lines.push(format!("Cookie: {}", self.cookies.join("; ")));
        }
        if !self.body.is_empty() {
            lines.push(format!("Content-Length: {}", self.body.len()));
        }
        lines.push("Connection: close".to_owned());
        format!("{}\r\n\r\n{}", lines.join("\r\n"), self.body)
    }
}

fn secure(
    trusted: &str,
    stream: TcpStream,
    host: &str,
) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(trusted.as_bytes()).expect("a PEM");
    roots.add(authority).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a connection");
    StreamOwned::new(connection, stream)
}

fn talk(mut stream: impl Read + Write, text: &str) -> Vec<u8> {
    stream.write_all(text.as_bytes()).expect("sent");
    stream.flush().expect("sent");
    let mut bytes = Vec::new();
    let mut piece = [0; 16 * 1024];
    // what never ends is read for a while; what is cut is read as far as it goes
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        bytes.extend_from_slice(&piece[..count]);
        if bytes.len() > 8 * 1024 * 1024 || bytes.ends_with(b"1\r\n \r\n") {
            break;
        }
    }
    bytes
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self {
            status: status
                .and_then(|status| status.parse().ok())
                .expect("a status"),
            headers,
            body: body.to_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        let headers = self.headers.iter();
        headers
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The cookies that are set and not cleared.
    pub(crate) fn jar(&self) -> Vec<(String, String)> {
        self.set_cookies()
            .iter()
            .filter_map(|line| line.split(';').next()?.split_once('='))
            .filter(|(_, value)| !["", "\"\""].contains(value))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    pub(crate) fn cookie(&self, name: &str) -> String {
        let mut jar = self.jar().into_iter();
        let (_, value) = jar.find(|(key, _)| key == name).expect("the cookie is set");
        value
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// The start at an app: the authorize URL and the nonce.
pub(crate) struct Start {
    pub(crate) authorize: String,
    pub(crate) nonce: String,
}

pub(crate) fn start(sandbox: &Sandbox, path: &str) -> Start {
    start_at(sandbox, "grafana", path)
}

fn start_at(sandbox: &Sandbox, app: &str, path: &str) -> Start {
    let answer = Ask::get(&format!("{}{path}", sandbox.app_url(app))).send(sandbox);
    assert_eq!(answer.status, 302);
    Start {
        authorize: answer.header("Location").to_owned(),
        nonce: answer.cookie("AWSALBAuthNonce"),
    }
}

pub(crate) fn authn(sandbox: &Sandbox, password: &str) -> Answer {
    let body = json!({ "username": "ada@corp.example", "password": password });
    Ask::post(&format!("{}/api/v1/authn", sandbox.org_url()), &body).send(sandbox)
}

pub(crate) fn token(sandbox: &Sandbox) -> String {
    let answer = authn(sandbox, PASSWORD).json();
    answer["sessionToken"]
        .as_str()
        .expect("a session token")
        .to_owned()
}

pub(crate) fn authorize(sandbox: &Sandbox, start: &Start) -> Answer {
    let token = token(sandbox);
    let url = format!("{}&prompt=none&sessionToken={token}", start.authorize);
    Ask::get(&url).send(sandbox)
}

pub(crate) fn callback(sandbox: &Sandbox, start: &Start, back: &Answer) -> Answer {
    Ask::get(back.header("Location"))
        .cookie("AWSALBAuthNonce", &start.nonce)
        .send(sandbox)
}

/// The whole way; what the callback answers.
pub(crate) fn sign_in(sandbox: &Sandbox) -> Answer {
    sign_in_to(sandbox, "grafana", "/")
}

/// The whole way to an app, from one of its paths.
pub(crate) fn sign_in_to(sandbox: &Sandbox, app: &str, path: &str) -> Answer {
    let start = start_at(sandbox, app, path);
    let back = authorize(sandbox, &start);
    callback(sandbox, &start, &back)
}

/// A text as a form carries it, however odd its letters.
pub(crate) fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| format!("%{byte:02X}"));
    bytes.collect::<Vec<_>>().concat()
}
