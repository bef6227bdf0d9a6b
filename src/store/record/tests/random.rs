use proptest::prelude::*;

use crate::fuzzing::{files, mutation::spoiled};

const GOOD: &[&str] = &[
    include_str!("../../../../tests/fuzz/seeds/records/laid-out"),
    "{\"key\":{\"account\":\"ada@corp.example\",\"app\":\"https://example.com\",\"cookie\":\"AWSELBAuthSessionCookie\",\"org\":\"https://corp.okta.com\"},\"session\":{\"issued_at\":\"2026-11-23T19:00:00Z\",\"bound\":\"2026-11-30T19:00:00Z\",\"verified_at\":null,\"cookies\":[{\"name\":\"AWSELBAuthSessionCookie-0\",\"value\":\"x\"}]},\"failure\":{\"error\":{\"kind\":\"refused\",\"message\":\"no\",\"causes\":[\"x\"],\"hints\":[\"y\"]},\"at\":\"2026-11-23T19:00:00Z\",\"attended\":true},\"backoff\":{\"error\":{\"kind\":\"refused\",\"message\":\"no\",\"causes\":[\"x\"],\"hints\":[\"y\"]},\"until\":\"2026-11-23T20:01:00Z\",\"times\":1},\"learnt_life\":43200}",
    "{\"key\":{\"account\":\"ada@corp.example\",\"app\":\"https://example.com\",\"cookie\":\"AWSELBAuthSessionCookie\",\"org\":\"https://corp.okta.com\"},\"session\":{\"issued_at\":\"2026-11-23T19:00:00Z\",\"bound\":\"2026-11-30T19:00:00Z\",\"verified_at\":null,\"cookies\":[{\"name\":\"AWSELBAuthSessionCookie-0\",\"value\":\"x\"}]},\"failure\":{\"error\":{\"kind\":\"refused\",\"message\":\"no\",\"causes\":[\"x\"],\"hints\":[\"y\"]},\"at\":\"2026-11-23T19:00:00Z\",\"attended\":true},\"backoff\":{\"error\":{\"kind\":\"refused\",\"message\":\"no\",\"causes\":[\"x\"],\"hints\":[\"y\"]},\"until\":\"2026-11-23T20:01:00Z\",\"times\":1},\"learnt_life\":43200,\"renewal_tried_at\":\"2026-11-30T18:00:00Z\"}",
    "{\"key\":{\"account\":\"ada@corp.example\",\"org\":\"https://corp.okta.com\"},\"session\":[{\"name\":\"sid\",\"value\":\"102\"}],\"device\":{\"name\":\"DT\",\"value\":\"DI\"},\"refusals\":{\"salt\":\"ab\",\"refused\":[{\"hash\":\"cd\",\"error\":{\"kind\":\"refused\",\"message\":\"no\",\"causes\":[\"x\"],\"hints\":[\"y\"]},\"times\":1}]},\"codes\":{\"salt\":\"ab\",\"last\":\"cd\",\"step\":7,\"wrong\":null,\"wrong_in_a_row\":1},\"backoff\":null,\"unanswered\":{\"times\":3,\"last\":\"2026-11-23T19:59:00Z\"}}",
    "{\"key\":{\"vault\":\"http://localhost:8080\"},\"credentials\":[{\"path\":\"a.git\",\"username\":\"ada\",\"password\":\"p\",\"expires_at\":9999999999,\"server\":\"localhost:8080\",\"kept_at\":7},{\"username\":null,\"password\":null,\"authtype\":\"Bearer\",\"credential\":\"t\",\"kept_at\":-1}]}",
];

proptest! {
    #[test]
    fn every_record_survives_its_text_or_is_none(text in spoiled(GOOD)) {
        files::records(&text);
    }
}
