//! STUB
use super::{Ask, Dialect, Outcome};
use crate::error::Error;
use crate::reply::Reply;
pub(crate) struct Git;
impl Dialect for Git {
    fn name(&self) -> &'static str {
        "git"
    }
    fn may_ask(&self) -> bool {
        false
    }
    fn parse(&self, _action: &str, _input: &[u8]) -> Result<Ask, Reply> {
        Err(Reply::silent())
    }
    fn render(&self, _ask: &Ask, _outcome: Result<&Outcome, &Error>) -> Reply {
        Reply::silent()
    }
}
