//! Secrets: text that is hidden in `Debug`, has no `Display`, and is wiped when dropped.
//!
//! Sooner or later someone logs the struct that holds a secret. Only [`Secret::expose`] gives the text, so a search for
//! that word finds every place where a secret leaves this type. Random numbers are here too.
//!
//! The libraries copy request bodies and cookie lines, and know nothing of secrets. So the program's allocator
//! (`src/memory.rs`) wipes all memory that is freed, and a secret on the heap needs no other care: it is wiped when it is
//! dropped, and when its buffer moves.

#[cfg(unix)]
use std::sync::{Mutex, PoisonError};

/// A password, token, cookie value or anything else that must not be shown.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Secret(String);

impl Secret {
    /// Takes over `text` without a copy.
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// Joins `pieces`.
    pub(crate) fn concat(pieces: &[&str]) -> Self {
        Self(pieces.concat())
    }

    /// The text itself.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// 128 random bits, as 32 hexadecimal digits.
pub(crate) fn random_hex() -> String {
    let random: ring::rand::Random<[u8; 16]> =
        ring::rand::generate(&ring::rand::SystemRandom::new())
            .expect("the system has random numbers");
    hex(&random.expose())
}

/// `bytes` as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).expect("four bits are a digit");
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// The limit on core dumps at the start of this process. A `OnceLock` would cost each hit two page faults.
#[cfg(unix)]
static LIMIT: Mutex<Option<rustix::process::Rlimit>> = Mutex::new(None);

/// Keeps this process's memory out of core dumps and away from debuggers of the same user.
pub(crate) fn keep_out_of_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        // A failure is ignored: this guards against accidents, not against root. The hard limit stays for the programs
        // that this one starts.
        let mut limit = LIMIT.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = limit.get_or_insert_with(|| getrlimit(Resource::Core));
        let _ = setrlimit(
            Resource::Core,
            Rlimit {
                current: Some(0),
                maximum: limit.maximum,
            },
        );
    }
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Restores the limit on core dumps, for a program that replaces this process and has none of its secrets.
#[cfg(unix)]
pub(crate) fn leave_dumps_to_others() {
    let limit = *LIMIT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(limit) = limit {
        let _ = rustix::process::setrlimit(rustix::process::Resource::Core, limit);
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_hides_the_text() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".into())), "Secret(…)");
    }

    #[test]
    fn concat_joins_in_order() {
        assert_eq!(Secret::concat(&["a", "=", "b"]).expose(), "a=b");
    }
}
