//! The subject of a record, and the name that it has for that in every store.

use std::collections::BTreeMap;

use super::json::to_json;
use crate::app::{App, Org, folded};

/// The field that names the fleet whose store has the record.
const FLEET: &str = "fleet";

/// The subject of a record: the fields that make it different from every other. They are written into the record
/// and compared when it is read, so that neither a clash of hashes nor a copied file can answer for another app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// The host that the record belongs to, the readable half of its name.
    host: String,
    /// Name and value of each field.
    pub(super) fields: BTreeMap<String, String>,
    /// The fields of the record's first version, where they were others.
    former: Option<BTreeMap<String, String>>,
}

impl Key {
    /// The key of an app's entry: where the app is, which cookie, and who signs in where.
    pub(crate) fn of_app(app: &App) -> Self {
        let org = app.org().map(|org| org.site.url()).unwrap_or_default();
        let fields = [
            ("app", app.site.url()),
            ("cookie", app.cookie.clone()),
            ("org", org),
            ("account", folded(app.account())),
        ];
        let key = Self::new(app.site.host(), fields);
        match app.org() {
            Some(org) => key.of_fleet(org),
            None => key,
        }
    }

    /// The key of a record in the store that `org` shares with other machines, if it does: a machine's own record is another
    /// one, and never becomes the fleet's.
    fn of_fleet(mut self, org: &Org) -> Self {
        if let Some(fleet) = org.storage.fleet() {
            let name = fleet.namespace.clone();
            self.fields.insert(FLEET.into(), name);
        }
        self
    }

    /// Returns whether it is the key of an entry or account of this account at this org, kept alone or in the store of this
    /// `fleet`.
    pub(super) fn is_of(&self, org: &str, account: &str, fleet: Option<&str>) -> bool {
        let field = |name: &str| self.fields.get(name).map(String::as_str);
        field("org") == Some(org) && field("account") == Some(account) && field(FLEET) == fleet
    }

    /// The key of what is learnt of an app's sessions, whoever signs in.
    pub(crate) fn of_lesson(app: &App) -> Self {
        let fields = [("lesson", app.site.url()), ("cookie", app.cookie.clone())];
        Self::new(app.site.host(), fields)
    }

    /// The key of the credentials that callers had kept for an app that nobody signs in to.
    pub(crate) fn of_credentials(app: &App) -> Self {
        Self::new(app.site.host(), [("vault", app.site.url())])
    }

    /// The key of an account's record at its org. Okta's names know no case, so an account has one record however its name
    /// is written; the first version of the format had one for each way.
    pub(crate) fn of_account(org: &Org) -> Self {
        let of = |account| {
            let fields = [("org", org.site.url()), ("account", account)];
            Self::new(org.site.host(), fields)
        };
        Self {
            former: Some(of(org.account.clone()).fields),
            ..of(folded(&org.account)).of_fleet(org)
        }
    }

    /// The key of the browser profile for the identity provider called `provider`: its host, and its port where that is not
    /// https's own.
    pub(crate) fn of_browser_profile(provider: &str) -> Self {
        let host = provider.split(':').next().unwrap_or(provider);
        Self::new(host, [("browser", provider.to_owned())])
    }

    /// The key of a record that has these fields. It has no name.
    pub(super) fn of_fields(fields: BTreeMap<String, String>) -> Self {
        Self {
            host: String::new(),
            fields,
            former: None,
        }
    }

    /// The host that the record belongs to.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Returns whether it is the key of an account's record.
    pub(super) fn is_of_an_account(&self) -> bool {
        let names = self.fields.keys().filter(|name| *name != FLEET);
        names.eq(["account", "org"])
    }

    /// The key that the record had in the first version of the format.
    pub(super) fn former(&self) -> Self {
        Self {
            fields: self.former.as_ref().unwrap_or(&self.fields).clone(),
            ..self.clone()
        }
    }

    /// The key of these `fields`, names with values, of a record that belongs to `host`.
    pub(super) fn new<const N: usize>(host: &str, fields: [(&str, String); N]) -> Self {
        Self {
            host: host.into(),
            fields: fields
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
            former: None,
        }
    }

    /// How a record of this key begins.
    pub(crate) fn heading(&self) -> String {
        #[derive(serde::Serialize)]
        struct Heading<'a> {
            key: &'a BTreeMap<String, String>,
        }
        const END: &str = "\n}\n";
        let text = to_json(&Heading { key: &self.fields });
        let heading = text.expose().strip_suffix(END);
        format!("{},\n", heading.expect("it is how an object ends"))
    }

    /// The name that the record has in a store: the host for people, a hash of the fields for uniqueness.
    pub(crate) fn name(&self) -> Name {
        let host: String = self
            .host
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '.' {
                    c
                } else {
                    '-'
                }
            })
            .take(100)
            .collect();
        let hash = self.fields.iter().fold(FNV_OFFSET, |hash, (name, value)| {
            fnv(fnv(hash, name), value)
        });
        Name::new(format!("{host}-{hash:016x}"))
    }
}

/// The name of a record: safe as a file's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name(String);

impl Name {
    /// Takes `name` for one that [`Key::name`] has made.
    pub(super) fn new(name: String) -> Self {
        Self(name)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a of `text` and a terminator, continued from `hash`. Not against attackers, who cannot write here, but to
/// tell names apart at no cost; the fields in the record settle the rest.
fn fnv(hash: u64, text: &str) -> u64 {
    text.bytes().chain([0]).fold(hash, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn names_are_safe_stable_and_tell_fields_apart() {
        let key = |app: &str, account: &str| {
            Key::new("[::1]", [("app", app.into()), ("account", account.into())])
                .name()
                .to_string()
        };
        assert_eq!(key("https://[::1]", "ada"), "---1--db01de5e8e0bbc93");
        assert_ne!(key("https://[::1]/a", "da"), key("https://[::1]/", "ada"));
        assert_ne!(key("ab", "c"), key("a", "bc"));
    }
}
