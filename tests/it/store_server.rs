//! A server between a machine and its store, which changes a request on its way, or loses the answer to one.

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// The deed of such a server.
#[derive(Clone)]
pub(crate) enum Deed {
    /// These words become others of the same length.
    Replace(&'static str, String),
    /// Each request with these words arrives, and its connection ends with the first bytes of the answer; a repetition of it is
    /// answered.
    LoseAnswersTo(&'static str),
}

/// A server on loopback. Its threads end with the test's process.
pub(crate) struct Between {
    port: u16,
}

impl Between {
    pub(crate) fn start(socket: PathBuf, deed: Deed) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let lost = Arc::new(Mutex::new(HashSet::new()));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (socket, deed, lost) = (socket.clone(), deed.clone(), lost.clone());
                std::thread::spawn(move || pass(&stream, &socket, &deed, &lost));
            }
        });
        Self { port }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

/// A request is one small write. Its answer may come in pieces.
fn pass(client: &TcpStream, socket: &Path, deed: &Deed, lost: &Mutex<HashSet<Vec<u8>>>) {
    let Ok(server) = UnixStream::connect(socket) else {
        return;
    };
    let (mut from_server, mut to_client) = (
        server.try_clone().expect("a socket"),
        client.try_clone().expect("a socket"),
    );
    let loses = Arc::new(AtomicBool::new(false));
    let losing = loses.clone();
    let back = std::thread::spawn(move || {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from_server.read(&mut bytes) {
            let ends = losing.load(Ordering::SeqCst);
            if ends || to_client.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
        let _ = from_server.shutdown(Shutdown::Both);
    });
    let (mut client, mut server) = (client, &server);
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        let mut request = bytes[..count].to_vec();
        match deed {
            Deed::Replace(from, to) => replace(&mut request, from.as_bytes(), to.as_bytes()),
            Deed::LoseAnswersTo(words) => {
                let is_meant = find(&request, words.as_bytes()).is_some();
                // On a new connection something else goes before it.
                let call = find(&request, b"EVAL").unwrap_or(0);
                let call = request[call..].to_vec();
                if is_meant && lost.lock().expect("no thread panics").insert(call) {
                    loses.store(true, Ordering::SeqCst);
                }
            }
        }
        if server.write_all(&request).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
    let _ = back.join();
}

fn find(bytes: &[u8], words: &[u8]) -> Option<usize> {
    bytes
        .windows(words.len())
        .position(|window| window == words)
}

fn replace(request: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len(), "lengths stand in the protocol");
    let places = 0..request.len();
    let found: Vec<usize> = places
        .filter(|at| request[*at..].starts_with(from))
        .collect();
    for at in found {
        request[at..at + to.len()].copy_from_slice(to);
    }
}
