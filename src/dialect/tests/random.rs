use proptest::prelude::*;

use crate::fuzzing::{dialects, mutation::spoiled};

const GOOD: &[&str] = &[
    "host=victim.example.com\nprotocol=https\npassword=hunter2\n",
    "\nvictim.example.com/x\n",
    " \n{\"uri\":\"https://example.com\"}",
    "https://victim.example.com:443/a/../b?c#d",
    "{\"ServerURL\":\"example.com\",\"Username\":\"ada\",\"Secret\":\"hunter2\"}",
];

proptest! {
    #[test]
    fn a_detected_request_gets_no_more_than_a_named_one(request in spoiled(GOOD)) {
        dialects::sniff(&request);
    }


    #[test]
    fn an_argument_gets_no_app_that_it_does_not_name(typed in spoiled(GOOD)) {
        dialects::plain(&typed);
    }
}
