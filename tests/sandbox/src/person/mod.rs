//! The person's side of a test: a real Chromium, driven by DevTools through a pipe, and a screen without a monitor.
//!
//! It is written for tests alone, and from the protocol's documentation, so that it shares no mistake with a client under
//! test. A test that cannot have the pipe, because the client under test has it, lets a page act by itself
//! ([`crate::Pages::auto`]) or types with the keyboard of a [`Screen`].
//!
//! <https://chromedevtools.github.io/devtools-protocol/>

mod browser;
mod line;
mod page;
mod screen;
mod turn;

pub use browser::{Browser, chromium};
pub use page::{Held, Page};
pub use screen::Screen;
pub use turn::Turn;
