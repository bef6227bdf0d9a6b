//! A proxy between the program and the servers that lets nothing through until it is opened: a network that is slow for
//! as long as a test wants.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};

use crate::home::Home;
use crate::screen::PATIENCE;

/// The gate. It opens, at the latest, when it is dropped.
pub(crate) struct Gate {
    door: Arc<Door>,
    knocks: Receiver<()>,
}

#[derive(Default)]
struct Door {
    is_open: Mutex<bool>,
    /// Set once something that was under way has been stopped.
    stopped: Mutex<bool>,
    opens: Condvar,
}

impl Gate {
    /// A closed gate before all servers, for all calls to come.
    pub(crate) fn before(home: &mut Home) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        home.set("HTTPS_PROXY", format!("http://127.0.0.1:{port}"));
        let door = Arc::new(Door::default());
        let (sender, knocks) = channel();
        let shared = Arc::clone(&door);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (door, sender) = (Arc::clone(&shared), sender.clone());
                std::thread::spawn(move || {
                    // Once the test is over nobody listens.
                    let _ = sender.send(());
                    door.pass(&stream)
                });
            }
        });
        Self { door, knocks }
    }

    /// Waits until somebody stands before it.
    #[track_caller]
    pub(crate) fn until_asked(&self) {
        let knock = self.knocks.recv_timeout(PATIENCE);
        knock.expect("somebody comes");
    }

    /// Returns whether nobody came since the last time that this was asked.
    pub(crate) fn is_lonely(&self) -> bool {
        self.knocks.try_recv().is_err()
    }

    /// Closes it again, for what is under way too.
    pub(crate) fn close(&self) {
        *self.door.is_open.lock().expect("no thread has panicked") = false;
    }

    /// Waits until something is stopped on its way through.
    #[track_caller]
    pub(crate) fn until_stopped(&self) {
        let is_there = || *self.door.stopped.lock().expect("no thread has panicked");
        crate::ahead::until("something is stopped", is_there);
    }

    /// Opens it.
    pub(crate) fn open(&self) {
        *self.door.is_open.lock().expect("no thread has panicked") = true;
        self.door.opens.notify_all();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.open();
    }
}

impl Door {
    /// Reads a `CONNECT`, waits until the gate is open, and then carries bytes both ways.
    fn pass(self: &Arc<Self>, stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?);
        let mut request = String::new();
        while lines.read_line(&mut request)? > 2 {}
        self.wait();
        let target = request.split(' ').nth(1).unwrap_or_default();
        let server = TcpStream::connect(target)?;
        let mut answer = stream;
        answer.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        let (mut from, mut to) = (stream.try_clone()?, server.try_clone()?);
        let door = Arc::clone(self);
        std::thread::spawn(move || door.carry(&mut from, &mut to));
        let copied = std::io::copy(&mut &server, &mut answer);
        let _ = stream.shutdown(std::net::Shutdown::Both);
        copied.map(drop)
    }

    /// Waits until the gate is open.
    fn wait(&self) {
        let is_open = self.is_open.lock().expect("no thread has panicked");
        *self.stopped.lock().expect("no thread has panicked") |= !*is_open;
        drop(self.opens.wait_while(is_open, |is_open| !*is_open));
    }

    /// Carries a caller's bytes to a server, as long as the gate is open.
    fn carry(&self, from: &mut TcpStream, to: &mut TcpStream) -> std::io::Result<()> {
        let mut piece = [0; 16 * 1024];
        loop {
            match from.read(&mut piece)? {
                0 => return Ok(()),
                length => {
                    self.wait();
                    to.write_all(&piece[..length])?;
                }
            }
        }
    }
}
