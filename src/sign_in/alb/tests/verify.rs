use crate::error::Kind;
use crate::http::{Response, Verb};
use crate::output::fixture::answer as cached;
use crate::sign_in::alb::{Admission, judge_verify, verify};
use crate::sign_in::fixture::{AUTHORIZE, START, answer, app, is_fit};

const ALB: (&str, &str) = ("server", "awselb/2.0");

fn to(location: &str, others: &[(&str, &str)]) -> Response {
    let mut headers = vec![("location", location)];
    headers.extend(others);
    answer(START, 302, &headers, "")
}

#[test]
fn the_question_is_the_start_with_the_whole_session_and_no_page() {
    let app = app();
    let request = verify(&app, &cached(&app, &["one", "two"]).session);
    assert_eq!((request.verb, request.url.as_str()), (Verb::Get, START));
    assert!(request.body.is_none() && !request.wants_page);
    assert_eq!(
        request.cookie.expect("a session").expose(),
        "AWSELBAuthSessionCookie-0=one; AWSELBAuthSessionCookie-1=two"
    );
}

#[test]
fn a_request_of_ours_and_a_401_of_the_albs_refuse() {
    for reply in [
        to(AUTHORIZE, &[ALB]),
        to(AUTHORIZE, &[]),
        answer(START, 303, &[("location", AUTHORIZE)], ""),
        answer(START, 401, &[ALB], ""),
    ] {
        assert_eq!(
            judge_verify(&app(), &reply),
            Ok(Admission::Refused),
            "{}",
            reply.status
        );
    }
}

#[test]
fn any_answer_of_the_application_is_an_admission() {
    let other = AUTHORIZE.replace("wiki.corp.example", "other.corp.example");
    for reply in [
        answer(START, 200, &[], ""),
        answer(START, 204, &[("server", "nginx")], ""),
        answer(START, 401, &[("server", "nginx")], ""),
        answer(START, 401, &[], ""),
        answer(START, 401, &[("server", "my-awselb/2.0")], ""),
        answer(START, 403, &[], ""),
        answer(START, 404, &[], ""),
        answer(START, 500, &[], ""),
        answer(START, 502, &[ALB], ""),
        answer(START, 503, &[ALB], ""),
        answer(START, 504, &[ALB], ""),
        to("/login", &[]),
        to(&other, &[]),
        to("https://evil.example/", &[]),
    ] {
        assert_eq!(
            judge_verify(&app(), &reply),
            Ok(Admission::Admitted(None)),
            "{}",
            reply.status
        );
    }
}

#[test]
fn a_whole_family_that_comes_back_takes_the_place_of_the_old_one() {
    let cookie = |line| ("set-cookie", line);
    let (zero, one) = (
        cookie("AWSELBAuthSessionCookie-0=a; Path=/; Secure"),
        cookie("AWSELBAuthSessionCookie-1=b; Path=/; Secure"),
    );
    let other = cookie("theme=dark");
    let names = |headers: &[(&str, &str)]| {
        let reply = answer(START, 200, headers, "");
        match judge_verify(&app(), &reply).expect("an answer of the application") {
            Admission::Admitted(family) => family.map(|shards| shards.len()),
            Admission::Refused => panic!("it is not refused"),
        }
    };
    assert_eq!(names(&[other, zero, one]), Some(2));
    assert_eq!(names(&[zero]), Some(1));
    assert_eq!(names(&[one, other]), None, "a part of a family is none");
    assert_eq!(
        names(&[cookie("AWSELBAuthSessionCookie-0=; Max-Age=0")]),
        None
    );
    assert_eq!(names(&[cookie("no cookie"), zero]), Some(1));
}

#[test]
fn other_pages_of_the_albs_own_say_nothing_about_the_session() {
    for reply in [
        answer(START, 403, &[ALB], ""),
        answer(START, 500, &[ALB], ""),
        answer(START, 561, &[ALB], ""),
        to("https://www.corp.example/", &[ALB]),
    ] {
        let error = judge_verify(&app(), &reply).expect_err("nothing is said");
        assert_eq!(error.kind, Kind::Network);
        assert!(is_fit(&error));
        assert_eq!(
            error.message,
            format!(
                "the ALB of wiki.corp.example answers {} instead of saying whether the session is good",
                reply.status
            )
        );
    }
}
