//! The names of identity providers, by the hosts and paths of their authorize URLs. For people to read: nothing is decided
//! by them.
//!
//! Sources: the providers' own pages for OpenID Connect, read in 2026.

use url::Url;

/// Ends of hosts that belong to a provider. An end with a dot first has any name before it.
const HOSTS: [(&str, &str); 14] = [
    ("login.microsoftonline.com", "Entra ID"),
    ("login.microsoftonline.us", "Entra ID"),
    ("login.partner.microsoftonline.cn", "Entra ID"),
    ("sts.windows.net", "Entra ID"),
    (".ciamlogin.com", "Entra External ID"),
    (".b2clogin.com", "Azure AD B2C"),
    ("accounts.google.com", "Google"),
    (".amazoncognito.com", "Cognito"),
    (".auth0.com", "Auth0"),
    (".onelogin.com", "OneLogin"),
    (".jumpcloud.com", "JumpCloud"),
    (".okta.com", "Okta"),
    (".oktapreview.com", "Okta"),
    (".okta-emea.com", "Okta"),
];

/// Beginnings and ends of paths that no other provider is known to have.
const PATHS: [(&str, &str, &str); 6] = [
    // Keycloak up to version 16 has `/auth` before it.
    ("/realms/", "/protocol/openid-connect/auth", "Keycloak"),
    ("/auth/realms/", "/protocol/openid-connect/auth", "Keycloak"),
    ("/", "/oauth2/v2.0/authorize", "Entra ID"),
    ("/o/oauth2/", "/auth", "Google"),
    // PingFederate has no part before it, PingOne an environment.
    ("/", "/as/authorization.oauth2", "Ping"),
    ("/oauth2/", "/v1/authorize", "Okta"),
];

/// Returns the name of the provider that `authorize` is of, where its host or path tells.
pub(crate) fn provider_name(authorize: &Url) -> Option<&'static str> {
    let (host, path) = (authorize.host_str().unwrap_or_default(), authorize.path());
    by_host(host).or_else(|| by_path(path))
}

fn by_host(host: &str) -> Option<&'static str> {
    // PingOne has a host for each region: auth.pingone.com, .eu, .asia …
    if host.starts_with("auth.pingone.") {
        return Some("Ping");
    }
    let is_at = |end: &str| match end.starts_with('.') {
        true => host.ends_with(end),
        false => host == end,
    };
    let row = HOSTS.iter().find(|(end, _)| is_at(end));
    row.map(|(_, name)| *name)
}

fn by_path(path: &str) -> Option<&'static str> {
    let is_of = |start: &str, end: &str| path.starts_with(start) && path.ends_with(end);
    let row = PATHS.iter().find(|(start, end, _)| is_of(start, end));
    row.map(|(_, _, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::provider_name;
    use url::Url;

    #[test]
    fn a_provider_is_named_by_its_host_or_its_path() {
        for (url, name) in [
            (
                "https://login.microsoftonline.com/t/oauth2/v2.0/authorize",
                Some("Entra ID"),
            ),
            (
                "https://id.corp.example/t/oauth2/v2.0/authorize",
                Some("Entra ID"),
            ),
            (
                "https://accounts.google.com/o/oauth2/v2/auth",
                Some("Google"),
            ),
            (
                "https://x.auth.eu-west-1.amazoncognito.com/oauth2/authorize",
                Some("Cognito"),
            ),
            (
                "https://id.corp.example/realms/x/protocol/openid-connect/auth",
                Some("Keycloak"),
            ),
            (
                "https://id.corp.example/auth/realms/x/protocol/openid-connect/auth",
                Some("Keycloak"),
            ),
            ("https://corp.eu.auth0.com/authorize", Some("Auth0")),
            ("https://auth.pingone.eu/e/as/authorize", Some("Ping")),
            (
                "https://sso.corp.example/as/authorization.oauth2",
                Some("Ping"),
            ),
            ("https://corp.onelogin.com/oidc/2/auth", Some("OneLogin")),
            (
                "https://oauth.id.jumpcloud.com/oauth2/auth",
                Some("JumpCloud"),
            ),
            (
                "https://login.corp.example/oauth2/default/v1/authorize",
                Some("Okta"),
            ),
            ("https://corp.okta.com/oauth2/v1/authorize", Some("Okta")),
            // A name that only looks like it is nobody's.
            ("https://accounts.google.com.evil.example/x", None),
            ("https://evilauth0.com/authorize", None),
            ("https://id.corp.example/oauth2/authorize", None),
            ("https://id.corp.example/", None),
        ] {
            let read = Url::parse(url).expect("a URL");
            assert_eq!(provider_name(&read), name, "{url}");
        }
    }
}
