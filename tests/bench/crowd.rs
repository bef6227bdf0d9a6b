//! A thousand processes at once, on a warm entry and on a cold one.

use std::process::{Child, Command};
use std::time::Instant;

use crate::limit::{STATIC, limit};
use crate::place::Place;
use crate::rounds::{Rounds, Times, milliseconds, print};

const CROWD: usize = 1000;

/// A crowd of the limit, a warm and a cold one, by turns. They are started one after another by this process, which
/// costs each of them the same.
pub(crate) fn run(place: &Place, rounds: &mut Rounds) {
    let answer = place.warm();
    let Some(mut limit) = limit(place, &answer, STATIC) else {
        println!("\n(not measured: crowds: there is no C compiler)");
        return;
    };
    let [mut c, mut warm, mut one, mut cold] = [const { Times(Vec::new()) }; 4];
    for _ in 0..rounds.count(10) {
        let mut order = [0, 1, 2, 3];
        rounds.chance.shuffle(&mut order);
        for turn in order {
            match turn {
                0 => c.0.push(crowd(CROWD, &mut limit)),
                1 => {
                    place.warm();
                    warm.0.push(crowd(CROWD, &mut place.get()));
                }
                2 => one.0.push(sign_in(place, 1)),
                _ => cold.0.push(sign_in(place, CROWD)),
            }
        }
    }
    let names = |names: [&str; 2]| names.map(str::to_owned);
    let limit = names(["the C program", "credential get, warm"]);
    print("A thousand at once, warm", &limit, &[c, warm.clone()]);
    let pairs = one.0.iter().zip(&warm.0);
    let sum = Times(pairs.map(|(one, warm)| one + warm).collect());
    let parts = names([
        "one sign-in, then a thousand warm",
        "a thousand at once, cold",
    ]);
    print(
        "A thousand at once, cold: one password",
        &parts,
        &[sum, cold],
    );
}

/// The milliseconds until so many have the answer of one sign-in. They send one password.
fn sign_in(place: &Place, count: usize) -> f64 {
    place.forget();
    place.sandbox.clear_audit();
    let took = crowd(count, &mut place.get());
    let sent = place.sandbox.password_tries();
    assert_eq!((sent, place.sandbox.sessions_issued()), (1, 1));
    took
}

/// The milliseconds until the last of so many has ended well.
fn crowd(count: usize, command: &mut Command) -> f64 {
    let start = Instant::now();
    let spawn = |_| command.stderr(std::process::Stdio::null()).spawn();
    let children: Result<Vec<Child>, _> = (0..count).map(spawn).collect();
    let failed = children
        .expect("all of them start")
        .into_iter()
        .filter_map(|mut child| child.wait().ok())
        .filter(|status| !status.success());
    assert_eq!(failed.count(), 0, "every process has its answer");
    milliseconds(start)
}
