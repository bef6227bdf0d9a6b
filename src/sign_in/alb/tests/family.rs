use time::Duration;

use super::{SHARD, UNSOUND, no_session, session, sets};
use crate::error::Kind;
use crate::sign_in::fixture::{CALLBACK, NOW, answer, words};

#[test]
fn the_whole_family_is_taken_in_order_and_byte_for_byte() {
    let session = session(&sets(&[
        "AWSELBAuthSessionCookie-1=zz/z=; Path=/; Expires=Mon, 30 Nov 2026 20:00:00 GMT",
        "AWSALB=sticky",
        SHARD,
        "AWSELBAuthSessionCookie-other-0=no",
        "AWSALBAuthNonce=; Max-Age=0",
        "AWSELBAuthSessionCookie-2=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ]));
    assert_eq!(
        session.cookie().expose(),
        "AWSELBAuthSessionCookie-0=ab+/c==; AWSELBAuthSessionCookie-1=zz/z="
    );
    assert_eq!((session.issued_at, session.verified_at), (NOW, None));
}

#[test]
fn the_bound_follows_the_servers_clock_and_is_at_most_seven_days() {
    let with_date = |date, line| {
        let headers = [("location", "/"), ("date", date), ("set-cookie", line)];
        session(&answer(CALLBACK, 302, &headers, "")).bound - NOW
    };
    let in_a_day = "AWSELBAuthSessionCookie-0=x; Expires=Tue, 24 Nov 2026 22:00:00 GMT";
    for (date, line, life) in [
        ("Mon, 23 Nov 2026 22:00:00 GMT", in_a_day, Duration::days(1)),
        ("nonsense", in_a_day, Duration::hours(26)),
        (
            "Mon, 23 Nov 2026 22:00:00 GMT",
            "AWSELBAuthSessionCookie-0=x",
            Duration::days(7),
        ),
        (
            "x",
            "AWSELBAuthSessionCookie-0=x; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
            Duration::days(7),
        ),
        (
            "x",
            "AWSELBAuthSessionCookie-0=x; Max-Age=9223372036854775807",
            Duration::days(7),
        ),
        (
            "x",
            "AWSELBAuthSessionCookie-0=x; Max-Age=60; Expires=Mon, 30 Nov 2026 20:00:00 GMT",
            Duration::MINUTE,
        ),
        (
            "x",
            "AWSELBAuthSessionCookie-0=x; Expires=nonsense",
            Duration::days(7),
        ),
    ] {
        assert_eq!(with_date(date, line), life, "{date} {line}");
    }
}

#[test]
fn the_shortest_lived_shard_bounds_the_session() {
    let session = session(&sets(&[
        "AWSALB=sticky; Max-Age=1",
        SHARD,
        "AWSELBAuthSessionCookie-1=x; Max-Age=3600",
    ]));
    assert_eq!(session.bound, NOW + Duration::HOUR);
}

#[test]
fn a_family_with_gaps_or_too_many_shards_is_no_session() {
    for lines in [
        &["AWSELBAuthSessionCookie-1=x"][..],
        &[SHARD, "AWSELBAuthSessionCookie-2=x"],
        &[SHARD, "AWSELBAuthSessionCookie-4=x"],
        &[SHARD, "AWSELBAuthSessionCookie-18446744073709551617=x"],
    ] {
        let error = no_session(&sets(lines));
        assert_eq!(error.kind, Kind::Network);
        assert_eq!(
            error.message,
            "the shards of AWSELBAuthSessionCookie that wiki.corp.example set are not numbered 0, 1, … up to 3"
        );
    }
}

#[test]
fn a_family_of_another_name_is_a_setting_to_change() {
    for (line, base) in [
        ("Wiki-0=x", "Wiki"),
        (
            &format!("{}-0=x", "x".repeat(5000)),
            &format!("{}…", "x".repeat(300)),
        ),
        (
            "AWSELBAuthSessionCookie-oidc-poc-0=x",
            "AWSELBAuthSessionCookie-oidc-poc",
        ),
    ] {
        let error = no_session(&sets(&["AWSALB=sticky", "AWSALBAPP-0=_remove_", line]));
        assert_eq!(error.kind, Kind::Usage);
        assert_eq!(
            error.message,
            format!(
                "wiki.corp.example calls its session cookie {base}, not AWSELBAuthSessionCookie"
            )
        );
        assert_eq!(
            error.hints,
            [format!("set cookie = \"{base}\" in [app.wiki]")]
        );
    }
}

#[test]
fn a_foreign_cookie_outside_the_grammar_does_not_cost_the_session() {
    for line in UNSOUND {
        let set = session(&sets(&[line, SHARD, "AWSELBAuthSessionCookie-x=a b"]));
        assert_eq!(set.cookie().expose(), "AWSELBAuthSessionCookie-0=ab+/c==");
    }
    for line in [
        "AWSELBAuthSessionCookie-1=a b",
        "AWSELBAuthSessionCookie-1=\"a\"",
        "AWSELBAuthSessionCookie-1",
    ] {
        let error = no_session(&sets(&[SHARD, line]));
        assert!(error.message.contains("sets a cookie whose"), "{line}");
    }
}

#[test]
fn without_any_family_there_is_no_session() {
    for lines in [
        &[][..],
        &["AWSALB=sticky"],
        &["AWSELBAuthSessionCookie=bare"],
        &["AWSELBAuthSessionCookie-0=; Max-Age=0"],
        &["Wiki-0=; Max-Age=0"],
    ] {
        let error = no_session(&sets(lines));
        assert_eq!(error.kind, Kind::Network, "{lines:?}");
        assert_eq!(
            error.message, "the callback of wiki.corp.example set no session cookie",
            "{lines:?}"
        );
    }
}

#[test]
fn a_shard_outside_the_grammar_stops_and_its_value_is_not_shown() {
    for line in [
        "AWSELBAuthSessionCookie-0=VALUE x",
        "AWSELBAuthSessionCookie-0=\"VALUE\"",
        "AWSELBAuthSessionCookie-0=VALUE\u{1b}[2J",
        "AWSELBAuthSessionCookie-0=VALUE,x",
        "AWSELBAuthSessionCookie\u{7}-0=VALUE",
    ] {
        let error = no_session(&sets(&[line]));
        assert_eq!(error.kind, Kind::Network);
        assert!(!words(&error).contains("VALUE"), "{}", words(&error));
    }
}
