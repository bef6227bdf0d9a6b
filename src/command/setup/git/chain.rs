//! The helpers of one URL in git's configuration: which of them are ours, and which somebody else's.

use crate::error::typed;

/// The end of this program's name as git's helper.
const NAME: &str = "alb";
const FILE: &str = "alb --cookie-file=";
const NEXT: &str = " --next";

/// The helpers for an app: an empty one, which takes out all before it, this program, and the `next`.
pub(super) fn of(jar: Option<&str>, next: Option<&str>) -> Vec<String> {
    let own = match (jar, next) {
        (None, _) => NAME.to_owned(),
        // git hands the line to a shell.
        (Some(jar), None) => format!("{FILE}{}", typed(jar)),
        (Some(jar), Some(_)) => format!("{FILE}{}{NEXT}", typed(jar)),
    };
    let next = next.map(str::to_owned);
    [String::new(), own].into_iter().chain(next).collect()
}

/// Whether `helper` is this program.
pub(super) fn is_this(helper: &str) -> bool {
    helper == NAME || helper.starts_with("alb ")
}

/// The helpers of one URL, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chain {
    before: Vec<String>,
    /// Those that a setup has made: nothing, or what [`of`] gives.
    own: Vec<String>,
    after: Vec<String>,
}

impl Chain {
    pub(super) fn divide(mut values: Vec<String>) -> Self {
        let is_start =
            |pair: &[String]| pair[0].is_empty() && (pair[1] == NAME || pair[1].starts_with(FILE));
        let starts: Vec<usize> = (values.windows(2).enumerate())
            .filter(|(_, pair)| is_start(pair))
            .map(|(at, _)| at)
            .collect();
        let Some(&start) = starts.last() else {
            return Self {
                before: values,
                own: Vec::new(),
                after: Vec::new(),
            };
        };
        let count = if values[start + 1].ends_with(NEXT) {
            3
        } else {
            2
        };
        let after = values.split_off((start + count).min(values.len()));
        let own = values.split_off(start);
        Self {
            before: values,
            own,
            after,
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<String> {
        self.with(&self.own)
    }

    /// All of them, with `own` in the place of ours.
    pub(super) fn with(&self, own: &[String]) -> Vec<String> {
        [&self.before, own, &self.after].concat()
    }

    pub(super) fn has_own(&self) -> bool {
        !self.own.is_empty()
    }

    /// A helper that git would ask today, or asks after ours, and that is not the `next`.
    pub(super) fn foreign(&self, next: Option<&str>) -> Option<&str> {
        let mut all = self.before.iter().chain(&self.after).map(String::as_str);
        all.find(|helper| !helper.is_empty() && Some(*helper) != next)
    }

    /// Those that are not ours.
    pub(super) fn others(&self) -> impl Iterator<Item = &str> {
        self.before.iter().chain(&self.after).map(String::as_str)
    }

    /// Whether one of ours writes the cookie file `path`.
    pub(super) fn has_file(&self, path: &str) -> bool {
        let file = format!("{FILE}{}", typed(path));
        let is_it = |helper: &String| helper.strip_suffix(NEXT).unwrap_or(helper) == file;
        self.own.iter().any(is_it)
    }
}
