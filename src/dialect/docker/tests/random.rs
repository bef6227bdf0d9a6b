use proptest::prelude::*;

use crate::fuzzing::{dialects, mutation::spoiled};

const GOOD: &[&str] = &[
    "https://victim.example.com/v1/?a=b\n",
    "example.com:8443",
    "2001:db8::1\r\n",
    "//ada:hunter2@paths.example.com/graf",
    "{\"ServerURL\":\"http://localhost:8080/a\",\"Username\":\"ada\",\"Secret\":\"hunter2\"}",
    "{\"ServerURL\":\"https://ada:hunter2@evil.example\",\"Username\":\"<token>\",\"Secret\":\"\"}",
];

proptest! {
    #[test]
    fn no_request_leaks_a_secret_or_gets_another_app(request in spoiled(GOOD)) {
        dialects::docker(&request);
    }
}
