//! Pasted texts that do not end a sign-in: each with its own sentence, and another try.

use std::time::{Duration, Instant};

use sandbox::Event;

use crate::elsewhere::{QUESTION, Talk, code_of, home, setup, sign_in};
use crate::home::Home;
use crate::screen::PATIENCE;
use crate::tools::tool;

const LOGIN: &str = "credential login grafana --paste";

/// How many requests have come to all servers.
fn requests(home: &Home) -> usize {
    let such = |event: &Event| matches!(event, Event::Request { .. });
    home.sandbox.count(such)
}

/// Texts that do not end the sign-in at `authorize`, whose callback is `callback`, with what is said of each.
fn wrong_texts(authorize: &str, callback: &str) -> Vec<(String, &'static str)> {
    let (place, query) = callback.split_once('?').expect("a query");
    let origin = place.split('/').take(3).collect::<Vec<_>>().join("/");
    let without_code: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.starts_with("code="))
        .collect();
    let code = query.split('&').find(|pair| pair.starts_with("code="));
    let code = code.expect("a code");
    vec![
        (String::new(), "it is empty"),
        ("hello".into(), "it is neither an address nor a Cookie line"),
        (
            format!("https://other.example/oauth2/idpresponse?{query}"),
            "it leads to https://other.example, not to",
        ),
        (format!("{origin}/home?{query}"), "it is a page of"),
        (
            authorize.into(),
            "it is the address where the sign-in starts",
        ),
        (
            format!("{place}?{code}&state=ffff"),
            "it is from an earlier attempt: its state is another one",
        ),
        (
            format!("{place}?{}", without_code.join("&")),
            "it has no code",
        ),
        (format!("{place}?{code}"), "it has no state"),
        (format!("{callback}&{code}"), "it has more than one code"),
        (
            format!("{callback}&error=access_denied"),
            "it has both a code and an error",
        ),
        (format!("{callback}#top"), "it has a fragment"),
        (
            format!("Cookie: AWSELBAuthSessionCookie-1={code}"),
            "it is a Cookie line without the whole of AWSELBAuthSessionCookie-0",
        ),
    ]
}

#[test]
fn a_wrong_address_gets_its_sentence_and_a_try_and_the_sixth_ends_it() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let mut talk = Talk::start(&home, LOGIN);
    let address = talk.address();
    let callback = sign_in(&home, &address);
    let wrong = wrong_texts(&address, &callback);
    let before = requests(&home);
    for (index, (text, why)) in wrong[..6].iter().enumerate() {
        if index > 0 {
            talk.until(QUESTION);
        }
        talk.paste(text);
        talk.until(&format!("this does not end the sign-in: {why}"));
    }
    let (said, screen) = talk.end();
    let told = said.told(1);
    assert!(
        told.contains("6 times no address came that ends the sign-in"),
        "{told}"
    );
    assert_eq!(screen.matches(QUESTION).count(), 6, "{screen}");
    assert!(!screen.contains(code_of(&callback)), "{screen}");
    assert_eq!(requests(&home), before, "nothing was sent to anybody");
}

#[test]
fn after_five_wrong_texts_the_right_one_still_counts() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    for half in [1..6, 7..12] {
        let mut talk = Talk::start(&home, LOGIN);
        let address = talk.address();
        let callback = sign_in(&home, &address);
        for (text, why) in &wrong_texts(&address, &callback)[half] {
            talk.paste(text);
            talk.until(&format!("this does not end the sign-in: {why}"));
            talk.until(QUESTION);
        }
        // Too long is no answer.
        talk.paste(&"x".repeat(17_000));
        talk.until("that is longer than 16 KiB; once more");
        talk.until(QUESTION);
        talk.paste(&callback);
        let (said, screen) = talk.end();
        let _ = said.done();
        assert!(!screen.contains(code_of(&callback)), "{screen}");
    }
    assert_eq!(home.sandbox.callbacks().len(), 2);
    assert_eq!(home.sandbox.violations(), []);
}

#[test]
fn the_terminal_shows_nothing_typed_between_questions_or_after_them() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let mut talk = Talk::start(&home, LOGIN);
    let callback = sign_in(&home, &talk.address());
    let deadline = Instant::now() + PATIENCE;
    for _ in 0..5 {
        talk.paste("hello");
        // The late rest of a wrapped paste, or a second one, would be seen.
        while !talk.terminal.screen.contains(QUESTION) {
            assert!(!talk.terminal.echoes(), "{}", talk.terminal.screen);
            assert!(Instant::now() < deadline, "{}", talk.terminal.screen);
            talk.terminal.look(Duration::ZERO);
        }
        talk.until(QUESTION);
    }
    talk.until("\u{1b}[?2004h");
    talk.paste(&callback);
    talk.until("\u{1b}[?2004l");
    loop {
        let echoes = talk.terminal.echoes();
        if !home.sandbox.callbacks().is_empty() {
            break;
        }
        assert!(!echoes, "the callback is on its way");
        assert!(Instant::now() < deadline, "no callback");
    }
    let _ = talk.end().0.done();
}

#[test]
fn an_error_of_the_provider_ends_it_with_its_words() {
    if !tool("curl") {
        return;
    }
    let home = home(setup(), "");
    let mut talk = Talk::start(&home, LOGIN);
    let _ = talk.address();
    talk.paste("error=access_denied&error_description=Not+for+you");
    let (said, _) = talk.end();
    let told = said.told(5);
    assert!(told.contains("Not for you (access_denied)"), "{told}");
    assert_eq!(home.sandbox.callbacks(), []);
}

#[test]
fn a_person_who_leaves_the_question_ends_it() {
    let home = home(setup(), "");
    let mut talk = Talk::start(&home, LOGIN);
    let _ = talk.address();
    talk.type_in("\u{4}");
    let told = talk.end().0.told(3);
    assert!(told.contains("no address was pasted"), "{told}");
}
