//! A browser as others see it: a real Chromium, and programs that are none.

mod chromium;
mod machine;
mod world;
