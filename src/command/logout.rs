//! `credential logout`: cookies forgotten; for an org, its Okta session ended too.
//!
//! The ALB has no logout: a cookie that was copied elsewhere works until its session ends. What can be ended is the
//! Okta session, from which new ones would come silently.

use crate::app::{Org, Target};
use crate::cli::Logout;
use crate::error::{Error, Kind, Result};
use crate::get;
use crate::ladder;
use crate::reply::Reply;
use crate::store::{Account, Key};
use crate::terminal::Questions;
use crate::world::World;

/// Forgets one app, one org with all its apps, or everything.
pub(crate) fn run(arguments: &Logout, verbosity: u8) -> Result<Reply> {
    let world = World::open(verbosity, Questions::Forbidden)?;
    match arguments.target.as_deref() {
        None => everything(&world, arguments.device)?,
        Some(name) => match (world.find(&Target::parse(name)?), world.settings.org(name)) {
            (Ok(_), _) if arguments.device => {
                return Err(Error::usage(format!(
                    "{name} is an app, and a device token belongs to an org"
                ))
                .hint("credential logout ORG --device"));
            }
            (Ok(app), _) => get::erase(&world, app, None)?,
            (Err(_), Some(org)) => org_and_apps(&world, org, arguments.device)?,
            (Err(error), None) => return Err(error),
        },
    }
    Ok(Reply::silent())
}

/// Every org that is configured, every app, and every record that no configuration names any more.
fn everything(world: &World, device: bool) -> Result<()> {
    for org in &world.settings.orgs {
        org_and_apps(world, org, device)?;
    }
    for app in &world.settings.apps {
        get::erase(world, app, None)?;
    }
    let keep: Vec<_> = world
        .settings
        .orgs
        .iter()
        .map(|org| Key::of_account(org).name())
        .collect();
    for name in world.store.names().unwrap_or_default() {
        if !keep.contains(&name) {
            world.remove(&name)?;
        }
    }
    Ok(())
}

/// First the apps, then the Okta session, so that nothing is left even if Okta cannot be reached.
fn org_and_apps(world: &World, org: &Org, device: bool) -> Result<()> {
    for app in world.settings.apps_of(org) {
        get::erase(world, app, None)?;
    }
    let key = Key::of_account(org);
    let account: Account = world.read(&key)?;
    if account == Account::default() {
        return Ok(());
    }
    let claim = world.claim(
        &key,
        &format!("sign out of org {}", org.name),
        World::patience(false),
    )?;
    let Account {
        session,
        device: token,
        refusal,
    } = world.read(&key)?;
    let kept = Account {
        device: token.filter(|_| !device),
        refusal,
        ..Account::default()
    };
    world.save(claim.as_ref(), &key, &kept);
    if session.is_empty() {
        return Ok(());
    }
    ladder::end_session(world, org, &session).map_err(|error| {
        let what = format!(
            "the cookies of org {} are forgotten, but its Okta session could not be ended",
            org.name
        );
        Error {
            kind: Kind::Network,
            ..error.while_doing(&what)
        }
    })
}
