//! The one real client.
//!
//! It follows no redirect, keeps no cookie, sends nothing twice and reads no more than it must: each of those is a
//! decision of the flow. It is built on first use, and so is the runtime that it needs, because building it reads all
//! of the trusted certificates. Proxies (`HTTPS_PROXY`, `NO_PROXY`) and trust (`SSL_CERT_FILE`, `SSL_CERT_DIR`, else
//! the system's store) are honoured by the libraries beneath it.

use std::cell::{Cell, OnceCell};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, COOKIE, HeaderValue};
use url::Url;

use super::broken::{broken, failed, too_late};
use super::certificates;
use super::names::with_names;
use super::runtime::Background;
use super::{Broken, Request, Response, Tracer, Verb, is_redirect};
use crate::clock;
use crate::error::{Error, Result, shown};

/// The most that is read of any body.
const LARGEST_BODY: usize = 1 << 20;
/// How long one exchange may take. The ALB itself gives Okta's endpoints 5 s each at the callback.
const EXCHANGE: Duration = Duration::from_secs(20);
/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection that is not used is kept. A request that carries a code cannot be sent twice, so none may be
/// sent on a connection that the server is about to close.
const IDLE: Duration = Duration::from_secs(10);

/// The program's name for servers. Okta parses it for policies, device recognition and its log.
const USER_AGENT: &str = concat!("credential/", env!("CARGO_PKG_VERSION"));

/// The client that all requests of this process go through, with the runtime that drives it.
#[derive(Default)]
pub(crate) struct Client {
    runtime: Background,
    /// Trusts what `certificates` has, if there is such a file.
    narrow: OnceCell<Option<reqwest::Client>>,
    /// Trusts everything that the TLS library finds.
    wide: OnceCell<reqwest::Client>,
    /// Uses no proxy: for http, which is for this machine alone and must not leave it.
    direct: OnceCell<reqwest::Client>,
    tracer: Option<Tracer>,
    certificates: Option<PathBuf>,
    /// The longest that a connection may take to stand, where the caller waits less than usual.
    connect: Option<Duration>,
    posts: Cell<u32>,
}

impl Client {
    /// A client that tells `tracer` of every exchange.
    ///
    /// Where the environment names one file of `certificates`, those are tried alone first, and the others only for a
    /// server that they do not vouch for: to read a whole directory of them takes longer than all the rest.
    pub(crate) fn new(tracer: Option<Tracer>, certificates: Option<PathBuf>) -> Self {
        Self {
            tracer,
            certificates,
            ..Self::default()
        }
    }

    /// The same for a caller that waits for `limit` at most. It gives up a connection in time to know that nothing was sent.
    pub(crate) fn within(self, limit: Option<Duration>) -> Self {
        let connect = limit.map(|limit| CONNECT.min(limit / 2));
        Self { connect, ..self }
    }

    /// Runs `future`, which sends with this client, for at most `limit`, on a runtime of this thread alone.
    pub(crate) fn run<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output> {
        let runtime = self.runtime.get()?;
        let limited = runtime.block_on(async { tokio::time::timeout(limit, future).await });
        limited.map_err(|_| {
            Error::network(format!(
                "the servers did not finish within {} s",
                limit.as_secs()
            ))
        })
    }

    /// Returns how many requests with a body this process has sent: none where nothing was proved with a secret.
    pub(crate) fn posts(&self) -> u32 {
        self.posts.get()
    }

    /// As [`Client::exchange`], for a caller that need not know why there is no answer.
    pub(crate) async fn send(&self, request: Request) -> Result<Response> {
        self.exchange(request).await.map_err(|broken| broken.error)
    }

    /// Sends `request` once and reads of the answer what matters.
    pub(crate) async fn exchange(&self, request: Request) -> Result<Response, Broken> {
        self.posts
            .set(self.posts.get() + u32::from(request.verb == Verb::Post));
        let (started, verb, url) = (clock::ticks(), request.verb, request.url.clone());
        let limit = request.limit.unwrap_or(EXCHANGE);
        let result = match tokio::time::timeout(limit, self.answer(request)).await {
            Ok(result) => result,
            Err(_) => Err(Broken::after(too_late(&url, limit.as_secs()))),
        };
        if let Some(tracer) = self.tracer {
            let word = format!("{verb:?}").to_uppercase();
            let told = result.as_ref().map_err(|broken| &broken.error);
            tracer.tell(&format!("{word} {}", shown(&url)), told, started.elapsed());
        }
        result
    }

    async fn answer(&self, request: Request) -> Result<Response, Broken> {
        let (url, asked_at) = (&request.url, clock::now());
        let mut answer = self.head(&request).await?;
        let mut body = Vec::new();
        // A redirect's body is read all the same, because only then the connection can be used again.
        if request.wants_page || is_redirect(answer.status().as_u16()) {
            while let Some(chunk) = answer
                .chunk()
                .await
                .map_err(|error| Broken::after(broken(url, &error)))?
            {
                body.extend_from_slice(&chunk);
                if body.len() > LARGEST_BODY {
                    return Err(Broken::after(failed(
                        url,
                        "the answer is larger than 1 MiB",
                    )));
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
            asked_at,
            at: clock::now(),
            url: request.url,
        })
    }

    /// Sends `request`, and once more only where it was never sent, because the server was not trusted.
    async fn head(&self, request: &Request) -> Result<reqwest::Response, Broken> {
        let url = &request.url;
        if url.scheme() == "http" {
            let direct = || self.builder().no_proxy().build();
            let direct = get_or_build(&self.direct, direct, self.certificates.as_deref())
                .map_err(Broken::before)?;
            return prepare(direct, request)
                .map_err(Broken::before)?
                .send()
                .await
                .map_err(|error| unanswered(url, &error));
        }
        if let Some(narrow) = self.trusting_file().map_err(Broken::before)? {
            match prepare(narrow, request)
                .map_err(Broken::before)?
                .send()
                .await
            {
                Err(untrusted) if certificates::is_unknown(&untrusted) => {}
                sent => return sent.map_err(|error| unanswered(url, &error)),
            }
        }
        let wide = || match certificates::of_system() {
            Some(roots) => self.builder().tls_certs_only(roots).build(),
            None => self.builder().build(),
        };
        let wide =
            get_or_build(&self.wide, wide, self.certificates.as_deref()).map_err(Broken::before)?;
        prepare(wide, request)
            .map_err(Broken::before)?
            .send()
            .await
            .map_err(|error| unanswered(url, &error))
    }

    /// Returns what every client of ours is like.
    fn builder(&self) -> reqwest::ClientBuilder {
        // A second call finds a provider installed, the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        with_names(reqwest::Client::builder())
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .connect_timeout(self.connect.unwrap_or(CONNECT))
            // A person may take a minute to answer, and a server closes what is idle for less.
            .pool_idle_timeout(IDLE)
    }

    /// The client that trusts the one file of certificates, built on first use; `None` where there is none that can be
    /// used.
    fn trusting_file(&self) -> Result<Option<&reqwest::Client>> {
        if self.narrow.get().is_none() {
            crate::environment::check_proxies()?;
            let roots = self.certificates.as_deref().map(certificates::read);
            let roots = roots.transpose()?.flatten();
            let built = roots.and_then(|roots| self.builder().tls_certs_only(roots).build().ok());
            let _ = self.narrow.set(built);
        }
        Ok(self.narrow.get().and_then(Option::as_ref))
    }
}

/// An exchange that broke before its answer came. Only where no connection stood nothing was sent.
fn unanswered(url: &Url, error: &reqwest::Error) -> Broken {
    Broken {
        may_have_arrived: !error.is_connect(),
        error: broken(url, error),
    }
}

/// The client in `cell`, built on first use.
fn get_or_build<'a>(
    cell: &'a OnceCell<reqwest::Client>,
    make: impl FnOnce() -> reqwest::Result<reqwest::Client>,
    file: Option<&Path>,
) -> Result<&'a reqwest::Client> {
    if let Some(client) = cell.get() {
        return Ok(client);
    }
    // The one thing that can fail is the list of trusted certificates.
    let built = make().map_err(|_| certificates::none_trusted(file))?;
    Ok(cell.get_or_init(|| built))
}

/// `request` in the library's terms.
fn prepare(client: &reqwest::Client, request: &Request) -> Result<reqwest::RequestBuilder> {
    let Request {
        verb,
        url,
        cookie,
        body,
        media_type,
        limit: _,
        wants_page: _,
    } = request;
    let mut builder = match verb {
        Verb::Get => client.get(url.clone()),
        Verb::Post => client.post(url.clone()),
        Verb::Delete => client.delete(url.clone()),
    };
    builder = builder.header(ACCEPT_ENCODING, "identity"); // else a server may compress
    if let Some(cookie) = cookie {
        let value = HeaderValue::from_str(cookie.expose());
        let mut value = value.map_err(|_| failed(url, "a cookie cannot stand in a header"))?;
        value.set_sensitive(true);
        builder = builder.header(COOKIE, value);
    }
    Ok(match body {
        // Okta answers 400 or 406 unless both are said.
        Some(body) => builder
            .header(ACCEPT, media_type.as_ref())
            .header(CONTENT_TYPE, media_type.as_ref())
            .body(body.expose().to_owned()),
        None => builder.header(ACCEPT, "*/*"),
    })
}
