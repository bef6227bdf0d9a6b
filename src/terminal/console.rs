//! The console of a Windows process. Written with the same care as the terminal, and tried by nobody yet.

use std::fs::{File, OpenOptions};
use std::io;
use std::time::Duration;

use crate::secret::Secret;

pub(super) fn open() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("CONIN$")
}

pub(super) fn is_ours(_terminal: &File) -> bool {
    true
}

pub(super) fn ask_secret(
    _terminal: &mut File,
    question: &str,
    _limit: Duration,
) -> io::Result<Option<Secret>> {
    rpassword::prompt_password(question).map(|answer| Some(Secret::new(answer)))
}
