//! The answers to one flight of commands.

use redis::Value;

use super::redirect::Redirect;
use super::{Access, Reply, Trouble};

/// A call that failed.
pub(super) struct Failed {
    pub(super) trouble: Trouble,
    /// Set if the connection is of no use any more.
    pub(super) is_broken: bool,
    pub(super) redirect: Option<Redirect>,
}

/// The flights of one connection, by what has to go before the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flight {
    /// Nothing.
    Plain,
    /// The user and the client's name.
    First,
    /// Those, and the word that records on their way are asked for.
    Asking,
}

impl Failed {
    /// A failure after which the connection is of no use.
    pub(super) fn broken(trouble: Trouble) -> Self {
        Self {
            trouble,
            is_broken: true,
            redirect: None,
        }
    }

    /// A failure of this call alone.
    pub(super) fn kept(trouble: Trouble) -> Self {
        Self {
            trouble,
            is_broken: false,
            redirect: None,
        }
    }
}

/// Judges the answers to AUTH, if it was sent, and to the script. The answer to the client's name does not matter.
pub(super) fn judge(
    access: &Access,
    mut replies: Vec<Value>,
    replicas: u8,
    flight: Flight,
) -> Result<Reply, Failed> {
    let is_new = flight != Flight::Plain;
    if let (true, Some(Value::ServerError(error))) =
        (is_new && access.password.is_some(), replies.first())
    {
        let trouble = Trouble::of_server(error.code(), error.details().unwrap_or_default());
        return Err(Failed::broken(trouble));
    }
    let confirmed = (replicas > 0).then(|| replies.pop().map(reply)).flatten();
    let answer = replies.pop();
    if flight == Flight::Asking && matches!(replies.last(), Some(Value::ServerError(_))) {
        return Err(Failed::kept(Trouble::not_asked()));
    }
    let redirect = match &answer {
        Some(Value::ServerError(error)) => {
            Redirect::parse(error.code(), error.details().unwrap_or_default())
        }
        _ => None,
    };
    match answer.map(reply) {
        Some(Ok(Reply::Number(1))) if replicas > 0 => match confirmed {
            Some(Ok(Reply::Number(number))) if number >= i64::from(replicas) => {
                Ok(Reply::Number(1))
            }
            Some(Err(trouble)) => Err(Failed::kept(trouble)),
            _ => Ok(Reply::Unconfirmed),
        },
        Some(Ok(reply)) => Ok(reply),
        Some(Err(trouble)) => Err(Failed {
            is_broken: is_new || trouble.is_of_replica(),
            redirect,
            trouble,
        }),
        None => Err(Failed::broken(Trouble::away("it is no such store"))),
    }
}

fn reply(value: Value) -> Result<Reply, Trouble> {
    Ok(match value {
        Value::Nil => Reply::Nothing,
        Value::Int(number) => Reply::Number(number),
        Value::BulkString(bytes) => Reply::Bytes(bytes),
        Value::SimpleString(text) => Reply::Bytes(text.into_bytes()),
        Value::Array(items) => Reply::List(items.into_iter().map(reply).collect::<Result<_, _>>()?),
        Value::ServerError(error) => {
            return Err(Trouble::of_server(
                error.code(),
                error.details().unwrap_or_default(),
            ));
        }
        _ => return Err(Trouble::not_understood()),
    })
}
