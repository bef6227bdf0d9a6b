//! The sign-in end to end.

use crate::home::Home;

#[test]
fn a_cold_get_signs_in_and_a_warm_one_asks_nobody() {
    let home = Home::usual();
    let cold = home.run(&["-v", "get", "grafana"]);
    eprintln!("{cold:?}");
    for e in home.sandbox.audit() {
        eprintln!("{e}");
    }
    assert_eq!(home.sandbox.violations(), []);
    home.sandbox.clear_audit();
    let warm = home.run(&["get", "grafana"]).answer();
    assert_eq!(warm, cold.stdout);
    assert_eq!(home.sandbox.requests(), 0);
}
