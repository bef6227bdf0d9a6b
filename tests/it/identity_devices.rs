//! Okta Verify on several devices of one person at the Identity Engine: the one that is meant is used.

use sandbox::{Event, Factor, Identity, Need, Number, PhoneManner, Setup};

use crate::factors::{SEED, assert_lawful, home};
use crate::home::{ADA, Home};
use crate::identity::{SEEDED, at};
use crate::identity_person::{asked, data_step, quick};
use crate::screen::outcome;

const OTHER_SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// A phone and a tablet, each with pushes and codes.
fn two_devices() -> Vec<Factor> {
    vec![
        Factor::push("Ada's phone").with_id("opfPHONE"),
        Factor::totp(SEED).with_id("ostPHONE"),
        Factor::push("Ada's tablet").with_id("opfTABLET"),
        Factor::totp(OTHER_SEED).with_id("ostTABLET"),
    ]
}

/// The enrolments that pushes went to.
fn pushed(home: &Home) -> Vec<String> {
    let device = |event: Event| match event {
        Event::PushSent { factor, .. } => Some(factor),
        _ => None,
    };
    home.sandbox
        .events()
        .into_iter()
        .filter_map(device)
        .collect()
}

fn setup(identity: Identity) -> Setup {
    let mut setup = quick(without_number(identity), two_devices());
    setup.phone = PhoneManner::ApprovesAfter { polls: 1 };
    setup
}

fn without_number(identity: Identity) -> Identity {
    Identity {
        number: Number::Never,
        ..identity
    }
}

#[test]
fn the_menu_tells_the_devices_apart_and_the_chosen_one_is_asked() {
    for identity in [Identity::new(), data_step()] {
        for (device, id) in [("Ada's phone", "opfPHONE"), ("Ada's tablet", "opfTABLET")] {
            let (home, mut terminal, child) = asked(setup(identity.clone()), "");
            terminal.until("number (1-4) [1]: ");
            let label = format!(") a push to {device}");
            let line = terminal.screen.lines().find(|line| line.contains(&label));
            let line = line.unwrap_or_else(|| panic!("{:?}", terminal.screen));
            let number = line.trim_start().chars().next().expect("a number");
            terminal.type_in(&format!("{number}\r"));
            terminal.until(&format!("a push to {device} ("));
            let _ = outcome(child).answer();
            assert_eq!(pushed(&home), [id]);
            assert_lawful(&home);
        }
    }
}

#[test]
fn a_code_is_one_of_the_device_that_was_chosen() {
    let (home, mut terminal, child) = asked(setup(Identity::new()), "");
    terminal.until("number (1-4) [1]: ");
    let label = ") a code from Okta Verify on Ada's tablet";
    let line = terminal.screen.lines().find(|line| line.contains(label));
    let line = line.unwrap_or_else(|| panic!("{:?}", terminal.screen));
    let number = line.trim_start().chars().next().expect("a number");
    terminal.type_in(&format!("{number}\r"));
    terminal.until_next("number (1-4) [1]: ");
    terminal.until("a code from Okta Verify on Ada's tablet");
    let code = home.sandbox.phone(ADA).totp_of("ostTABLET");
    terminal.type_in(&format!("{code}\r"));
    let _ = outcome(child).answer();
    assert_eq!(home.sandbox.code_tries(), 1);
    assert_lawful(&home);
}

#[test]
fn a_pin_names_the_device_by_its_name() {
    for identity in [Identity::new(), data_step()] {
        let lines = "factor = \"okta:push@Ada's tablet\"\npush_unattended = true";
        let home = home(setup(identity), lines);
        let said = home.run(&["get", "grafana"]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert_eq!(pushed(&home), ["opfTABLET"]);
        assert_lawful(&home);
    }
}

#[test]
fn a_seed_that_could_be_of_either_device_is_sent_for_none() {
    let home = at(Identity::new(), two_devices(), [Need::AnyTwo], SEEDED);
    let told = home.run(&["get", "grafana"]).told(2);
    for pin in [
        "okta:token:software:totp@Ada's phone",
        "okta:token:software:totp@Ada's tablet",
    ] {
        assert!(told.contains(pin), "{told}");
    }
    assert_eq!(home.sandbox.code_tries(), 0);
    // The pin that was named works.
    home.append_to_org("factor = \"okta:token:software:totp@Ada's phone\"");
    let login = home.run(&["login", "grafana"]);
    assert_eq!(login.code, 0, "{login:?}");
    assert_eq!(home.sandbox.code_tries(), 1);
    assert_lawful(&home);
}

#[test]
fn a_pin_without_a_device_asks_a_person_which_one() {
    let (home, mut terminal, child) = asked(setup(Identity::new()), "factor = \"okta:push\"");
    terminal.until("number (1-2) [1]: ");
    terminal.type_in("1\r");
    terminal.until("a push to Ada's ");
    let _ = outcome(child).answer();
    assert_eq!(pushed(&home).len(), 1);
    assert_lawful(&home);
}
