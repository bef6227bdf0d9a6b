//! Splits a command line into options, their values and positional arguments, by a client's own grammar (`getopt_long`
//! and its relatives): clusters of short options, attached and separate values, abbreviations, `--`.

/// The options of one client. Names are separated by spaces.
pub(super) struct Grammar {
    /// Long options that take a value.
    pub(super) valued: &'static str,
    /// Long options that take no value.
    pub(super) flags: &'static str,
    /// Short options that take a value.
    pub(super) short_valued: &'static str,
    /// Short options that take no value.
    pub(super) short_flags: &'static str,
    /// Set if every version understands `--name=value`. If not, such an option is [`Argument::Unsure`].
    pub(super) equals: bool,
}

/// One piece of a command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Argument<'a> {
    /// A positional argument.
    Positional(&'a str),
    /// An option by its full long name or its letter, with its value.
    Option(&'a str, Option<&'a str>),
    /// An option in a form that some versions reject, such as an abbreviation. The next piece is its full form.
    Unsure(&'a str),
    /// An option that is not in the grammar. The next piece may be its value.
    Unknown(&'a str),
}

impl Grammar {
    /// Parses a whole command line.
    pub(super) fn parse<'a>(&self, arguments: &'a [String]) -> Vec<Argument<'a>> {
        let mut words = Vec::new();
        let mut rest = arguments.iter().map(String::as_str);
        while let Some(word) = rest.next() {
            if word == "--" {
                words.extend(rest.by_ref().map(Argument::Positional));
            } else if let Some(name) = word.strip_prefix("--") {
                self.long(name, &mut rest, &mut words);
            } else if let Some(cluster) = word.strip_prefix('-').filter(|word| !word.is_empty()) {
                self.short(cluster, &mut rest, &mut words);
            } else {
                words.push(Argument::Positional(word));
            }
        }
        words
    }

    fn long<'a>(
        &self,
        typed: &'a str,
        rest: &mut dyn Iterator<Item = &'a str>,
        words: &mut Vec<Argument<'a>>,
    ) {
        let (name, attached) = match typed.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (typed, None),
        };
        if attached.is_some() && !self.equals {
            words.push(Argument::Unsure(typed));
        }
        if lists(self.valued, name) {
            words.push(Argument::Option(name, attached.or_else(|| rest.next())));
        } else if lists(self.flags, name.strip_prefix("no-").unwrap_or(name))
            || lists(self.flags, name)
        {
            words.push(Argument::Option(name, None));
        } else {
            match self.abbreviated(name) {
                Some(full) if lists(self.valued, full) => {
                    let value = attached.or_else(|| rest.next());
                    words.extend([Argument::Unsure(typed), Argument::Option(full, value)]);
                }
                Some(full) => words.extend([Argument::Unsure(typed), Argument::Option(full, None)]),
                None => words.push(Argument::Unknown(typed)),
            }
        }
    }

    fn short<'a>(
        &self,
        cluster: &'a str,
        rest: &mut dyn Iterator<Item = &'a str>,
        words: &mut Vec<Argument<'a>>,
    ) {
        for (at, letter) in cluster.char_indices() {
            let (name, after) = cluster[at..].split_at(letter.len_utf8());
            if self.short_valued.contains(letter) {
                let attached = Some(after).filter(|value| !value.is_empty());
                words.push(Argument::Option(name, attached.or_else(|| rest.next())));
                return;
            }
            words.push(if self.short_flags.contains(letter) {
                Argument::Option(name, None)
            } else {
                Argument::Unknown(name)
            });
        }
    }

    /// Reports whether an option of the grammar takes a value.
    pub(super) fn takes_value(&self, name: &str) -> bool {
        lists(self.valued, name) || name.chars().count() == 1 && self.short_valued.contains(name)
    }

    /// Returns the option that starts with `name`, if there is exactly one.
    fn abbreviated(&self, name: &str) -> Option<&'static str> {
        let all = self
            .valued
            .split_whitespace()
            .chain(self.flags.split_whitespace());
        let mut matching = all.filter(|option| option.starts_with(name));
        matching.next().filter(|_| matching.next().is_none())
    }
}

/// Reports whether `name` is one of the space-separated `names`.
pub(super) fn lists(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|listed| listed == name)
}

#[cfg(test)]
mod tests {
    use super::Argument::{Option, Positional, Unknown, Unsure};
    use super::{Argument, Grammar};

    const GRAMMAR: Grammar = Grammar {
        valued: "output header",
        flags: "silent location",
        short_valued: "oH",
        short_flags: "sL",
        equals: true,
    };

    fn parse(line: &str, check: impl Fn(&[Argument])) {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        check(&GRAMMAR.parse(&arguments));
    }

    #[test]
    fn a_value_is_found_attached_or_separate() {
        for line in ["-sLo f", "-sLof", "-s -L -o f"] {
            parse(line, |words| {
                assert_eq!(
                    words,
                    [Option("s", None), Option("L", None), Option("o", Some("f"))],
                    "{line}"
                );
            });
        }
        for line in ["--output f", "--output=f"] {
            parse(line, |words| {
                assert_eq!(words, [Option("output", Some("f"))], "{line}");
            });
        }
        parse("-o -- x", |words| {
            assert_eq!(words, [Option("o", Some("--")), Positional("x")]);
        });
        parse("-o", |words| assert_eq!(words, [Option("o", None)]));
    }

    #[test]
    fn every_word_after_two_dashes_is_positional() {
        parse("-s -- -o --output", |words| {
            assert_eq!(
                words,
                [Option("s", None), Positional("-o"), Positional("--output")]
            );
        });
        parse("-", |words| assert_eq!(words, [Positional("-")]));
    }

    #[test]
    fn unknown_and_abbreviated_options_are_marked() {
        parse("--what x", |words| {
            assert_eq!(words, [Unknown("what"), Positional("x")]);
        });
        parse("--out x", |words| {
            assert_eq!(words, [Unsure("out"), Option("output", Some("x"))]);
        });
        parse("-sé x", |words| {
            assert_eq!(words, [Option("s", None), Unknown("é"), Positional("x")]);
        });
        parse("--ou=x=y", |words| {
            assert_eq!(words, [Unsure("ou=x=y"), Option("output", Some("x=y"))]);
        });
        parse("--no-location", |words| {
            assert_eq!(words, [Option("no-location", None)]);
        });
    }

    #[test]
    fn an_equals_sign_is_marked_unless_every_version_takes_it() {
        let grammar = Grammar {
            equals: false,
            ..GRAMMAR
        };
        let line = ["--output=x", "--silent=y", "--what=z"].map(str::to_owned);
        assert_eq!(
            grammar.parse(&line),
            [
                Unsure("output=x"),
                Option("output", Some("x")),
                Unsure("silent=y"),
                Option("silent", None),
                Unsure("what=z"),
                Unknown("what=z")
            ]
        );
    }
}
