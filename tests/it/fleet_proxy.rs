//! A server between the machines and the store, which keeps answers back; and servers that are no store at all.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What is done with each connection.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    /// Both sides are passed on; but in place of the answer to the first request with these words the connection is closed.
    CutAnswerTo(PathBuf, &'static str),
    /// Nothing is ever answered.
    Mute,
    /// A byte at a time, and never a whole answer.
    Drip,
    /// It is closed at once.
    Close,
    /// What another protocol would answer.
    Garbage,
}

/// A server on loopback. Its threads end with the test's process.
pub(crate) struct Proxy {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    pub(crate) fn start(way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let (counted, cuts) = (connections.clone(), Arc::new(AtomicUsize::new(0)));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                let (way, cuts) = (way.clone(), cuts.clone());
                std::thread::spawn(move || serve(stream, &way, &cuts));
            }
        });
        Self { port, connections }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// How many connections were opened.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn serve(mut stream: TcpStream, way: &Way, cuts: &AtomicUsize) {
    match way {
        Way::CutAnswerTo(socket, words) => pass(stream, socket, words, cuts),
        Way::Close => {}
        Way::Garbage => {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
            drain(stream);
        }
        Way::Mute => drain(stream),
        Way::Drip => {
            let _ = stream.write_all(b"$99\r\n");
            while stream.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn drain(mut stream: TcpStream) {
    let mut bytes = [0; 4096];
    while stream.read(&mut bytes).is_ok_and(|count| count > 0) {}
}

fn pass(mut client: TcpStream, socket: &Path, words: &str, cuts: &AtomicUsize) {
    let Ok(mut server) = UnixStream::connect(socket) else {
        return;
    };
    let mut bytes = vec![0; 1 << 16];
    loop {
        let Ok(count @ 1..) = client.read(&mut bytes) else {
            return;
        };
        let request = String::from_utf8_lossy(&bytes[..count]).into_owned();
        if server.write_all(&bytes[..count]).is_err() {
            return;
        }
        // A request is one small write, and so is an answer.
        let Ok(count @ 1..) = server.read(&mut bytes) else {
            return;
        };
        if request.contains(words) && cuts.fetch_add(1, Ordering::SeqCst) == 0 {
            return;
        }
        if client.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}
