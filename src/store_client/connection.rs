//! The connection: opened with the first call, and once anew if it is found broken.
//!
//! The crate `redis` sends nothing of its own here: it is given no user name, no password and no name of a library. So the
//! first call goes out in one flight with AUTH and the client's name, and a user of the access list needs no other right.

use std::time::Instant;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisConnectionInfo, Value};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::timeout_at;

use super::stream::Streams;
use super::{Access, Reply, ScriptCall, Trouble};
use crate::app::StoreServer;

/// How long the replicas may take to confirm a write, in milliseconds.
const REPLICA_LIMIT: u32 = 200;
/// The name of the connection, for who looks after the server.
const NAME: &str = "credential";

/// The server, and the connection to it, if there is one.
pub(super) struct Line {
    access: Access,
    streams: Streams,
    open: Option<Open>,
}

/// An open connection. Its task ends with it.
struct Open {
    connection: MultiplexedConnection,
    task: JoinHandle<()>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A call that failed, and whether the connection is of no use any more.
struct Failed {
    trouble: Trouble,
    is_broken: bool,
}

impl Line {
    pub(super) fn new(access: Access) -> Self {
        Self {
            streams: Streams::default(),
            access,
            open: None,
        }
    }

    /// Runs a script, until the time is over. A connection that was idle may have been closed meanwhile: it is opened once
    /// more, with its host's name resolved anew, since the primary of a server may have moved.
    pub(super) async fn call(
        &mut self,
        call: &ScriptCall,
        until: Instant,
    ) -> Result<Reply, Trouble> {
        let was_open = self.open.is_some();
        let end = tokio::time::Instant::from_std(until);
        for is_last in [!was_open, true] {
            let tried = timeout_at(end, self.try_call(call)).await;
            match tried {
                Ok(Ok(reply)) => return Ok(reply),
                Ok(Err(failed)) => {
                    if failed.is_broken {
                        self.open = None;
                    }
                    if is_last || !failed.is_broken {
                        return Err(failed.trouble);
                    }
                }
                Err(_) => {
                    self.open = None;
                    return Err(Trouble::silent());
                }
            }
        }
        Err(Trouble::silent())
    }

    async fn try_call(&mut self, call: &ScriptCall) -> Result<Reply, Failed> {
        let mut pipeline = redis::pipe();
        pipeline.ignore_errors();
        let is_new = self.open.is_none();
        if is_new {
            self.open = Some(self.connect().await.map_err(Failed::broken)?);
            introduce(&mut pipeline, &self.access);
        }
        let command = pipeline.cmd("EVAL").arg(call.script).arg(call.keys.len());
        for key in &call.keys {
            command.arg(key);
        }
        for argument in &call.arguments {
            command.arg(argument.as_slice());
        }
        if call.replicas > 0 {
            pipeline.cmd("WAIT").arg(call.replicas).arg(REPLICA_LIMIT);
        }
        let open = self.open.as_mut().expect("it was opened above");
        let replies: Result<Value, _> = pipeline.query_async(&mut open.connection).await;
        let replies = match replies {
            Ok(Value::Array(replies)) => replies,
            Ok(_) => return Err(Failed::broken(Trouble::away("it is no such store"))),
            Err(error) => return Err(Failed::broken(of_library(&error))),
        };
        self.judge(replies, is_new, call.replicas)
    }

    /// Judges the answers to AUTH, if it was sent, and to the script. What the name was answered with does not matter.
    fn judge(&self, mut replies: Vec<Value>, is_new: bool, replicas: u8) -> Result<Reply, Failed> {
        let asked = is_new && self.access.password.is_some();
        if let (true, Some(Value::ServerError(error))) = (asked, replies.first()) {
            let trouble = Trouble::of_server(error.code(), error.details().unwrap_or_default());
            return Err(Failed::broken(trouble));
        }
        let confirmed = (replicas > 0).then(|| replies.pop().map(reply)).flatten();
        match replies.pop().map(reply) {
            Some(Ok(Reply::Number(1))) if replicas > 0 => match confirmed {
                Some(Ok(Reply::Number(number))) if number >= i64::from(replicas) => {
                    Ok(Reply::Number(1))
                }
                Some(Err(trouble)) => Err(Failed {
                    trouble,
                    is_broken: false,
                }),
                _ => Err(Failed {
                    trouble: Trouble::away("too few of its replicas have confirmed a write"),
                    is_broken: false,
                }),
            },
            Some(Ok(reply)) => Ok(reply),
            Some(Err(trouble)) => Err(Failed {
                trouble,
                is_broken: is_new,
            }),
            None => Err(Failed::broken(Trouble::away("it is no such store"))),
        }
    }

    async fn connect(&mut self) -> Result<Open, Trouble> {
        match &self.access.server {
            StoreServer::Tcp { host, port, tls } => {
                let stream = self.streams.tcp(host, *port).await?;
                match tls {
                    None => over(stream).await,
                    Some(name) => over(self.streams.tls(stream, name, &self.access).await?).await,
                }
            }
            #[cfg(unix)]
            StoreServer::Unix(path) => over(self.streams.unix(path).await?).await,
            #[cfg(not(unix))]
            StoreServer::Unix(_) => Err(Trouble::away("this system has no such sockets")),
        }
    }
}

impl Failed {
    fn broken(trouble: Trouble) -> Self {
        Self {
            trouble,
            is_broken: true,
        }
    }
}

/// Opens a connection over `stream`. Nothing is sent yet.
async fn over<C>(stream: C) -> Result<Open, Trouble>
where
    C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let info = RedisConnectionInfo::default().set_skip_set_lib_name();
    // A time limit of the library's own would be another one than the caller's.
    let limits = AsyncConnectionConfig::new().set_response_timeout(None);
    let made = MultiplexedConnection::new_with_config(&info, stream, limits).await;
    let (connection, driver) = made.map_err(|error| of_library(&error))?;
    Ok(Open {
        connection,
        task: tokio::spawn(driver),
    })
}

/// Adds who this is to the first flight.
fn introduce(pipeline: &mut redis::Pipeline, access: &Access) {
    if let Some(password) = &access.password {
        let command = pipeline.cmd("AUTH");
        if let Some(name) = &access.username {
            command.arg(name);
        }
        command.arg(password.expose());
    }
    pipeline.cmd("CLIENT").arg("SETNAME").arg(NAME);
}

fn of_library(error: &redis::RedisError) -> Trouble {
    match error.code() {
        Some(code) => Trouble::of_server(code, error.detail().unwrap_or_default()),
        None if error.is_io_error() => Trouble::away("the connection was closed"),
        None => Trouble::away("its answer cannot be understood"),
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
        _ => return Err(Trouble::away("its answer cannot be understood")),
    })
}
