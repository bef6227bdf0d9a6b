//! `credential`: the session cookie of an application behind an AWS ALB and Okta.

fn main() {}
