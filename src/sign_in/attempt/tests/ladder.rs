use super::{both, code, cookie, demand, done, finish, sent, signed_in};
use crate::http::Verb;
use crate::sign_in::Outcome;
use crate::sign_in::attempt::{Attempt, Awaits};
use crate::sign_in::balancer::parameter;
use crate::sign_in::fixture::{
    AUTHN, AUTHORIZE, NONCE, START, answer, app, client, cookies, demand_of, jar, org, redirect,
    secret,
};
use crate::sign_in::okta::Answer;

const TOKEN: &str = r#"{"status":"SUCCESS","sessionToken":"20111tok"}"#;

#[test]
fn rung_1_asks_the_app_then_okta_with_its_session_then_the_callback() {
    let app = app();
    let okta = jar(&[("sid", "102x"), ("DT", "DI1")]);
    let mut attempt = Attempt::new(&app, org(&app), None, okta);
    let (request, awaits) = sent(Ok(attempt.silently()));
    assert_eq!((request.url.as_str(), cookie(&request)), (START, ""));
    let (request, awaits) = sent(attempt.replied(awaits, &demand()));
    assert_eq!(request.url.as_str(), format!("{AUTHORIZE}&prompt=none"));
    assert_eq!(cookie(&request), "sid=102x; DT=DI1");
    finish(&mut attempt, awaits);
}

#[test]
fn rung_2_sends_app_and_password_together_then_the_token_with_only_the_device_token() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[("DT", "DI1")]));
    let (to_app, to_org) = both(attempt.by_password(&secret("hunter2"), false, None));
    assert_eq!((to_app.url.as_str(), cookie(&to_app)), (START, ""));
    assert_eq!((to_org.url.as_str(), to_org.verb), (AUTHN, Verb::Post));
    assert_eq!(cookie(&to_org), "DT=DI1");
    assert!(to_app.body.is_none() && to_org.body.expect("a body").expose().contains("hunter2"));
    let sets = [
        ("set-cookie", "JSESSIONID=j"),
        ("set-cookie", "sid=\"\"; Max-Age=0"),
        ("set-cookie", "idx=eyJ"),
    ];
    let token = attempt
        .authenticated(&answer(AUTHN, 200, &sets, TOKEN))
        .expect("a token");
    let (request, awaits) = sent(attempt.opened_with(token, &demand()));
    assert_eq!(
        request.url.as_str(),
        format!("{AUTHORIZE}&prompt=none&sessionToken=20111tok")
    );
    assert_eq!(cookie(&request), "DT=DI1");
    finish(&mut attempt, awaits);
}

#[test]
fn a_demand_that_rung_1_left_is_gone_on_with_and_the_app_is_not_asked_again() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[("DT", "DI1")]));
    let (request, awaits) = sent(Ok(attempt.by_password(
        &secret("hunter2"),
        false,
        Some(demand_of(AUTHORIZE)),
    )));
    assert_eq!(request.url.as_str(), AUTHN);
    let (request, awaits) = sent(attempt.replied(awaits, &answer(AUTHN, 200, &[], TOKEN)));
    assert_eq!(
        request.url.as_str(),
        format!("{AUTHORIZE}&prompt=none&sessionToken=20111tok")
    );
    finish(&mut attempt, awaits);
}

#[test]
fn rung_3_shows_the_token_to_the_clients_authorize_and_the_session_to_the_albs() {
    let (app, client) = (app(), client("http://localhost:8080/cb"));
    let mut attempt = Attempt::new(&app, org(&app), Some(&client), jar(&[("DT", "DI1")]));
    let _ = both(attempt.by_password(&secret("hunter2"), false, None));
    let token = attempt
        .authenticated(&answer(AUTHN, 200, &[], TOKEN))
        .expect("a token");
    let (request, awaits) = sent(attempt.opened_with(token, &demand()));
    assert_eq!(
        parameter(&request.url, "client_id").as_deref(),
        Some("0oaCLI")
    );
    assert_eq!(
        parameter(&request.url, "sessionToken").as_deref(),
        Some("20111tok")
    );
    assert_eq!(cookie(&request), "DT=DI1");
    let sets = [
        ("location", "http://localhost:8080/cb?code=own"),
        ("set-cookie", "sid=102new"),
        ("set-cookie", "t=default"),
    ];
    let (request, awaits) =
        sent(attempt.replied(awaits, &answer(request.url.as_str(), 302, &sets, "")));
    assert_eq!(request.url.as_str(), format!("{AUTHORIZE}&prompt=none"));
    assert_eq!(cookie(&request), "DT=DI1; sid=102new; t=default");
    finish(&mut attempt, awaits);
}

#[test]
fn the_silent_rung_needs_no_client_of_its_own() {
    let (app, client) = (app(), client("http://localhost:8080/cb"));
    let mut attempt = Attempt::new(&app, org(&app), Some(&client), jar(&[("sid", "102x")]));
    let (_, awaits) = sent(Ok(attempt.silently()));
    let (request, awaits) = sent(attempt.replied(awaits, &demand()));
    assert_eq!(request.url.as_str(), format!("{AUTHORIZE}&prompt=none"));
    finish(&mut attempt, awaits);
}

#[test]
fn the_apps_own_pages_are_followed_with_their_own_cookies_up_to_five_and_the_proof_is_kept() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[("sid", "102x")]));
    let (mut request, mut awaits) = sent(Ok(attempt.silently()));
    for hop in 1..=5 {
        let (location, line) = (format!("/hop/{hop}"), format!("h{hop}=1"));
        let headers = [
            ("location", location.as_str()),
            ("set-cookie", line.as_str()),
        ];
        let reply = answer(request.url.as_str(), 302, &headers, "");
        (request, awaits) = sent(attempt.replied(awaits, &reply));
        assert_eq!(
            request.url.as_str(),
            format!("https://wiki.corp.example/hop/{hop}")
        );
        assert!(cookie(&request).ends_with(&line) && !cookie(&request).contains("sid"));
    }
    let reply = answer(
        request.url.as_str(),
        302,
        &[("location", AUTHORIZE), NONCE],
        "",
    );
    let (request, awaits) = sent(attempt.replied(awaits, &reply));
    assert_eq!(cookie(&request), "sid=102x");
    let (request, _) = sent(attempt.replied(awaits, &code()));
    assert_eq!(
        cookie(&request),
        "h1=1; h2=1; h3=1; h4=1; h5=1; AWSALBAuthNonce=hZ0Bq3LxT1m9aV4c"
    );
}

#[test]
fn hops_of_the_app_keep_the_session_token_for_okta() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[]));
    let (request, awaits) = sent(attempt.opened_with(
        Answer::Token(secret("20111tok")),
        &redirect(START, "/login"),
    ));
    assert_eq!(request.url.as_str(), "https://wiki.corp.example/login");
    let (request, _) = sent(attempt.replied(awaits, &demand()));
    assert!(
        request
            .url
            .as_str()
            .ends_with("&prompt=none&sessionToken=20111tok")
    );
}

#[test]
fn only_the_device_token_is_learnt_from_authn() {
    for (before, lines, after) in [
        (
            "",
            &["DT=DI2; Path=/; Max-Age=63072000", "sid=x", "JSESSIONID=y"][..],
            "DT=DI2",
        ),
        ("DI1", &[], "DT=DI1"),
        ("DI1", &["DT=DI2"], "DT=DI2"),
        ("DI1", &["DT=\"\"; Max-Age=0"], ""),
        ("DI1", &["DT=bad value", "dt=other"], "DT=DI1"),
    ] {
        let app = app();
        let known = [("DT", before)];
        let mut attempt = Attempt::new(
            &app,
            org(&app),
            None,
            jar(if before.is_empty() { &[] } else { &known }),
        );
        let headers: Vec<_> = lines.iter().map(|line| ("set-cookie", *line)).collect();
        let _ = attempt.by_password(&secret("hunter2"), false, None);
        let _ = attempt
            .authenticated(&answer(AUTHN, 200, &headers, TOKEN))
            .expect("a token");
        assert_eq!(cookies(&attempt.jar), after, "{lines:?}");
    }
}

#[test]
fn a_device_token_is_learnt_from_a_refusal_too() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[]));
    let _ = attempt.by_password(&secret("hunter2"), false, None);
    let body = r#"{"errorCode":"E0000004","errorSummary":"Authentication failed"}"#;
    let reply = answer(AUTHN, 401, &[("set-cookie", "DT=DI9")], body);
    assert!(attempt.authenticated(&reply).is_err());
    assert_eq!(cookies(&attempt.jar), "DT=DI9");
}

#[test]
fn oktas_cookies_are_set_rotated_and_cleared_as_its_answers_say() {
    let app = app();
    let mut attempt = Attempt::new(
        &app,
        org(&app),
        None,
        jar(&[("sid", "old"), ("DT", "DI1"), ("x", "1")]),
    );
    let (_, awaits) = sent(Ok(attempt.silently()));
    let (_, awaits) = sent(attempt.replied(awaits, &demand()));
    let mut reply = code();
    for line in [
        "sid=new;Version=1;Path=/;HttpOnly",
        "x=\"\"; Expires=Thu, 01-Jan-1970 00:00:10 GMT",
        "bad=a b",
        "JSESSIONID=1",
        "JSESSIONID=2",
        "proximity_0a=p; Max-Age=31536000",
    ] {
        reply.headers.push(("set-cookie".into(), line.into()));
    }
    let (_, awaits) = sent(attempt.replied(awaits, &reply));
    let okta = "DT=DI1; sid=new; JSESSIONID=2; proximity_0a=p";
    assert_eq!(cookies(&attempt.jar), okta);
    // The ALB's answers are no business of Okta's jar.
    assert!(matches!(
        done(attempt.replied(awaits, &signed_in())),
        Outcome::Signed(_)
    ));
    assert_eq!(cookies(&attempt.jar), okta);
}

#[test]
fn the_apps_cookies_never_reach_oktas_jar() {
    let app = app();
    let mut attempt = Attempt::new(&app, org(&app), None, jar(&[("sid", "102x")]));
    let (_, awaits) = sent(Ok(attempt.silently()));
    let reply = answer(
        START,
        302,
        &[("location", "/a"), ("set-cookie", "sid=stolen")],
        "",
    );
    let (_, awaits) = sent(attempt.replied(awaits, &reply));
    assert!(matches!(awaits, Awaits::App { hops: 1, .. }));
    let (request, _) = sent(attempt.replied(awaits, &demand()));
    assert_eq!(cookie(&request), "sid=102x");
}
