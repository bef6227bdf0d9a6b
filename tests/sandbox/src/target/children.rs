//! The programs that a sandbox has started and that have not ended, so that none outlives it.

use std::io::{self, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The running children.
#[derive(Debug, Default)]
pub(crate) struct Children {
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    children: Vec<Arc<Mutex<Child>>>,
    over: bool,
}

impl Children {
    /// Runs a program to its end; what it wrote.
    pub(crate) fn run(&self, command: &mut Command, input: &[u8]) -> io::Result<Vec<u8>> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        let mut stdout = child.stdout.take().expect("stdout is a pipe");
        let child = self.keep(child);
        let mut output = Vec::new();
        let read = thread::scope(|scope| {
            // a child that has read enough closes its end
            scope.spawn(move || stdin.write_all(input).is_ok());
            stdout.read_to_end(&mut output)
        });
        self.reap(&child)?;
        read.map(|_| output)
    }

    /// Ends all that still run, and those that are yet to be started.
    pub(crate) fn end(&self) {
        let children = {
            let mut running = self.running();
            running.over = true;
            std::mem::take(&mut running.children)
        };
        for child in children {
            kill(&mut lock(&child));
        }
    }

    fn keep(&self, child: Child) -> Arc<Mutex<Child>> {
        let child = Arc::new(Mutex::new(child));
        let mut running = self.running();
        if running.over {
            kill(&mut lock(&child));
        }
        running.children.push(Arc::clone(&child));
        child
    }

    fn reap(&self, child: &Arc<Mutex<Child>>) -> io::Result<()> {
        let ended = lock(child).wait();
        self.running()
            .children
            .retain(|running| !Arc::ptr_eq(running, child));
        ended.map(drop)
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        lock(&self.running)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn kill(child: &mut Child) {
    // one that has ended by itself cannot be killed, and is reaped all the same
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Children, lock};
    use std::process::Command;
    use std::thread;

    #[test]
    fn more_than_a_pipe_holds_goes_through_a_child() {
        let input = vec![b'x'; 1024 * 1024];
        let children = Children::default();
        let output = children.run(&mut Command::new("cat"), &input).ok();
        assert_eq!(output, Some(input));
        assert!(children.running().children.is_empty());
    }

    #[test]
    fn no_child_outlives_the_end() {
        let children = Children::default();
        thread::scope(|scope| {
            let endless = || children.run(Command::new("sleep").arg("600"), b"");
            let running = scope.spawn(endless);
            let child = loop {
                if let Some(child) = children.running().children.first().cloned() {
                    break child;
                }
                thread::yield_now();
            };
            children.end();
            let reaped = lock(&child).try_wait().expect("a status");
            assert!(reaped.is_some_and(|status| !status.success()));
            assert!(running.join().is_ok());
            assert!(endless().is_ok(), "one that is started later ends at once");
        });
    }
}
