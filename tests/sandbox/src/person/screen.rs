//! A screen without a monitor (Xvfb), and the keyboard in front of it (xdotool).

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A display of the test's own. Dropping it ends it.
#[derive(Debug)]
pub struct Screen {
    child: Child,
    /// The value for `DISPLAY`.
    pub display: String,
}

impl Screen {
    /// A new screen on a free number.
    ///
    /// # Panics
    ///
    /// Where there is no Xvfb, or it does not come up.
    #[must_use]
    pub fn start() -> Self {
        let mut child = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1000x800x24",
                "-nolisten",
                "tcp",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let mut number = String::new();
        let mut lines = BufReader::new(stdout.take(64));
        lines.read_line(&mut number).expect("Xvfb says its number");
        let display = format!(":{}", number.trim());
        Self { child, display }
    }

    /// Waits until a window shows a title with this text; false where the limit comes first.
    #[must_use]
    pub fn shows(&self, title: &str, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        while Instant::now() < until {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", title]);
            if !found.is_empty() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        false
    }

    /// Puts the window with this title in front of the keyboard, and types. The text goes by a file, since the arguments
    /// of programs are for everybody to read.
    ///
    /// # Panics
    ///
    /// Where nothing can be typed.
    pub fn type_text(&self, text: &str) {
        let mut child = self
            .command(&["type", "--delay", "20", "--file", "-"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("xdotool starts");
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        std::io::Write::write_all(&mut stdin, text.as_bytes()).expect("xdotool reads");
        drop(stdin);
        assert!(child.wait().expect("a child").success(), "xdotool types");
    }

    /// Presses a key by its name: `Return`, `Tab`.
    pub fn press(&self, key: &str) {
        self.xdotool(&["key", key]);
    }

    /// Puts the window with this title in front of the keyboard, without a window manager's help.
    pub fn focus(&self, title: &str) {
        self.xdotool(&[
            "search",
            "--onlyvisible",
            "--name",
            title,
            "windowfocus",
            "--sync",
        ]);
    }

    /// Closes the window with this title, as a person does.
    pub fn close(&self, title: &str) {
        self.xdotool(&["search", "--onlyvisible", "--name", title, "windowclose"]);
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("xdotool starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("xdotool");
        command.args(arguments).env("DISPLAY", &self.display);
        command
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
