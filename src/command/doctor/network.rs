//! Checks the way to the two hosts: the proxy, the connections and the clocks.

use time::Duration;

use super::Examination;
use super::alb::Visit;
use super::report::Finding;
use crate::app::Org;
use crate::cookie::parse_date;
use crate::duration::show_duration;
use crate::environment;
use crate::error::{Error, Result};
use crate::http::Response;
use crate::sign_in::okta::organization;
use crate::site::Site;

/// The largest difference between clocks that is fine.
const SLACK: Duration = Duration::minutes(2);

impl Examination<'_> {
    /// Judges the connection to the app's host, by its first answer or the error in its place.
    pub(super) fn app_host(&mut self, visit: &Visit) {
        let proxies = environment::check_proxies().map(|()| proxy(&environment::proxies()));
        self.put("proxy", proxies.map_or_else(Finding::Wrong, Finding::Fine));
        let answer = match (&visit.page, &visit.opened) {
            (None, Err(error)) => Err(error.clone()),
            _ => Ok(()),
        };
        self.host("app host", &self.app.site, answer);
    }

    /// Requests the document in which the org describes itself.
    pub(super) fn org_host(&mut self, org: &Org) -> Option<Response> {
        let answer = self.ask(organization(&org.site));
        self.host("org host", &org.site, answer)
    }

    fn host<T>(&mut self, step: &'static str, site: &Site, answer: Result<T>) -> Option<T> {
        match answer {
            Ok(answer) => {
                let trust = match site.is_https() {
                    true => "and its certificate is trusted",
                    false => "without TLS, on this machine",
                };
                self.put(
                    step,
                    Finding::Fine(format!("{} answers, {trust}", site.authority())),
                );
                Some(answer)
            }
            Err(error) => {
                self.put(step, Finding::Wrong(error));
                None
            }
        }
    }

    /// Compares the clock of this machine with those of the hosts that answered.
    pub(super) fn clock(&mut self, answers: &[Option<&Response>]) {
        let answers = answers.iter().flatten();
        let offsets: Vec<_> = answers
            .filter_map(|answer| Some((answer.host(), offset(answer)?)))
            .collect();
        self.put("clock", judge_clock(&offsets));
    }
}

fn proxy(names: &[&str]) -> String {
    let is_exception = |name: &&str| name.eq_ignore_ascii_case("NO_PROXY");
    match names {
        names if names.iter().all(is_exception) => "none is set".to_owned(),
        [name] => format!("{name} decides"),
        names => format!("{} decide", names.join(" and ")),
    }
}

/// Returns how far the server's clock is ahead of ours, if it sends a date.
fn offset(answer: &Response) -> Option<Duration> {
    let date = parse_date(answer.header("date")?)?;
    Some(date - answer.at)
}

/// Judges how far the clocks of hosts are ahead of ours.
fn judge_clock(offsets: &[(String, Duration)]) -> Finding {
    let is_off = |offset: &&(String, Duration)| offset.1.abs() > SLACK;
    let off: Vec<_> = offsets.iter().filter(is_off).collect();
    if offsets.is_empty() {
        return Finding::skipped("no host sent its time");
    }
    if off.is_empty() {
        let hosts: Vec<_> = offsets.iter().map(|offset| offset.0.as_str()).collect();
        let slack = show_duration(SLACK);
        return Finding::Fine(format!("within {slack} of {}", hosts.join(" and ")));
    }
    let words: Vec<_> = off
        .iter()
        .map(|(host, offset)| {
            let side = match offset.is_positive() {
                true => "behind",
                false => "ahead of",
            };
            format!("{} {side} {host}", show_duration(offset.abs()))
        })
        .collect();
    Finding::Doubtful(
        Error::usage(format!("this machine's clock is {}", words.join(" and ")))
            .caused_by("time-based codes are wrong then, and cookies and certificates seem too old or too new")
            .hint("set this machine's clock, best from the network's time (NTP)"),
    )
}

#[cfg(test)]
mod tests {
    use super::{Finding, judge_clock, offset, proxy};
    use crate::http::fixture::answer;
    use time::Duration;

    fn judged(seconds: &[i64]) -> Finding {
        let hosts = ["a.example", "b.example"].into_iter().zip(seconds);
        let offsets: Vec<_> = hosts
            .map(|(host, seconds)| (host.to_owned(), Duration::seconds(*seconds)))
            .collect();
        judge_clock(&offsets)
    }

    #[test]
    fn a_clock_is_compared_with_both_hosts() {
        assert_eq!(
            judged(&[-120, 120]),
            Finding::Fine("within 2m of a.example and b.example".into())
        );
        assert!(matches!(judged(&[]), Finding::Skipped(_)));
        let Finding::Doubtful(error) = judged(&[-3600, 121]) else {
            panic!("it is off");
        };
        assert_eq!(
            error.message,
            "this machine's clock is 1h ahead of a.example and 2m1s behind b.example"
        );
    }

    #[test]
    fn only_a_server_that_sends_its_time_is_compared() {
        let date = |date| offset(&answer("https://a.example", 200, &[("date", date)], ""));
        assert_eq!(
            date("Mon, 23 Nov 2026 20:05:00 GMT"),
            Some(Duration::minutes(5))
        );
        assert_eq!(date("soon"), None);
    }

    #[test]
    fn proxies_are_shown_by_their_variables_names_only() {
        assert_eq!(proxy(&[]), "none is set");
        assert_eq!(
            proxy(&["HTTPS_PROXY", "NO_PROXY"]),
            "HTTPS_PROXY and NO_PROXY decide"
        );
        assert_eq!(proxy(&["NO_PROXY"]), "none is set");
        assert_eq!(proxy(&["NO_PROXY", "no_proxy"]), "none is set");
    }
}
