//! The desktop's keyring, on a bus of its own, and the two programs that ask it.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::peers::{Daemons, HOST, docker, tell};
use crate::place::{Place, find};
use crate::rounds::Row;

/// Starts a bus and a keyring, has it keep the secret, and gives those who ask for it.
pub(crate) fn start(place: &Place, secret: &str, daemons: &mut Daemons) -> Option<Vec<Row>> {
    let bus = bus(place, daemons)?;
    let on_bus = |program: &str| {
        let mut command = place.command(find(program)?);
        command.env("DBUS_SESSION_BUS_ADDRESS", &bus);
        Some(command)
    };
    let mut keyring = on_bus("gnome-keyring-daemon")?;
    // It goes on in the background when it is ready, and ends with its bus.
    keyring.args(["--unlock", "--components=secrets"]);
    tell(keyring, "bench")?;

    let mut store = on_bus("secret-tool")?;
    store.args(["store", "--label=bench", "host", HOST]);
    tell(store, secret)?;
    let mut lookup = on_bus("secret-tool")?;
    lookup.args(["lookup", "host", HOST]);
    let mut rows = vec![Row::new("secret-tool lookup, GNOME keyring", lookup)];
    let variables = [("DBUS_SESSION_BUS_ADDRESS", bus.as_str())];
    rows.extend(docker(place, secret, "secretservice", &variables).unwrap_or_default());
    Some(rows)
}

/// The address of a new session bus.
fn bus(place: &Place, daemons: &mut Daemons) -> Option<String> {
    let mut command = place.command(find("dbus-daemon")?);
    command.args(["--session", "--nofork", "--print-address=1"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let stdout = child.stdout.take()?;
    daemons.children.push(child);
    let mut address = String::new();
    BufReader::new(stdout).read_line(&mut address).ok()?;
    Some(address.trim().to_owned())
}
