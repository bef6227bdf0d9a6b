//! Looks up a session cookie for a test that holds one: whose it is, and how it stands.

use time::OffsetDateTime;

use crate::demand::Family;
use crate::sandbox::Sandbox;

/// One session that an ALB has issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The app whose ALB issued it.
    pub app: String,
    /// The user who signed in.
    pub user: String,
    /// When it was issued, by the sandbox's clock.
    pub issued_at: OffsetDateTime,
    /// When the ALB ends it.
    pub ends_at: OffsetDateTime,
}

impl Sandbox {
    /// The session that `cookie`, the value of a `Cookie` header, is: all of its shards, in order, verbatim, and nothing
    /// else. `None` for what no ALB of this sandbox has issued so, be it a part of a session or a mixture of two.
    #[must_use]
    pub fn session(&self, cookie: &str) -> Option<Session> {
        let issued = self.world.demands.issued();
        let found = issued.families.iter().rev().find(|one| is(one, cookie))?;
        Some(Session {
            app: found.app.clone(),
            user: found.user.clone(),
            issued_at: found.at,
            ends_at: found.ends,
        })
    }
}

/// Returns whether `cookie` is the whole of `family`.
fn is(family: &Family, cookie: &str) -> bool {
    let mut pairs = cookie.split("; ").enumerate();
    let is_shard = |(number, pair): (usize, &str)| {
        let (name, value) = pair.split_once('=').unwrap_or_default();
        let expected = family.values.get(number);
        name == format!("{}-{number}", family.base)
            && expected.is_some_and(|expected| expected == value)
    };
    cookie.split("; ").count() == family.values.len() && pairs.all(is_shard)
}

#[cfg(test)]
mod tests {
    use super::is;
    use crate::demand::Family;
    use time::OffsetDateTime;

    #[test]
    fn a_session_is_all_of_its_shards_in_order_and_nothing_else() {
        let family = Family {
            app: "grafana".to_owned(),
            user: "ada@corp.example".to_owned(),
            at: OffsetDateTime::UNIX_EPOCH,
            ends: OffsetDateTime::UNIX_EPOCH,
            base: "Name".to_owned(),
            values: vec!["a=".to_owned(), "b".to_owned()],
        };
        assert!(is(&family, "Name-0=a=; Name-1=b"));
        for other in [
            "",
            "Name-0=a=",
            "Name-1=b; Name-0=a=",
            "Name-0=a=; Name-1=b; Name-2=c",
            "Name-0=a=; Name-1=c",
            "Other-0=a=; Other-1=b",
            "Name-0=a=;Name-1=b",
            "Name-0=a=; Name-1=b; ",
        ] {
            assert!(!is(&family, other), "{other}");
        }
    }
}
