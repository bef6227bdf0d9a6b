mod bytes;
mod pty;
mod questions;
