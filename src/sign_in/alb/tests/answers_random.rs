use proptest::prelude::*;

use crate::fuzzing::{mutation::spoiled, servers};

const GOOD: &[&str] = &[
    "302\nlocation: https://corp.okta.com/oauth2/v1/authorize?client_id=0oa1&redirect_uri=https%3A%2F%2Fexample.com%2Foauth2%2Fidpresponse&response_type=code&state=a%2Bb\nset-cookie: AWSALBAuthNonce=hZ0; Path=/\nserver: awselb/2.0\n\n",
    "302\nlocation: https://example.com/oauth2/idpresponse?error=login_required&error_description=no&state=a%2Bb\n",
    "302\nlocation: /\nset-cookie: AWSELBAuthSessionCookie-0=abc; Expires=Mon, 30 Nov 2026 20:00:00 GMT\n",
    "401\nserver: awselb/2.0\n\n<html><title>401 Authorization Required</title></html>",
];

proptest! {
    #[test]
    fn no_answer_of_a_balancer_leads_off_the_app_and_the_org(answer in spoiled(GOOD)) {
        servers::balancer(&answer);
    }
}
