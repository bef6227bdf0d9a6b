//! HTTP/2 for browsers, which speak it with every real provider. A connection's streams are answered at the same time.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use h2::server::SendResponse;
use h2::{Error, RecvStream};
use http::request::Parts;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::wire::{Request, Response};
use crate::world::{Place, World};

/// The protocol's name, as TLS negotiates it.
pub(crate) const NAME: &[u8] = b"h2";
/// Header fields of one connection of HTTP/1.1, which the protocol forbids (RFC 9113, 8.2.2).
const OF_CONNECTIONS: [&str; 3] = ["connection", "transfer-encoding", "keep-alive"];

/// Answers all requests of a connection.
pub(crate) async fn converse<S>(stream: S, world: &Arc<World>, place: &Place)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Ok(mut connection) = h2::server::handshake(stream).await else {
        return;
    };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let (world, place) = (Arc::clone(world), place.clone());
        tokio::spawn(async move {
            world.http2_requests.fetch_add(1, Ordering::Relaxed);
            let _ = answer(request, respond, &world, &place).await;
        });
    }
}

async fn answer(
    request: http::Request<RecvStream>,
    mut respond: SendResponse<bytes::Bytes>,
    world: &World,
    place: &Place,
) -> Result<(), Error> {
    let (parts, mut body) = request.into_parts();
    let mut bytes = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len())?;
        bytes.extend_from_slice(&piece);
    }
    let request = read(parts, bytes);
    let flight = world.take_off(&place.host, &request);
    if !flight.crowded && !world.setup.delay.is_zero() {
        tokio::time::sleep(world.setup.delay).await;
    }
    let response = world.answer(place, &request, flight.crowded);
    drop(flight);
    let is_bodiless = request.method == "HEAD" || response.body.is_empty();
    let mut body = respond.send_response(head(&response), is_bodiless)?;
    match is_bodiless {
        true => Ok(()),
        false => body.send_data(response.body.into(), true),
    }
}

/// The request as HTTP/1.1 would have it: with `Host`, and with one line of cookies (RFC 9113, 8.2.3).
fn read(parts: Parts, body: Vec<u8>) -> Request {
    let text = |value: &http::HeaderValue| {
        value
            .as_bytes()
            .iter()
            .map(|byte| char::from(*byte))
            .collect()
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    let authority = parts.uri.authority();
    headers.extend(authority.map(|host| ("host".to_owned(), host.to_string())));
    let mut cookies: Vec<String> = Vec::new();
    for (name, value) in &parts.headers {
        match name.as_str() {
            "cookie" => cookies.push(text(value)),
            name => headers.push((name.to_owned(), text(value))),
        }
    }
    if !cookies.is_empty() {
        headers.push(("cookie".to_owned(), cookies.join("; ")));
    }
    Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers,
        body,
        last: false,
    }
}

fn head(response: &Response) -> http::Response<()> {
    let mut head = http::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        let name = name.to_ascii_lowercase();
        if !OF_CONNECTIONS.contains(&name.as_str()) {
            head = head.header(name, value.as_slice());
        }
    }
    head.body(()).expect("the pages have good header fields")
}
