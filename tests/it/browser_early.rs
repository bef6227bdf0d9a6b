//! A browser without a window that is started while the app is still asked, where the configuration names the provider.

use std::os::unix::fs::PermissionsExt as _;

use sandbox::{Fault, Plan, Step};

use crate::ahead::until;
use crate::browser_scene::{
    assert_no_browser, assert_ours, auto, command_lines, is_possible, setup_with, signed_in,
};
use crate::gate::Gate;
use crate::home::{Home, binary};

/// A home whose person has signed in to grafana, with the provider in the configuration, and a browser that counts its
/// starts.
fn pinned() -> Home {
    let home = signed_in(setup_with(auto(), &["grafana"]));
    let counting = home.path("counting");
    let text = format!(
        "#!/bin/sh\necho started >>'{}'\nexec chromium \"$@\"\n",
        home.path("starts").display()
    );
    std::fs::write(&counting, text).expect("a file");
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&counting, mode).expect("it is ours");
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    let command = format!("command = [{:?}]", counting.display().to_string());
    home.configure(&text.replace("command = [\"chromium\"]", &command));
    let provider = home.sandbox.provider_url("id");
    home.append(&format!("idp = \"{provider}\""));
    home.sandbox.clear_audit();
    home
}

/// How often a browser was started.
fn starts(home: &Home) -> usize {
    let text = std::fs::read_to_string(home.path("starts"));
    text.unwrap_or_default().lines().count()
}

#[test]
fn a_browser_comes_up_while_the_app_is_still_asked() {
    if !is_possible() {
        return;
    }
    let mut home = pinned();
    let gate = Gate::before(&mut home);
    let mut command = home.command(binary());
    command.args(["get", "grafana", "--fresh"]);
    command.stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let child = command.spawn().expect("the program starts");
    gate.until_asked();
    until("a browser", || !command_lines(&home).is_empty());
    assert_eq!(home.sandbox.requests(), 0, "the app has not answered");
    gate.open();
    let said = crate::home::outcome(child.wait_with_output().expect("it ends"));
    assert!(said.answer().starts_with("AWSELBAuthSessionCookie-0="));
    assert_eq!(starts(&home), 1);
    assert_eq!(home.sandbox.typed_passwords(), 0);
    assert_ours(&home, 1);
    assert_no_browser(&home);
}

#[test]
fn an_app_that_leads_nowhere_costs_one_browser_and_no_more() {
    if !is_possible() {
        return;
    }
    for fault in [Fault::HangUp, Fault::Html(502), Fault::Elsewhere] {
        let home = pinned();
        home.sandbox.fault(Plan::new(Step::Start, fault).times(3));
        for _ in 0..3 {
            let _ = home.run(&["get", "grafana", "--fresh"]).failure(6);
            assert_no_browser(&home);
            assert_eq!(starts(&home), 1);
        }
        assert_eq!(home.sandbox.callbacks(), []);
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
        assert_eq!(starts(&home), 2);
        let _ = home.run(&["get", "grafana", "--fresh"]).answer();
        assert_eq!(home.sandbox.typed_passwords(), 0);
        assert_ours(&home, 2);
    }
}

#[test]
fn an_early_start_that_would_not_be_used_is_left_out() {
    if !is_possible() {
        return;
    }
    let home = pinned();
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    for (line, code) in [("headless = false", 3), ("keep = false", 3)] {
        home.configure(&text.replacen("[browser]", &format!("[browser]\n{line}"), 1));
        let _ = home.run(&["get", "grafana", "--fresh"]).failure(code);
        assert_eq!(starts(&home), 0, "{line}");
    }
    assert_eq!(home.sandbox.callbacks(), []);
}
