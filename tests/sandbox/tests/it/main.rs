//! The sandbox itself under test, driven by a client of a hundred lines that knows nothing but the protocol.

mod balancer;
mod browser;
mod demands;
mod faults;
mod okta;
mod sign_in;
