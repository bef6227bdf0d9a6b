//! Checks the store that a fleet of machines shares: whether it can be used as a sign-in uses it, and what it would lose.

use super::Examination;
use super::report::Finding;
use crate::app::FleetSettings;
use crate::duration::show_duration;
use crate::error::{Error, Kind, foreign};
use crate::store::{Key, ServerFacts};

impl Examination<'_> {
    /// Tries the store that other machines share, if the app's records are in one.
    pub(super) fn fleet(&mut self) {
        let Some(fleet) = self.context.cache.fleet(&Key::of_app(self.app)) else {
            return;
        };
        fleet.insist();
        let finding = match fleet.examine() {
            Ok(facts) => judge(fleet.settings(), &facts),
            Err(why) => unusable(why, &fleet.access_line()),
        };
        self.put("store", finding);
    }
}

/// The finding of a store that cannot be used. The line that its user needs is told once.
fn unusable(why: String, line: &str) -> Finding {
    let hint = (!why.contains(line)).then(|| format!("its user needs: {line}"));
    let error = Error::network("the store of the fleet cannot be used").caused_by(why);
    Finding::Wrong(match hint {
        Some(hint) => error.hint(hint),
        None => error,
    })
}

/// Judges a store that can be used by the facts that its server tells.
fn judge(settings: &FleetSettings, facts: &ServerFacts) -> Finding {
    let (server, name) = (&settings.server, &settings.namespace);
    let usable = format!("{server}: the fleet {name} can read, claim and write");
    if let Some(policy) = facts
        .eviction
        .as_deref()
        .filter(|policy| policy.starts_with("allkeys"))
    {
        let error = Error::new(Kind::Other, format!("{usable}, and its server may forget a refused password"))
            .caused_by(format!("its eviction policy {} spares no key", foreign(policy)))
            .hint("set maxmemory-policy there to noeviction or volatile-lru, which spare keys without a time limit");
        return Finding::Doubtful(error);
    }
    let wanted = settings.replicas;
    if let Some(there) = facts.replicas.filter(|_| facts.lacks(wanted)) {
        let error = Error::network("the store has too few replicas: no secret would be sent")
            .caused_by(format!(
                "{server} has {there}, and {wanted} have to confirm each write"
            ))
            .hint("look after its replicas, or set a lower replicas in the settings of the store");
        return Finding::Wrong(error);
    }
    Finding::Fine(
        [Some(usable), clock(facts.ahead), rest(facts)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("; "),
    )
}

fn clock(ahead: time::Duration) -> Option<String> {
    let way = if ahead.is_positive() {
        "ahead of"
    } else {
        "behind"
    };
    (!ahead.is_zero())
        .then(|| format!("its clock is {} {way} this one", show_duration(ahead.abs())))
}

/// The eviction policy and the replicas, if the server tells them.
fn rest(facts: &ServerFacts) -> Option<String> {
    let policy = foreign(facts.eviction.as_deref()?);
    Some(match facts.replicas? {
        1 => format!("eviction policy {policy}, 1 replica"),
        many => format!("eviction policy {policy}, {many} replicas"),
    })
}

#[cfg(test)]
mod tests {
    use super::{Finding, ServerFacts, judge, unusable};
    use crate::app::{FleetSettings, Offline, StoreServer};
    use time::Duration;

    fn settings(replicas: u8) -> FleetSettings {
        FleetSettings {
            server: StoreServer::Unix("/s".into()),
            namespace: "ci".into(),
            keys: Vec::new(),
            username: None,
            password: None,
            ca: None,
            certificate: None,
            recheck: Duration::MINUTE,
            shares_okta: true,
            offline: Offline::Proven,
            replicas,
        }
    }

    fn facts(policy: &str, replicas: u64) -> ServerFacts {
        ServerFacts {
            ahead: Duration::ZERO,
            eviction: Some(policy.into()),
            replicas: Some(replicas),
        }
    }

    #[test]
    fn a_store_is_told_with_its_clock_its_eviction_and_its_replicas() {
        assert_eq!(
            judge(&settings(0), &facts("volatile-lru", 1)),
            Finding::fine(
                "/s: the fleet ci can read, claim and write; eviction policy volatile-lru, 1 replica"
            )
        );
        let silent = ServerFacts {
            ahead: Duration::minutes(-2),
            eviction: None,
            replicas: None,
        };
        let Finding::Fine(words) = judge(&settings(2), &silent) else {
            panic!("it can be used");
        };
        assert!(
            words.ends_with("write; its clock is 2m behind this one"),
            "{words}"
        );
    }

    #[test]
    fn eviction_of_everything_is_a_warning_and_too_few_replicas_a_failure() {
        let evicting = judge(&settings(0), &facts("allkeys-lru", 0));
        assert!(
            matches!(evicting, Finding::Doubtful(error) if error.causes[0].contains("allkeys-lru"))
        );
        let few = judge(&settings(2), &facts("noeviction", 1));
        assert!(
            matches!(few, Finding::Wrong(error) if error.causes[0] == "/s has 1, and 2 have to confirm each write")
        );
        assert!(matches!(
            judge(&settings(2), &facts("noeviction", 2)),
            Finding::Fine(_)
        ));
    }

    #[test]
    fn the_line_for_the_access_list_is_told_once() {
        let hints = |why: &str| match unusable(why.into(), "user ci") {
            Finding::Wrong(error) => error.hints.len(),
            _ => panic!("it cannot be used"),
        };
        assert_eq!((hints("it needs: user ci"), hints("refused")), (0, 1));
    }
}
