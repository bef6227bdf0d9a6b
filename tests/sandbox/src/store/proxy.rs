//! A proxy that reads the protocol. A function of the test's own stands in the middle: it is given each request, may ask
//! the server, once, never or several times, and returns what the client is answered; or nothing, which closes the
//! connection. The clients do not notice it, as long as it passes everything on.

use std::io::{self, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::value::Value;

/// Asks the server. `None` if it has closed the connection.
pub type Ask<'a> = &'a mut dyn FnMut(&Request) -> Option<Value>;

type Middle = dyn Fn(&Request, Ask<'_>) -> Option<Value> + Send + Sync;

/// A command with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request(pub Vec<Vec<u8>>);

/// The scripts of the program, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Looks at a record, or claims it.
    Enter,
    /// Extends a claim, perhaps with a note.
    Keep,
    /// Writes a record, and keeps or releases its claim.
    Leave,
    /// Moves the fleet to another key.
    Move,
}

impl Request {
    /// The script that it runs, if it is one of the program's.
    #[must_use]
    pub fn script(&self) -> Option<Script> {
        let (command, text) = (self.0.first()?, String::from_utf8_lossy(self.0.get(1)?));
        let known = [
            ("'otherkey'", Script::Enter),
            ("if ARGV[3] then", Script::Keep),
            ("local writes = ARGV", Script::Leave),
            ("KEYS[2]) == ARGV[2]", Script::Move),
        ];
        let found = known.into_iter().find(|(words, _)| text.contains(words));
        found
            .filter(|_| command == b"EVAL")
            .map(|(_, script)| script)
    }

    /// The name of the record that a script is about.
    #[must_use]
    pub fn record(&self) -> Option<&[u8]> {
        self.0.get(3).map(Vec::as_slice)
    }

    /// The arguments of a script.
    #[must_use]
    pub fn arguments(&self) -> &[Vec<u8>] {
        let count = self
            .0
            .get(2)
            .and_then(|text| std::str::from_utf8(text).ok());
        let keys: usize = count.and_then(|count| count.parse().ok()).unwrap_or(0);
        self.0.get(3 + keys..).unwrap_or_default()
    }

    /// Whether it is a LEAVE that writes a version.
    #[must_use]
    pub fn writes(&self) -> bool {
        let version = self.arguments().get(1);
        self.script() == Some(Script::Leave) && version.is_some_and(|version| !version.is_empty())
    }
}

/// The proxy. Its threads end with the process.
pub struct StoreProxy {
    port: u16,
    state: Arc<State>,
}

struct State {
    middle: Box<Middle>,
    socket: Mutex<PathBuf>,
    connections: AtomicUsize,
    flights: AtomicUsize,
    requests: Mutex<Vec<Request>>,
    wire: Mutex<Vec<u8>>,
}

impl StoreProxy {
    /// A proxy before the server that listens at `socket`.
    ///
    /// # Panics
    ///
    /// Panics if there is no port.
    pub fn start(
        socket: &Path,
        middle: impl Fn(&Request, Ask<'_>) -> Option<Value> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(State {
            middle: Box::new(middle),
            socket: Mutex::new(socket.to_owned()),
            connections: AtomicUsize::new(0),
            flights: AtomicUsize::new(0),
            requests: Mutex::default(),
            wire: Mutex::default(),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                state.connections.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || state.serve(&stream));
            }
        });
        Self { port, state }
    }

    /// A proxy that passes everything on.
    pub fn passing(socket: &Path) -> Self {
        Self::start(socket, |request, ask| ask(request))
    }

    /// The URL for the machines.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Leads connections to the server at `socket` from now on.
    pub fn lead_to(&self, socket: &Path) {
        *lock(&self.state.socket) = socket.to_owned();
    }

    /// How many connections were opened.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// How often a client has sent something and then had to wait for an answer.
    #[must_use]
    pub fn flights(&self) -> usize {
        self.state.flights.load(Ordering::SeqCst)
    }

    /// All requests so far, in their order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.state.requests).clone()
    }

    /// All bytes so far, of both directions.
    #[must_use]
    pub fn wire(&self) -> Vec<u8> {
        lock(&self.state.wire).clone()
    }
}

impl State {
    fn serve(&self, client: &TcpStream) {
        let _ = self.pass(client);
        let _ = client.shutdown(std::net::Shutdown::Both);
    }

    fn pass(&self, mut client: &TcpStream) -> io::Result<()> {
        let socket = lock(&self.socket).clone();
        let server = UnixStream::connect(socket)?;
        let mut requests = BufReader::new(client.try_clone()?);
        let mut replies = BufReader::new(server.try_clone()?);
        loop {
            if requests.buffer().is_empty() {
                self.flights.fetch_add(1, Ordering::SeqCst);
            }
            let request = request(Value::read(&mut requests)?)?;
            lock(&self.requests).push(request.clone());
            self.note(&value(&request));
            let mut ask = |request: &Request| {
                (&server).write_all(&value(request).bytes()).ok()?;
                Value::read(&mut replies).ok()
            };
            let Some(answer) = (self.middle)(&request, &mut ask) else {
                return Ok(());
            };
            self.note(&answer);
            client.write_all(&answer.bytes())?;
        }
    }

    fn note(&self, value: &Value) {
        lock(&self.wire).extend(value.bytes());
    }
}

fn request(value: Value) -> io::Result<Request> {
    let strange = || io::Error::new(io::ErrorKind::InvalidData, "no request");
    let Value::List(items) = value else {
        return Err(strange());
    };
    let words = items.into_iter().map(|item| match item {
        Value::Bytes(bytes) => Ok(bytes),
        _ => Err(strange()),
    });
    words.collect::<io::Result<_>>().map(Request)
}

fn value(request: &Request) -> Value {
    Value::List(request.0.iter().cloned().map(Value::Bytes).collect())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
