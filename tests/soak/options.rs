//! The options: `cargo bench --bench soak -- --minutes 10 --callers 100 --seed 1`, and `--fleet`.

use std::fmt;
use std::time::Duration;

/// The processes of a fleet at a time.
const FLEET_CALLERS: usize = 40;
const USAGE: &str = "soak: --minutes NUMBER (10) or --seconds NUMBER, --callers NUMBER (100; of a fleet 40), --seed NUMBER (the process's id), --fleet";

/// How long, how many, and the beginning of all chance.
pub(crate) struct Options {
    pub(crate) time: Duration,
    pub(crate) callers: usize,
    pub(crate) seed: u64,
    /// Machines that share a store, in place of one machine.
    pub(crate) is_fleet: bool,
}

impl Options {
    /// Reads arguments; what is none of these is told with the usage.
    pub(crate) fn of(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let (flags, arguments): (Vec<String>, Vec<String>) =
            arguments.partition(|argument| argument == "--bench" || argument == "--fleet");
        let is_fleet = flags.iter().any(|flag| flag == "--fleet");
        let mut options = Self {
            time: Duration::from_secs(600),
            callers: if is_fleet { FLEET_CALLERS } else { 100 },
            seed: u64::from(std::process::id()),
            is_fleet,
        };
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            let value: Option<u64> = arguments.next().and_then(|value| value.parse().ok());
            let value = value.filter(|value| *value > 0 || name == "--seed");
            match (name.as_str(), value) {
                ("--minutes", Some(minutes)) => options.time = Duration::from_secs(minutes * 60),
                ("--seconds", Some(seconds)) => options.time = Duration::from_secs(seconds),
                ("--callers", Some(callers)) => {
                    options.callers = usize::try_from(callers).map_err(|_| USAGE)?;
                }
                ("--seed", Some(seed)) => options.seed = seed,
                _ => return Err(USAGE.to_owned()),
            }
        }
        Ok(options)
    }
}

impl fmt::Display for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            time,
            callers,
            seed,
            is_fleet,
        } = self;
        let seconds = time.as_secs();
        write!(
            formatter,
            "{}{seconds} s, {callers} callers, --seed {seed} (the choices; not when what happens)",
            if *is_fleet { "--fleet, " } else { "" }
        )
    }
}
