//! The user, as the application is told of them: three headers, one of them signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};

use crate::balancer::session::Session;
use crate::random;
use crate::setup::Rule;
use crate::world::World;

/// The key of one ALB's claims.
pub(crate) struct Signer {
    key: EcdsaKeyPair,
    id: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Signer({})", self.id)
    }
}

impl Signer {
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .expect("a key can be made");
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
                .expect("a generated key can be read back");
        Self {
            key,
            id: random::hexadecimal(32),
        }
    }

    /// The headers that a session gives to the application.
    pub(crate) fn headers(
        &self,
        world: &World,
        rule: Option<&Rule>,
        session: &Session,
    ) -> Vec<(String, String)> {
        let subject = session.claims.get("sub").and_then(Value::as_str);
        vec![
            (
                "x-amzn-oidc-accesstoken".to_owned(),
                session.access_token.clone(),
            ),
            (
                "x-amzn-oidc-identity".to_owned(),
                subject.unwrap_or_default().to_owned(),
            ),
            (
                "x-amzn-oidc-data".to_owned(),
                self.sign(world, rule, session),
            ),
        ]
    }

    /// A JWT whose parts, against the standard, keep their padding, as the ALB's do.
    fn sign(&self, world: &World, rule: Option<&Rule>, session: &Session) -> String {
        let issuer = rule.map_or_else(
            || world.org.url.clone(),
            |rule| world.issuer_of(&rule.client).name(world),
        );
        let expires = world.clock.now().unix_timestamp() + 120;
        let header = json!({
            "typ": "JWT",
            "alg": "ES256",
            "kid": self.id,
            "signer": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/sandbox/0123456789abcdef",
            "iss": issuer,
            "client": rule.map(|rule| rule.client.id.clone()),
            "exp": expires,
        });
        let mut claims = session.claims.clone();
        claims["exp"] = json!(expires);
        claims["iss"] = json!(issuer);
        let text = format!(
            "{}.{}",
            URL_SAFE.encode(header.to_string()),
            URL_SAFE.encode(claims.to_string())
        );
        let signature = self
            .key
            .sign(&SystemRandom::new(), text.as_bytes())
            .expect("a text of this size can be signed");
        format!("{text}.{}", URL_SAFE.encode(signature.as_ref()))
    }
}

impl super::Balancer {
    /// The claims headers for a request that this ALB lets through.
    pub(crate) fn claims(
        &self,
        world: &World,
        path: &str,
        session: &Session,
    ) -> Vec<(String, String)> {
        let rule = self.rule(path).map(|(_, rule)| rule);
        self.signer.headers(world, rule, session)
    }
}
