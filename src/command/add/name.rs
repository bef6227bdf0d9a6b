//! Makes names for apps and orgs from their hosts.

/// First labels that do not tell whose host it is.
const GENERAL: [&str; 7] = ["www", "login", "sso", "id", "auth", "okta", "signin"];

/// Makes a name for the app at `host`: its first label that is not `www`.
pub(super) fn of_app(host: &str, is_taken: impl Fn(&str) -> bool) -> String {
    unique(&label(host, &GENERAL[..1], "app"), is_taken)
}

/// Makes a name for the org at `host`: `corp` for `corp.okta.com`, and for `login.corp.example` too.
pub(super) fn of_org(host: &str, is_taken: impl Fn(&str) -> bool) -> String {
    unique(&label(host, &GENERAL, "org"), is_taken)
}

/// Returns the first label of `host` that is not in `general`, or a whole address. Replaces characters that a name
/// cannot have.
fn label(host: &str, general: &[&str], otherwise: &str) -> String {
    let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    let mut labels = host.split('.').filter(|label| !general.contains(label));
    let label = match is_address {
        true => Some(host),
        false => labels.next(),
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let label = label.unwrap_or_default().replace(|c| !allowed(c), "-");
    match label.trim_matches(['-', '.']) {
        "" => otherwise.to_owned(),
        label => label.to_owned(),
    }
}

fn unique(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names
        .find(|name| !is_taken(name))
        .expect("there are numbers enough")
}

#[cfg(test)]
mod tests {
    use super::{of_app, of_org};

    #[test]
    fn a_name_is_the_first_telling_label_of_the_host() {
        for (host, name) in [
            ("grafana.corp.example", "grafana"),
            ("www.corp.example", "corp"),
            ("login.corp.example", "login"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "1"),
            ("[::]", "app"),
            ("www", "app"),
            ("-x-.example", "x"),
            ("xn--e1afmkfd.example", "xn--e1afmkfd"),
            ("a*b.example", "a-b"),
        ] {
            assert_eq!(of_app(host, |_| false), name, "{host}");
        }
        for (host, name) in [
            ("corp.okta.com", "corp"),
            ("login.corp.example", "corp"),
            ("sso.id.example", "example"),
            ("okta.login", "org"),
        ] {
            assert_eq!(of_org(host, |_| false), name, "{host}");
        }
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let taken = ["grafana", "grafana-2"];
        assert_eq!(
            of_app("grafana.example", |name| taken.contains(&name)),
            "grafana-3"
        );
    }
}
