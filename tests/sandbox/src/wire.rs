//! HTTP/1.1 by hand: requests as they were sent, answers as they are meant to go out.
//!
//! A library would mend or refuse what a fault has to send (control bytes in a header, a body cut short), and would
//! tidy away what a demand has to see.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub(crate) use crate::response::{Delivery, Response, reason};

const MOST_HEAD: usize = 256 * 1024;
/// The largest body: a push to a git server may be large.
const MOST_BODY: usize = 64 * 1024 * 1024;
const MOST_HEADERS: usize = 512;

/// One request, undecoded.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// HTTP/1.0, or `Connection: close`.
    pub(crate) last: bool,
}

impl Request {
    /// The values of all header fields of a name, in order.
    pub(crate) fn all<'a, 'name>(
        &'a self,
        name: &'name str,
    ) -> impl Iterator<Item = &'a str> + use<'a, 'name> {
        self.headers
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The path with its query.
    pub(crate) fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The cookies as they were written: nothing is decoded and no quotes are taken off.
    pub(crate) fn cookies(&self) -> Vec<(String, String)> {
        self.all("cookie")
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The first cookie of a name, where it is not empty.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let mut cookies = self.cookies().into_iter();
        let (_, value) = cookies.find(|(key, value)| key == name && !value.is_empty())?;
        Some(value)
    }
}

/// Why no request could be read.
#[derive(Debug)]
pub(crate) enum Unread {
    /// The other side has closed or vanished.
    Gone,
    /// The bytes are not HTTP, for this reason.
    NotUnderstood(&'static str),
}

impl From<io::Error> for Unread {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// Reads one request. `buffer` holds what was read beyond it, for the next call.
pub(crate) async fn read<S>(stream: &mut S, buffer: &mut Vec<u8>) -> Result<Request, Unread>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let end = loop {
        if let Some(end) = find(buffer, b"\r\n\r\n") {
            break end + 4;
        }
        if buffer.len() > MOST_HEAD {
            return Err(Unread::NotUnderstood("a head that does not end"));
        }
        more(stream, buffer).await?;
    };
    let head: Vec<u8> = buffer.drain(..end).collect();
    let mut request = parse(&head)?;
    if request.header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        stream.flush().await?;
    }
    request.body = read_body(stream, buffer, &request).await?;
    Ok(request)
}

fn parse(head: &[u8]) -> Result<Request, Unread> {
    let mut headers = vec![httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let whole = parsed.parse(head).is_ok_and(|status| status.is_complete());
    let (Some(method), Some(target), true) = (parsed.method, parsed.path, whole) else {
        return Err(Unread::NotUnderstood("a head that is not HTTP"));
    };
    if !target.starts_with('/') {
        return Err(Unread::NotUnderstood("a target that is not a path"));
    }
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    let headers: Vec<(String, String)> = parsed
        .headers
        .iter()
        .map(|header| {
            let value = header.value.iter().map(|byte| char::from(*byte)).collect();
            (header.name.to_owned(), value)
        })
        .collect();
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query,
        headers,
        body: Vec::new(),
        last: parsed.version == Some(0),
    };
    request.last |= request
        .header("connection")
        .is_some_and(|value| value.eq_ignore_ascii_case("close"));
    Ok(request)
}

async fn read_body<S>(
    stream: &mut S,
    buffer: &mut Vec<u8>,
    request: &Request,
) -> Result<Vec<u8>, Unread>
where
    S: AsyncRead + Unpin,
{
    if let Some(coding) = request.header("transfer-encoding") {
        if request.header("content-length").is_some() || !coding.eq_ignore_ascii_case("chunked") {
            return Err(Unread::NotUnderstood("a body of uncertain length"));
        }
        return read_chunks(stream, buffer).await;
    }
    let Some(length) = request.header("content-length") else {
        return Ok(Vec::new());
    };
    let length = length
        .parse()
        .ok()
        .filter(|length| *length <= MOST_BODY)
        .ok_or(Unread::NotUnderstood("a body of uncertain length"))?;
    take(stream, buffer, length).await
}

async fn read_chunks<S>(stream: &mut S, buffer: &mut Vec<u8>) -> Result<Vec<u8>, Unread>
where
    S: AsyncRead + Unpin,
{
    let mut body = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = find(buffer, b"\r\n") {
                break end;
            }
            more(stream, buffer).await?;
        };
        let line: Vec<u8> = buffer.drain(..end + 2).collect();
        let size = std::str::from_utf8(&line[..end])
            .ok()
            .and_then(|size| usize::from_str_radix(size.trim(), 16).ok())
            .filter(|size| body.len() + size <= MOST_BODY)
            .ok_or(Unread::NotUnderstood("a chunk without a size"))?;
        body.extend(take(stream, buffer, size).await?);
        take(stream, buffer, 2).await?;
        if size == 0 {
            return Ok(body);
        }
    }
}

async fn take<S>(stream: &mut S, buffer: &mut Vec<u8>, length: usize) -> Result<Vec<u8>, Unread>
where
    S: AsyncRead + Unpin,
{
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    Ok(buffer.drain(..length).collect())
}

async fn more<S>(stream: &mut S, buffer: &mut Vec<u8>) -> Result<(), Unread>
where
    S: AsyncRead + Unpin,
{
    match stream.read_buf(buffer).await? {
        0 if buffer.is_empty() => Err(Unread::Gone),
        0 => Err(Unread::NotUnderstood("a request that breaks off")),
        _ => Ok(()),
    }
}

fn find(buffer: &[u8], what: &[u8]) -> Option<usize> {
    buffer.windows(what.len()).position(|window| window == what)
}
