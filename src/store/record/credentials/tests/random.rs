//! The credentials beside a model: rows in a list, the newest first, and the rules of gitcredentials(7) in other words.

use proptest::prelude::*;
use proptest::{option, sample::select};

use super::{Credentials, NOW, key};
use crate::credential::{Authorization, Credential, Pattern};
use crate::secret::Secret;
use crate::store::Record;

/// What somebody keeps.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    path: &'static str,
    user: Option<&'static str>,
    /// With a user it is a password, else it goes into a header.
    secret: &'static str,
    docker: bool,
    /// In seconds from now.
    end: Option<i64>,
}

/// What somebody asks for.
#[derive(Debug, Clone)]
struct Wanted {
    path: Option<&'static str>,
    user: Option<&'static str>,
    secret: Option<&'static str>,
    /// Whether a header will do.
    header: bool,
}

#[derive(Debug, Clone)]
enum Step {
    Keep(Row),
    Erase(Wanted),
    Get(Wanted),
}

const PATHS: [&str; 3] = ["", "a.git", "A.git"];
const USERS: [&str; 3] = ["", "ada", "eve"];
const SECRETS: [&str; 3] = ["", "one", "two"];

fn row() -> impl Strategy<Value = Row> {
    let end = option::of(select(vec![-1, 0, 1, 1000]));
    let words = (
        select(&PATHS),
        option::weighted(0.8, select(&USERS)),
        select(&SECRETS),
    );
    (words, any::<bool>(), end).prop_map(|((path, user, secret), docker, end)| Row {
        path,
        user,
        secret,
        docker,
        end,
    })
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let words = (
        option::of(select(&PATHS)),
        option::of(select(&USERS)),
        option::of(select(&SECRETS)),
    );
    (words, any::<bool>()).prop_map(|((path, user, secret), header)| Wanted {
        path,
        user,
        secret,
        header,
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => row().prop_map(Step::Keep),
        1 => wanted().prop_map(Step::Erase),
        3 => wanted().prop_map(Step::Get),
    ]
}

impl Row {
    fn lives(&self) -> bool {
        self.end.is_none_or(|end| end > 0)
    }

    fn is_meant(&self, wanted: &Wanted) -> bool {
        wanted.path.is_none_or(|path| path == self.path)
            && wanted.user.is_none_or(|user| Some(user) == self.user)
            && wanted.secret.is_none_or(|secret| secret == self.secret)
    }

    fn credential(&self) -> Credential {
        let secret = || Secret::new(self.secret.into());
        Credential {
            path: self.path.into(),
            username: self.user.map(str::to_owned),
            password: self.user.map(|_| secret()),
            authorization: self.user.is_none().then(|| Authorization {
                scheme: "Bearer".into(),
                credentials: secret(),
            }),
            expires_at: self.end.map(|end| NOW.unix_timestamp() + end),
            server: self.docker.then(|| "a.example".into()),
            ..Credential::default()
        }
    }
}

impl Wanted {
    fn pattern(&self) -> Pattern {
        Pattern {
            path: self.path.map(str::to_owned),
            username: self.user.map(str::to_owned),
            secret: self.secret.map(|secret| Secret::new(secret.into())),
            takes_authorization: self.header,
        }
    }
}

proptest! {
    #[test]
    fn credentials_do_what_the_rules_say(steps in prop::collection::vec(step(), 0..24)) {
        let (mut kept, mut rows) = (Credentials::default(), Vec::<Row>::new());
        for step in steps {
            match step {
                Step::Keep(new) => {
                    rows.retain(|old| {
                        let same_place = old.path == new.path;
                        let same_owner = old.user == new.user || old.docker && new.docker;
                        old.lives() && !(same_place && same_owner)
                    });
                    kept.keep(new.credential(), NOW);
                    rows.insert(0, new);
                }
                Step::Erase(wanted) => {
                    let some = rows.iter().any(|row| row.is_meant(&wanted));
                    prop_assert_eq!(kept.has(&wanted.pattern()), some);
                    rows.retain(|row| !row.is_meant(&wanted));
                    kept.erase(&wanted.pattern());
                }
                Step::Get(wanted) => {
                    let mut fit = rows.iter().filter(|row| row.lives() && row.is_meant(&wanted));
                    let row = fit.find(|row| row.user.is_some() || wanted.header);
                    let found = kept.find(&wanted.pattern(), NOW);
                    prop_assert_eq!(found.cloned(), row.map(Row::credential));
                }
            }
            let living: Vec<_> = rows.iter().filter(|row| row.lives()).map(Row::credential).collect();
            prop_assert_eq!(kept.alive(NOW).cloned().collect::<Vec<_>>(), living);
            // What is written is what is read again.
            let text = kept.to_text(&key());
            let read = text.and_then(|text| Credentials::parse(text.expose(), &key()));
            prop_assert_eq!(&read.unwrap_or_default(), &kept);
        }
    }
}
