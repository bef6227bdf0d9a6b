//! `credential setup docker`: the helper in docker's file, of which all else stays.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::home::read_json;
use crate::setup_scene::{SetupHome, run};
use crate::tools::tool;

#[test]
fn docker_asks_the_helper_that_was_set_up() {
    if !tool("docker") {
        return;
    }
    let desk = SetupHome::new();
    desk.lines(&["docker", "--write"]);
    desk.home.run(&["get", "grafana"]).answer();
    assert!(desk.home.has_session());
    let mut list = desk.beside("docker-credential-alb", &["bin"]);
    list.arg("list");
    let listed = run(list).answer();
    assert!(listed.contains(&desk.authority()), "{listed}");
    // Of docker's commands it is the one that needs no engine and no registry.
    let mut logout = desk.beside("docker", &["bin"]);
    logout.args(["logout", &desk.authority()]);
    let said = run(logout);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(!desk.home.has_session(), "{said:?}");
    let config = read_json(&desk.file(".docker/config.json"));
    assert_eq!(config["credHelpers"][desk.authority()], "alb");
}

#[test]
fn dockers_file_keeps_its_mode_and_its_place() {
    let desk = SetupHome::new();
    desk.write("dotfiles/config.json", "{\"auths\":{}}\n");
    let target = desk.file("dotfiles/config.json");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("it is ours");
    fs::create_dir(desk.file("docker")).expect("a directory");
    symlink("../dotfiles/config.json", desk.file("docker/config.json")).expect("a link");
    let setup = |arguments: &[&str]| {
        let mut command = desk.command(arguments);
        command.env("DOCKER_CONFIG", desk.file("docker"));
        run(command).answer()
    };
    let before = desk.picture();
    setup(&["docker", "--write"]);
    assert_eq!(
        desk.read("dotfiles/config.json"),
        format!(
            "{{\"auths\":{{}},\"credHelpers\":{{\"{}\":\"alb\"}}}}\n",
            desk.authority()
        )
    );
    assert!(
        fs::symlink_metadata(desk.file("docker/config.json"))
            .expect("it is there")
            .is_symlink()
    );
    let mode = fs::metadata(&target)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(!desk.file(".docker").exists());
    setup(&["docker", "--undo"]);
    assert_eq!(desk.picture(), before);
}

#[test]
fn a_file_of_docker_that_is_new_is_nobody_elses() {
    let desk = SetupHome::new();
    desk.lines(&["docker", "--write"]);
    let mode = fs::metadata(desk.file(".docker/config.json"))
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = format!(
        "{{\n\t\"credHelpers\": {{\n\t\t\"{}\": \"alb\"\n\t}}\n}}",
        desk.authority()
    );
    assert_eq!(desk.read(".docker/config.json"), text);
}

#[test]
fn what_is_somebody_elses_in_dockers_file_is_refused_and_stays() {
    for (text, why) in [
        (
            "{\"credHelpers\": {\"HOST\": \"pass\"}}",
            "has another helper for HOST: pass",
        ),
        ("{\"credHelpers\": {\"HOST\": 1}}", "no string"),
        ("{\"credHelpers\": \"pass\"}", "credHelpers is no object"),
        ("[]", "no object"),
        ("{,}", "this is not JSON"),
    ] {
        let desk = SetupHome::new();
        desk.write(
            ".docker/config.json",
            &text.replace("HOST", &desk.authority()),
        );
        let before = desk.picture();
        let words = desk.setup(&["docker", "--write"]).told(2);
        assert!(words.contains("/.docker/config.json: "), "{words}");
        assert!(
            words.replace(&desk.authority(), "HOST").contains(why),
            "{words}"
        );
        assert_eq!(
            words.contains("\" out of credHelpers in /"),
            why.ends_with("pass"),
            "{words}"
        );
        assert_eq!(desk.picture(), before);
    }
    let desk = SetupHome::new();
    let foreign = format!(
        "{{\"credHelpers\": {{\"{}\": \"pass\"}}}}",
        desk.authority()
    );
    desk.write(".docker/config.json", &foreign);
    assert_eq!(
        desk.lines(&["docker", "--undo"])[0],
        "leaves  credHelpers.\"HOST\" = \"pass\": this command has not made it"
    );
    assert_eq!(desk.read(".docker/config.json"), foreign);
}

#[test]
fn docker_asks_for_no_path_so_an_app_below_one_is_refused() {
    let desk = SetupHome::with_two_apps();
    let before = desk.picture();
    let words = desk.setup(&["docker", "graf", "--write"]).told(2);
    let expected = format!(
        "credential: cannot set up docker: graf is below /graf, and docker asks for all of {} alone\n",
        desk.authority()
    );
    assert_eq!(words, expected);
    assert_eq!(desk.picture(), before);
}
