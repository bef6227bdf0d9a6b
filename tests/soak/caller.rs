//! One caller: calls one after another, some of them killed, every one looked at.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use sandbox::Chance;
use time::OffsetDateTime;

use crate::Soak;
use crate::call::Call;
use crate::judge;

/// How long a caller thinks between two calls, at most.
const PAUSE: Duration = Duration::from_millis(400);
/// One in so many is killed, …
const KILLED: usize = 12;
/// … within such a time of its start.
const KILLED_WITHIN: Duration = Duration::from_millis(60);

/// A call that was made, and how it ended.
pub(crate) struct Said {
    pub(crate) began: OffsetDateTime,
    pub(crate) ended: OffsetDateTime,
    /// `None` if it was ended by a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// It ran beyond every limit, and was ended.
    pub(crate) hung: bool,
}

/// Calls until the soak is over.
pub(crate) fn run(soak: &Soak, mut chance: Chance) {
    while soak.goes_on() {
        let call = Call::any(&mut chance);
        let fate = chance.one_in(KILLED).then(|| chance.time(KILLED_WITHIN));
        let said = make(soak, &call, fate);
        judge::judge(soak, &call, &said, fate.is_some());
        thread::sleep(chance.time(PAUSE));
    }
}

/// Makes a call, which is killed after `fate`.
pub(crate) fn make(soak: &Soak, call: &Call, fate: Option<Duration>) -> Said {
    let mut command = soak.ground.command(call.user);
    command.args(call.arguments());
    watch(soak, command, call.request(&soak.ground), fate)
}

/// Runs `command` with `request` on stdin, and kills it after `fate`.
pub(crate) fn watch(
    soak: &Soak,
    mut command: Command,
    request: Option<String>,
    fate: Option<Duration>,
) -> Said {
    if request.is_some() {
        command.stdin(Stdio::piped());
    }
    let began = soak.ground.sandbox.now();
    let mut child = command.spawn().expect("the program starts");
    if let (Some(request), Some(mut stdin)) = (request, child.stdin.take()) {
        // One that was killed does not read it.
        let _ = stdin.write_all(request.as_bytes());
    }
    if let Some(fate) = fate {
        thread::sleep(fate);
        child.kill().expect("it was started");
    }
    let watched = soak.warden.entrust(&child);
    let (stdout, stderr) = read(&mut child);
    let hung = soak.warden.release(watched);
    let status = child.wait().expect("it was started");
    Said {
        began,
        ended: soak.ground.sandbox.now(),
        code: status.code(),
        stdout,
        stderr,
        hung,
    }
}

/// All that a process says until it ends.
fn read(child: &mut Child) -> (String, String) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let pipes = (child.stdout.take(), child.stderr.take());
    let (Some(mut out), Some(mut err)) = pipes else {
        return Default::default();
    };
    let _ = out.read_to_end(&mut stdout);
    let _ = err.read_to_end(&mut stderr);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (text(stdout), text(stderr))
}
