//! One table of the file, and one key in it: values of the wanted type, or an error that says where.
//!
//! No message from here quotes a value: which keys hold secrets is not known on this level.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::Document;
use super::near::{quoted, suggest};
use super::rules;
use crate::error::{Error, Result};

/// A table whose keys are all known ones.
#[derive(Debug)]
pub(super) struct Section<'a> {
    document: &'a Document<'a>,
    /// The names that lead to it: `app`, `grafana`. Empty for the file as a whole.
    trail: Vec<&'a str>,
    offset: usize,
    table: &'a DeTable<'a>,
}

/// One key of a section, with its value.
#[derive(Debug)]
pub(super) struct Field<'s, 'a> {
    section: &'s Section<'a>,
    pub(super) key: &'a str,
    offset: usize,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Section<'a> {
    /// The file as a whole.
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

    /// The name that the person gave to this section.
    pub(super) fn name(&self) -> &'a str {
        self.trail.last().copied().unwrap_or_default()
    }

    /// The field called `key`, if it is there.
    pub(super) fn field(&self, key: &str) -> Option<Field<'_, 'a>> {
        let (key, value) = self.table.get_key_value(key)?;
        Some(self.field_of(key, value))
    }

    /// The value of the string called `key`, as `rule` reads it, if it is there.
    pub(super) fn read<T>(
        &self,
        key: &str,
        rule: impl FnOnce(&str) -> Result<T>,
    ) -> Result<Option<T>> {
        self.field(key).map(|field| field.read(rule)).transpose()
    }

    /// The value of the string called `key`, as `rule` reads it; an error where it is missing.
    pub(super) fn demand<T>(&self, key: &str, rule: impl FnOnce(&str) -> Result<T>) -> Result<T> {
        match self.field(key) {
            Some(field) => field.read(rule),
            None => Err(self
                .error(&format!("has no {key}"))
                .hint(format!("add {key} = \"…\" to it"))),
        }
    }

    /// The value of the boolean called `key`, if it is there.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>> {
        self.field(key).map(|field| field.flag()).transpose()
    }

    /// Every field, in the order of the file.
    pub(super) fn fields(&self) -> Vec<Field<'_, 'a>> {
        let mut fields: Vec<_> = (self.table.iter())
            .map(|(key, value)| self.field_of(key, value))
            .collect();
        fields.sort_by_key(|field| field.offset);
        fields
    }

    /// The tables under `key`, each with a name that the person chose, in the order of the file.
    pub(super) fn named(&self, key: &str, known: &[&str]) -> Result<Vec<Section<'a>>> {
        let Some(field) = self.field(key) else {
            return Ok(Vec::new());
        };
        let form = || format!("each {key} is a table with a name: [{key}.NAME]");
        let all = field.table(form)?;
        (all.fields().into_iter())
            .map(|field| {
                let name = rules::name(field.key);
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

    /// How the file calls it: `[app.grafana]`.
    pub(super) fn label(&self) -> String {
        format!("[{}]", self.trail.join("."))
    }

    fn check_keys(&self, known: &[&str]) -> Result<()> {
        let is_unknown = |field: &Field<'_, '_>| !known.contains(&field.key);
        if self
            .table
            .keys()
            .all(|key| known.contains(&&**key.get_ref()))
        {
            return Ok(());
        }
        let unknown = self.fields().into_iter().find(is_unknown);
        unknown.map_or(Ok(()), |field| Err(field.unknown(known)))
    }

    fn field_of(
        &self,
        key: &'a Spanned<toml::de::DeString<'a>>,
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

    /// The directory that relative paths start at: the file's own.
    pub(super) fn directory(&self) -> &'a std::path::Path {
        let parent = self.section.document.path.parent();
        parent.unwrap_or(std::path::Path::new(""))
    }

    /// An error about this value, with the place and the key in front.
    pub(super) fn error(&self, error: Error) -> Error {
        self.error_at(self.value, error)
    }

    fn table(&self, form: impl FnOnce() -> String) -> Result<Section<'a>> {
        let table = self.value.get_ref().as_table();
        let table = table.ok_or_else(|| self.wrong("a table", self.value).hint(form()))?;
        let mut trail = Vec::with_capacity(self.section.trail.len() + 1);
        trail.extend_from_slice(&self.section.trail);
        trail.push(self.key);
        Ok(Section {
            document: self.section.document,
            trail,
            offset: self.value.span().start,
            table,
        })
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

    fn unknown(&self, known: &[&str]) -> Error {
        let problem = format!("unknown key {}{}", quoted(self.key), self.place());
        let error = suggest(
            Error::usage(problem),
            self.key,
            "keys",
            known.iter().copied(),
        );
        self.section.document.locate(self.offset, error)
    }

    fn error_at(&self, value: &Spanned<DeValue<'_>>, error: Error) -> Error {
        let error = error.while_doing(&format!("{}{}", self.key, self.place()));
        self.section.document.locate(value.span().start, error)
    }

    fn place(&self) -> String {
        if self.section.trail.is_empty() {
            return String::new();
        }
        format!(" in {}", self.section.label())
    }
}
