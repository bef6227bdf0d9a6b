//! Okta Verify on the machine of the browser: what a FastPass page looks for. It listens, and says nothing unless a test
//! has installed it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::{TcpListener, TcpStream};

use crate::digest::sha256;
use crate::query::Query;
use crate::random;
use crate::wire::{self, Response};
use crate::world::World;

/// The program, installed or not.
#[derive(Debug)]
pub(crate) struct OktaVerify {
    /// Where a page looks for it.
    pub(crate) ports: Vec<u16>,
    key: String,
    installed: AtomicBool,
}

impl OktaVerify {
    pub(crate) fn new(ports: Vec<u16>) -> Self {
        Self {
            ports,
            key: random::word("", 40),
            installed: AtomicBool::new(false),
        }
    }

    pub(crate) fn install(&self, installed: bool) {
        self.installed.store(installed, Ordering::Relaxed);
    }

    /// Returns its answer to a challenge, which nobody else can give.
    pub(crate) fn proof(&self, challenge: &str) -> String {
        sha256(format!("{}{challenge}", self.key).as_bytes())
    }
}

/// Answers the pages that look for it.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) {
    while let Ok((stream, _)) = listener.accept().await {
        if world.okta_verify.installed.load(Ordering::Relaxed) {
            tokio::spawn(answer(stream, Arc::clone(&world)));
        }
    }
}

async fn answer(mut stream: TcpStream, world: Arc<World>) {
    let mut buffer = Vec::new();
    let Ok(request) = wire::read(&mut stream, &mut buffer).await else {
        return;
    };
    let query = Query::new(request.query.as_deref().unwrap_or_default());
    let proof = world
        .okta_verify
        .proof(&query.get("challenge").unwrap_or_default());
    let response = Response::new(200)
        .with("Access-Control-Allow-Origin", "*")
        .with("Connection", "close")
        .with_body("text/plain", proof);
    let _ = response.send(&mut stream, false).await;
}
