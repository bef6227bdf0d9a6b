//! The time that a person has at a window. A unit test of `method::browser` sees to its end: nobody waits for a quarter of an
//! hour here.

use sandbox::Pages;

use crate::browser_scene::{assert_no_browser, home, is_possible, setup_with};
use crate::elsewhere::Talk;

#[test]
fn a_person_has_fourteen_minutes_at_a_window() {
    if !is_possible() {
        return;
    }
    let home = home(setup_with(Pages::default(), &["grafana"]));
    let mut talk = Talk::start(&home, "credential login grafana");
    talk.until("waiting for the sign-in in the browser window: ");
    talk.until(" s of 840 s");
    talk.type_in("\u{3}");
    let _ = talk.interrupted();
    assert_no_browser(&home);
}
