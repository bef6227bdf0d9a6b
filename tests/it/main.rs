//! One test binary for everything that is tested through the program, on the sandbox.
//!
//! Each test is a claim; its world is a [`home::Home`]: a directory of its own, a cleared environment and, mostly, a
//! sandbox. stdout, stderr and the exit code of every call are all looked at.

mod add;
mod apps;
mod brake;
mod cache;
mod choosing;
mod claim;
mod commands;
mod completions;
mod cookie_file;
mod crowd;
mod desk;
mod device;
mod dialects;
mod disk;
mod doctor;
mod editors;
mod engine;
mod exec;
mod factors;
mod foreign;
mod git;
mod git_store;
mod go;
mod home;
mod hostile;
mod integration;
mod kept;
mod kills;
mod learning;
mod mending;
mod outcome;
mod outputs;
mod person;
mod refusals;
mod renewal;
mod screen;
mod security;
mod setup;
mod sign_in;
mod stage;
mod streams;
mod terminal;
mod tidy;
mod tools;
mod watching;
mod withheld;
mod wrappers;
