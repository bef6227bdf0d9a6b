//! The outcome of a call: stdout, stderr and the exit code.

use std::process::Output;

/// The outcome of a call. A test has to look at it.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

/// Converts the output of a finished process.
pub(crate) fn outcome(output: Output) -> Outcome {
    let stderr = String::from_utf8(output.stderr).expect("stderr is UTF-8");
    let code = output.status.code();
    Outcome {
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        code: code
            .unwrap_or_else(|| panic!("the process was killed ({}): {stderr}", output.status)),
        stderr,
    }
}

impl Outcome {
    /// Returns stdout. Asserts that the call succeeded with an empty stderr.
    #[track_caller]
    pub(crate) fn answer(self) -> String {
        assert_eq!(
            (self.code, self.stderr.as_str()),
            (0, ""),
            "stdout: {}",
            self.stdout
        );
        self.stdout
    }

    /// Returns stderr. Asserts that the call succeeded with an empty stdout.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (0, ""),
            "stderr: {}",
            self.stderr
        );
        self.stderr
    }

    /// Returns stderr. Asserts that the call failed with `code` and an empty stdout.
    #[track_caller]
    pub(crate) fn failure(self, code: i32) -> String {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (code, ""),
            "stderr: {}",
            self.stderr
        );
        self.stderr
    }

    /// Returns stderr. Asserts that the call failed with `code`, and that stderr has one message, its causes and hints,
    /// and nothing like a secret, a query string or a terminal command.
    #[track_caller]
    pub(crate) fn told(self, code: i32) -> String {
        let words = self.failure(code);
        let mut lines = words.lines();
        let first = lines.next().expect("a failure says something");
        assert!(first.starts_with("credential: "), "{words}");
        for line in lines {
            assert!(
                line.starts_with("  caused by: ") || line.starts_with("hint: "),
                "{words}"
            );
        }
        assert_discreet(&words);
        words
    }
}

/// Asserts that `text` has nothing that looks like a secret, a query string or a terminal command.
#[track_caller]
pub(crate) fn assert_discreet(text: &str) {
    // Sealed cookies, states and session tokens are long. Okta's error ids, file names and words are not.
    let long = |run: &str| run.len() > 32;
    let runs = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '+');
    let suspects: Vec<&str> = runs.filter(|run| long(run)).collect();
    assert!(suspects.is_empty(), "{suspects:?} in: {text}");
    for forbidden in [
        "?",
        "sessionToken",
        sandbox::PASSWORD,
        "h%6Frse",
        "AWSALBAuthNonce=",
    ] {
        assert!(!text.contains(forbidden), "{forbidden} in: {text}");
    }
    let command = text
        .chars()
        .find(|letter| letter.is_control() && *letter != '\n');
    assert_eq!(command, None, "in: {text:?}");
}
