//! How a command line falls into options, their values and bare words, by a client's own grammar (`getopt_long` and
//! its relatives): clusters of short options, attached and separate values, abbreviations, `--`.

/// The options of one client. Names are separated by blanks.
pub(super) struct Grammar {
    /// Long options that take a value.
    pub(super) valued: &'static str,
    /// Long options that take none.
    pub(super) flags: &'static str,
    /// Short options that take a value.
    pub(super) short_valued: &'static str,
    /// Short options that take none.
    pub(super) short_flags: &'static str,
    /// Whether every version understands `--name=value`; else it is unsure.
    pub(super) equals: bool,
}

/// One piece of a command line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// Neither an option nor a value of one.
    Bare(&'a str),
    /// An option by its full long name or its letter.
    Option(&'a str, Option<&'a str>),
    /// An option as not every version takes it, such as an abbreviated one. What it means to the others follows.
    Unsure(&'a str),
    /// An option that is not in the grammar. The word behind it may be its value.
    Unknown(&'a str),
}

impl Grammar {
    /// Reads a whole command line.
    pub(super) fn read<'a>(&self, arguments: &'a [String]) -> Vec<Word<'a>> {
        let mut words = Vec::new();
        let mut rest = arguments.iter().map(String::as_str);
        while let Some(word) = rest.next() {
            if word == "--" {
                words.extend(rest.by_ref().map(Word::Bare));
            } else if let Some(name) = word.strip_prefix("--") {
                self.long(name, &mut rest, &mut words);
            } else if let Some(cluster) = word.strip_prefix('-').filter(|word| !word.is_empty()) {
                self.short(cluster, &mut rest, &mut words);
            } else {
                words.push(Word::Bare(word));
            }
        }
        words
    }

    fn long<'a>(
        &self,
        typed: &'a str,
        rest: &mut dyn Iterator<Item = &'a str>,
        words: &mut Vec<Word<'a>>,
    ) {
        let (name, attached) = match typed.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (typed, None),
        };
        if attached.is_some() && !self.equals {
            words.push(Word::Unsure(typed));
        }
        if lists(self.valued, name) {
            words.push(Word::Option(name, attached.or_else(|| rest.next())));
        } else if lists(self.flags, name.strip_prefix("no-").unwrap_or(name))
            || lists(self.flags, name)
        {
            words.push(Word::Option(name, None));
        } else {
            match self.abbreviated(name) {
                Some(full) if lists(self.valued, full) => {
                    let value = attached.or_else(|| rest.next());
                    words.extend([Word::Unsure(typed), Word::Option(full, value)]);
                }
                Some(full) => words.extend([Word::Unsure(typed), Word::Option(full, None)]),
                None => words.push(Word::Unknown(typed)),
            }
        }
    }

    fn short<'a>(
        &self,
        cluster: &'a str,
        rest: &mut dyn Iterator<Item = &'a str>,
        words: &mut Vec<Word<'a>>,
    ) {
        for (at, letter) in cluster.char_indices() {
            let (name, after) = cluster[at..].split_at(letter.len_utf8());
            if self.short_valued.contains(letter) {
                let attached = Some(after).filter(|value| !value.is_empty());
                words.push(Word::Option(name, attached.or_else(|| rest.next())));
                return;
            }
            words.push(if self.short_flags.contains(letter) {
                Word::Option(name, None)
            } else {
                Word::Unknown(name)
            });
        }
    }

    /// Whether this option, which is in the grammar, takes a value.
    pub(super) fn takes_value(&self, name: &str) -> bool {
        lists(self.valued, name) || name.chars().count() == 1 && self.short_valued.contains(name)
    }

    /// The one option that starts with `name`.
    fn abbreviated(&self, name: &str) -> Option<&'static str> {
        let all = self
            .valued
            .split_whitespace()
            .chain(self.flags.split_whitespace());
        let mut matching = all.filter(|option| option.starts_with(name));
        matching.next().filter(|_| matching.next().is_none())
    }
}

fn lists(names: &str, name: &str) -> bool {
    names.split_whitespace().any(|listed| listed == name)
}

#[cfg(test)]
mod tests {
    use super::Word::{Bare, Option, Unknown, Unsure};
    use super::{Grammar, Word};

    const GRAMMAR: Grammar = Grammar {
        valued: "output header",
        flags: "silent location",
        short_valued: "oH",
        short_flags: "sL",
        equals: true,
    };

    fn read(line: &str, then: impl Fn(&[Word])) {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        then(&GRAMMAR.read(&arguments));
    }

    #[test]
    fn a_value_belongs_to_its_option_in_every_spelling() {
        for line in ["-sLo f", "-sLof", "-s -L -o f"] {
            read(line, |words| {
                assert_eq!(
                    words,
                    [Option("s", None), Option("L", None), Option("o", Some("f"))],
                    "{line}"
                );
            });
        }
        for line in ["--output f", "--output=f"] {
            read(line, |words| {
                assert_eq!(words, [Option("output", Some("f"))], "{line}");
            });
        }
        read("-o -- x", |words| {
            assert_eq!(words, [Option("o", Some("--")), Bare("x")]);
        });
        read("-o", |words| assert_eq!(words, [Option("o", None)]));
    }

    #[test]
    fn after_two_dashes_every_word_is_bare() {
        read("-s -- -o --output", |words| {
            assert_eq!(words, [Option("s", None), Bare("-o"), Bare("--output")]);
        });
        read("-", |words| assert_eq!(words, [Bare("-")]));
    }

    #[test]
    fn what_is_unknown_or_abbreviated_is_marked() {
        read("--what x", |words| {
            assert_eq!(words, [Unknown("what"), Bare("x")]);
        });
        read("--out x", |words| {
            assert_eq!(words, [Unsure("out"), Option("output", Some("x"))]);
        });
        read("-sé x", |words| {
            assert_eq!(words, [Option("s", None), Unknown("é"), Bare("x")]);
        });
        read("--ou=x=y", |words| {
            assert_eq!(words, [Unsure("ou=x=y"), Option("output", Some("x=y"))]);
        });
        read("--no-location", |words| {
            assert_eq!(words, [Option("no-location", None)]);
        });
    }

    #[test]
    fn a_value_behind_an_equals_sign_is_marked_where_only_some_take_it() {
        let grammar = Grammar {
            equals: false,
            ..GRAMMAR
        };
        let line = ["--output=x", "--silent=y", "--what=z"].map(str::to_owned);
        assert_eq!(
            grammar.read(&line),
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
