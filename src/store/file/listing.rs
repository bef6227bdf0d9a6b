//! The files that a store has.

use std::fs;

use super::{FileStore, LOCK, permissions};
use crate::store::error::StoreError;
use crate::store::key::Name;

impl FileStore {
    /// The names of all records that have ever been claimed here.
    pub(in crate::store) fn claimed(&self) -> Result<Vec<Name>, StoreError> {
        self.names_with(&[LOCK])
    }

    /// The names before one of `ends`, each once.
    pub(super) fn names_with(&self, ends: &[&str]) -> Result<Vec<Name>, StoreError> {
        let files = self.files()?;
        let mut names: Vec<Name> = files
            .iter()
            .filter(|file| !file.starts_with('.'))
            .filter_map(|file| ends.iter().find_map(|end| file.strip_suffix(end)))
            .map(|name| Name::new(name.to_owned()))
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The names of all files in the directory.
    pub(in crate::store) fn files(&self) -> Result<Vec<String>, StoreError> {
        let Ok(directory) = self.directory() else {
            return Ok(Vec::new());
        };
        if !permissions::check_directory(directory)? {
            return Ok(Vec::new());
        }
        let files = fs::read_dir(directory).map_err(|error| StoreError::at(directory, &error))?;
        let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
        Ok(names.collect())
    }
}
