//! A configuration of variables alone: one org and one app, so that CI needs no file.

use std::rc::Rc;

use super::factor::{TOTP, factors};
use super::{BrowserSettings, Settings, server, storage, validate};
use crate::app::{
    App, Content, DEFAULT_COOKIE, DEFAULT_RENEW_AHEAD, FleetSettings, Offline, Org, Passcode, Pin,
    SignIn, Source, Storage, check_store_build,
};
use crate::environment::{self, Variable, Variables};
use crate::error::{Error, Result, name_variables};

/// One org and one app, which is the default. The name of each is the host of its URL.
pub(super) fn settings(variables: &Variables) -> Result<Settings> {
    // From here on, hints name variables instead of tables of a file.
    name_variables(environment::of_setting);
    let storage = store(variables)?;
    let org = Rc::new(org(variables, storage.clone())?);
    let app = app(variables, Rc::clone(&org))?;
    Ok(Settings {
        default: Some(app.name.clone()),
        storage,
        browser: BrowserSettings::default(),
        orgs: vec![org],
        apps: vec![app],
        stamp: None,
    })
}

/// The variables that have to be set together, with their values.
fn partners(variables: &Variables) -> [(Variable, Option<&str>); 3] {
    [
        (environment::ORG_URL, variables.org_url.as_deref()),
        (environment::USERNAME, variables.username.as_deref()),
        (environment::APP_URL, variables.app_url.as_deref()),
    ]
}

/// The error that some of these variables are set and others are not; `None` if all or none are.
pub(super) fn incomplete(variables: &Variables) -> Option<Error> {
    let partners = partners(variables);
    let names = |there: bool| {
        let chosen = partners
            .iter()
            .filter(|partner| partner.1.is_some() == there);
        chosen.map(|partner| partner.0.name).collect::<Vec<_>>()
    };
    let (there, missing) = (names(true), names(false));
    if there.is_empty() || missing.is_empty() {
        return None;
    }
    let (there, missing) = (there.join(" and "), missing.join(" and "));
    let error = Error::usage(format!("{there} without {missing}"));
    Some(error.hint(format!("set {missing}, or unset {there}")))
}

fn org(variables: &Variables, storage: Storage) -> Result<Org> {
    let site = demand(variables, &environment::ORG_URL, validate::org_site)?;
    let seed = variables
        .passcode_seed
        .then(|| env(&environment::PASSCODE_SEED));
    let password = variables.password.then(|| env(&environment::PASSWORD));
    Ok(Org {
        name: site.host().to_owned(),
        site,
        account: demand(variables, &environment::USERNAME, validate::account)?,
        password: password.unwrap_or(Source::Prompt),
        engine: read(
            &environment::ENGINE,
            variables.engine.as_deref(),
            validate::engine,
        )?
        .flatten(),
        factors: preferred(variables)?,
        passcode: seed.map(Passcode::Totp),
        remember_device: true,
        push_unattended: false,
        browser: true,
        storage,
    })
}

/// Refuses variables of a shared store that have no effect: without the store's own, or beside a file, which names its store.
pub(super) fn check_store(variables: &Variables) -> Result<()> {
    let store = &variables.store;
    let others = [
        (environment::STORE_NAMESPACE, store.namespace.is_some()),
        (environment::STORE_KEY, store.key),
        (environment::STORE_USERNAME, store.username.is_some()),
        (environment::STORE_PASSWORD, store.password),
        (environment::STORE_CA, store.ca.is_some()),
        (environment::STORE_OFFLINE, store.offline.is_some()),
        (environment::STORE_RECHECK, store.recheck.is_some()),
    ];
    let mut set = others.iter().filter(|(_, is_set)| *is_set);
    let (there, missing) = match (&store.url, set.next()) {
        (None, Some((there, _))) => (there, environment::STORE),
        (Some(_), _) if variables.org_url.is_none() => (&environment::STORE, environment::ORG_URL),
        _ => return Ok(()),
    };
    let (there, missing) = (there.name, missing.name);
    Err(
        Error::usage(format!("{there} without {missing}")).hint(format!(
            "set {missing}, or unset {there}; a file names its store itself"
        )),
    )
}

/// The store that machines share, if the variables name one.
fn store(variables: &Variables) -> Result<Storage> {
    let store = &variables.store;
    let rule = |text: &str| server::parse(text, false, server::PORT);
    let Some(server) = read(&environment::STORE, store.url.as_deref(), rule)? else {
        return Ok(Storage::File);
    };
    check_store_build().map_err(|error| error.while_doing(environment::STORE.name))?;
    let (namespace, key) = (environment::STORE_NAMESPACE, environment::STORE_KEY);
    let name = read(&namespace, store.namespace.as_deref(), storage::namespace)?;
    let (Some(name), true) = (name, store.key) else {
        let missing = if store.key { namespace.name } else { key.name };
        let error = Error::usage(format!("{} without {missing}", environment::STORE.name));
        return Err(error.hint(format!("set {missing}")));
    };
    let username = store.username.as_deref();
    let offline = store.offline.as_deref();
    let recheck = store.recheck.as_deref();
    Ok(Storage::Fleet(Rc::new(FleetSettings {
        server,
        namespace: name,
        keys: vec![env(&key)],
        username: read(&environment::STORE_USERNAME, username, validate::account)?,
        password: store.password.then(|| env(&environment::STORE_PASSWORD)),
        ca: store.ca.clone(),
        certificate: None,
        recheck: read(&environment::STORE_RECHECK, recheck, storage::recheck)?
            .unwrap_or(storage::RECHECK),
        shares_okta: true,
        offline: read(&environment::STORE_OFFLINE, offline, storage::offline)?
            .unwrap_or(Offline::Proven),
        replicas: 0,
    })))
}

/// The named factors; else, with a seed, the factor that it answers.
fn preferred(variables: &Variables) -> Result<Vec<Pin>> {
    let named = read(&environment::FACTOR, variables.factor.as_deref(), factors)?;
    Ok(named.unwrap_or_else(|| {
        variables
            .passcode_seed
            .then_some(TOTP)
            .into_iter()
            .collect()
    }))
}

fn app(variables: &Variables, org: Rc<Org>) -> Result<App> {
    let (site, own_start) = demand(variables, &environment::APP_URL, validate::app_url)?;
    let cookie = read(
        &environment::COOKIE,
        variables.cookie.as_deref(),
        validate::cookie,
    )?;
    let session = read(
        &environment::SESSION,
        variables.session.as_deref(),
        validate::session,
    )?;
    let start = |text: &str| validate::start(text, &site);
    let start = read(&environment::START, variables.start.as_deref(), start)?;
    Ok(App {
        name: site.host().to_owned(),
        content: Content::Session(SignIn::Okta { org, client: None }),
        cookie: cookie.unwrap_or_else(|| DEFAULT_COOKIE.to_owned()),
        session,
        renew_ahead: DEFAULT_RENEW_AHEAD,
        start: start.unwrap_or(own_start),
        site,
    })
}

/// The value of one of these variables, parsed by `rule`. If it is unset, the error names all that are missing.
fn demand<T>(
    variables: &Variables,
    variable: &Variable,
    rule: impl FnOnce(&str) -> Result<T>,
) -> Result<T> {
    let partner = partners(variables)
        .into_iter()
        .find(|partner| partner.0 == *variable);
    let value = partner.and_then(|partner| partner.1);
    read(variable, value, rule)?.ok_or_else(|| {
        incomplete(variables)
            .unwrap_or_else(|| Error::usage(format!("{} is not set", variable.name)))
    })
}

/// The value of `variable`, parsed by `rule`, if it is set. The error starts with the variable's name.
fn read<T>(
    variable: &Variable,
    value: Option<&str>,
    rule: impl FnOnce(&str) -> Result<T>,
) -> Result<Option<T>> {
    let value = value.map(rule).transpose();
    value.map_err(|error| error.while_doing(variable.name))
}

fn env(variable: &Variable) -> Source {
    Source::Env(variable.name.to_owned())
}
