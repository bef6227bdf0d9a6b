use proptest::prelude::*;

use crate::fuzzing::{dialects, mutation::spoiled};

const GOOD: &[&str] = &[
    "{\"uri\":\"https://victim.example.com/a?b#c\"}",
    "{\"x\":[1,{}],\"uri\":\"https:\\/\\/paths.example.com\\/graf\\u002f\"}\n",
    "{\"uri\":\"https://ada:hunter2@example.com:8443/\"}",
    "{\"uri\":\"https://[2001:db8::1]/\"}",
];

proptest! {
    #[test]
    fn no_request_leaks_a_secret_or_gets_another_app(request in spoiled(GOOD)) {
        dialects::bazel(&request);
    }
}
