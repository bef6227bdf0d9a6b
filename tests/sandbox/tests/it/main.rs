//! The sandbox itself under test, driven by a client of a hundred lines that knows nothing but the protocol.

mod astray;
mod balancer;
mod browser;
mod codes;
mod crowd;
mod demands;
mod factor_faults;
mod factors;
mod faults;
mod keys;
mod limits;
mod lock;
mod messages;
mod okta;
mod passwords;
mod policies;
mod push;
mod remember;
mod serve;
mod sign_in;
mod statuses;
