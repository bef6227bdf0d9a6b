//! The most frequent command lines, parsed without clap: building the full parser would take half of the instructions of a
//! cached answer. It is asked about everything else, and about every mistake.

use std::ffi::OsString;

use super::Get;
use crate::dialect;
use crate::output;

/// A command line that is parsed here.
#[derive(Debug)]
pub(crate) enum PlainCommand<'a> {
    Get(Get),
    /// `credential go`, without targets.
    Go,
    /// `credential wrap TOOL -- ARGUMENT…`, the form of every call of a wrapped client.
    #[cfg_attr(not(unix), expect(dead_code, reason = "none is wrapped there"))]
    Wrap(&'a str, &'a [OsString]),
}

/// Parses `arguments`, the program's name first. `None` if they are clap's to parse.
pub(crate) fn parse(arguments: &[OsString]) -> Option<PlainCommand<'_>> {
    match arguments {
        [_, verb, words @ ..] if verb == "get" => get(words).map(PlainCommand::Get),
        [_, verb] if verb == "go" => Some(PlainCommand::Go),
        [_, verb, tool, dashes, arguments @ ..] if verb == "wrap" && dashes == "--" => {
            Some(PlainCommand::Wrap(tool.to_str()?, arguments))
        }
        _ => None,
    }
}

/// Parses the words of a `get` whose only options are the format or the protocol.
fn get(words: &[OsString]) -> Option<Get> {
    let (mut target, mut format, mut protocol) = (None, None, None);
    let mut words = words.iter().map(|word| word.to_str());
    while let Some(word) = words.next() {
        let word = word?;
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (word, None),
        };
        let (place, value) = match (option, value) {
            ("--as", Some(value)) => (&mut format, value),
            ("--protocol", Some(value)) => (&mut protocol, value),
            ("--as", None) => (&mut format, words.next()??),
            ("--protocol", None) => (&mut protocol, words.next()??),
            _ if word.starts_with('-') => return None,
            _ => (&mut target, word),
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
    if let Some(name) = protocol {
        dialect::named(name).filter(|_| target.is_none() && format.is_none())?;
    }
    let format = match format {
        Some(name) => output::ALL.iter().find(|format| format.name == name)?,
        None => &output::ALL[0],
    };
    Some(Get::of(target, format, protocol))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::Parser as _;

    use super::{PlainCommand, parse};
    use crate::cli::{Cli, Command};

    fn arguments(line: &str) -> Vec<OsString> {
        let words = line.split(' ').map(OsString::from);
        std::iter::once("credential".into()).chain(words).collect()
    }

    #[test]
    fn a_plain_get_equals_the_parsed_one() {
        for line in [
            "get",
            "get grafana",
            "get ",
            "get a=b",
            "get https://a.example/?as=json",
            "get --as json",
            "get --as=json grafana",
            "get grafana --as header",
            "get --as cookie grafana",
            "get --protocol git",
            "get --protocol=bazel",
        ] {
            let Some(PlainCommand::Get(plain)) = parse(&arguments(line)) else {
                panic!("{line}");
            };
            let cli = Cli::try_parse_from(arguments(line)).expect("it parses");
            let Command::Get(parsed) = cli.command else {
                panic!("it is a get");
            };
            assert_eq!(format!("{plain:?}"), format!("{parsed:?}"), "{line}");
        }
    }

    #[test]
    fn other_lines_are_claps_to_parse() {
        for line in [
            "get --fresh",
            "get grafana --fresh",
            "get grafana --no-sign-in",
            "get -v grafana",
            "get -- grafana",
            "get -",
            "get grafana wiki",
            "get --as",
            "get --as=",
            "get --as yaml grafana",
            "get --as json --as json",
            "get --protocol git grafana",
            "get --protocol git --as json",
            "get --protocol plain",
            "get --help",
            "go https://go.corp.example",
            "status",
            "wrap curl",
        ] {
            assert!(parse(&arguments(line)).is_none(), "{line}");
        }
        assert!(parse(&["credential".into()]).is_none());
    }
}
