//! A pipe between the machines and a server's port, for what nobody in between can read: it delays, cuts and stalls.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How bytes flow through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// At once.
    Free,
    /// Each piece so much later, as over a long line.
    Late(Duration),
    /// So many bytes to the client, and then the connection ends.
    CutAfter(usize),
    /// So many bytes to the client, and then never another one.
    StallAfter(usize),
    /// No connection leads to the server.
    Refused,
}

/// The pipe. Its threads end with the process.
pub struct StorePipe {
    /// Where it listens.
    pub port: u16,
    state: Arc<State>,
}

struct State {
    server: u16,
    flow: Mutex<Flow>,
    connections: AtomicUsize,
    wire: Mutex<Vec<u8>>,
}

impl StorePipe {
    /// A pipe to the server at this port of this machine.
    ///
    /// # Panics
    ///
    /// Panics if there is no port.
    #[must_use]
    pub fn start(server: u16, flow: Flow) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State {
            server,
            flow: Mutex::new(flow),
            connections: AtomicUsize::new(0),
            wire: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let _ = shared.open(&client);
            }
        });
        Self { port, state }
    }

    /// Lets bytes flow in another way from now on.
    pub fn set(&self, flow: Flow) {
        *self
            .state
            .flow
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = flow;
    }

    /// How many connections were opened.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// All bytes so far, of both directions.
    #[must_use]
    pub fn wire(&self) -> Vec<u8> {
        let wire = self
            .state
            .wire
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        wire.clone()
    }
}

impl State {
    fn flow(&self) -> Flow {
        *self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(self: &Arc<Self>, client: &TcpStream) -> std::io::Result<()> {
        if self.flow() == Flow::Refused {
            return client.shutdown(Shutdown::Both);
        }
        let server = TcpStream::connect(("127.0.0.1", self.server))?;
        // The only delay is the one that was asked for.
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        for (from, to, is_answer) in [(client, &server, false), (&server, client, true)] {
            let (from, to) = (from.try_clone()?, to.try_clone()?);
            let (sender, pieces) = channel();
            let [reader, writer] = [Arc::clone(self), Arc::clone(self)];
            let ends = (from.try_clone()?, to.try_clone()?);
            std::thread::spawn(move || reader.read(&from, &sender, is_answer));
            std::thread::spawn(move || {
                let _ = writer.deliver(&pieces, &to);
                let _ = ends.0.shutdown(Shutdown::Both);
                let _ = ends.1.shutdown(Shutdown::Both);
            });
        }
        Ok(())
    }

    /// Reads pieces, and says when each is to arrive. One that comes soon after another is no later than it would be alone.
    fn read(&self, mut from: &TcpStream, pieces: &Sender<(Instant, Vec<u8>)>, is_answer: bool) {
        let mut bytes = vec![0; 1 << 16];
        let mut carried = 0;
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let (mut piece, mut due) = (&bytes[..count], Instant::now());
            let left = |most: usize| most.saturating_sub(carried).min(count);
            let mut is_cut = false;
            match self.flow() {
                Flow::Late(time) => due += time,
                Flow::CutAfter(most) if is_answer && carried + count > most => {
                    (piece, is_cut) = (&piece[..left(most)], true);
                }
                Flow::StallAfter(most) if is_answer => piece = &piece[..left(most)],
                _ => {}
            }
            carried += count;
            if pieces.send((due, piece.to_vec())).is_err() || is_cut {
                return;
            }
        }
    }

    fn deliver(
        &self,
        pieces: &Receiver<(Instant, Vec<u8>)>,
        mut to: &TcpStream,
    ) -> std::io::Result<()> {
        for (due, piece) in pieces {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let mut wire = self.wire.lock().unwrap_or_else(PoisonError::into_inner);
            wire.extend(&piece);
            drop(wire);
            to.write_all(&piece)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use super::{Flow, StorePipe};

    /// Returns the bytes that come back from a server that repeats them.
    fn echo(flow: Flow) -> (Vec<u8>, StorePipe) {
        let server = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = server.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            for mut stream in server.incoming().flatten() {
                let mut bytes = [0; 6];
                let _ = stream.read_exact(&mut bytes);
                let _ = stream.write_all(&bytes);
            }
        });
        let pipe = StorePipe::start(port, flow);
        let mut client = TcpStream::connect(("127.0.0.1", pipe.port)).expect("it listens");
        let limit = Some(Duration::from_millis(300));
        client.set_read_timeout(limit).expect("a time");
        let _ = client.write_all(b"secret");
        let mut found = Vec::new();
        let _ = client.read_to_end(&mut found);
        (found, pipe)
    }

    #[test]
    fn bytes_flow_cut_stalled_or_late() {
        for (flow, expected) in [
            (Flow::Free, &b"secret"[..]),
            (Flow::Late(Duration::from_millis(1)), b"secret"),
            (Flow::CutAfter(3), b"sec"),
            (Flow::StallAfter(3), b"sec"),
            (Flow::Refused, b""),
        ] {
            let (found, pipe) = echo(flow);
            assert_eq!(found, expected, "{flow:?}");
            assert_eq!(pipe.connections(), 1, "{flow:?}");
        }
        assert_eq!(echo(Flow::Free).1.wire(), b"secretsecret");
    }
}
