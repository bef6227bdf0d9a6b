use proptest::prelude::*;

use crate::fuzzing::{files, mutation::spoiled};

const GOOD: &[&str] = &[
    "default = \"a\"\n[org.corp]\nurl = \"https://corp.okta.com\"\nusername = \"ada\"\npassword = { command = [\"op\", \"x\"] }\nfactor = [\"push\", \"google:token:software:totp\", \"sms@+1\"]\npasscode = { totp = { file = \"seed\" } }\n[app.a]\nurl = \"https://a.example/graf/\"\nstart = \"/login?x\"\ncookie = \"A\"\nsession = \"1h30m\"\nclient_id = \"0oa\"\n",
    "[app.b]\nurl = \"http://localhost:1\"\nmethod = \"none\"\n",
    "7d1h1m1s",
];

proptest! {
    #[test]
    fn every_file_is_settings_or_a_mistake_that_can_be_shown(text in spoiled(GOOD)) {
        files::settings(&text);
    }
}
