//! The store of a fleet: a real Redis or Valkey server, and what may stand between it and the machines.
//!
//! [`StoreServer`] starts a server of its own, [`StoreProxy`] stands before it and reads the protocol, so that it can keep,
//! change, repeat or lose each request and each answer. [`StorePipe`] carries bytes that it cannot read, as of TLS.

mod pipe;
mod proxy;
mod server;
mod value;

pub use pipe::{Flow, StorePipe};
pub use proxy::{Ask, Request, Script, StoreProxy};
pub use server::{StoreServer, free_port};
pub use value::Value;
