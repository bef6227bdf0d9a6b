//! The table of an org: `[org.corp]`.

use super::factor::factor;
use super::reader::{Field, Section};
use super::{source, storage, validate};
use crate::app::{Org, Pin, Source, Storage, own_item};
use crate::error::Result;

/// The known keys.
pub(super) const KEYS: [&str; 10] = [
    "url",
    "username",
    "password",
    "engine",
    "factor",
    "passcode",
    "remember_device",
    "push_unattended",
    "browser",
    "store",
];

/// Reads one org, whose records are in the store `common` unless it names another.
pub(super) fn org(section: &Section<'_>, common: &Storage) -> Result<Org> {
    let site = section.demand("url", validate::org_site)?;
    let account = section.demand("username", validate::account)?;
    let own = |what: &str| own_item(&site, &account, what);
    let password = section
        .field("password")
        .map(|field| source::source(&field, own("password")));
    let passcode = section
        .field("passcode")
        .map(|field| source::passcode(&field, own));
    Ok(Org {
        name: section.name().to_owned(),
        password: password.transpose()?.unwrap_or(Source::Prompt),
        engine: section.read("engine", validate::engine)?.flatten(),
        factors: section
            .field("factor")
            .map_or(Ok(Vec::new()), |field| factors(&field))?,
        passcode: passcode.transpose()?,
        remember_device: section.flag("remember_device")?.unwrap_or(true),
        push_unattended: section.flag("push_unattended")?.unwrap_or(false),
        browser: section.flag("browser")?.unwrap_or(true),
        storage: storage::storage(section)?.unwrap_or_else(|| common.clone()),
        site,
        account,
    })
}

fn factors(field: &Field<'_, '_>) -> Result<Vec<Pin>> {
    if field.is_list() {
        return field.list(factor);
    }
    field.read(factor).map(|factor| vec![factor])
}
