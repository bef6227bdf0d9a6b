//! Exchanges that are under way: each is one request and its answer.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use crate::http::{Broken, Client, Request, Response, Verb};
use crate::sign_in::flow::Peer;

/// The longest wait for the end of a rate limit.
const LONGEST_RATE_LIMIT_WAIT: Duration = Duration::from_secs(15);

/// An exchange that is under way.
pub(super) struct Exchange<'a> {
    peer: Peer,
    reply: Pin<Box<dyn Future<Output = Result<Response, Broken>> + 'a>>,
}

impl<'a> Exchange<'a> {
    pub(super) fn begin(client: &'a Client, (peer, request): (Peer, Request)) -> Self {
        Self {
            peer,
            reply: Box::pin(send(client, request)),
        }
    }
}

/// Returns the first answer of these exchanges, and removes its exchange.
pub(super) async fn first_reply(
    exchanges: &mut Vec<Exchange<'_>>,
) -> (Peer, Result<Response, Broken>) {
    poll_fn(|context| {
        for index in 0..exchanges.len() {
            if let Poll::Ready(reply) = exchanges[index].reply.as_mut().poll(context) {
                let exchange = exchanges.remove(index);
                return Poll::Ready((exchange.peer, reply));
            }
        }
        Poll::Pending
    })
    .await
}

/// Sends `request`. Repeats a GET that met a rate limit, if the limit ends soon. Never repeats a POST.
async fn send(client: &Client, request: Request) -> Result<Response, Broken> {
    let again = (request.verb == Verb::Get).then(|| request.clone());
    let reply = client.exchange(request).await?;
    match again.zip(reply.limit_ends()) {
        Some((request, wait)) if wait <= LONGEST_RATE_LIMIT_WAIT => {
            tokio::time::sleep(wait).await;
            client.exchange(request).await
        }
        _ => Ok(reply),
    }
}
