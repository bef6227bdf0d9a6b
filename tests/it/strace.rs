//! The program under strace: which system calls it makes on some files, and what it does when one of them fails or is its
//! last. Nothing is preloaded, so that it is the program itself that is looked at, however it is linked.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::home::{Home, Outcome, binary};
use crate::tools::{skip, tool};

/// A system call that named one of the files, or had it open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// The files, in the order of the arguments.
    pub(crate) paths: Vec<PathBuf>,
    /// The arguments as strace shows them.
    pub(crate) arguments: String,
}

/// strace, limited to calls on some files.
pub(crate) struct Strace<'a> {
    home: &'a Home,
    paths: Vec<PathBuf>,
}

/// How a call under strace ended.
pub(crate) struct Traced {
    pub(crate) outcome: Outcome,
    /// The system calls on the files, in order.
    pub(crate) calls: Vec<Call>,
    /// The calls among them that were made to fail.
    pub(crate) failed: Vec<Call>,
    pub(crate) is_killed: bool,
}

impl<'a> Strace<'a> {
    /// strace on `paths`, if it is there and can see what this program does.
    pub(crate) fn on(home: &'a Home, paths: Vec<PathBuf>) -> Option<Self> {
        if !tool("strace") {
            return None;
        }
        let strace = Self { home, paths };
        let seen = strace.run(&[], &["status"]);
        if seen.calls.is_empty() {
            // The program is not dumpable, so that only root can read the names in its memory.
            skip("strace sees nothing here: it has to be root's, and be allowed to trace");
            return None;
        }
        Some(strace)
    }

    /// Runs the program, with further `options` of strace.
    pub(crate) fn run(&self, options: &[&str], arguments: &[&str]) -> Traced {
        let trace = self.home.path("trace");
        let mut command = self.command(&trace);
        command.args(options).arg(binary()).args(arguments);
        let output = command.output().expect("setsid starts");
        let text = std::fs::read_to_string(&trace).unwrap_or_default();
        Traced {
            outcome: Outcome {
                stdout: String::from_utf8(output.stdout).expect("UTF-8"),
                stderr: String::from_utf8(output.stderr).expect("UTF-8"),
                // strace dies as the program did.
                code: output.status.code().unwrap_or(-1),
            },
            calls: text.lines().filter_map(Call::parse).collect(),
            failed: text
                .lines()
                .filter(|line| line.ends_with("(INJECTED)"))
                .filter_map(Call::parse)
                .collect(),
            is_killed: text.contains("+++ killed by SIGKILL +++"),
        }
    }

    fn command(&self, trace: &Path) -> Command {
        let mut command = self.home.command("setsid");
        // No contents, which are secret; names are always shown.
        command.args(["--wait", "strace", "-f", "-y", "-s", "0", "-o"]);
        command.arg(trace);
        for path in &self.paths {
            command.arg("-P").arg(path);
        }
        command
    }
}

impl Call {
    /// Reads a line such as `17648 write(3</path>, ""..., 7) = 7`. Two that were at work at once stand on two lines; the
    /// second one, `<... write resumed>`, is no call of its own.
    fn parse(line: &str) -> Option<Self> {
        let (_, call) = line.split_once(' ')?;
        let (name, rest) = call.trim_start().split_once('(')?;
        let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let end = rest.rfind(") = ").unwrap_or(rest.len());
        is_name.then(|| Self {
            name: name.into(),
            paths: paths(&rest[..end]),
            arguments: rest[..end].into(),
        })
    }
}

/// The absolute paths among the arguments: in quotes, or behind the number of an open file. Not the directory that a
/// relative name would have begun at.
fn paths(arguments: &str) -> Vec<PathBuf> {
    let ends = |letter: char| matches!(letter, '"' | '>');
    let parts = arguments.split(['"', '<']).skip(1);
    parts
        .filter(|part| part.starts_with('/'))
        .filter_map(|part| part.split(ends).next())
        .map(PathBuf::from)
        .collect()
}

#[test]
fn lines_of_strace_are_read() {
    let call = |line| Call::parse(line).map(|call| (call.name, call.paths));
    let found = |name: &str, paths: &[&str]| {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        Some((name.to_owned(), paths))
    };
    assert_eq!(
        call("7 write(3</a>, \"\"..., 7) = 7"),
        found("write", &["/a"])
    );
    assert_eq!(
        call("7  rename(\"/a\", \"/b\") = -1 EIO (Input/output error) (INJECTED)"),
        found("rename", &["/a", "/b"])
    );
    assert_eq!(
        call("7 close(3</a> <unfinished ...>"),
        found("close", &["/a"])
    );
    assert_eq!(call("7 <... close resumed>) = 0"), None);
    assert_eq!(call("7 +++ exited with 0 +++"), None);
}
