use proptest::prelude::*;

use crate::fuzzing::{files, mutation::spoiled};

const GOOD: &[&str] = &[
    "gezd gnbv-gy3t qojq GEZDGNBVGY3TQOJQ==\n",
    "otpauth://totp/Okta:ada?secret=GEZDGNBVGY3TQOJQ&algorithm=SHA256&digits=8&period=60&issuer=Okta",
    "otpauth://totp/hunter2?secret=hunter2!&digits=hunter2",
    "https://hunter2.example/?secret=hunter2",
];

proptest! {
    #[test]
    fn every_text_is_a_seed_or_a_mistake_that_does_not_repeat_it(text in spoiled(GOOD)) {
        files::seed(&text);
    }
}
