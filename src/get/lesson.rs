//! Keeps the learnt life of an app's sessions: in the app's own record, which all of its accounts share, and as a copy in
//! each entry.

use crate::app::App;
use crate::clock;
use crate::context::Context;
use crate::store::{Entry, Key, Lesson};

/// Copies the last lesson of `app` into its claimed entry: another account may have learnt it.
pub(super) fn recall(context: &Context, app: &App, entry: &mut Entry) {
    // A record that cannot be read has been warned of with the entry.
    let lesson = context.cache.read::<Lesson>(&Key::of_lesson(app));
    lesson.unwrap_or_default().teach(entry);
}

/// Changes what the claimed `entry` of `app` has learnt. Another process that learns at the same time may win.
pub(super) fn learn(
    context: &Context,
    app: &App,
    entry: &mut Entry,
    change: impl FnOnce(&mut Entry),
) {
    recall(context, app, entry);
    let before = entry.learnt;
    change(entry);
    if entry.learnt == before {
        return;
    }
    if let Some(mut held) = context.cache.hold_if_free::<Lesson>(&Key::of_lesson(app)) {
        held.record = Lesson::of(entry, clock::now());
        held.save();
    }
}
