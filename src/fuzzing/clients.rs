//! The command lines of wrapped clients: a cookie is handed over for apps that the line names, and the plan says nothing
//! that only the line should know.

use url::Url;

use super::place;
use super::settings;
use crate::app::Target;
use crate::clock::Moment;
use crate::command::wrap::response_heads::{ResponseHeads, Verdict};
use crate::environment::Variables;
use crate::invocation::{Delivery, Plan, Tool, plan, repeatable_request};

const TOOLS: [&str; 6] = ["curl", "http", "https", "wget", "xh", "xhs"];

/// The client's own configuration and its arguments, with a NUL between each two.
pub(crate) fn clients(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut words = text.split('\0');
    let defaults = words.next().unwrap_or_default();
    let arguments: Vec<String> = words.map(str::to_owned).collect();
    for name in TOOLS {
        let tool = Tool::named(name).expect("it is wrapped");
        for defaults in ["", defaults] {
            holds(tool, defaults, &arguments);
        }
    }
}

fn app_of(url: &Url) -> Option<&'static str> {
    let target = Target::Url(url.clone());
    let app = settings().find(&target, &Variables::default()).ok()?;
    Some(app.name.as_str())
}

fn holds(tool: Tool, defaults: &str, arguments: &[String]) {
    let plan = plan(tool, defaults, arguments, &app_of, &|_| None);
    let Plan::Deliver(delivery, urls) = &plan else {
        return;
    };
    assert!(!urls.is_empty());
    for url in urls {
        assert_eq!((url.username(), url.password()), ("", None));
        assert_eq!((url.query(), url.fragment()), (None, None));
        assert!(app_of(url).is_some(), "{url}");
    }
    // The client does not bind this delivery to a host. Without options, every word names the app.
    if *delivery == Delivery::CurlConfig {
        assert_eq!(urls.len(), 1);
        let app = place::of_app(app_of(&urls[0]).expect("an app"));
        let named = |word: &String| place::of_url(word).as_ref() == Some(&app);
        let has_options =
            !defaults.is_empty() || arguments.iter().any(|word| word.starts_with('-'));
        assert!(has_options || arguments.iter().all(named), "{arguments:?}");
        if let Some(request) = repeatable_request(tool, defaults, arguments) {
            assert_eq!(app_of(&request.url), app_of(&urls[0]));
        }
    }
}

/// The response heads that curl writes for `-D`. The verdict does not depend on how they are cut into pieces, and a
/// refusal has the marks of one.
pub(crate) fn heads(input: &[u8]) {
    let whole = judged(input.chunks(input.len().max(1)));
    assert_eq!(judged(input.chunks(1)), whole);
    assert_eq!(judged(input.chunks(7)), whole);
    if whole.0 == Verdict::Refused {
        let has = |word: &[u8]| input.windows(word.len()).any(|window| window == word);
        assert!(has(b"idpresponse") || has(b"401"));
    }
}

fn judged<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Verdict, bool) {
    let first = Url::parse("https://example.com/x").expect("a URL");
    let mut heads = ResponseHeads::new(super::app("whole"), first, Moment::UNIX_EPOCH);
    for piece in pieces {
        heads.read(piece);
    }
    (heads.verdict(), heads.take_reissued().is_some())
}
