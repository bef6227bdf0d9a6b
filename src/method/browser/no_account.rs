//! The account of a sign-in at the provider's own pages: this program knows none, and sends no secret.

use crate::method::driver::AccountAccess;
use crate::secret::Secret;
use crate::sign_in::flow::{Code, CodeRequest, Fact, KnownAccount, Stop, UserInput};

/// No account.
pub(super) struct NoAccount;

impl AccountAccess for NoAccount {
    fn claim(&mut self) -> Result<KnownAccount, Stop> {
        Err(Stop::out_of_step())
    }

    fn record_facts(&mut self, _facts: Vec<Fact>) -> Result<u32, Stop> {
        Err(Stop::out_of_step())
    }

    fn flush(&mut self) {}

    fn tell(&self, _words: &str) {}

    fn password(&mut self) -> Result<UserInput, Stop> {
        Err(Stop::out_of_step())
    }

    fn configured_code(&mut self, _request: &CodeRequest) -> Result<Option<Code>, Stop> {
        Err(Stop::out_of_step())
    }

    fn is_last_code(&self, _code: &Secret) -> bool {
        false
    }

    fn codes_in_a_row(&self) -> u32 {
        0
    }
}
