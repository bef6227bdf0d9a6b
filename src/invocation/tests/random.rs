use proptest::prelude::*;

use crate::fuzzing::{clients, mutation::spoiled};

const GOOD: &[&str] = &[
    "\0-sS\0-H\0Accept: a\0https://victim.example.com/a?b=hunter2",
    "# mine\nlocation\nheader = \"X: y\"\nurl \"https://evil.example\"\n\0https://example.com\0-of\0--next\0https://example.com:8443/",
    "\0https://victim.example.com/{a,b}\0--url\0https://example.com/[1-3]\0--expand-url\0x",
    "{\"default_options\":[\"--default-scheme=https\"]}\0POST\0:8080/x\0a=b\0--session-read-only=f",
    "timeout = 9\n\0-qO-\0--refer\0https://example.com/\0--\0https://paths.example.com/graf/x",
    "\0https://victim.example.com/\0https://victim.example.com/b",
    "\0https://ada:hunter2@victim.example.com/",
];

proptest! {
    #[test]
    fn no_command_line_gives_a_cookie_to_a_host_that_it_does_not_name(line in spoiled(GOOD)) {
        clients::clients(&line);
    }
}
