//! Advice about an error: sign in, change a setting, run a command, or follow a text.
//!
//! A hint keeps its parts, so that it can be rendered anew for a configuration of variables alone ([`name_variables`]).
//! Records store its text.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use super::untrusted::{foreign, typed};

/// The command that signs in, before the name of the org or app.
const LOGIN: &str = "credential login ";

/// Advice about an error. Two hints are equal if their texts are.
#[derive(Debug, Clone)]
pub(crate) struct Hint {
    /// The text before the advice: `or, at a terminal: `.
    lead: Cow<'static, str>,
    advice: Advice,
    /// The text after it.
    tail: Cow<'static, str>,
    /// The whole text, for a configuration file.
    text: String,
}

#[derive(Debug, Clone)]
enum Advice {
    /// Sign in to the org or app of this name.
    Login(String),
    /// Change one of these settings.
    Set {
        verb: &'static str,
        table: Table,
        keys: Vec<&'static str>,
        value: Option<String>,
    },
    /// A command, or words.
    Text(String),
}

/// A table of the configuration, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Table {
    Org(String),
    App(String),
    Browser,
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Org(name) => write!(formatter, "[org.{}]", toml_key(name)),
            Self::App(name) => write!(formatter, "[app.{}]", toml_key(name)),
            Self::Browser => formatter.write_str("[browser]"),
        }
    }
}

/// `name` as a key of a TOML file: bare where the grammar allows it, else in quotes (TOML 1.0.0, "Keys").
pub(crate) fn toml_key(name: &str) -> Cow<'_, str> {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    match !name.is_empty() && name.chars().all(is_bare) {
        true => name.into(),
        false => format!("\"{name}\"").into(),
    }
}

impl Hint {
    /// Sign in, at a terminal, to the org or app called `name`.
    pub(crate) fn login(name: &str) -> Self {
        Self::new(Advice::Login(name.to_owned()))
    }

    /// Sign in to the app called `name` where a window can be opened, or by a pasted address.
    pub(crate) fn login_in_browser(name: &str) -> Self {
        Self::login(name).then(", at a terminal of a desktop; elsewhere with --paste")
    }

    /// Sign in to the app called `name` by a pasted address.
    pub(crate) fn login_by_paste(name: &str) -> Self {
        Self::login(name).then(" --paste")
    }

    /// Set `key` in `table` to `value`.
    pub(crate) fn set(table: Table, key: &'static str, value: &str) -> Self {
        Self::new(Advice::Set {
            verb: "set",
            table,
            keys: vec![key],
            value: Some(value.to_owned()),
        })
    }

    /// Do something (`verb`: change, check, set) about one of these settings in `table`.
    pub(crate) fn settings(verb: &'static str, table: Table, keys: &[&'static str]) -> Self {
        Self::new(Advice::Set {
            verb,
            table,
            keys: keys.to_vec(),
            value: None,
        })
    }

    /// Run a command.
    pub(crate) fn run(words: &[&str]) -> Self {
        let words: Vec<String> = words.iter().map(|word| typed(word)).collect();
        Self::new(Advice::Text(foreign(&words.join(" "))))
    }

    /// The same with `lead` before it: `if it is of no use: `.
    pub(crate) fn after(mut self, lead: impl Into<Cow<'static, str>>) -> Self {
        self.lead = lead.into();
        self.text = self.render(None);
        self
    }

    /// The same with `tail` behind it.
    pub(crate) fn then(mut self, tail: impl Into<Cow<'static, str>>) -> Self {
        self.tail = tail.into();
        self.text = self.render(None);
        self
    }

    fn new(advice: Advice) -> Self {
        let mut hint = Self {
            lead: Cow::Borrowed(""),
            advice,
            tail: Cow::Borrowed(""),
            text: String::new(),
        };
        hint.text = hint.render(None);
        hint
    }

    /// The text: for a configuration file, or, with the names of the variables, for a configuration of variables alone.
    fn render(&self, variable_of: Option<VariableOf>) -> String {
        let Self {
            lead, advice, tail, ..
        } = self;
        let advice = match advice {
            Advice::Login(name) => format!("{LOGIN}{}", typed(name)),
            Advice::Text(text) => text.clone(),
            Advice::Set {
                verb,
                table,
                keys,
                value,
            } => {
                let what = setting(table, keys, value.as_deref(), variable_of);
                format!("{verb} {what}")
            }
        };
        format!("{lead}{advice}{tail}")
    }
}

/// One of several settings, with its value if there is one, and where it is.
fn setting(
    table: &Table,
    keys: &[&str],
    value: Option<&str>,
    variable_of: Option<VariableOf>,
) -> String {
    let all = keys.join(" or ");
    let Some(variable_of) = variable_of else {
        return match value {
            Some(value) => format!("{all} = {value:?} in {table}"),
            None => format!("{all} in {table}"),
        };
    };
    // A key may have a value behind it, which only a file can say.
    let bare = keys.iter().filter_map(|key| key.split(' ').next());
    let names = bare.filter_map(|key| variable_of(table, key));
    let names = names.collect::<Vec<_>>().join(" or ");
    match value {
        _ if names.is_empty() => {
            format!("{all} in a configuration file: no variable stands for it")
        }
        Some(value) => format!("{names}={}", typed(value)),
        None => names,
    }
}

/// A text. If it ends in the command to sign in, it is that hint: records store texts, and their hints can be changed for an
/// app too.
impl From<String> for Hint {
    fn from(text: String) -> Self {
        let is_name = |name: &str| !name.is_empty() && !name.contains([' ', '\'']);
        match text.rsplit_once(LOGIN) {
            Some((lead, name)) if is_name(name) => Self::login(name).after(lead.to_owned()),
            _ => Self::new(Advice::Text(text)),
        }
    }
}

impl From<&str> for Hint {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl std::ops::Deref for Hint {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl std::borrow::Borrow<str> for Hint {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for Hint {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Hint {}

impl<T: AsRef<str> + ?Sized> PartialEq<&T> for Hint {
    fn eq(&self, other: &&T) -> bool {
        **self == *other.as_ref()
    }
}

impl PartialEq<String> for Hint {
    fn eq(&self, other: &String) -> bool {
        **self == **other
    }
}

thread_local! {
    /// Finds the variable of a setting, if variables are the whole configuration.
    static VARIABLE_OF: Cell<Option<VariableOf>> = const { Cell::new(None) };
}

/// The variable that stands for a key of a table, if there is one.
pub(crate) type VariableOf = fn(&Table, &str) -> Option<&'static str>;

/// Makes hints name variables from now on, because these are the whole configuration.
pub(crate) fn name_variables(variable_of: VariableOf) {
    VARIABLE_OF.set(Some(variable_of));
}

impl fmt::Display for Hint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match VARIABLE_OF.get() {
            Some(variable_of) => formatter.write_str(&self.render(Some(variable_of))),
            None => formatter.write_str(&self.text),
        }
    }
}

#[cfg(test)]
mod tests;
