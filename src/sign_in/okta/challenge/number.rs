//! The number of a push that the person has to choose on the device.
//!
//! Facts (Authentication API; recorded answers): it may come with the first answer or with a later poll, and each answer to a
//! poll repeats it.

use crate::sign_in::flow::Notice;

/// The number that was last shown to the person.
#[derive(Debug, Default)]
pub(in crate::sign_in::okta) struct ShownNumber(Option<String>);

impl ShownNumber {
    /// Returns the notice that tells `number`, unless it stands on the screen already.
    pub(in crate::sign_in::okta) fn notice(
        &mut self,
        number: &str,
        device: &str,
    ) -> Option<Notice> {
        let is_new = self.0.as_deref() != Some(number);
        self.0 = Some(number.to_owned());
        is_new.then(|| Notice::Number {
            number: number.to_owned(),
            device: device.to_owned(),
        })
    }

    /// Another push is sent: its number is told, even if it is the same.
    pub(in crate::sign_in::okta) fn forget(&mut self) {
        self.0 = None;
    }
}
