//! Redirects: a node of a cluster names the one that has the records.

use super::Trouble;
use crate::app::StoreNode;

/// The answer of a node that has not the records (cluster specification, "MOVED Redirection" and "ASK Redirection").
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Redirect {
    /// Another node has them, from now on.
    Moved(Place),
    /// They are on their way to another node, which is to be asked this once.
    Ask(Place),
}

/// A host and a port. No host means the same one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    host: String,
    port: u16,
}

impl Redirect {
    /// Reads an error: `MOVED 9206 host:port`.
    pub(super) fn parse(code: &str, detail: &str) -> Option<Self> {
        let made = match code {
            "MOVED" => Self::Moved,
            "ASK" => Self::Ask,
            _ => return None,
        };
        let (host, port) = detail.split_whitespace().nth(1)?.rsplit_once(':')?;
        let host = host.trim_matches(['[', ']']);
        // The node has no name that clients could use.
        if host == "?" {
            return None;
        }
        Some(made(Place {
            host: host.to_owned(),
            port: port.parse().ok()?,
        }))
    }
}

impl Place {
    /// The node there, reached as the one that has named it.
    pub(super) fn node(&self, from: Option<&StoreNode>) -> Result<StoreNode, Trouble> {
        // A cluster has no sockets of this kind.
        let from = from.ok_or_else(Trouble::not_understood)?;
        let host = if self.host.is_empty() {
            &from.host
        } else {
            &self.host
        };
        from.other(host, self.port).ok_or_else(Trouble::plaintext)
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Redirect};

    #[test]
    fn a_redirect_names_a_node_or_the_same_host() {
        let place = |host: &str, port| Place {
            host: host.into(),
            port,
        };
        for (code, detail, read) in [
            (
                "MOVED",
                "9206 n2.corp.example:6379",
                Some(Redirect::Moved(place("n2.corp.example", 6379))),
            ),
            (
                "ASK",
                "9206 10.0.0.7:7001",
                Some(Redirect::Ask(place("10.0.0.7", 7001))),
            ),
            (
                "MOVED",
                "9206 :7001",
                Some(Redirect::Moved(place("", 7001))),
            ),
            (
                "MOVED",
                "9206 ::1:7001",
                Some(Redirect::Moved(place("::1", 7001))),
            ),
            ("MOVED", "9206 ?:7001", None),
            ("MOVED", "9206", None),
            ("MOVED", "9206 host:port", None),
            ("MOVED", "", None),
            ("ERR", "9206 host:7001", None),
        ] {
            assert_eq!(Redirect::parse(code, detail), read, "{code} {detail}");
        }
    }
}
