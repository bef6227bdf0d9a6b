//! Reading tables and keys of the file: unknown keys and wrong types are errors with line and column.
//!
//! No message quotes a value, because this module does not know which keys hold secrets.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::document::Document;
use super::suggest::{quoted, suggest};
use super::validate;
use crate::error::{Error, Result, toml_key};

/// A table without unknown keys.
#[derive(Debug)]
pub(super) struct Section<'a> {
    document: &'a Document<'a>,
    /// Its path: `app`, `grafana`. Empty for the root of the file.
    trail: Vec<&'a str>,
    offset: usize,
    table: &'a DeTable<'a>,
}

impl<'a> Section<'a> {
    /// The root of the file.
    pub(super) fn root(
        document: &'a Document<'a>,
        table: &'a DeTable<'a>,
        known: &[&str],
    ) -> Result<Self> {
        let root = Self {
            document,
            trail: Vec::new(),
            offset: 0,
            table,
        };
        root.check_keys(known)?;
        Ok(root)
    }

    /// The name of this section: `grafana`.
    pub(super) fn name(&self) -> &'a str {
        self.trail.last().copied().unwrap_or_default()
    }

    /// The field `key`, if it is set.
    pub(super) fn field(&self, key: &str) -> Option<Field<'_, 'a>> {
        let (key, value) = self.table.get_key_value(key)?;
        Some(self.field_of(key, value))
    }

    /// The string `key`, parsed by `rule`, if it is set.
    pub(super) fn read<T>(
        &self,
        key: &str,
        rule: impl FnOnce(&str) -> Result<T>,
    ) -> Result<Option<T>> {
        self.field(key).map(|field| field.read(rule)).transpose()
    }

    /// The string `key`, parsed by `rule`; an error if it is missing.
    pub(super) fn demand<T>(&self, key: &str, rule: impl FnOnce(&str) -> Result<T>) -> Result<T> {
        match self.field(key) {
            Some(field) => field.read(rule),
            None => Err(self
                .error(&format!("has no {key}"))
                .hint(format!("add {key} = \"…\" to it"))),
        }
    }

    /// The boolean `key`, if it is set.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>> {
        self.field(key).map(|field| field.flag()).transpose()
    }

    /// The number `key`, checked by `rule`, if it is set.
    pub(super) fn number(
        &self,
        key: &str,
        rule: impl FnOnce(f64) -> Result<f64>,
    ) -> Result<Option<f64>> {
        self.field(key).map(|field| field.number(rule)).transpose()
    }

    /// Every field, in the order of the file.
    pub(super) fn fields(&self) -> Vec<Field<'_, 'a>> {
        let mut fields: Vec<_> = (self.table.iter())
            .map(|(key, value)| self.field_of(key, value))
            .collect();
        fields.sort_by_key(|field| field.offset);
        fields
    }

    /// The named tables under `key`, in the order of the file.
    pub(super) fn named(&self, key: &str, known: &[&str]) -> Result<Vec<Section<'a>>> {
        let Some(field) = self.field(key) else {
            return Ok(Vec::new());
        };
        let form = || format!("each {key} is a table with a name: [{key}.NAME]");
        let all = field.table(form)?;
        (all.fields().into_iter())
            .map(|field| {
                let name = validate::name(field.key);
                name.map_err(|error| self.document.locate(field.offset, error))?;
                field.section(known, form)
            })
            .collect()
    }

    /// An error about this section as a whole: `[app.grafana] has no url`.
    pub(super) fn error(&self, problem: &str) -> Error {
        let error = Error::usage(format!("{} {problem}", self.label()));
        self.document.locate(self.offset, error)
    }

    /// Its header in the file: `[app.grafana]`.
    pub(super) fn label(&self) -> String {
        let names: Vec<_> = self.trail.iter().map(|name| toml_key(name)).collect();
        format!("[{}]", names.join("."))
    }

    /// Returns what follows a key in a sentence: ` in [app.grafana]`, or nothing for the root.
    fn suffix(&self) -> String {
        if self.trail.is_empty() {
            return String::new();
        }
        format!(" in {}", self.label())
    }

    /// The file's directory, where relative paths start.
    pub(super) fn directory(&self) -> &'a Path {
        let parent = self.document.path.parent();
        parent.unwrap_or(Path::new(""))
    }

    /// The `table` under `key`, with unchecked keys.
    fn below(&self, key: &'a str, offset: usize, table: &'a DeTable<'a>) -> Self {
        let mut trail = Vec::with_capacity(self.trail.len() + 1);
        trail.extend_from_slice(&self.trail);
        trail.push(key);
        Self {
            document: self.document,
            trail,
            offset,
            table,
        }
    }

    /// Refuses the first unknown key, in the order of the file.
    fn check_keys(&self, known: &[&str]) -> Result<()> {
        let is_known = |key: &str| known.contains(&key);
        if self.table.keys().all(|key| is_known(key.get_ref())) {
            return Ok(());
        }
        let unknown = (self.fields().into_iter()).find(|field| !is_known(field.key));
        unknown.map_or(Ok(()), |field| Err(field.unknown(known)))
    }

    fn field_of(
        &self,
        key: &'a Spanned<DeString<'a>>,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Field<'_, 'a> {
        Field {
            section: self,
            key: key.get_ref(),
            offset: key.span().start,
            value,
        }
    }
}

/// One key of a section, with its value.
#[derive(Debug)]
pub(super) struct Field<'s, 'a> {
    pub(super) section: &'s Section<'a>,
    pub(super) key: &'a str,
    /// The offset of the key.
    offset: usize,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Field<'_, 'a> {
    /// The value as a string, parsed by `rule`.
    pub(super) fn read<T>(&self, rule: impl FnOnce(&str) -> Result<T>) -> Result<T> {
        let text = self.string(self.value)?;
        rule(text).map_err(|error| self.error(error))
    }

    /// The value as a boolean.
    pub(super) fn flag(&self) -> Result<bool> {
        let flag = self.value.get_ref().as_bool();
        flag.ok_or_else(|| self.wrong("a boolean", self.value))
    }

    /// The value as a number, whole or not, checked by `rule`.
    pub(super) fn number(&self, rule: impl FnOnce(f64) -> Result<f64>) -> Result<f64> {
        let number = match self.value.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let number = number.ok_or_else(|| self.wrong("a number", self.value))?;
        rule(number).map_err(|error| self.error(error))
    }

    /// The value as a list of strings, each parsed by `rule`.
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

    /// The items of a list, each as a value of this key.
    pub(super) fn items(&self) -> Result<Vec<Self>> {
        let list = self.value.get_ref().as_array();
        let list = list.filter(|list| !list.is_empty());
        let list = list.ok_or_else(|| self.error(Error::usage("the list is empty")))?;
        let item = |value| Self { value, ..*self };
        Ok(list.iter().map(item).collect())
    }

    /// Returns whether the value is a list.
    pub(super) fn is_list(&self) -> bool {
        self.value.get_ref().is_array()
    }

    /// Returns whether the value is a list without items.
    pub(super) fn is_empty_list(&self) -> bool {
        let list = self.value.get_ref().as_array();
        list.is_some_and(|list| list.is_empty())
    }

    /// Returns whether the value is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// The value as a table with `known` keys. If it is no table, `form` is the hint how to write it.
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

    /// The value as a table, with unchecked keys.
    fn table(&self, form: impl FnOnce() -> String) -> Result<Section<'a>> {
        let table = self.value.get_ref().as_table();
        let table = table.ok_or_else(|| self.wrong("a table", self.value).hint(form()))?;
        Ok(self.section.below(self.key, self.value.span().start, table))
    }

    /// The error that this key is unknown.
    fn unknown(&self, known: &[&str]) -> Error {
        let problem = format!("unknown key {}{}", quoted(self.key), self.section.suffix());
        let error = suggest(
            Error::usage(problem),
            self.key,
            "keys",
            known.iter().copied(),
        );
        self.section.document.locate(self.offset, error)
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
        self.section.document.locate(value.span().start, error)
    }
}
