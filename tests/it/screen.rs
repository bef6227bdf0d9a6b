//! A real (pseudo-)terminal: a test holds the far end and types.
//!
//! A wait for something on the screen ends when it is there; only a program that never shows it meets the deadline.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Termios, tcgetattr};

use crate::home::{Home, Outcome};
use crate::tools::beside;

/// How long something that has to come may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A terminal and what it has shown.
pub(crate) struct Terminal {
    /// Where the person sits.
    far: File,
    /// Where programs are.
    pub(crate) near: File,
    pub(crate) screen: String,
}

impl Terminal {
    pub(crate) fn new() -> Self {
        let far = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)
            .expect("a terminal");
        grantpt(&far).expect("a terminal");
        unlockpt(&far).expect("a terminal");
        let name = ptsname(&far, Vec::new()).expect("its name");
        let name = name.to_str().expect("ASCII");
        // Opened by a process that leads no session without a terminal, it becomes nobody's own.
        let near = File::options()
            .read(true)
            .write(true)
            .open(name)
            .expect("its near end");
        Self {
            far: File::from(far),
            near,
            screen: String::new(),
        }
    }

    /// The near end, as one of a program's three streams.
    pub(crate) fn end(&self) -> Stdio {
        self.near.try_clone().expect("another handle").into()
    }

    /// Types.
    pub(crate) fn type_in(&mut self, keys: &str) {
        self.far
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
    }

    /// Waits until `text` is on the screen.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.screen.contains(text) {
            assert!(
                Instant::now() < deadline,
                "{text:?} does not come; the screen: {:?}",
                self.screen
            );
            self.look(Duration::from_millis(100));
        }
    }

    /// Waits until `text` is on the screen, and forgets it and all before it.
    #[track_caller]
    pub(crate) fn until_next(&mut self, text: &str) {
        self.until(text);
        let end = self.screen.find(text).expect("it is there") + text.len();
        self.screen.drain(..end);
    }

    /// Waits until the password is asked for and the answer can be typed.
    #[track_caller]
    pub(crate) fn until_asked(&mut self) {
        self.until("assword");
        self.until(": ");
        self.until_mute();
    }

    /// Waits until what is typed is not seen.
    #[track_caller]
    pub(crate) fn until_mute(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.echoes() {
            assert!(Instant::now() < deadline, "the password would be seen");
            std::thread::yield_now();
        }
    }

    /// Reads what is shown within `time`.
    pub(crate) fn look(&mut self, time: Duration) {
        let time = Timespec::try_from(time).expect("a short time");
        let mut ends = [PollFd::new(&self.far, PollFlags::IN)];
        if poll(&mut ends, Some(&time)).expect("the terminal can be polled") > 0 {
            let mut buffer = [0; 4096];
            let length = self
                .far
                .read(&mut buffer)
                .expect("the near end is open here");
            self.screen += &String::from_utf8_lossy(&buffer[..length]);
        }
    }

    /// All that has been shown by programs that have ended.
    pub(crate) fn screen(&mut self) -> String {
        let mut before = usize::MAX;
        while before != self.screen.len() {
            before = self.screen.len();
            self.look(Duration::ZERO);
        }
        self.screen.clone()
    }

    pub(crate) fn modes(&self) -> Termios {
        tcgetattr(&self.near).expect("a terminal has modes")
    }

    pub(crate) fn echoes(&self) -> bool {
        self.modes().local_modes.contains(LocalModes::ECHO)
    }

    /// Whether the terminal is as `before`.
    #[track_caller]
    pub(crate) fn assert_restored(&self, before: &Termios) {
        let now = self.modes();
        assert_eq!(now.local_modes, before.local_modes);
        assert_eq!(now.input_modes, before.input_modes);
        assert_eq!(now.output_modes, before.output_modes);
        assert_eq!(now.control_modes, before.control_modes);
    }

    /// Starts `script` in sh with this terminal as its own, and pipes as stdout and stderr. `credential` and its other
    /// names are on PATH.
    pub(crate) fn start(&self, home: &Home, script: &str) -> Child {
        self.start_in(home, script, &[])
    }

    pub(crate) fn start_in(&self, home: &Home, script: &str, variables: &[(&str, &str)]) -> Child {
        let mut command = self.own(home);
        command.envs(variables.iter().copied());
        command
            .args(["sh", "-c", script])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().expect("setsid starts")
    }

    /// A command that makes this terminal its own and becomes the program of its arguments to come.
    pub(crate) fn own(&self, home: &Home) -> Command {
        let path = beside(home, "true")
            .get_envs()
            .find(|(name, _)| *name == "PATH")
            .and_then(|(_, path)| path.map(ToOwned::to_owned));
        let mut command = home.command("setsid");
        command
            .env("PATH", path.expect("a PATH"))
            .args(["--ctty", "--wait"])
            .stdin(self.end());
        command
    }
}

/// How a program ended, with what it said to its pipes. It is killed, and the test fails, if it does not.
#[track_caller]
pub(crate) fn ended(mut child: Child) -> (ExitStatus, String, String) {
    let mut stdout = child.stdout.take().expect("stdout is a pipe");
    let mut stderr = child.stderr.take().expect("stderr is a pipe");
    let errors = std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).map(|_| text)
    });
    let answers = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is a child of ours") {
            break status;
        }
        if Instant::now() > deadline {
            child.kill().expect("it can be killed");
            panic!("the program does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = |thread: std::thread::JoinHandle<std::io::Result<String>>| {
        thread.join().expect("a reader").expect("UTF-8")
    };
    (status, text(answers), text(errors))
}

/// [`ended`], for a program that ends by itself.
#[track_caller]
pub(crate) fn outcome(child: Child) -> Outcome {
    let (status, stdout, stderr) = ended(child);
    Outcome {
        stdout,
        stderr,
        code: status.code().expect("it was not killed"),
    }
}

/// What a program without a terminal says on its stderr, as it says it.
pub(crate) struct Said {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
    words: String,
}

impl Said {
    /// Listens to a program whose stdout and stderr are pipes.
    pub(crate) fn of(mut child: Child) -> Self {
        use std::io::BufRead as _;
        let stderr = child.stderr.take().expect("stderr is a pipe");
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in std::io::BufReader::new(stderr).lines() {
                let line = line.expect("stderr is UTF-8");
                // Whoever has heard enough listens no more.
                let _ = sender.send(line);
            }
        });
        Self {
            child,
            lines,
            words: String::new(),
        }
    }

    /// Waits until `text` was said.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) {
        while !self.words.contains(text) {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("{text:?} is not said: {:?}", self.words));
            self.hear(&line);
        }
    }

    fn hear(&mut self, line: &str) {
        self.words.push_str(line);
        self.words.push('\n');
    }

    /// How it ended.
    pub(crate) fn outcome(mut self) -> Outcome {
        let mut stdout = String::new();
        let mut answer = self.child.stdout.take().expect("stdout is a pipe");
        answer.read_to_string(&mut stdout).expect("stdout is UTF-8");
        let status = self.child.wait().expect("it ends");
        while let Ok(line) = self.lines.recv() {
            self.hear(&line);
        }
        Outcome {
            stdout,
            stderr: self.words,
            code: status.code().expect("it was not killed"),
        }
    }
}
