//! The answers of the scripts. A server that answers anything else is no store of ours.

use crate::store_client::{Reply, Trouble};

/// The answer of ENTER.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EnterReply {
    /// The server's clock, in milliseconds since 1970.
    pub(super) now: i64,
    pub(super) answer: Answer,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The records are sealed with the key of this id: nothing was done.
    OtherKey(String),
    Entered(Outcome),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was only looked at.
    Seen(Seen),
    /// Somebody holds the claim, who says what for.
    Busy { note: Option<Vec<u8>> },
    /// The claim is held, with this fence; and the state of the other record, if one was asked for.
    Held {
        seen: Seen,
        fence: u64,
        other: Option<Seen>,
    },
}

/// The version in the store, and the sealed record if there is one that is newer than the known version.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) version: u64,
    pub(super) value: Option<Vec<u8>>,
}

pub(super) fn enter(reply: Reply) -> Result<EnterReply, Trouble> {
    parse(reply).ok_or_else(Trouble::not_understood)
}

fn parse(reply: Reply) -> Option<EnterReply> {
    let Reply::List(items) = reply else {
        return None;
    };
    let mut items = items.into_iter();
    let word = bytes(items.next()?)?;
    let now = number(items.next()?)?;
    let mut next = || items.next();
    let answer = match word.as_slice() {
        b"otherkey" => Answer::OtherKey(String::from_utf8(bytes(next()?)?).ok()?),
        b"seen" => Answer::Entered(Outcome::Seen(seen(&mut next)?)),
        b"busy" => Answer::Entered(Outcome::Busy {
            note: next().and_then(bytes),
        }),
        b"held" => Answer::Entered(Outcome::Held {
            seen: seen(&mut next)?,
            fence: u64::try_from(number(next()?)?).ok()?,
            other: seen(&mut next),
        }),
        _ => return None,
    };
    Some(EnterReply { now, answer })
}

fn seen(next: &mut impl FnMut() -> Option<Reply>) -> Option<Seen> {
    Some(Seen {
        version: u64::try_from(number(next()?)?).ok()?,
        value: next().and_then(bytes),
    })
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
    use super::{Answer, Outcome, Seen, enter};
    use crate::store_client::Reply;

    fn text(text: &str) -> Reply {
        Reply::Bytes(text.as_bytes().to_vec())
    }

    fn answer(items: Vec<Reply>) -> Option<Answer> {
        enter(Reply::List(items)).ok().map(|reply| reply.answer)
    }

    #[test]
    fn each_outcome_is_read_and_anything_else_is_refused() {
        let start = |word| vec![text(word), text("1000")];
        let with = |word, items: &[Reply]| answer([start(word), items.to_vec()].concat());
        let entered = |outcome| Some(Answer::Entered(outcome));
        let none = || Seen {
            version: 7,
            value: None,
        };
        assert_eq!(
            with("seen", &[text("7"), Reply::Nothing]),
            entered(Outcome::Seen(none()))
        );
        let held = Outcome::Held {
            seen: Seen {
                version: 7,
                value: Some(b"v".to_vec()),
            },
            fence: 9,
            other: None,
        };
        let items = [text("7"), text("v"), text("9")];
        assert_eq!(with("held", &items), entered(held));
        let other = Outcome::Held {
            seen: none(),
            fence: 9,
            other: Some(none()),
        };
        let items = ["7", "", "9", "7", ""].map(|item| match item {
            "" => Reply::Nothing,
            item => text(item),
        });
        assert_eq!(with("held", &items), entered(other));
        let busy = Outcome::Busy {
            note: Some(b"note".to_vec()),
        };
        assert_eq!(with("busy", &[text("note")]), entered(busy));
        assert_eq!(
            with("otherkey", &[text("ab")]),
            Some(Answer::OtherKey("ab".into()))
        );
        for items in [
            vec![],
            start("held"),
            start("other"),
            vec![text("seen"), text("x")],
        ] {
            assert_eq!(answer(items), None);
        }
        assert!(enter(Reply::Nothing).is_err());
    }
}
