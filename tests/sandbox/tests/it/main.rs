//! The sandbox itself under test, driven by a client of a hundred lines that knows nothing but the protocol.

mod astray;
mod balancer;
mod browser;
#[cfg(unix)]
mod chromium;
#[cfg(unix)]
mod chromium_org;
#[cfg(unix)]
mod chromium_window;
mod codes;
mod crowd;
mod demands;
#[cfg(unix)]
mod desk;
mod factor_faults;
mod factors;
mod faults;
mod files;
mod forms;
mod git;
mod headers;
mod identity;
mod keys;
mod lfs;
mod limits;
mod lock;
mod messages;
mod okta;
mod passkeys;
mod passwords;
mod policies;
mod provider;
mod push;
mod refresh;
mod registry;
mod remember;
mod serve;
mod sign_in;
mod statuses;
mod tools;
mod verdicts;
mod workplace;
