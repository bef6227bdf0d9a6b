//! A browser as others see it: a real Chromium, and programs that are none.

mod chromium;
mod doubles;
mod ends;
mod finding;
mod machine;
mod pages;
mod profiles;
mod script;
mod surroundings;
mod windows;
mod words;
mod world;
