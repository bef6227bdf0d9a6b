//! The last rung of method `okta` where no window can be had: a person pastes the address; callers that cannot, do not.

use crate::browser_rung::{fastpass, security_key};
use crate::elsewhere::{QUESTION, Talk, code_of, sign_in};
use crate::home::Home;
use crate::tools::tool;

#[test]
fn without_a_display_a_person_goes_on_with_an_address() {
    if !tool("curl") {
        return;
    }
    for words in ["credential login grafana", "credential get grafana"] {
        let home = Home::new(security_key());
        let mut talk = Talk::start(&home, words);
        let before = talk.until("; a browser goes on");
        assert!(!before.contains("Enter"), "{before}");
        let address = talk.address();
        assert!(address.starts_with(&home.sandbox.org_url()), "{address}");
        // Nobody waits for the account meanwhile.
        let other = home.run(&["get", "argocd"]).told(3);
        assert!(!other.contains("waits"), "{other}");
        let callback = sign_in(&home, &address);
        talk.paste(&callback);
        let (said, screen) = talk.end();
        assert_eq!(said.code, 0, "{said:?} {screen}");
        assert!(!screen.contains(code_of(&callback)), "{screen}");
        assert_eq!(home.sandbox.password_tries(), 1);
        assert_eq!(home.sandbox.callbacks().len(), 1);
        assert_eq!(home.sandbox.violations(), []);

        // The next person is asked at once, without a password first.
        let mut talk = Talk::start(&home, "credential get grafana --fresh");
        let address = talk.address();
        talk.paste(&sign_in(&home, &address));
        assert_eq!(talk.end().0.code, 0);
        assert_eq!(home.sandbox.password_tries(), 1);
    }
}

#[test]
fn an_app_of_an_org_takes_a_pasted_address_in_the_place_of_a_password() {
    if !tool("curl") {
        return;
    }
    let home = Home::new(security_key());
    home.append_to_org("browser = false");
    let mut talk = Talk::start(&home, "credential login grafana --paste");
    let address = talk.address();
    talk.paste(&sign_in(&home, &address));
    let _ = talk.end().0.done();
    home.assert_passwords(0);
}

#[test]
fn git_docker_bazel_and_go_get_the_step_and_no_window_or_address() {
    for setup in [fastpass(), security_key()] {
        let home = Home::new(setup);
        let url = home.sandbox.app_url("grafana");
        let host = url.replace("https://", "");
        for words in [
            format!("printf 'protocol=https\\nhost={host}\\n\\n' | git-credential-alb get"),
            format!("printf {url} | docker-credential-alb get"),
            format!("printf '{{\"uri\":\"{url}/x\"}}' | bazel-credential-alb get"),
            format!("credential go {url}/x </dev/null"),
        ] {
            let (said, screen) = Talk::start(&home, &words).end();
            let all = format!("{screen}{}{}", said.stdout, said.stderr);
            assert!(!all.contains("AWSELB"), "{words}: {all}");
            assert!(!all.contains("state="), "{words}: {all}");
            assert!(!all.contains(QUESTION), "{words}: {all}");
            assert!(!all.contains("a browser goes on"), "{words}: {all}");
        }
        assert_eq!(home.sandbox.callbacks(), []);
        assert!(!home.cache().join("browser").exists(), "no browser ran");
        assert_eq!(home.sandbox.violations(), []);
    }
}
