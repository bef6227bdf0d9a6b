//! HTTP: a request, a response, and the one real client.
//!
//! The client follows no redirect, keeps no cookie, sends nothing twice and reads no more than it must: each of
//! those is a decision of the flow. It is built on first use, and so is the runtime that it needs, because building
//! it reads all of the system's certificates. Proxies (`HTTPS_PROXY`, `NO_PROXY`) and trust (`SSL_CERT_FILE`,
//! `SSL_CERT_DIR`, else the system's store) are honoured by the libraries beneath it.

use std::cell::OnceCell;
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::Runtime;
use url::Url;

use crate::clock::{self, Moment};
use crate::cookie::{self, SetCookie};
use crate::error::{Error, Kind, Result, foreign, shown};
use crate::secret::Secret;

/// The most that is read of any body.
const LARGEST_BODY: usize = 1 << 20;
/// How long one exchange may take. The ALB itself gives Okta's endpoints 5 s each at the callback.
const EXCHANGE: Duration = Duration::from_secs(20);
/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(10);

/// What the program calls itself to servers. Okta parses it for policies, device recognition and its log.
const USER_AGENT: &str = concat!("credential/", env!("CARGO_PKG_VERSION"));

/// One request. It has no `Debug`, because tokens travel in URLs.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) verb: Verb,
    pub(crate) url: Url,
    /// The value of the `Cookie` header, where one is sent.
    pub(crate) cookie: Option<Secret>,
    /// The body, which is always JSON.
    pub(crate) body: Option<Secret>,
    /// Whether a page that the answer carries is of any use. Of an application's own pages none is, and they may be
    /// large, or never end.
    pub(crate) wants_page: bool,
}

/// The request methods that the flow uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Delete,
}

impl Request {
    /// A GET, as a browser's navigation would do it.
    pub(crate) fn get(url: Url, cookie: Option<Secret>) -> Self {
        Self {
            verb: Verb::Get,
            url,
            cookie,
            body: None,
            wants_page: true,
        }
    }

    /// A GET of which only the status and the headers matter.
    pub(crate) fn glance(url: Url, cookie: Option<Secret>) -> Self {
        Self {
            wants_page: false,
            ..Self::get(url, cookie)
        }
    }

    /// A POST of JSON.
    pub(crate) fn post(url: Url, cookie: Option<Secret>, body: Secret) -> Self {
        Self {
            verb: Verb::Post,
            body: Some(body),
            ..Self::get(url, cookie)
        }
    }

    /// A DELETE.
    pub(crate) fn delete(url: Url, cookie: Option<Secret>) -> Self {
        Self {
            verb: Verb::Delete,
            ..Self::get(url, cookie)
        }
    }
}

/// One response, and what was asked. It has no `Debug` either.
#[derive(Clone)]
pub(crate) struct Response {
    /// The URL that was asked, against which a relative `Location` is resolved.
    pub(crate) url: Url,
    pub(crate) status: u16,
    /// Names in lower case, in the order received.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: zeroize::Zeroizing<Vec<u8>>,
    /// When it arrived, by the local clock.
    pub(crate) at: Moment,
}

impl Response {
    /// The first header called `name`, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|header| header.0 == name)?;
        std::str::from_utf8(&header.1).ok()
    }

    /// The time by the server's own clock; by ours where it does not say.
    pub(crate) fn date(&self) -> Moment {
        self.header("date")
            .and_then(cookie::parse_date)
            .unwrap_or(self.at)
    }

    /// The cookies that it sets; an error if one of them breaks the grammar.
    pub(crate) fn cookies(&self) -> Result<Vec<SetCookie>> {
        let lines = self
            .headers
            .iter()
            .filter(|header| header.0 == "set-cookie");
        lines
            .map(|line| SetCookie::parse(&line.1))
            .collect::<std::result::Result<_, _>>()
            .map_err(|fault| Error::network(format!("{} sets {fault}", self.host())))
    }

    /// The cookies that it sets, less those that break the grammar and could not be sent back anyway.
    pub(crate) fn sound_cookies(&self) -> Vec<SetCookie> {
        let lines = self
            .headers
            .iter()
            .filter(|header| header.0 == "set-cookie");
        lines
            .filter_map(|line| SetCookie::parse(&line.1).ok())
            .collect()
    }

    /// Where it redirects to, if it does.
    pub(crate) fn location(&self) -> Option<Url> {
        is_redirect(self.status).then(|| self.url.join(self.header("location")?).ok())?
    }

    /// The host that answered, with its port.
    pub(crate) fn host(&self) -> String {
        let port = self
            .url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        format!("{}{port}", self.url.host_str().unwrap_or_default())
    }
}

/// Whether a status with a `Location` sends elsewhere.
fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The client that all requests of this process go through, with the runtime that drives it.
#[derive(Default)]
pub(crate) struct Client {
    built: OnceCell<reqwest::Client>,
    runtime: OnceCell<Runtime>,
    /// Told of every exchange.
    trace: Option<fn(&str)>,
    /// The one file of trusted certificates, instead of the system's store.
    certificates: Option<PathBuf>,
}

impl Client {
    /// A client that tells `trace` of every exchange: method, host, path without query, status, time.
    pub(crate) fn new(trace: Option<fn(&str)>, certificates: Option<PathBuf>) -> Self {
        Self {
            trace,
            certificates,
            ..Self::default()
        }
    }

    /// Runs `future`, which sends with this client, for at most `limit`, on a runtime of this thread alone.
    pub(crate) fn run<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output> {
        let runtime = match self.runtime.get() {
            Some(runtime) => runtime,
            None => {
                let built = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                let built = built.map_err(|error| {
                    Error::new(Kind::Other, "cannot start a runtime").caused_by(error)
                })?;
                self.runtime.get_or_init(|| built)
            }
        };
        let limited = runtime.block_on(async { tokio::time::timeout(limit, future).await });
        limited.map_err(|_| {
            Error::network(format!(
                "the servers did not finish within {} s",
                limit.as_secs()
            ))
        })
    }

    /// Sends `request` once and reads of the answer what matters.
    pub(crate) async fn send(&self, request: Request) -> Result<Response> {
        let (started, verb, url) = (clock::ticks(), request.verb, request.url.clone());
        let result = match tokio::time::timeout(EXCHANGE, self.exchange(request)).await {
            Ok(result) => result,
            Err(_) => Err(failed(
                &url,
                &format!("no whole answer within {} s", EXCHANGE.as_secs()),
            )),
        };
        if let Some(trace) = self.trace {
            let outcome = match &result {
                Ok(response) => response.status.to_string(),
                Err(error) => error.message.clone(),
            };
            let word = format!("{verb:?}").to_uppercase();
            trace(&format!(
                "{word} {}: {outcome}, {} ms",
                shown(&url),
                started.elapsed().as_millis()
            ));
        }
        result
    }

    async fn exchange(&self, request: Request) -> Result<Response> {
        let (url, wants_page) = (request.url.clone(), request.wants_page);
        let error = |error: &reqwest::Error| failed(&url, &chain(error));
        let mut answer = self.prepare(request)?.send().await.map_err(|e| error(&e))?;
        let mut body = zeroize::Zeroizing::new(Vec::new());
        // A redirect's body is read all the same, because only then the connection can be used again.
        if wants_page || is_redirect(answer.status().as_u16()) {
            while let Some(chunk) = answer.chunk().await.map_err(|e| error(&e))? {
                body.extend_from_slice(&chunk);
                if body.len() > LARGEST_BODY {
                    return Err(failed(&url, "the answer is larger than 1 MiB"));
                }
            }
        }
        let headers = answer.headers().iter();
        let headers = headers
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect();
        Ok(Response {
            status: answer.status().as_u16(),
            headers,
            body,
            at: clock::now(),
            url,
        })
    }

    fn prepare(&self, request: Request) -> Result<reqwest::RequestBuilder> {
        let Request {
            verb,
            url,
            cookie,
            body,
            wants_page: _,
        } = request;
        let client = self.client()?;
        let mut builder = match verb {
            Verb::Get => client.get(url.clone()),
            Verb::Post => client.post(url.clone()),
            Verb::Delete => client.delete(url.clone()),
        };
        if let Some(cookie) = cookie {
            let mut value = reqwest::header::HeaderValue::from_str(cookie.expose())
                .map_err(|_| failed(&url, "a cookie cannot stand in a header"))?;
            value.set_sensitive(true);
            builder = builder.header(reqwest::header::COOKIE, value);
        }
        builder = match body {
            // Okta answers 400 or 406 unless both are said.
            Some(body) => builder
                .header(reqwest::header::ACCEPT, "application/json")
                .header(reqwest::header::CONTENT_TYPE, "application/json")
                .body(body.expose().to_owned()),
            None => builder.header(reqwest::header::ACCEPT, "*/*"),
        };
        Ok(builder)
    }

    fn client(&self) -> Result<&reqwest::Client> {
        if let Some(client) = self.built.get() {
            return Ok(client);
        }
        // A second call finds a provider installed, the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            reqwest::Client::builder()
                .user_agent(USER_AGENT)
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .http1_only()
                .connect_timeout(CONNECT)
        };
        // With SSL_CERT_FILE alone, the TLS library would read the system's directory of certificates as well, which
        // takes longer than the whole rest of a sign-in here. It still gets the files that are not all certificates.
        let client = match self.trusted() {
            Some(roots) => builder()
                .tls_certs_only(roots)
                .build()
                .or_else(|_| builder().build()),
            None => builder().build(),
        };
        let client = client.map_err(|error| {
            Error::network("cannot start an HTTP client").caused_by(chain(&error))
        })?;
        Ok(self.built.get_or_init(|| client))
    }

    /// The certificates of the one trusted file, if there is one that can be read.
    fn trusted(&self) -> Option<Vec<reqwest::Certificate>> {
        let bundle = std::fs::read(self.certificates.as_deref()?).ok()?;
        reqwest::Certificate::from_pem_bundle(&bundle)
            .ok()
            .filter(|roots| !roots.is_empty())
    }
}

/// The error of an exchange with `url`, which is shown without its query.
fn failed(url: &Url, cause: &str) -> Error {
    Error::network(format!("no answer from {}: {}", shown(url), foreign(cause)))
}

/// What is beneath an error of the client, innermost last; its own text, which has the whole URL, is left out.
fn chain(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let text = cause.to_string();
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        source = cause.source();
    }
    if causes.is_empty() {
        return if error.is_timeout() {
            "it took too long".into()
        } else {
            "the exchange broke off".into()
        };
    }
    causes.join(": ")
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
