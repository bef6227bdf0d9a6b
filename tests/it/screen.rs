//! A real (pseudo-)terminal: the test holds the far end and types.
//!
//! A wait for a text on the screen ends as soon as it appears. It reaches the deadline only if the program never shows it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Termios, tcgetattr};

use crate::home::{Home, Outcome};
use crate::tools::beside;

/// The time limit of every wait.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A terminal with everything that it has shown.
pub(crate) struct Terminal {
    /// The user's end.
    far: File,
    /// The programs' end.
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
        // This process leads no session, so opening the terminal does not make it the controlling one.
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

    /// Returns the programs' end, for one of a program's three streams.
    pub(crate) fn end(&self) -> Stdio {
        self.near.try_clone().expect("another handle").into()
    }

    /// Types a text.
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

    /// Waits until `text` is on the screen, and removes it and everything before it.
    #[track_caller]
    pub(crate) fn until_next(&mut self, text: &str) {
        self.until(text);
        let end = self.screen.find(text).expect("it is there") + text.len();
        self.screen.drain(..end);
    }

    /// Waits until the password question is there and an answer can be typed.
    #[track_caller]
    pub(crate) fn until_asked(&mut self) {
        self.until("assword");
        self.until(": ");
        self.until_mute();
    }

    /// Waits until echo is off.
    #[track_caller]
    pub(crate) fn until_mute(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.echoes() {
            assert!(Instant::now() < deadline, "the password would be seen");
            std::thread::yield_now();
        }
    }

    /// Reads the output of the next `time`.
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

    /// Returns the whole screen, after its programs have ended.
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

    /// Reports whether the terminal's settings are those of `before`.
    #[track_caller]
    pub(crate) fn assert_restored(&self, before: &Termios) {
        let now = self.modes();
        assert_eq!(now.local_modes, before.local_modes);
        assert_eq!(now.input_modes, before.input_modes);
        assert_eq!(now.output_modes, before.output_modes);
        assert_eq!(now.control_modes, before.control_modes);
    }

    /// Starts `script` in sh with this as its controlling terminal, and with pipes as stdout and stderr. `credential` and
    /// its helper names are on PATH.
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

    /// Makes a command that takes this terminal as its controlling one and then runs its further arguments.
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

/// Waits for the end of a program, and returns its output. Kills it and fails after the time limit.
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
    let text = |thread: std::thread::JoinHandle<std::io::Result<String>>| {
        thread.join().expect("a reader").expect("UTF-8")
    };
    // Half of it was too short once for a sign-in in a window beside compilers.
    let deadline = Instant::now() + 2 * PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is a child of ours") {
            break status;
        }
        if Instant::now() > deadline {
            child.kill().expect("it can be killed");
            panic!("the program does not end, and says: {}", text(errors));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    (status, text(answers), text(errors))
}

/// [`ended`], for a program that no signal ends.
#[track_caller]
pub(crate) fn outcome(child: Child) -> Outcome {
    let (status, stdout, stderr) = ended(child);
    Outcome {
        stdout,
        stderr,
        code: status.code().expect("it was not killed"),
    }
}

/// The stderr of a program without a terminal, as it arrives.
pub(crate) struct Said {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
    words: String,
}

impl Said {
    /// Reads from a program whose stdout and stderr are pipes.
    pub(crate) fn of(mut child: Child) -> Self {
        use std::io::BufRead as _;
        let stderr = child.stderr.take().expect("stderr is a pipe");
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in std::io::BufReader::new(stderr).lines() {
                let line = line.expect("stderr is UTF-8");
                // The test has read enough.
                let _ = sender.send(line);
            }
        });
        Self {
            child,
            lines,
            words: String::new(),
        }
    }

    /// Waits until `text` has arrived.
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

    /// Waits for the end of the program.
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
