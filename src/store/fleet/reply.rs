//! What the scripts answer. A server that answers anything else is no store of ours.

use crate::store_client::{Reply, Trouble};

/// What ENTER answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EnterReply {
    /// The server's clock, in milliseconds since 1970.
    pub(super) now: i64,
    pub(super) outcome: Outcome,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The records are sealed with the key of this id.
    OtherKey(String),
    /// It was only looked at.
    Seen(Seen),
    /// Somebody holds the claim, who says what for.
    Busy { seen: Seen, note: Option<Vec<u8>> },
    /// The claim is held, with this fence.
    Held { seen: Seen, fence: u64 },
}

/// What is there: the version, and the sealed record if there is one that is newer than the known version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) version: u64,
    pub(super) value: Option<Vec<u8>>,
}

pub(super) fn enter(reply: Reply) -> Result<EnterReply, Trouble> {
    parse(reply).ok_or_else(|| Trouble::away("its answer cannot be understood"))
}

fn parse(reply: Reply) -> Option<EnterReply> {
    let Reply::List(items) = reply else {
        return None;
    };
    let mut items = items.into_iter();
    let word = bytes(items.next()?)?;
    let now = number(items.next()?)?;
    let mut seen = || -> Option<Seen> {
        Some(Seen {
            version: u64::try_from(number(items.next()?)?).ok()?,
            value: items.next().and_then(bytes),
        })
    };
    let outcome = match word.as_slice() {
        b"otherkey" => Outcome::OtherKey(String::from_utf8(bytes(items.next()?)?).ok()?),
        b"seen" => Outcome::Seen(seen()?),
        b"busy" => {
            let seen = seen()?;
            let _left = items.next();
            Outcome::Busy {
                seen,
                note: items.next().and_then(bytes),
            }
        }
        b"held" => {
            let seen = seen()?;
            let fence = u64::try_from(number(items.next()?)?).ok()?;
            Outcome::Held { seen, fence }
        }
        _ => return None,
    };
    Some(EnterReply { now, outcome })
}

/// Lua's false is no value, as nil is: the list goes on behind it.
fn bytes(reply: Reply) -> Option<Vec<u8>> {
    match reply {
        Reply::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn number(reply: Reply) -> Option<i64> {
    match reply {
        Reply::Number(number) => Some(number),
        Reply::Bytes(bytes) => std::str::from_utf8(&bytes).ok()?.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Seen, enter};
    use crate::store_client::Reply;

    fn text(text: &str) -> Reply {
        Reply::Bytes(text.as_bytes().to_vec())
    }

    fn outcome(items: Vec<Reply>) -> Option<Outcome> {
        enter(Reply::List(items)).ok().map(|reply| reply.outcome)
    }

    #[test]
    fn each_outcome_is_read_and_anything_else_is_refused() {
        let start = |word| vec![text(word), text("1000")];
        let with = |word, items: &[Reply]| outcome([start(word), items.to_vec()].concat());
        let none = Seen {
            version: 7,
            value: None,
        };
        assert_eq!(
            with("seen", &[text("7"), Reply::Nothing]),
            Some(Outcome::Seen(none))
        );
        let held = Outcome::Held {
            seen: Seen {
                version: 7,
                value: Some(b"v".to_vec()),
            },
            fence: 9,
        };
        assert_eq!(
            with("held", &[text("7"), text("v"), text("9"), Reply::Nothing]),
            Some(held)
        );
        let busy = with(
            "busy",
            &[text("7"), Reply::Nothing, text("100"), text("note")],
        );
        assert!(matches!(busy, Some(Outcome::Busy { note: Some(_), .. })));
        assert_eq!(
            with("otherkey", &[text("ab")]),
            Some(Outcome::OtherKey("ab".into()))
        );
        for items in [
            vec![],
            start("held"),
            start("other"),
            vec![text("seen"), text("x")],
        ] {
            assert_eq!(outcome(items), None);
        }
        assert!(enter(Reply::Nothing).is_err());
    }
}
