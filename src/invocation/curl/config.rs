//! curl's configuration files (`.curlrc`), as arguments. Specification: `src/tool_parsecfg.c` of curl.

use super::super::option_grammar::Argument;
use super::GRAMMAR;

/// Returns everything that curl reads: its configuration files, unless they are switched off, then its arguments.
pub(super) fn with_config(config: &str, arguments: &[String]) -> Vec<String> {
    match arguments.first() {
        Some(first) if skips_config(first) => arguments.to_vec(),
        _ => options(config).chain(arguments.iter().cloned()).collect(),
    }
}

/// Reports whether this first argument makes curl skip its configuration files.
pub(crate) fn skips_config(first: &str) -> bool {
    first.starts_with("-q") || first == "--disable"
}

/// Returns the options of a file for `-K`, such as `.curlrc`, as arguments. The file has `name = "value"`,
/// `--name value` and `-n value`.
pub(super) fn options(text: &str) -> impl Iterator<Item = String> + '_ {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.flat_map(|line| {
        let is_dashed = line.starts_with('-');
        let separates = |c: char| c.is_ascii_whitespace() || !is_dashed && "=:".contains(c);
        let (name, value) = line.split_at(line.find(separates).unwrap_or(line.len()));
        let name = match name {
            // curl takes this as an option without a name, not as the end of the options.
            "" | "--" => "---".to_owned(),
            name if is_dashed => name.to_owned(),
            name => format!("--{name}"),
        };
        let value = unquoted(value.trim_start_matches(separates));
        let takes_value = match GRAMMAR.parse(std::slice::from_ref(&name)).last() {
            // An option without its value must not take the next line as the value.
            Some(Argument::Option(option, None)) => GRAMMAR.takes_value(option),
            Some(Argument::Option(_, Some(_))) => false,
            _ => !value.is_empty(),
        };
        std::iter::once(name).chain(takes_value.then_some(value))
    })
}

/// Reads a value in a file for `-K`: up to the closing quote, with backslash escapes, or else the rest of the line. (Of
/// an unquoted value curl may take only the first word.)
fn unquoted(value: &str) -> String {
    let Some(quoted) = value.strip_prefix('"') else {
        return value.to_owned();
    };
    let mut text = String::new();
    let mut rest = quoted.chars();
    while let Some(c) = rest.next().filter(|c| *c != '"') {
        text.push(match c {
            '\\' => match rest.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('v') => '\u{b}',
                Some(c) => c,
                None => break,
            },
            c => c,
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn lines_of_a_curlrc_become_arguments() {
        let all: Vec<String> = options(
            "  header = \"Accept: \\\"x\" # y\r\n\n#no\n-o\tfile\nsilent = true\n-sS\n-ofile x\n",
        )
        .collect();
        assert_eq!(
            all,
            [
                "--header",
                "Accept: \"x",
                "-o",
                "file",
                "--silent",
                "-sS",
                "-ofile"
            ]
        );
    }
}
