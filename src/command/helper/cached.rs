//! The short road of a request: its answer from the cache, in the caller's dialect, without reading the configuration.

use std::time::Duration;

use super::execute::HelperOptions;
use super::stdin;
use crate::app::Target;
use crate::dialect::{self, Dialect, HelperOutcome, HelperRequest, Operation, Plain, Sight};
use crate::environment::Variables;
use crate::get::fast_path;
use crate::reply::Reply;

/// Renders the cached session that a request asks for. `None` if the configuration has to be read for it.
pub(super) fn cached(
    dialect: &dyn Dialect,
    request: &HelperRequest,
    options: &HelperOptions,
) -> Option<Reply> {
    if request.operation != Operation::Get || !options.are_plain() {
        return None;
    }
    let pattern = request.pattern.as_ref();
    let account = pattern.and_then(|pattern| pattern.username.as_deref());
    fast_path(&request.target, |served| {
        let is_asked_for = account.is_none_or(|account| served.app.is_of_account(account));
        is_asked_for.then(|| dialect.render(request, Ok(&HelperOutcome::Session(served))))
    })?
}

/// Renders the cached session of a `get` without an app and a protocol. `None` if the configuration has to be read for it,
/// or a caller may still be writing its request. Takes a request from stdin only if it is answered here.
pub(super) fn cached_unnamed(plain: &Plain, options: &HelperOptions) -> Option<Reply> {
    if !options.are_plain() {
        return None;
    }
    let default = HelperRequest::new(Operation::Get, Target::Unnamed);
    if Variables::of_files()?.app.is_some() || stdin::is_terminal() {
        return cached(plain, &default, options);
    }
    let sight = stdin::look(
        Some(Duration::ZERO),
        |input, is_whole| match dialect::recognise(input, is_whole, &|_| true) {
            Sight::Found((dialect, length)) => Sight::Found((dialect, input[..length].to_vec())),
            Sight::Other => Sight::Other,
            Sight::Unfinished => Sight::Unfinished,
        },
    );
    match sight {
        None | Some(Sight::Other) => cached(plain, &default, options),
        Some(Sight::Unfinished) => None,
        Some(Sight::Found((dialect, input))) => {
            let request = dialect.parse("get", &input).ok()?;
            let reply = cached(dialect, &request, options)?;
            let taken = stdin::take(input.len());
            Some(taken.map_or_else(|error| Reply::failure(&error), |_| reply))
        }
    }
}
