//! An open connection, and how it is opened.

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisConnectionInfo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;

use super::stream::Streams;
use super::{Access, Trouble};
use crate::app::StoreNode;

/// The name of the connection, for people who look after the server.
const NAME: &str = "credential";

/// An open connection. Its task ends with it.
pub(super) struct Open {
    pub(super) connection: MultiplexedConnection,
    /// The server, if it is one in the network.
    pub(super) node: Option<StoreNode>,
    task: JoinHandle<()>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Open {
    /// Connects to one server.
    pub(super) async fn to(
        node: StoreNode,
        streams: &mut Streams,
        access: &Access,
    ) -> Result<Self, Trouble> {
        let stream = streams.tcp(&node.host, node.port).await?;
        let mut open = match node.certificate_name() {
            None => Self::over(stream).await?,
            Some(name) => Self::over(streams.tls(stream, name, access).await?).await?,
        };
        open.node = Some(node);
        Ok(open)
    }

    /// Opens a connection over `stream`. Nothing is sent yet.
    pub(super) async fn over<C>(stream: C) -> Result<Self, Trouble>
    where
        C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let info = RedisConnectionInfo::default().set_skip_set_lib_name();
        // A time limit of the library's own would be another one than the caller's.
        let limits = AsyncConnectionConfig::new().set_response_timeout(None);
        let made = MultiplexedConnection::new_with_config(&info, stream, limits).await;
        let (connection, driver) = made.map_err(|error| of_library(&error))?;
        Ok(Self {
            connection,
            node: None,
            task: tokio::spawn(driver),
        })
    }
}

/// Adds the user, the password and the client's name to the first flight.
pub(super) fn introduce(pipeline: &mut redis::Pipeline, access: &Access) {
    authenticate(pipeline, access);
    pipeline.cmd("CLIENT").arg("SETNAME").arg(NAME);
}

/// Adds the user and the password, if there is one.
pub(super) fn authenticate(pipeline: &mut redis::Pipeline, access: &Access) {
    if let Some(password) = &access.password {
        let command = pipeline.cmd("AUTH");
        if let Some(name) = &access.username {
            command.arg(name);
        }
        command.arg(password.expose());
    }
}

pub(super) fn of_library(error: &redis::RedisError) -> Trouble {
    match error.code() {
        Some(code) => Trouble::of_server(code, error.detail().unwrap_or_default()),
        None if error.is_io_error() => Trouble::closed(),
        None => Trouble::not_understood(),
    }
}
