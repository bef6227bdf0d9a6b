//! Policies of an administrator that let the browser start, and still change what comes of it. They are in a directory that
//! only the browser sees.

use std::process::Command;

use crate::browser_scene::{
    assert_no_browser, assert_ours, attended, auto, home, is_possible, setup_with, signed_in,
};
use crate::home::Home;
use crate::tools::skip;

/// Puts the policy `$0` in the place of the machine's own ones, and takes the browser's place.
const SCRIPT: &str = "mount -t tmpfs none /etc/chromium && mkdir -p /etc/chromium/policies/managed && \
     printf %s \"$0\" >/etc/chromium/policies/managed/test.json && exec chromium \"$@\"";

/// Returns whether a policy can be put there.
fn can_have_policies() -> bool {
    let mut probe = Command::new("unshare");
    probe.args(["--mount", "mount", "-t", "tmpfs", "none", "/etc/chromium"]);
    let can = probe.output().is_ok_and(|output| output.status.success());
    if !can {
        skip("only root can put a policy of its own in the place of the machine's");
    }
    can
}

/// Has the home's browser obey a policy.
fn obey(home: &Home, policy: &str) {
    let text = std::fs::read_to_string(home.path("config.toml")).expect("a configuration");
    let words = ["unshare", "--mount", "/bin/sh", "-c", SCRIPT, policy];
    let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    let command = format!("command = [{}]", words.join(", "));
    home.configure(&text.replace("command = [\"chromium\"]", &command));
}

#[test]
fn where_the_provider_is_blocked_nothing_comes_back_and_the_limit_ends_it() {
    if !is_possible() || !can_have_policies() {
        return;
    }
    let home = signed_in(setup_with(auto(), &["grafana"]));
    obey(&home, r#"{"URLBlocklist": ["id.localhost"]}"#);
    home.sandbox.clear_audit();
    let words = home.run(&["get", "grafana", "--fresh"]).told(3);
    assert!(
        words.contains("shows a page, and sends nothing back"),
        "{words}"
    );
    assert!(words.contains("elsewhere with --paste"), "{words}");
    let provider = sandbox::Host::Provider("id".into());
    assert_eq!(home.sandbox.requests_to(&provider), 0, "it was blocked");
    assert_no_browser(&home);
}

#[test]
fn where_no_cookie_may_be_kept_each_renewal_needs_a_person() {
    if !is_possible() || !can_have_policies() {
        return;
    }
    for policy in [
        r#"{"DefaultCookiesSetting": 4}"#,
        r#"{"SyncDisabled": true, "ClearBrowsingDataOnExitList": ["cookies_and_other_site_data"]}"#,
    ] {
        let home = home(setup_with(auto(), &["grafana"]));
        obey(&home, policy);
        for round in 1..=2 {
            let (said, _) = attended(&home, "credential login grafana");
            let told = said.done();
            assert!(told.contains("signed in to grafana"), "{policy}: {told}");
            assert_ours(&home, round);
            let words = home.run(&["get", "grafana", "--fresh"]).told(3);
            assert!(words.contains("login_required"), "{policy}: {words}");
        }
        assert_eq!(home.sandbox.typed_passwords(), 2, "{policy}");
    }
}
