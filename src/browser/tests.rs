//! A browser as others see it: a real Chromium, and programs that are none.

mod chromium;
mod doubles;
mod ends;
mod finding;
mod machine;
mod profiles;
mod surroundings;
mod windows;
mod world;
