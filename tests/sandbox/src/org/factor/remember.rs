//! Devices on which a user is not asked again for a while.
//!
//! A device is known by its `DT` cookie and by nothing else: `context.deviceToken` counts only in requests of trusted
//! applications, which bring an administrator's token.

use std::time::Duration;

use crate::audit::Event;
use crate::org::Exchange;

/// Returns whether the request comes from a device that is remembered for this user.
pub(crate) fn is_known(exchange: &Exchange<'_>, login: &str) -> bool {
    if !exchange.world.setup.mfa.remember {
        return false;
    }
    let Some(device) = exchange.device() else {
        return false;
    };
    let devices = &exchange.account(login).held.devices;
    let until = devices.get(&device);
    let known = until.is_some_and(|until| until.is_none_or(|until| exchange.now < until));
    if known {
        exchange.record(Event::MfaSkipped {
            user: login.to_owned(),
        });
    }
    known
}

/// Remembers the device of the request, where it has one and the policy permits it.
pub(crate) fn remember(exchange: &mut Exchange<'_>, login: &str) {
    let mfa = &exchange.world.setup.mfa;
    let life = u64::from(mfa.remember_minutes) * 60;
    let until = (life > 0).then(|| exchange.later(Duration::from_secs(life)));
    let Some(device) = exchange.device().filter(|_| mfa.remember) else {
        return;
    };
    exchange
        .account_mut(login)
        .held
        .devices
        .insert(device, until);
    exchange.record(Event::DeviceRemembered {
        user: login.to_owned(),
    });
}
