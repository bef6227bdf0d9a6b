use proptest::prelude::*;

use crate::fuzzing::{dialects, mutation::spoiled};

const GOOD: &[&str] = &[
    "capability[]=authtype\nprotocol=https\nhost=victim.example.com\nwwwauth[]=Basic realm=\"x\"\n\n",
    "protocol=https\nhost=example.com:8443\nusername=ada\npassword=hunter2\noauth_refresh_token=hunter2\n",
    "protocol=https\r\nhost=[2001:db8::1]\r\nauthtype=Bearer\r\ncredential=hunter2\r\n",
    "host=evil.example\nurl=https://ada:hunter2@paths.example.com/graf/a%20b.git\n",
    "protocol=http\nhost=localhost:8080\npath=a.git\nusername=ada\npassword=hunter2\n",
];

proptest! {
    #[test]
    fn no_request_leaks_a_secret_or_gets_another_app(request in spoiled(GOOD)) {
        dialects::git(&request);
    }
}
