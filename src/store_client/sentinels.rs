//! Sentinels: servers that know which of several is the primary now.
//!
//! The first that answers is believed. That costs nothing but time: a server that is no primary any more takes no write, and
//! the records are sealed.

use std::time::Duration;

use redis::Value;

use super::open::{Open, authenticate};
use super::stream::Streams;
use super::{Access, Trouble};
use crate::app::StoreNode;
use crate::error::foreign;

/// The longest that one sentinel may take, where there are others.
const LIMIT: Duration = Duration::from_millis(400);

/// Returns where the primary of this `name` is.
pub(super) async fn primary(
    name: &str,
    nodes: &[StoreNode],
    streams: &mut Streams,
    access: &Access,
) -> Result<StoreNode, Trouble> {
    let mut trouble = Trouble::away("it has no sentinel");
    for (index, node) in nodes.iter().enumerate() {
        let asking = ask(name, node, streams, access);
        let asked = match index + 1 < nodes.len() {
            true => tokio::time::timeout(LIMIT, asking)
                .await
                .unwrap_or_else(|_| Err(Trouble::silent())),
            false => asking.await,
        };
        match asked {
            Ok(node) => return Ok(node),
            Err(found) => trouble = found,
        }
    }
    trouble.words = format!("of its sentinels the last says: {}", trouble.words);
    Err(trouble)
}

async fn ask(
    name: &str,
    node: &StoreNode,
    streams: &mut Streams,
    access: &Access,
) -> Result<StoreNode, Trouble> {
    let mut open = Open::to(node.clone(), streams, access).await?;
    let mut answer = query(name, &mut open, None).await?;
    // Most sentinels ask for no password; those that do are given the same.
    if matches!(&answer, Value::ServerError(error) if error.code() == "NOAUTH") {
        answer = query(name, &mut open, Some(access)).await?;
    }
    match answer {
        Value::ServerError(error) => Err(Trouble::of_server(
            error.code(),
            error.details().unwrap_or_default(),
        )),
        Value::Nil => Err(Trouble::away(format!(
            "it knows no primary called {}",
            foreign(name)
        ))),
        answer => {
            let (host, port) = place(answer).ok_or_else(Trouble::not_understood)?;
            node.other(&host, port).ok_or_else(Trouble::plaintext)
        }
    }
}

/// Asks for the primary, after a password if `access` is to be shown.
async fn query(name: &str, open: &mut Open, access: Option<&Access>) -> Result<Value, Trouble> {
    let mut pipeline = redis::pipe();
    if let Some(access) = access {
        authenticate(&mut pipeline, access);
    }
    let command = pipeline.cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME");
    command.arg(name);
    let mut replies = open.exchange(&pipeline).await?;
    replies.pop().ok_or_else(Trouble::not_understood)
}

/// Reads a host and a port.
fn place(answer: Value) -> Option<(String, u16)> {
    let Value::Array(items) = answer else {
        return None;
    };
    let mut texts = items.into_iter().map(|item| match item {
        Value::BulkString(bytes) => String::from_utf8(bytes).ok(),
        _ => None,
    });
    let (host, port) = (texts.next()??, texts.next()??);
    (!host.is_empty()).then_some(())?;
    Some((host, port.parse().ok()?))
}
