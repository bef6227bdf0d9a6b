//! A simulated Okta organisation, ALB and upstream on loopback.
