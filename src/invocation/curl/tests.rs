//! Command lines of curl, friendly and hostile.

mod withheld;

use super::super::tests::{check, planned_with};

#[test]
fn a_command_line_about_one_app_gets_the_header() {
    check(&[
        ("curl https://app.example/a", "curl https://app.example/a"),
        ("curl https://app.example", "curl https://app.example/"),
        (
            "curl HTTPS://App.Example:443/a?b#c",
            "curl https://app.example/a",
        ),
        (
            "curl --url https://app.example/a",
            "curl https://app.example/a",
        ),
        (
            "curl -sSLo out https://app.example/a",
            "curl https://app.example/a",
        ),
        (
            "curl -sSLoout https://app.example/a -XPOST",
            "curl https://app.example/a",
        ),
        (
            "curl https://app.example/a https://app.example/b -O -O",
            "curl https://app.example/a",
        ),
        (
            "curl -d @- -H Accept:x --json {} https://app.example/",
            "curl https://app.example/",
        ),
        (
            "curl -T - https://app.example/",
            "curl https://app.example/",
        ),
        (
            "curl -e https://x.example/ https://app.example/",
            "curl https://app.example/",
        ),
        (
            "curl -H Host:y https://app.example/",
            "curl https://app.example/",
        ),
        (
            "curl -c jar https://app.example/",
            "curl https://app.example/",
        ),
        (
            "curl --no-progress-meter --no-location https://app.example/",
            "curl https://app.example/",
        ),
        (
            "curl https://shared.example/graf/x",
            "curl https://shared.example/graf/x",
        ),
        (
            "curl http://localhost:8080/x",
            "curl http://localhost:8080/x",
        ),
        ("curl -q https://app.example/", "curl https://app.example/"),
        (
            "curl -s -- https://app.example/",
            "curl https://app.example/",
        ),
        (
            "curl -# -4 --http2 -m 9 https://app.example/",
            "curl https://app.example/",
        ),
    ]);
}

#[test]
fn an_option_value_that_names_an_app_does_not_count() {
    check(&[
        ("curl https://x.example/", "no app"),
        ("curl -e https://app.example/ https://x.example/", "no app"),
        ("curl -d https://app.example/ x.example", "no app"),
        ("curl -o https://app.example/ https://x.example", "no app"),
        (
            "curl -sSLo https://app.example/ https://x.example",
            "no app",
        ),
        ("curl -x https://app.example/ https://x.example", "no app"),
        ("curl -ehttps://app.example/ https://x.example", "no app"),
        (
            "curl --referer https://app.example/ https://x.example",
            "no app",
        ),
        (
            "curl --doh-url https://app.example/ https://x.example",
            "no app",
        ),
        (
            "curl -H Referer:https://app.example/ https://x.example",
            "no app",
        ),
        ("curl -F u=https://app.example/ https://x.example", "no app"),
        ("curl https://x.example/https://app.example/", "no app"),
        ("curl https://x.example/?u=https://app.example/", "no app"),
        ("curl https://app.example.x.example/", "no app"),
        ("curl https://app.example@x.example/", "no app"),
        ("curl https://app.example:8443/", "no app"),
        ("curl https://shared.example/grafana/", "no app"),
        ("curl app.example", "no app"),
        ("curl http://app.example/", "no app"),
        ("curl -V https://app.example/", "no app"),
        ("curl --help https://app.example/", "no app"),
        ("curl -d", "no app"),
        ("curl ''", "no app"),
        ("curl", "no app"),
    ]);
}

#[test]
fn anything_but_one_clear_app_gets_the_jar() {
    let jar = "netscape https://app.example/";
    check(&[
        ("curl https://app.example/ https://x.example/", jar),
        ("curl https://x.example/ --url https://app.example/", jar),
        ("curl https://app.example/ x.example", jar),
        ("curl https://app.example/ '' {a,b} [a-z]", jar),
        ("curl https://app.example/ -- -o", jar),
        ("curl -o a b https://app.example/", jar),
        ("curl https://app.example/ --next https://x.example/", jar),
        ("curl https://app.example/ -: x.example", jar),
        ("curl https://app.example/ -s: x.example", jar),
        (
            "curl -L -o x https://app.example/",
            "curl https://app.example/",
        ),
        ("curl --libcurl out.c https://app.example/", jar),
        ("curl --location-trusted=x https://app.example/", "withheld"),
        ("curl --url=https://x.example/ https://app.example/", jar),
        ("curl --url=https://app.example/", jar),
        ("curl --proxy=https://x.example/ https://app.example/", jar),
        (
            "curl --referer=https://x.example/ https://app.example/",
            jar,
        ),
        ("curl --proto-default https app.example", jar),
        ("curl https://ada:pass@app.example/", jar),
        (
            "curl https://app.example\\@x.example/",
            "netscape https://app.example/@x.example/",
        ),
        ("curl https://app.example?@x.example/", jar),
        ("curl https://app.example#@x.example/", jar),
        (
            "curl https://app.example/ https:///app.example/b",
            "netscape https://app.example/",
        ),
        // No glob of a path changes the host.
        (
            "curl -L https://app.example/{a,b}",
            "curl https://app.example/%7Ba,b%7D",
        ),
        (
            "curl https://app.example/[1-3]",
            "curl https://app.example/[1-3]",
        ),
        (
            "curl https://app.example/ https://two.example/x",
            "netscape https://app.example/, netscape https://two.example/x",
        ),
        (
            "curl https://shared.example/graf/a https://two.example/",
            "netscape https://shared.example/graf/a, netscape https://two.example/",
        ),
        ("curl localhost:8080", "netscape http://localhost:8080/"),
    ]);
}

#[test]
fn a_leaking_jar_is_withheld_and_own_cookies_win() {
    check(&[
        (
            "curl https://app.example/ --next https://app.example/",
            "withheld",
        ),
        (
            "curl https://x.example/ -: https://app.example/",
            "withheld",
        ),
        ("curl -b a=b https://app.example/", "own cookies"),
        ("curl -sb jar https://app.example/", "own cookies"),
        ("curl --cookie jar https://app.example/", "own cookies"),
        ("curl --cookie '' https://app.example/", "own cookies"),
        ("curl -Hcookie:a=b https://app.example/", "own cookies"),
        ("curl -H Cookie; https://app.example/", "own cookies"),
        (
            "curl -c jar https://app.example/ https://x.example/",
            "withheld",
        ),
        ("curl --cookie-j jar https://app.example/", "withheld"),
        ("curl -K more https://app.example/", "withheld"),
        ("curl --config - https://app.example/", "options on stdin"),
        (
            "curl -H Host:app.example https://x.example/ https://app.example/",
            "withheld",
        ),
        (
            "curl -H @headers https://x.example/ https://app.example/",
            "withheld",
        ),
        (
            "curl --expand-header {{h}} https://app.example/",
            "withheld",
        ),
        ("curl --expand-url {{h}} https://app.example/", "withheld"),
        ("curl --unheard-of https://app.example/", "withheld"),
        ("curl --url @list https://app.example/", "withheld"),
        (
            "curl https:\\\\app.example https://app.example/",
            "withheld",
        ),
        ("curl -sé https://app.example/", "withheld"),
        ("curl --cookie=a=b https://app.example/", "own cookies"),
        ("curl --cookie-jar=jar https://app.example/", "withheld"),
        ("curl --config=more https://app.example/", "withheld"),
        ("curl --header=Host:x https://app.example/", "withheld"),
        (
            "curl --header=Cookie:a=b https://app.example/",
            "own cookies",
        ),
        (
            "curl --url=https://app.example:8443/ https://app.example/",
            "withheld",
        ),
        (
            "curl https://app.example/ https:/app.example:8443/",
            "withheld",
        ),
        (
            "curl https://app.example/ https://app.example:[1-9]/",
            "withheld",
        ),
        (
            "curl https://app.example/ https://app.{example,com}:8443/",
            "withheld",
        ),
        (
            "curl https://app.example/ https://app.example:8443/",
            "withheld",
        ),
        ("curl https://app.example/ http://app.example/", "withheld"),
    ]);
}

#[test]
fn a_curlrc_counts_like_arguments_unless_it_is_switched_off() {
    let line = "curl https://app.example/";
    for harmless in [
        "",
        "# url = x\n",
        "silent\nuser-agent = \"me x\"\n-L\n--max-time 9\nproxy: p\n",
    ] {
        assert_eq!(
            planned_with(harmless, line),
            "curl https://app.example/",
            "{harmless}"
        );
    }
    for leaking in ["url = x.example", "libcurl=x"] {
        assert_eq!(
            planned_with(leaking, line),
            "netscape https://app.example/",
            "{leaking}"
        );
    }
    for own in [
        "-b jar",
        "cookie = \"a=b\"",
        "header = \"Cookie: a=b\"",
        "header = \"\\Cookie: a=b\"",
        "header = @cookie",
        "header = \"A: b\\r\\nCookie: a=b\"",
        "user-agent = \"A\\nCookie: a=b\"",
        "--cookie=a=b",
        "referer = \"\"\ncookie = a=b",
        "referer =\ncookie = a=b",
        "-e\ncookie = a=b",
        "refer\ncookie = a=b",
    ] {
        assert_eq!(planned_with(own, line), "own cookies", "{own}");
    }
    for withheld in [
        "location-trusted",
        "insecure",
        "-sk",
        "header = @-",
        "url = x.example\nlocation",
        "location-trusted\ncookie-jar=j",
        "next",
        "--unheard-of",
        "referer = \"\"\nlocation-trusted\ncookie-jar = j",
        "--\nlocation-trusted\ncookie-jar = j",
        "-:",
    ] {
        assert_eq!(planned_with(withheld, line), "withheld", "{withheld}");
    }
    for first in ["-q", "-qs", "--disable"] {
        let line = format!("curl {first} https://app.example/");
        assert_eq!(
            planned_with("url = x.example", &line),
            "curl https://app.example/"
        );
    }
}
