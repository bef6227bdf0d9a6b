use crate::error::Kind;
use crate::http::{Request, Response, Verb};
use crate::output::fixture::answer as cached;
use crate::sign_in::alb::verify::{Admission, Verification, Verified, judge_verify};
use crate::sign_in::fixture::{AUTHORIZE, NONCE, START, answer, app, cookies, is_fit};
use crate::sign_in::flow::{Event, Flow as _, Peer, Step, Stop};

const ALB: (&str, &str) = ("server", "awselb/2.0");

fn to(location: &str, others: &[(&str, &str)]) -> Response {
    let mut headers = vec![("location", location)];
    headers.extend(others);
    answer(START, 302, &headers, "")
}

/// Returns the one request of a step.
fn asked(step: Result<Step<Verified>, Stop>) -> Request {
    match step {
        Ok(Step::Send(mut requests)) => requests.remove(0).1,
        _ => panic!("a request is sent"),
    }
}

/// Returns the pages that are asked for with a session, each with its cookies, if these are the answers, and the end.
fn walk(replies: Vec<Response>) -> (Vec<String>, Verified) {
    let app = app();
    let session = cached(&app, &["one"]).session;
    let mut verification = Verification::new(&app, &session);
    let mut step = verification.next(Event::Begin);
    let mut pages = Vec::new();
    for reply in replies {
        let request = asked(step);
        let cookie = request.cookie.expect("a session");
        pages.push(format!("{} {}", request.url.path(), cookie.expose()));
        step = verification.next(Event::Replied(Peer::App, Ok(reply)));
    }
    match step {
        Ok(Step::Done(verified)) => (pages, verified),
        _ => panic!("it is the end"),
    }
}

#[test]
fn the_question_follows_the_apps_own_pages_with_their_cookies() {
    let wall = ("set-cookie", "wall=1");
    let (pages, verified) = walk(vec![
        to("/", &[wall, ALB]),
        to("/app/#x", &[("set-cookie", "b=2")]),
        to(AUTHORIZE, &[NONCE]),
    ]);
    let session = "AWSELBAuthSessionCookie-0=one";
    assert_eq!(
        pages,
        [
            format!("/ {session}"),
            format!("/ {session}; wall=1"),
            format!("/app/ {session}; wall=1; b=2")
        ]
    );
    assert_eq!(verified.admission, Admission::Refused);
    let request = verified.request.expect("the ALB's request");
    assert_eq!(request.url.as_str(), AUTHORIZE);
    let nonce = "wall=1; b=2; AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c";
    assert_eq!(cookies(&request.jar), nonce, "without the session");
}

#[test]
fn pages_of_the_app_without_an_end_are_an_admission() {
    let (pages, verified) = walk((0..6).map(|_| to("/", &[])).collect());
    assert_eq!(pages.len(), 6);
    assert_eq!(verified.admission, Admission::Admitted(None));
}

#[test]
fn a_family_that_comes_back_on_the_way_counts_and_is_no_cookie_of_the_app() {
    let shard = ("set-cookie", "AWSELBAuthSessionCookie-0=new");
    let (pages, verified) = walk(vec![to("/app/", &[shard]), answer(START, 200, &[], "")]);
    assert_eq!(pages[1], "/app/ AWSELBAuthSessionCookie-0=one");
    let Admission::Admitted(Some(shards)) = verified.admission else {
        panic!("it is reissued");
    };
    assert_eq!(shards[0].value.expose(), "new");
}

#[test]
fn a_request_of_another_org_refuses_and_is_not_used() {
    let other = AUTHORIZE.replace("corp.okta.com", "other.okta.com");
    let (_, verified) = walk(vec![to(&other, &[NONCE])]);
    assert_eq!(verified.admission, Admission::Refused);
    assert!(verified.request.is_none());
}

#[test]
fn the_question_is_the_start_with_the_whole_session_and_no_page() {
    let app = app();
    let session = cached(&app, &["one", "two"]).session;
    let request = asked(Verification::new(&app, &session).next(Event::Begin));
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
    let unsound = cookie("AWSELBAuthSessionCookie-1=a b");
    assert_eq!(names(&[zero, unsound]), None, "a part of it is unsound");
}

#[test]
fn other_pages_of_the_albs_own_say_nothing_about_the_session() {
    for reply in [
        answer(START, 403, &[ALB], ""),
        answer(START, 500, &[ALB], ""),
        answer(START, 561, &[ALB], ""),
        answer(START, 202, &[("x-amzn-waf-action", "challenge")], ""),
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
