//! The end of a person's time at a window. Nobody waits for a quarter of an hour: a debugger moves the end to now.

use sandbox::Pages;

use crate::ahead::until;
use crate::browser_scene::{
    assert_no_browser, attended, auto, command_lines, home, is_possible, setup_with,
};
use crate::screen::{Terminal, outcome};
use crate::tools::tools;

#[test]
fn after_fourteen_minutes_the_window_is_closed() {
    if !is_possible() || !tools(&["gdb"]) {
        return;
    }
    let home = home(setup_with(Pages::default(), &["grafana"]));
    let mut terminal = Terminal::new();
    let before = terminal.modes();
    let child = terminal.start(&home, "exec credential login grafana");
    until("a browser", || !command_lines(&home).is_empty());
    terminal.until("of 840 s");
    let mut gdb = home.command("gdb");
    gdb.args(["--nx", "--batch", "-p", &child.id().to_string()]);
    for command in [
        "frame function alb_credential::method::browser::visits::Visits::watch",
        "set var until.__0.t.tv_sec = 0",
    ] {
        gdb.args(["-ex", command]);
    }
    let _ = gdb.output().expect("gdb starts");
    let told = outcome(child).failure(3);
    assert!(told.contains("within 14 minutes"), "{told}");
    terminal.assert_restored(&before);
    assert_no_browser(&home);
    home.sandbox
        .change_provider("id", |provider| provider.pages = auto());
    let (said, _) = attended(&home, "credential login grafana");
    let _ = said.done();
}
