//! Shared by the tests of "never a locked account": a memory for each row of a table, an account of what reached Okta,
//! a clock that can be moved, and what a pause has to say.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use sandbox::{Event, Fault, Garble, Plan, Setup, Step};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::home::{ADA, Home, Outcome, outcome};

/// So many secrets may leave without a verdict.
pub(crate) const MOST: usize = 3;
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The same setup with an Okta that never says that requests come too often: such an answer would spare the account.
pub(crate) fn busy(mut setup: Setup) -> Setup {
    const MANY: u32 = 1_000_000;
    setup.limits.authn_per_user_second = MANY;
    setup.limits.authn_per_minute = MANY;
    setup.limits.authorize_per_minute = MANY;
    setup.limits.authorize_per_client_minute = MANY;
    setup.factor_limits.verify_per_minute = MANY;
    setup
}

/// A home whose configured password is wrong.
pub(crate) fn with_wrong_password() -> Home {
    let home = Home::new(busy(Setup::default()));
    home.password("not it");
    home
}

/// An answer that cannot be understood, at each request of a step that carries a secret.
pub(crate) fn unreadable(step: Step, status: u16, body: Garble) -> Plan {
    Plan::new(step, Fault::Unreadable { status, body }).only_secrets()
}

/// Asserts that no row of a table was `wrong`.
#[track_caller]
pub(crate) fn assert_none(wrong: &[String]) {
    let rows = wrong.join("\n");
    assert!(wrong.is_empty(), "{} rows:\n{rows}", wrong.len());
}

/// One memory of the program in a home: a cache of its own, so that no row of a table knows of another.
pub(crate) struct Memory<'a> {
    pub(crate) home: &'a Home,
    cache: PathBuf,
}

/// How one call ended, and what reached the servers meanwhile.
pub(crate) struct Told {
    pub(crate) outcome: Outcome,
    pub(crate) passwords: usize,
    pub(crate) codes: usize,
    pub(crate) requests: usize,
}

impl<'a> Memory<'a> {
    /// A new memory, of an account that is open and of which nothing was counted.
    pub(crate) fn new(home: &'a Home, name: &str) -> Self {
        home.sandbox.unlock(ADA);
        home.sandbox.clear_audit();
        let cache = home.path(&format!("cache-{name}"));
        Self { home, cache }
    }

    /// The memory that is there.
    pub(crate) fn usual(home: &'a Home) -> Self {
        let cache = home.cache();
        Self { home, cache }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.cache
    }

    /// The program with `arguments`, not yet started, without a terminal.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.credential(arguments);
        command.env("ALB_CREDENTIAL_CACHE", &self.cache);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        outcome(self.command(arguments).output().expect("it starts"))
    }

    /// Runs `get grafana` unattended.
    pub(crate) fn get(&self) -> Told {
        let sandbox = &self.home.sandbox;
        let seen = || {
            (
                sandbox.passwords_of(ADA),
                sandbox.codes_of(ADA),
                sandbox.requests(),
            )
        };
        let before = quiet(seen);
        let outcome = self.run(&["get", "grafana"]);
        let after = seen();
        Told {
            outcome,
            passwords: after.0 - before.0,
            codes: after.1 - before.1,
            requests: after.2 - before.2,
        }
    }

    /// Lets so much time pass: each time that is written in the memory is so much longer ago.
    pub(crate) fn age(&self, by: Duration) {
        age(&self.cache, &|time| time - by);
    }

    /// Sets the clock back: each time that is written in the memory is so much later.
    pub(crate) fn age_back(&self, by: Duration) {
        age(&self.cache, &|time| time + by);
    }
}

/// Returns whether Okta has locked the account, or had.
pub(crate) fn was_locked(home: &Home) -> bool {
    let locked = |event: &Event| matches!(event, Event::LockedOut { .. });
    home.sandbox.is_locked(ADA) || home.sandbox.count(locked) > 0
}

/// Checks that `words` are those of a pause: why nothing was sent, for how long that goes on, and what to do.
pub(crate) fn is_pause(words: &str, length: Duration) -> Result<(), String> {
    let missing = [ADA, "Okta", "hint: ", "credential login"]
        .into_iter()
        .find(|part| !words.contains(part));
    if let Some(part) = missing {
        return Err(format!("{part:?} is missing in: {words}"));
    }
    let near = |told: &Duration| *told <= length + MINUTE && *told + 2 * MINUTE >= length;
    match durations(words).iter().any(near) {
        true => Ok(()),
        false => Err(format!("not for how long ({length:?}): {words}")),
    }
}

/// The lengths of time that a text tells, such as `14m 59s`, `15 min` and `1 day`.
fn durations(text: &str) -> Vec<Duration> {
    let mut found: Vec<Duration> = Vec::new();
    let mut is_open = false;
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit()) {
        is_open &= ["", " ", ", ", " and "].contains(&&rest[..at]);
        let is_word =
            rest[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == ':');
        rest = &rest[at..];
        let end = rest.find(|letter: char| !letter.is_ascii_digit());
        let (digits, after) = rest.split_at(end.unwrap_or(rest.len()));
        let unit = after.strip_prefix(' ').unwrap_or(after);
        let end = unit.find(|letter: char| !letter.is_ascii_alphabetic());
        let (unit, after_unit) = unit.split_at(end.unwrap_or(unit.len()));
        let seconds = match unit {
            "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 60 * 60,
            "d" | "day" | "days" => 24 * 60 * 60,
            _ => 0,
        };
        let number: u64 = digits.parse().unwrap_or_default();
        if seconds == 0 || is_word {
            (is_open, rest) = (false, after);
            continue;
        }
        let part = Duration::from_secs(number.saturating_mul(seconds));
        match found.last_mut().filter(|_| is_open) {
            Some(whole) => *whole += part,
            None => found.push(part),
        }
        (is_open, rest) = (true, after_unit);
    }
    found
}

/// What becomes of a time.
type Change<'a> = &'a dyn Fn(OffsetDateTime) -> OffsetDateTime;

/// Changes each time that is written in the files of a directory, and the files' own.
fn age(directory: &Path, change: Change<'_>) {
    for entry in std::fs::read_dir(directory).expect("a directory").flatten() {
        let path = entry.path();
        if path.is_dir() {
            age(&path, change);
            continue;
        }
        if let Ok(text) = std::fs::read_to_string(&path) {
            std::fs::write(&path, aged(&text, change)).expect("it is ours");
        }
        let file = std::fs::File::options().append(true).open(&path);
        let written = SystemTime::from(change(OffsetDateTime::now_utc()));
        file.and_then(|file| file.set_modified(written))
            .expect("it is ours");
    }
}

/// A text whose times, in RFC 3339 or as the seconds or milliseconds since 1970, are changed.
fn aged(text: &str, change: Change<'_>) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || ":.+-".contains(letter);
    let mut aged = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_part) {
        let (before, word) = rest.split_at(at);
        let end = word.find(|letter| !is_part(letter)).unwrap_or(word.len());
        aged.push_str(before);
        aged.push_str(&moved(&word[..end], change).unwrap_or_else(|| word[..end].to_owned()));
        rest = &word[end..];
    }
    aged + rest
}

fn moved(word: &str, change: Change<'_>) -> Option<String> {
    if let Ok(time) = OffsetDateTime::parse(word, &Rfc3339) {
        return change(time).format(&Rfc3339).ok();
    }
    let number: i64 = word.parse().ok()?;
    let now = OffsetDateTime::now_utc();
    let is_near = |time: &OffsetDateTime| (*time - now).abs() < time::Duration::days(365);
    let seconds = |number| {
        OffsetDateTime::from_unix_timestamp(number)
            .ok()
            .filter(is_near)
    };
    if let Some(time) = seconds(number) {
        return Some(change(time).unix_timestamp().to_string());
    }
    let time = change(seconds(number / 1000)?);
    Some((time.unix_timestamp() * 1000 + number % 1000).to_string())
}

#[test]
fn lengths_of_time_are_found_in_words() {
    let told = |text| {
        let all = durations(text).into_iter();
        all.map(|length| length.as_secs()).collect::<Vec<_>>()
    };
    assert_eq!(told("for 14m 59s more, 3 times"), [899]);
    assert_eq!(
        told("in 15 min (E0000004), or 1 h and 2 minutes"),
        [900, 3720]
    );
    assert_eq!(told("127.0.0.1:443s 1 day"), [86_400]);
    assert_eq!(told("oae15m"), [0; 0]);
}

#[test]
fn times_in_files_are_made_earlier_and_nothing_else_is() {
    let text = "{\"until\": \"2026-01-02T03:04:05Z\", \"step\": 59012345, \"tag\": \"1a-2\"}";
    let expected = text.replace("03:04:05", "02:04:05");
    assert_eq!(aged(text, &|time| time - HOUR), expected);
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let text = format!("[{now}, {now}123]");
    let earlier = now - 3600;
    assert_eq!(
        aged(&text, &|time| time - HOUR),
        format!("[{earlier}, {earlier}123]")
    );
}

/// Returns what `seen` returns once it stays the same: a request that an earlier call gave up may still be on its way.
fn quiet<T: PartialEq>(seen: impl Fn() -> T) -> T {
    loop {
        let first = seen();
        std::thread::sleep(std::time::Duration::from_millis(50));
        if seen() == first {
            return first;
        }
    }
}
