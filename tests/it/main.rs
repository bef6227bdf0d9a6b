//! One test binary for everything that is tested through the program.
