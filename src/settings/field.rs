//! One key of a section, and its value: of the wanted type, or an error that says where.
//!
//! No message from here quotes a value: which keys hold secrets is not known on this level.

use toml::Spanned;
use toml::de::DeValue;

use super::section::Section;
use super::suggest::{quoted, suggest};
use crate::error::{Error, Result};

/// One key of a section, with its value.
#[derive(Debug)]
pub(super) struct Field<'s, 'a> {
    pub(super) section: &'s Section<'a>,
    pub(super) key: &'a str,
    /// Where the key stands.
    pub(super) offset: usize,
    pub(super) value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Field<'_, 'a> {
    /// The string that the value is, as `rule` reads it.
    pub(super) fn read<T>(&self, rule: impl FnOnce(&str) -> Result<T>) -> Result<T> {
        let text = self.string(self.value)?;
        rule(text).map_err(|error| self.error(error))
    }

    /// The boolean that the value is.
    pub(super) fn flag(&self) -> Result<bool> {
        let flag = self.value.get_ref().as_bool();
        flag.ok_or_else(|| self.wrong("a boolean", self.value))
    }

    /// The number that the value is, whole or not, as `rule` takes it.
    pub(super) fn number(&self, rule: impl FnOnce(f64) -> Result<f64>) -> Result<f64> {
        let number = match self.value.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.wrong("a number", self.value))?;
        rule(number).map_err(|error| self.error(error))
    }

    /// The strings that the value lists, as `rule` reads each.
    pub(super) fn list<T>(&self, rule: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
        let array = self.value.get_ref().as_array();
        let array = array.ok_or_else(|| self.wrong("a list of strings", self.value))?;
        if array.is_empty() {
            return Err(self.error(Error::usage("the list is empty")));
        }
        (array.iter())
            .map(|item| rule(self.string(item)?).map_err(|error| self.error_at(item, error)))
            .collect()
    }

    /// Whether the value is a list.
    pub(super) fn is_list(&self) -> bool {
        self.value.get_ref().is_array()
    }

    /// Whether the value is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// The table that the value is, whose keys are among the `known` ones. Where it is no table, `form` is the hint
    /// how it should look.
    pub(super) fn section(
        &self,
        known: &[&str],
        form: impl FnOnce() -> String,
    ) -> Result<Section<'a>> {
        let section = self.table(form)?;
        section.check_keys(known)?;
        Ok(section)
    }

    /// An error about this value, with the place and the key in front.
    pub(super) fn error(&self, error: Error) -> Error {
        self.error_at(self.value, error)
    }

    /// The table that the value is, its keys not yet checked.
    pub(super) fn table(&self, form: impl FnOnce() -> String) -> Result<Section<'a>> {
        let table = self.value.get_ref().as_table();
        let table = table.ok_or_else(|| self.wrong("a table", self.value).hint(form()))?;
        Ok(self.section.below(self.key, self.value.span().start, table))
    }

    /// The error that this key is none of the `known` ones.
    pub(super) fn unknown(&self, known: &[&str]) -> Error {
        let problem = format!("unknown key {}{}", quoted(self.key), self.section.suffix());
        let error = suggest(
            Error::usage(problem),
            self.key,
            "keys",
            known.iter().copied(),
        );
        self.section.locate(self.offset, error)
    }

    fn string(&self, value: &'a Spanned<DeValue<'a>>) -> Result<&'a str> {
        let text = value.get_ref().as_str();
        text.ok_or_else(|| self.wrong("a string", value))
    }

    fn wrong(&self, expected: &str, found: &Spanned<DeValue<'_>>) -> Error {
        let kind = found.get_ref().type_str();
        let article = if kind.starts_with(['a', 'i']) {
            "an"
        } else {
            "a"
        };
        let problem = format!("expected {expected}, found {article} {kind}");
        self.error_at(found, Error::usage(problem))
    }

    fn error_at(&self, value: &Spanned<DeValue<'_>>, error: Error) -> Error {
        let error = error.while_doing(&format!("{}{}", self.key, self.section.suffix()));
        self.section.locate(value.span().start, error)
    }
}
