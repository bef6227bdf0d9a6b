use proptest::prelude::*;

use crate::fuzzing::{mutation::spoiled, servers};

const GOOD: &[&str] = &[
    "AWSELBAuthSessionCookie-0=ab+/c==; Path=/; Expires=Mon, 30 Nov 2026 20:00:00 GMT\nAWSELBAuthSessionCookie-1=b; Max-Age=9\n",
    "sid=1; AWSELBAuthSessionCookie-1=b; AWSELBAuthSessionCookie-0=a;;x",
];

proptest! {
    #[test]
    fn a_family_is_whole_whatever_is_set_or_pasted(lines in spoiled(GOOD)) {
        servers::cookies(&lines);
    }
}
