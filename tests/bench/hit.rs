//! A hit: what a user waits for a thousand times a day.

use crate::chart;
use crate::limit::{DYNAMIC, STATIC, limit};
use crate::peers;
use crate::place::{Place, find};
use crate::rounds::{Rounds, Row, names, print};

/// The limit, the program, and everything on this machine that does something like it.
pub(crate) fn run(place: &Place, rounds: &mut Rounds) {
    let answer = place.warm();
    let mut rows = vec![];
    for (name, kind) in [
        ("C, static: open, read, write", STATIC),
        ("C, dynamic: open, read, write", DYNAMIC),
    ] {
        match limit(place, &answer, kind) {
            Some(command) => rows.push(Row::new(name, command)),
            None => println!("\n(not measured: {name}: there is no C compiler)"),
        }
    }
    rows.insert(
        1.min(rows.len()),
        Row::new("credential get, warm", place.get()),
    );
    if let Some(cat) = find("cat") {
        let mut command = place.command(place.copy(&cat));
        command.arg(place.entry());
        rows.push(Row::new("cat of the entry", command));
    }
    let (peers, daemons) = peers::all(place, answer.trim_end());
    rows.extend(peers);
    let times = rounds.run(300, &mut rows, || {});
    drop(daemons);
    let names = names(&rows);
    print("A hit", &names, &times);
    chart::print(&names, &times);
}
