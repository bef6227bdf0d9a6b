//! The system's knowledge of a profile: modes, the host's name, processes, sockets.

#[cfg(not(unix))]
pub(super) use elsewhere::{host, is_alive, listens, make_private, private};
#[cfg(unix)]
pub(super) use unix::{host, is_alive, listens, make_private, private};

#[cfg(unix)]
mod unix {
    use std::fs::{self, DirBuilder, Metadata};
    use std::io;
    use std::path::Path;

    pub(in super::super) fn private(builder: &mut DirBuilder) -> &DirBuilder {
        std::os::unix::fs::DirBuilderExt::mode(builder, 0o700)
    }

    pub(in super::super) fn make_private(path: &Path, metadata: &Metadata) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        match metadata.permissions().mode() & 0o777 {
            0o700 => Ok(()),
            _ => fs::set_permissions(path, fs::Permissions::from_mode(0o700)),
        }
    }

    /// This host's name, as the browser writes it.
    pub(in super::super) fn host() -> String {
        let names = rustix::system::uname();
        names.nodename().to_string_lossy().into_owned()
    }

    /// Returns whether a process listens on the socket at `path`. A browser takes a connection without a word for none.
    pub(in super::super) fn listens(path: &Path) -> bool {
        std::os::unix::net::UnixStream::connect(path).is_ok()
    }

    pub(in super::super) fn is_alive(process: i32) -> bool {
        use rustix::io::Errno;
        use rustix::process::{Pid, test_kill_process};
        let process = Pid::from_raw(process);
        process.is_some_and(|process| test_kill_process(process) != Err(Errno::SRCH))
    }
}

/// Elsewhere a directory inherits the protection of the user's own directories, and the browser's mark is no link.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "this can fail on Unix")]
mod elsewhere {
    use std::fs::{DirBuilder, Metadata};
    use std::io;
    use std::path::Path;

    pub(in super::super) fn private(builder: &mut DirBuilder) -> &DirBuilder {
        builder
    }

    pub(in super::super) fn make_private(_path: &Path, _metadata: &Metadata) -> io::Result<()> {
        Ok(())
    }

    pub(in super::super) fn host() -> String {
        String::new()
    }

    pub(in super::super) fn listens(_path: &Path) -> bool {
        true
    }

    pub(in super::super) fn is_alive(_process: i32) -> bool {
        true
    }
}
