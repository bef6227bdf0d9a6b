//! The sandbox itself under test, driven by a client of a hundred lines that knows nothing but the protocol.

mod balancer;
mod browser;
mod codes;
mod demands;
mod factors;
mod faults;
mod keys;
mod messages;
mod okta;
mod passwords;
mod push;
mod remember;
mod sign_in;
mod statuses;
