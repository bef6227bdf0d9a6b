//! The trouble of a call to the store's server, in words.

#[cfg(feature = "redis")]
use std::io;

#[cfg(feature = "redis")]
use crate::error::foreign;

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) kind: TroubleKind,
    /// As it ends a line.
    pub(crate) words: String,
}

/// The kinds of trouble, by the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "redis"),
    expect(dead_code, reason = "nothing is called")
)]
pub(crate) enum TroubleKind {
    /// The server cannot be used now.
    Away,
    /// The server cannot be used at this moment, but perhaps at the next one.
    Passing,
    /// Records are on their way to another node of the cluster, and some are there already.
    Moving,
    /// The server takes no writes now.
    Replica,
    /// It did not answer within the caller's time.
    Late,
    /// The server refuses the user name or the password.
    Refused,
    /// The user may not do what a script does.
    Denied,
    /// One record is of another kind. The others are not concerned.
    Record,
}

impl Trouble {
    pub(crate) fn away(words: impl Into<String>) -> Self {
        Self {
            kind: TroubleKind::Away,
            words: words.into(),
        }
    }

    /// The thread has ended, or never begun.
    pub(super) fn ended() -> Self {
        Self::away("no thread can be started for it")
    }

    /// The answer is none of this protocol, or none to the question.
    pub(crate) fn not_understood() -> Self {
        Self::away("its answer cannot be understood")
    }
}

/// The troubles that the client itself finds, and those that it reads in an answer.
#[cfg(feature = "redis")]
impl Trouble {
    fn passing(words: impl Into<String>) -> Self {
        Self {
            kind: TroubleKind::Passing,
            words: words.into(),
        }
    }

    /// The connection has ended.
    pub(super) fn closed() -> Self {
        Self::passing("the connection was closed")
    }

    /// The server does not answer.
    pub(super) fn silent() -> Self {
        Self {
            kind: TroubleKind::Late,
            words: "no answer in time".to_owned(),
        }
    }

    /// A server names another one, to which the password would go without TLS.
    pub(super) fn plaintext() -> Self {
        Self::away(
            "it names a server on another machine, which is reached with TLS alone: write rediss:// in url, or plaintext = true",
        )
    }

    /// The user may not say ASKING.
    pub(super) fn not_asked() -> Self {
        Self::away(
            "its cluster moves the records to another node, and its user needs +asking to follow",
        )
    }

    /// Returns whether the server is a replica, which takes no writes.
    pub(super) fn is_of_replica(&self) -> bool {
        self.kind == TroubleKind::Replica
    }

    /// Returns whether another try may end otherwise.
    pub(super) fn may_pass(&self) -> bool {
        matches!(
            self.kind,
            TroubleKind::Passing | TroubleKind::Moving | TroubleKind::Replica
        )
    }

    /// The words of an error of the system.
    pub(super) fn of_system(error: &io::Error) -> Self {
        Self::passing(match error.kind() {
            io::ErrorKind::ConnectionRefused => "the connection is refused".to_owned(),
            io::ErrorKind::NotFound => "there is no such socket".to_owned(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
                "the connection was closed".to_owned()
            }
            _ => error.to_string(),
        })
    }

    /// Reads an error of the server by its `code` and what follows it. Inside a script a missing right has no code of its own
    /// in Redis 7.0: "… ACL failure in script: … has no permissions to run the … command" or "can't run this command".
    pub(super) fn of_server(code: &str, detail: &str) -> Self {
        let is_denied = code == "NOPERM"
            || ["can't run this command", "no permissions", "ACL failure"]
                .iter()
                .any(|words| detail.contains(words));
        let is_full = detail.contains("max number of clients");
        let kind = match code {
            _ if is_denied => TroubleKind::Denied,
            "WRONGPASS" | "NOAUTH" => TroubleKind::Refused,
            "ERR" if detail.contains("AUTH") || detail.contains("invalid password") => {
                TroubleKind::Refused
            }
            "WRONGTYPE" => TroubleKind::Record,
            "READONLY" => TroubleKind::Replica,
            _ if detail.contains("WRONGTYPE") => TroubleKind::Record,
            _ if detail.contains("READONLY") => TroubleKind::Replica,
            "TRYAGAIN" => TroubleKind::Moving,
            "LOADING" | "BUSY" | "CLUSTERDOWN" | "MASTERDOWN" => TroubleKind::Passing,
            _ if is_full => TroubleKind::Passing,
            _ => TroubleKind::Away,
        };
        let words = match code {
            _ if is_denied => "its user may not do what is needed",
            "WRONGPASS" => "it refuses the user name or the password",
            "NOAUTH" => "it wants a password",
            "READONLY" => "it is a replica, which takes no writes",
            "LOADING" => "it is still loading its data",
            "BUSY" => "a script of somebody else keeps it busy",
            "CLUSTERDOWN" => "its cluster is down",
            "MOVED" | "ASK" => "the nodes of its cluster do not agree who has the records",
            "TRYAGAIN" => "its cluster moves the records to another node",
            "OOM" => "its memory is full",
            "NOREPLICAS" => "too few of its replicas are there",
            "MASTERDOWN" => "its primary is down",
            "DENIED" if detail.contains("protected mode") => {
                "it is in protected mode: without a password it serves its own machine alone"
            }
            _ if is_full => "it has too many clients",
            "WRONGTYPE" => "the record there is of another kind",
            _ => "",
        };
        let words = match words {
            "" => foreign(&format!("it says {code} {detail}")),
            words => format!("{words} ({})", foreign(code)),
        };
        Self { kind, words }
    }
}

#[cfg(test)]
#[cfg(feature = "redis")]
mod tests {
    use super::{Trouble, TroubleKind};

    #[test]
    fn the_words_say_what_to_mend_and_a_missing_right_is_known_in_each_version() {
        for (code, detail, kind) in [
            (
                "NOPERM",
                "this user has no permissions",
                TroubleKind::Denied,
            ),
            (
                "ERR",
                "The user executing the script can't run this command or subcommand script: 1",
                TroubleKind::Denied,
            ),
            ("ERR", "ACL failure in script: x", TroubleKind::Denied),
            (
                "WRONGPASS",
                "invalid username-password pair",
                TroubleKind::Refused,
            ),
            ("NOAUTH", "Authentication required.", TroubleKind::Refused),
            (
                "ERR",
                "AUTH <password> called without any password configured",
                TroubleKind::Refused,
            ),
            ("WRONGTYPE", "Operation against a key", TroubleKind::Record),
            ("LOADING", "Redis is loading", TroubleKind::Passing),
            ("ERR", "max number of clients reached", TroubleKind::Passing),
            ("READONLY", "You can't write", TroubleKind::Replica),
            (
                "ERR",
                "-READONLY You can't write against",
                TroubleKind::Replica,
            ),
            ("ERR", "anything", TroubleKind::Away),
        ] {
            let trouble = Trouble::of_server(code, detail);
            assert_eq!(trouble.kind, kind, "{code} {detail}: {}", trouble.words);
        }
        assert!(
            Trouble::of_server("ERR", "a\u{1b}b")
                .words
                .contains("it says ERR")
        );
    }
}
