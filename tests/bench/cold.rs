//! A sign-in: three round trips, and what it costs beyond them.

use std::process::{Command, Stdio};
use std::time::Duration;

use sandbox::{Identity, Setup};

use crate::DELAY;
use crate::peers::python;
use crate::place::{Place, USER, find};
use crate::rounds::{Rounds, Row, names, print};

/// The founding flow as people write it: a session, and whatever redirects come.
const SCRIPT: &str = r#"
import sys, requests
org, app, user, password = sys.argv[1], sys.argv[2], sys.argv[3], open(sys.argv[4]).read().rstrip("\n")
authn = requests.post(org + "/api/v1/authn", json={"username": user, "password": password},
                      headers={"Accept": "application/json"})
token = authn.json()["sessionToken"]
session = requests.Session()
first = session.get(app, allow_redirects=False)
second = session.get(first.headers["Location"] + "&prompt=none&sessionToken=" + token, allow_redirects=False)
third = session.get(second.headers["Location"], allow_redirects=False)
last = session.get(third.headers["Location"], allow_redirects=False)
sys.exit(0 if last.status_code == 200 else 1)
"#;

/// A cold sign-in against its three round trips and the same flow in a script; then what it costs of its own.
pub(crate) fn run(place: &Place, rounds: &mut Rounds) {
    let mut rows = vec![
        Row::new("sleep for three round trips", sleep(3 * DELAY)),
        Row::new("credential get, cold", place.get()),
    ];
    match script(place) {
        Some(script) => rows.push(Row::new("the same flow in Python requests", script)),
        None => println!("\n(not measured: the script: there is no Python with requests)"),
    }
    let times = rounds.run(30, &mut rows, || place.forget());
    let title = format!("A sign-in, {} ms for each exchange", DELAY.as_millis());
    print(&title, &names(&rows), &times);

    other_engines(rounds);

    let near = Place::new(Duration::ZERO);
    let mut at_once = [Row::new(
        "credential get, cold, 0 ms for each exchange",
        near.get(),
    )];
    let alone = rounds.run(60, &mut at_once, || near.forget());
    let beyond = times[1].median() - (3 * DELAY).as_secs_f64() * 1000.0;
    println!(
        "\nBeyond its three round trips a sign-in costs {beyond:.1} ms, and {:.1} ms where an exchange takes no time: the \
         servers' own work and the clocks' grain included. It opens {} connections.",
        alone[0].median(),
        connections(&near)
    );
}

/// A cold sign-in where the engine has to be found out, and one at an Identity Engine org, against their round trips.
fn other_engines(rounds: &mut Rounds) {
    let asked = Place::at(DELAY, Setup::default(), "");
    let identity = Place::at(DELAY, Setup::identity_engine(Identity::new()), "");
    for (title, place, trips) in [
        ("The engine is asked for", &asked, 4),
        ("Identity Engine, a password alone", &identity, 6),
    ] {
        let mut rows = [
            Row::new(
                &format!("sleep for {trips} round trips"),
                sleep(trips * DELAY),
            ),
            Row::new("credential get, cold", place.get()),
        ];
        let times = rounds.run(30, &mut rows, || place.forget());
        print(title, &names(&rows), &times);
    }
}

/// Returns how many connections a cold sign-in opens.
fn connections(place: &Place) -> usize {
    place.forget();
    let before = place.sandbox.connections();
    place.warm();
    place.sandbox.connections() - before
}

fn sleep(time: Duration) -> Command {
    let mut command = Command::new(find("sleep").unwrap_or_else(|| "sleep".into()));
    command.arg(time.as_secs_f64().to_string());
    command
}

/// The flow in Python, if it has requests.
fn script(place: &Place) -> Option<Command> {
    let python = python()?;
    let mut probe = Command::new(&python);
    probe.args(["-c", "import requests"]).stderr(Stdio::null());
    let status = probe.status().ok();
    status.filter(std::process::ExitStatus::success)?;
    let mut command = place.command(python);
    command
        .arg(place.write("script.py", SCRIPT))
        .args([place.sandbox.org_url(), place.sandbox.app_url("grafana")])
        .arg(USER)
        .arg(place.path("password"));
    Some(command)
}
