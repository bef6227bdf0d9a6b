//! An open connection, and how it is opened.

use redis::{Pipeline, Value};

use super::stream::{Stream, Streams};
use super::{Access, Trouble, wire};
use crate::app::StoreNode;

/// The name of the connection, for people who look after the server.
const NAME: &str = "credential";

/// An open connection.
pub(super) struct Open {
    stream: Box<dyn Stream>,
    /// The server, if it is one in the network.
    pub(super) node: Option<StoreNode>,
}

impl Open {
    /// Connects to one server. Nothing is sent yet.
    pub(super) async fn to(
        node: StoreNode,
        streams: &mut Streams,
        access: &Access,
    ) -> Result<Self, Trouble> {
        let stream = streams.tcp(&node.host, node.port).await?;
        let mut open = match node.certificate_name() {
            None => Self::over(stream),
            Some(name) => Self::over(streams.tls(stream, name, access).await?),
        };
        open.node = Some(node);
        Ok(open)
    }

    /// Returns the connection over `stream`.
    pub(super) fn over(stream: impl Stream + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            node: None,
        }
    }

    /// Sends the commands in one flight, and returns their answers. After an error the connection is of no use.
    pub(super) async fn exchange(&mut self, commands: &Pipeline) -> Result<Vec<Value>, Trouble> {
        wire::exchange(&mut *self.stream, commands).await
    }
}

/// Adds the user, the password and the client's name to the first flight.
pub(super) fn introduce(pipeline: &mut Pipeline, access: &Access) {
    authenticate(pipeline, access);
    pipeline.cmd("CLIENT").arg("SETNAME").arg(NAME);
}

/// Adds the user and the password, if there is one.
pub(super) fn authenticate(pipeline: &mut Pipeline, access: &Access) {
    if let Some(password) = &access.password {
        let command = pipeline.cmd("AUTH");
        if let Some(name) = &access.username {
            command.arg(name);
        }
        command.arg(password.expose());
    }
}
