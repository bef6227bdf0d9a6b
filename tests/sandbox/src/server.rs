//! The listeners: connections in, requests through the world, answers out.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::audit::Event;
use crate::demand::Violation;
use crate::http2;
use crate::wire::{self, Unread};
use crate::world::{Place, World};

/// The first byte of a TLS connection: a handshake record.
const HANDSHAKE: u8 = 22;
/// How long a new connection may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// A listener on a loopback port; 0 takes a free one.
pub(crate) async fn listen(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

/// The same port on the other loopback address, where there is one: `localhost` may be either.
pub(crate) async fn listen_also(port: u16) -> Option<TcpListener> {
    TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok()
}

/// Serves a listener until its runtime ends. Without an acceptor it is a listener without TLS.
pub(crate) async fn serve(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    world: Arc<World>,
    place: Place,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        world.connections.fetch_add(1, Ordering::Relaxed);
        let (acceptor, world, place) = (acceptor.clone(), Arc::clone(&world), place.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            match acceptor {
                Some(acceptor) => secure(stream, &acceptor, &world, &place).await,
                None => converse(stream, &world, &place).await,
            }
        });
    }
}

async fn secure(mut stream: TcpStream, acceptor: &TlsAcceptor, world: &Arc<World>, place: &Place) {
    let mut first = [0];
    let peeked = tokio::time::timeout(PATIENCE, stream.peek(&mut first)).await;
    if !matches!(peeked, Ok(Ok(1))) {
        return;
    }
    if first[0] != HANDSHAKE {
        let host = place.host.clone();
        world.record(Event::Violated(Violation::SentInTheClear { host }));
        let refusal = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let _ = stream.write_all(refusal).await;
        return;
    }
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    match stream.get_ref().1.alpn_protocol() == Some(http2::NAME) {
        true => http2::converse(stream, world, place).await,
        false => converse(stream, world, place).await,
    }
}

async fn converse<S>(mut stream: S, world: &World, place: &Place)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut buffer = Vec::new();
    loop {
        let request = match wire::read(&mut stream, &mut buffer).await {
            Ok(request) => request,
            Err(Unread::Gone) => return,
            Err(Unread::NotUnderstood(what)) => {
                world.not_understood(&place.host, what);
                let refusal = crate::balancer::error_page(400);
                let _ = refusal.send(&mut stream, false).await;
                let _ = stream.shutdown().await;
                return;
            }
        };
        let flight = world.take_off(&place.host, &request);
        if !flight.crowded && !world.setup.delay.is_zero() {
            tokio::time::sleep(world.setup.delay).await;
        }
        let response = world.answer(place, &request, flight.crowded);
        drop(flight);
        let bodiless = request.method == "HEAD";
        match response.send(&mut stream, bodiless).await {
            Ok(true) if !request.last => {}
            // a cut connection ends without the farewell of TLS
            Ok(false) | Err(_) => return,
            Ok(true) => {
                let _ = stream.shutdown().await;
                return;
            }
        }
    }
}
