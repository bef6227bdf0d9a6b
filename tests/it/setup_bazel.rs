//! `credential setup bazel`: the helper's line in the user's `.bazelrc`, of which all else stays.

use crate::setup_scene::SetupHome;

#[test]
fn what_is_somebody_elses_in_bazels_file_is_refused_and_stays() {
    let desk = SetupHome::new();
    let host = desk.authority();
    let host = host.split(':').next().expect("a host");
    for line in [
        format!("common --credential_helper={host}=/opt/other"),
        format!("build:ci --credential_helper={host}=/bin/bazel-credential-alb"),
        format!("common --x '--credential_helper={host}=/opt/other'"),
    ] {
        desk.write(".bazelrc", &format!("# mine\n{line}"));
        let before = desk.picture();
        let words = desk.setup(&["bazel", "--write"]).told(2);
        let expected =
            format!("/.bazelrc:2: there is another helper for {host}\n  caused by: {line}\n");
        assert!(words.contains(&expected), "{words}");
        let undone = desk.setup(&["bazel", "--undo"]).answer();
        assert!(
            undone.contains(&format!("{line}: this command has not made it")),
            "{undone}"
        );
        assert_eq!(desk.picture(), before);
    }
    // One that a setup has made with the link elsewhere is renewed, and what does not end in a line end gets one.
    let own = |directory: &str| {
        format!("common --credential_helper={host}={directory}/bazel-credential-alb")
    };
    desk.write(".bazelrc", &format!("{}\nbuild --jobs=4", own("/gone")));
    let said = desk.setup(&["bazel", "--write"]).answer();
    assert!(said.contains(&format!(": - {}", own("/gone"))), "{said}");
    let bin = desk.home.path("bin").display().to_string();
    assert_eq!(
        desk.read(".bazelrc"),
        format!("build --jobs=4\n{}\n", own(&bin))
    );
}

#[test]
fn a_line_that_bazel_joins_with_the_next_swallows_none_of_ours() {
    let desk = SetupHome::new();
    let host = desk.authority();
    let host = host.split(':').next().expect("a host");
    let bin = desk.home.path("bin").display().to_string();
    let own = format!("common --credential_helper={host}={bin}/bazel-credential-alb\n");
    for (before, between) in [
        ("build --jobs=4 \\", "\n\n"),
        ("build --jobs=4 \\\n", "\n"),
        ("# mine \\\r\n", "\n"),
        ("# mine", "\n"),
        ("", ""),
    ] {
        desk.write(".bazelrc", before);
        desk.lines(&["bazel", "--write"]);
        assert_eq!(desk.read(".bazelrc"), format!("{before}{between}{own}"));
        let mut there = desk.lines(&["bazel"]);
        assert_eq!(
            there.pop().as_deref(),
            Some("all is there already: nothing to change")
        );
        desk.lines(&["bazel", "--undo"]);
        assert_eq!(desk.read(".bazelrc"), format!("{before}{between}"));
    }
    // One that is swallowed is none, and one in two lines is one.
    desk.write(".bazelrc", &format!("# mine \\\n{own}"));
    desk.lines(&["bazel", "--write"]);
    assert_eq!(desk.read(".bazelrc"), format!("# mine \\\n{own}{own}"));
    let text = format!("# mine\nbuild \\\n  --credential_helper \\\n {host}=/opt/other\n");
    desk.write(".bazelrc", &text);
    let words = desk.setup(&["bazel", "--write"]).told(2);
    let path = desk.file(".bazelrc").display().to_string();
    assert!(
        words.contains(&format!("{path}:2: there is another helper for {host}\n"))
            && words.contains(&format!("take line 2 out of {path}\n")),
        "{words}"
    );
    assert_eq!(desk.read(".bazelrc"), text);
}
