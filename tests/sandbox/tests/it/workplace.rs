//! A place where the real git works, with nobody's configuration but the test's.

use sandbox::Sandbox;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A directory, and settings in the environment.
pub(crate) struct Workplace {
    directory: TempDir,
    authority: PathBuf,
    settings: Vec<(String, String)>,
}

impl Workplace {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory"),
            authority: sandbox.ca_file(),
            settings: Vec::new(),
        }
    }

    /// With one more setting of git.
    pub(crate) fn with(mut self, key: &str, value: &str) -> Self {
        self.settings.push((key.to_owned(), value.to_owned()));
        self
    }

    /// With a session in a header that git adds.
    pub(crate) fn with_header(self, jar: &[(String, String)]) -> Self {
        let pairs: Vec<String> = jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        self.with("http.extraHeader", &format!("Cookie: {}", pairs.join("; ")))
    }

    /// With a session in a Netscape cookie file, for one origin.
    pub(crate) fn with_cookie_file(self, origin: &str, jar: &[(String, String)]) -> Self {
        let line = |(name, value): &(String, String)| {
            format!("#HttpOnly_127.0.0.1\tFALSE\t/\tTRUE\t4102444800\t{name}\t{value}\n")
        };
        let text: String = jar.iter().map(line).collect();
        let file = self.path("cookies");
        std::fs::write(&file, format!("# Netscape HTTP Cookie File\n{text}")).expect("written");
        self.with(
            &format!("http.{origin}.cookieFile"),
            &file.display().to_string(),
        )
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `git` with these settings.
    pub(crate) fn git(&self, at: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new("git");
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.directory.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_CURL_VERBOSE", "1")
            .env("GIT_SSL_CAINFO", &self.authority)
            .env("NO_PROXY", "127.0.0.1")
            .env("GIT_CONFIG_COUNT", self.settings.len().to_string());
        for name in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{name}_NAME"), "Ada")
                .env(format!("GIT_{name}_EMAIL"), "ada@corp.example");
        }
        for (number, (key, value)) in self.settings.iter().enumerate() {
            command
                .env(format!("GIT_CONFIG_KEY_{number}"), key)
                .env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        let command = command.current_dir(at).args(arguments);
        command.output().expect("git is there")
    }

    /// As `git`, where it has to succeed; what it said of its requests.
    #[track_caller]
    pub(crate) fn done(&self, at: &Path, arguments: &[&str]) -> String {
        let output = self.git(at, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = said.lines().last().unwrap_or_default();
        assert!(output.status.success(), "git {arguments:?}: {last}");
        said
    }

    /// Clones `url` to `clone`; the place.
    #[track_caller]
    pub(crate) fn cloned(&self, url: &str) -> PathBuf {
        self.done(self.directory.path(), &["clone", "--quiet", url, "clone"]);
        self.path("clone")
    }

    /// Commits a file.
    #[track_caller]
    pub(crate) fn commit(&self, clone: &Path, file: &str, content: &[u8]) {
        std::fs::write(clone.join(file), content).expect("written");
        self.done(clone, &["add", "."]);
        self.done(clone, &["commit", "--quiet", "-m", &format!("add {file}")]);
    }
}

/// Bytes that do not compress, the same in each run.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let byte = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(byte).collect()
}
