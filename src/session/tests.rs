mod random;

use super::{Freshness, Session, Shard, ShardFault, family, is_near_end, pasted};
use crate::cookie::SetCookie;
use crate::secret::Secret;
use time::{Duration, macros::datetime};

const NOW: crate::clock::Moment = datetime!(2026-11-23 20:00:00 UTC);

fn cookies(lines: &[&str]) -> Vec<SetCookie> {
    lines
        .iter()
        .map(|line| SetCookie::parse(line.as_bytes()).expect("a good line"))
        .collect()
}

fn names(shards: &[Shard]) -> Vec<&str> {
    shards.iter().map(|shard| shard.name.as_str()).collect()
}

fn session(life: Duration) -> Session {
    let shards = vec![Shard {
        name: "A-0".into(),
        value: Secret::new("x".into()),
    }];
    Session::issued(shards, NOW, Some(life))
}

#[test]
fn a_family_is_exact_base_dash_digit_in_order() {
    let cookies = cookies(&[
        "A-1=b",
        "A-other-0=z",
        "AB-0=z",
        "A=z",
        "A-0=a",
        "A-00=z",
        "A-x=z",
    ]);
    assert_eq!(
        names(&family("A", &cookies, NOW).expect("a family")),
        ["A-0", "A-1"]
    );
    assert_eq!(
        names(&family("A-other", &cookies, NOW).expect("a family")),
        ["A-other-0"]
    );
}

#[test]
fn gaps_and_fifth_shards_are_faults_and_cleared_shards_are_not_there() {
    assert_eq!(
        family("A", &cookies(&["A-0=a", "A-2=c"]), NOW),
        Err(ShardFault::Numbering)
    );
    assert_eq!(
        family("A", &cookies(&["A-1=a"]), NOW),
        Err(ShardFault::Numbering)
    );
    assert_eq!(
        family("A", &cookies(&["A-0=a", "A-4=c"]), NOW),
        Err(ShardFault::Numbering)
    );
    assert_eq!(
        family("A", &cookies(&["A-0=a", "A-99999999999999999999=c"]), NOW),
        Err(ShardFault::Numbering)
    );
    assert_eq!(
        family("A", &cookies(&["B-0=a"]), NOW),
        Err(ShardFault::Missing(vec!["B-0".into()]))
    );
    assert_eq!(
        names(&family("A", &cookies(&["A-0=a", "A-1=; Max-Age=0"]), NOW).expect("a family")),
        ["A-0"]
    );
}

#[test]
fn a_pasted_header_gives_its_family_and_nothing_else() {
    let of = |header| pasted("A", header).map(|shards| names(&shards).join(" "));
    for header in [
        "A-0=a; A-1=b",
        " A-1=b;A-0=a; ",
        "x=y; A-0=a; A-1=b; A-other-0=z",
    ] {
        assert_eq!(of(header).as_deref(), Some("A-0 A-1"), "{header}");
    }
    for header in [
        "",
        "A",
        "hunter2",
        "A-1=b",
        "A-0=",
        "B-0=a",
        "A-0=a b",
        "A-0=a; =;",
    ] {
        assert_eq!(of(header), None, "{header}");
    }
}

#[test]
fn a_session_is_fresh_until_a_margin_before_its_end() {
    let day = session(Duration::days(1));
    let at = |offset| day.judge(NOW + offset, None, Duration::ZERO);
    assert_eq!(at(Duration::ZERO), Freshness::Fresh);
    assert_eq!(
        at(Duration::days(1) - Duration::seconds(61)),
        Freshness::Fresh
    );
    assert_eq!(
        at(Duration::days(1) - Duration::seconds(60)),
        Freshness::Expired
    );
    let short = session(Duration::seconds(20));
    assert_eq!(
        short.judge(NOW + Duration::milliseconds(18_900), None, Duration::ZERO),
        Freshness::Fresh
    );
    assert_eq!(
        short.judge(NOW + Duration::seconds(19), None, Duration::ZERO),
        Freshness::Expired
    );
}

#[test]
fn the_shorter_of_bound_and_life_ends_it() {
    let session = session(Duration::days(9));
    assert_eq!(session.end(None), NOW + Duration::days(7));
    assert_eq!(
        session.end(Some(Duration::hours(12))),
        NOW + Duration::hours(12)
    );
    assert_eq!(
        session.end(Some(Duration::days(8))),
        NOW + Duration::days(7)
    );
}

#[test]
fn the_future_and_too_little_life_are_not_fresh() {
    let session = session(Duration::hours(1));
    assert_eq!(
        session.judge(NOW - Duration::minutes(6), None, Duration::ZERO),
        Freshness::FromTheFuture
    );
    assert_eq!(
        session.judge(NOW - Duration::minutes(4), None, Duration::ZERO),
        Freshness::Fresh
    );
    assert_eq!(
        session.judge(NOW, None, Duration::hours(2)),
        Freshness::Expired
    );
}

#[test]
fn the_last_share_of_a_life_is_near_its_end() {
    let at = |minutes| NOW + Duration::minutes(minutes);
    let is_near = |share, minutes| is_near_end(NOW, at(100), share, at(minutes));
    assert!(!is_near(0.1, 89) && is_near(0.1, 90) && is_near(0.1, 101));
    assert!(!is_near(0.9, 9) && is_near(0.9, 10));
    assert!(!is_near(0.0, 100), "it is switched off");
    // An end before the issue, as a record can have it.
    assert!(!is_near_end(at(100), NOW, 0.1, NOW));
}
