//! An answer, and the ways in which it can go out.

use std::io;
use std::time::Duration;
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// How an answer is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// As it should be.
    Whole,
    /// As it should be, but after a while.
    Late(Duration),
    /// The connection ends in the middle.
    Cut,
    /// The connection ends before the first byte.
    Nothing,
    /// No byte ever comes, and the connection stays open.
    Never,
    /// The body goes on, a little at a time, until the client has enough.
    Endless,
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) reason: &'static str,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    pub(crate) delivery: Delivery,
}

impl Response {
    pub(crate) fn new(status: u16) -> Self {
        Self {
            status,
            reason: reason(status),
            headers: Vec::new(),
            body: Vec::new(),
            delivery: Delivery::Whole,
        }
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.add(name, value);
        self
    }

    #[must_use]
    pub(crate) fn with_body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.with("Content-Type", kind)
    }

    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.headers
            .push((name.to_owned(), value.as_bytes().to_vec()));
    }

    /// Puts a value in the place of the header fields of a name.
    pub(crate) fn replace(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.add(name, value);
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.headers
            .retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(value).into_owned())
    }

    /// Sends the answer; `bodiless` for HEAD. False means that the connection is at its end.
    pub(crate) async fn send<S>(&self, stream: &mut S, bodiless: bool) -> io::Result<bool>
    where
        S: AsyncWrite + Unpin,
    {
        let mut bytes = self.head();
        if !bodiless {
            bytes.extend_from_slice(&self.body);
        }
        match self.delivery {
            Delivery::Whole | Delivery::Late(_) => {
                if let Delivery::Late(by) = self.delivery {
                    tokio::time::sleep(by).await;
                }
                stream.write_all(&bytes).await?;
                stream.flush().await?;
                Ok(true)
            }
            Delivery::Cut => {
                stream.write_all(&bytes[..bytes.len() * 2 / 3]).await?;
                stream.flush().await?;
                Ok(false)
            }
            Delivery::Nothing => Ok(false),
            Delivery::Never => std::future::pending().await,
            Delivery::Endless => {
                stream.write_all(&bytes).await?;
                if !self.body.is_empty() {
                    stream.write_all(b"\r\n").await?;
                }
                loop {
                    stream.write_all(b"1\r\n \r\n").await?;
                    stream.flush().await?;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    fn head(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, self.reason).into_bytes();
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        }
        let length = match (self.delivery, self.status) {
            (Delivery::Endless, _) => "Transfer-Encoding: chunked\r\n".to_owned(),
            (_, 204) => String::new(),
            _ => format!("Content-Length: {}\r\n", self.body.len()),
        };
        head.extend_from_slice(length.as_bytes());
        head.extend_from_slice(b"\r\n");
        if self.delivery == Delivery::Endless && !self.body.is_empty() {
            head.extend_from_slice(format!("{:x}\r\n", self.body.len()).as_bytes());
        }
        head
    }
}

/// The reason phrases, with the ALB's own two.
pub(crate) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        409 => "Conflict",
        422 => "Unprocessable Content",
        423 => "Locked",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Timeout",
        507 => "Insufficient Storage",
        561 => "Authentication Error",
        _ => "Unknown",
    }
}
