//! A session that the ALB has set anew in an answer to a client.

use crate::app::App;
use crate::clock;
use crate::secret::Secret;
use crate::session::Shard;
use crate::store::{Entry, Key};
use crate::world::World;

/// Keeps the `shards` that the ALB of `app` has set in an answer to a request with the cookie `sent`, in place of those,
/// if they are still the ones that are kept.
pub(super) fn keep(world: &World, app: &App, sent: &Secret, shards: Vec<Shard>) {
    let Some(mut held) = world.cache.hold_if_free::<Entry>(&Key::of_app(app)) else {
        return;
    };
    let kept = held.record.session.as_mut();
    if let Some(kept) = kept.filter(|kept| kept.cookie() == *sent && kept.shards != shards) {
        kept.shards = shards;
        kept.verified_at = Some(clock::now());
        held.save();
    }
}
