//! How the names of hosts are found: as nsswitch.conf says, whatever the program is linked with.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use crate::home::{Home, Outcome, binary, outcome};
use crate::tools::{skip, tools};

/// The line of /etc/hosts about the org's host.
const KNOWN: &str = "127.0.0.1 localhost\n";

/// Runs the program where nsswitch.conf has these `services` for hosts, /etc/hosts says `hosts`, and the directory `bin`
/// comes first on PATH.
fn run_where(home: &Home, services: &str, hosts: &str) -> Outcome {
    let nsswitch = format!("passwd: files\nhosts: {services}\n");
    std::fs::write(home.path("nsswitch"), nsswitch).expect("a file");
    std::fs::write(home.path("hosts"), hosts).expect("a file");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(home.path("bin")).chain(std::env::split_paths(&path));
    let path = std::env::join_paths(path).expect("no directory of PATH has a colon");
    let mount =
        "mount --bind nsswitch /etc/nsswitch.conf && mount --bind hosts /etc/hosts && exec \"$@\"";
    let mut command = home.command("unshare");
    command.args(["-rm", "sh", "-c", mount, "sh"]).arg(binary());
    command.args(["get", "grafana"]).env("PATH", path);
    outcome(command.output().expect("unshare starts"))
}

/// Puts a getent into the directory `bin` that notes that it was asked, and knows the org's host.
fn plant_getent(home: &Home) {
    plant_getent_that(
        home,
        "echo '127.0.0.1 STREAM localhost'; echo '127.0.0.1 DGRAM'",
    );
}

/// The same, with what it does then.
fn plant_getent_that(home: &Home, does: &str) {
    let getent = home.path("bin/getent");
    let stub = format!("#!/bin/sh\necho \"$*\" >>asked\n{does}\n");
    std::fs::create_dir(home.path("bin")).expect("a directory");
    std::fs::write(&getent, stub).expect("a file");
    std::fs::set_permissions(&getent, Permissions::from_mode(0o755)).expect("it is ours");
}

/// Returns whether files of the system can be replaced for one process, and seen to be.
pub(crate) fn can_mount() -> bool {
    let mut probe = std::process::Command::new("unshare");
    let probe = probe
        .args(["-rm", "mount", "--bind", "/etc/hosts", "/etc/hosts"])
        .output();
    let can = probe.is_ok_and(|output| output.status.success());
    if !can {
        skip("no namespace of mounts can be made");
    }
    can
}

#[test]
fn hosts_are_found_in_the_file_of_hosts() {
    if !tools(&["unshare", "mount"]) || !can_mount() {
        return;
    }
    let home = Home::usual();
    plant_getent(&home);
    let words = run_where(&home, "files", "127.0.0.1 another\n").told(6);
    assert!(words.contains("cannot find localhost (DNS)"), "{words}");
    run_where(&home, "files", KNOWN).answer();
    assert!(
        !home.path("asked").exists(),
        "the C library has this service itself"
    );
}

#[test]
fn hosts_that_another_service_knows_are_asked_of_getent() {
    if !tools(&["unshare", "mount"]) || !can_mount() {
        return;
    }
    for services in ["files sss [NOTFOUND=return] dns", "mdns4_minimal"] {
        let home = Home::usual();
        plant_getent(&home);
        run_where(&home, services, "127.0.0.1 another\n").answer();
        let asked = std::fs::read_to_string(home.path("asked")).expect("it was asked");
        assert!(
            asked.lines().all(|line| line == "-- ahosts localhost"),
            "{asked}"
        );
        assert_eq!(home.sandbox.violations(), []);
    }
}

#[test]
fn another_getent_that_does_not_know_the_question_is_no_answer() {
    if !tools(&["unshare", "mount"]) || !can_mount() {
        return;
    }
    let home = Home::usual();
    plant_getent_that(&home, "echo 'Unknown database: --' >&2; exit 1");
    run_where(&home, "nosuch files", KNOWN).answer();
    assert!(home.path("asked").exists());
    // glibc's says so that there is no such host.
    let home = Home::usual();
    plant_getent_that(&home, "exit 2");
    let words = run_where(&home, "nosuch files", KNOWN).told(6);
    assert!(words.contains("cannot find localhost (DNS)"), "{words}");
}

#[test]
fn the_systems_own_getent_finds_what_its_services_know() {
    if !tools(&["unshare", "mount", "getent"]) || !can_mount() {
        return;
    }
    let home = Home::usual();
    // The service that nobody has takes the program to getent, which passes over it.
    run_where(&home, "nosuch files", KNOWN).answer();
    home.run(&["logout", "grafana"]).done();
    run_where(&home, "nosuch", KNOWN).told(6);
}
