//! One test binary for everything that is tested through the program, on the sandbox.
//!
//! Each test is a claim; its world is a [`home::Home`]: a directory of its own, a cleared environment and, mostly, a
//! sandbox. stdout, stderr and the exit code of every call are all looked at.

mod choosing;
mod commands;
mod dialects;
mod home;
mod outputs;
mod sign_in;
mod tools;
