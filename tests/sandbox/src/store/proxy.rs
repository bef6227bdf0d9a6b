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
            ("redis.call('HSET', k, 'n', ", Script::Keep),
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

    /// Whether it is a KEEP without a note, as each beat of a holder. A note is sealed, and no text.
    #[must_use]
    pub fn is_beat(&self) -> bool {
        let last = self.arguments().last();
        let is_text = last.is_some_and(|last| last.iter().all(u8::is_ascii_graphic));
        self.script() == Some(Script::Keep) && is_text
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
    #[must_use]
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
        socket.clone_into(&mut lock(&self.state.socket));
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

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Write as _};
    use std::net::TcpStream;
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;

    use super::{Script, StoreProxy, Value, value};

    /// A server that answers each request with how many it has seen on this connection.
    fn counting() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().expect("a directory");
        let socket = directory.path().join("socket");
        let listener = UnixListener::bind(&socket).expect("a socket");
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut requests = BufReader::new(stream.try_clone().expect("another handle"));
                let mut count = 0;
                while Value::read(&mut requests).is_ok() {
                    count += 1;
                    let _ = stream.write_all(&Value::Number(count).bytes());
                }
            }
        });
        (directory, socket)
    }

    fn send(stream: &TcpStream, words: &[&str]) {
        let words = words.iter().map(|word| word.as_bytes().to_vec());
        let bytes = value(&super::Request(words.collect())).bytes();
        (&mut &*stream).write_all(&bytes).expect("it listens");
    }

    #[test]
    fn the_middle_may_pass_repeat_answer_and_lose() {
        let (_directory, socket) = counting();
        let proxy = StoreProxy::start(&socket, |request, ask| match request.0[0].as_slice() {
            b"TWICE" => ask(request).and_then(|_| ask(request)),
            b"OWN" => Some(Value::Line("mine".into())),
            b"LOSE" => None,
            _ => ask(request),
        });
        let address = proxy.url().replace("redis://", "");
        let stream = TcpStream::connect(address).expect("it listens");
        let mut answers = BufReader::new(stream.try_clone().expect("another handle"));
        let mut answer = |word: &str| {
            send(&stream, &[word, "x"]);
            Value::read(&mut answers).ok()
        };
        assert_eq!(answer("PASS"), Some(Value::Number(1)));
        assert_eq!(answer("TWICE"), Some(Value::Number(3)));
        assert_eq!(answer("OWN"), Some(Value::Line("mine".into())));
        assert_eq!(answer("LOSE"), None);
        assert_eq!((proxy.connections(), proxy.flights()), (1, 4));
        assert_eq!(proxy.requests().len(), 4);
        let wire = String::from_utf8_lossy(&proxy.wire()).into_owned();
        assert!(wire.contains("PASS") && wire.contains("mine"), "{wire}");
    }

    #[test]
    fn a_script_is_known_by_its_words_and_its_arguments_follow_its_keys() {
        let words = |words: &[&str]| {
            super::Request(words.iter().map(|word| word.as_bytes().to_vec()).collect())
        };
        let leave = words(&[
            "EVAL",
            "local writes = ARGV[2]",
            "1",
            "record",
            "token",
            "7",
            "v",
        ]);
        assert_eq!(leave.script(), Some(Script::Leave));
        assert_eq!(leave.record(), Some(&b"record"[..]));
        assert_eq!(leave.arguments().len(), 3);
        assert!(leave.writes());
        assert!(!words(&["EVAL", "local writes = ARGV[2]", "1", "record", "token", ""]).writes());
        let keep = "redis.call('HSET', k, 'n', ARGV[3])";
        assert!(words(&["EVAL", keep, "1", "record", "token", "15000"]).is_beat());
        assert!(!words(&["EVAL", keep, "1", "record", "token", "15000", "\u{1}"]).is_beat());
        assert_eq!(words(&["GET", "'otherkey'"]).script(), None);
    }
}
