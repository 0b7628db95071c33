//! The bench as the playground uses it: opened, and asked for figures and verdicts once it has settled.

use super::Playground;
use crate::app::{View, channel_sides};
use crate::bench::BenchError;
use crate::check::Verdict;
use crate::lesson::Next;
use crate::session::{Session, Settings};
use crate::world::kind::{ChannelId, EndId};

/// Channels that are asked together where all are listed; of more the focused one alone is.
const MOST_SAMPLED: usize = 64;
/// Channels that a large screen lists beside any other view.
const BESIDE: usize = 8;

impl Playground {
    /// The kernel's figures for what is seen of them, once after each change: an idle bench is not asked again.
    pub(super) fn sample_seen(&mut self) {
        let sees_all = self.model.view == View::Holders;
        let Some(session) = self.source.session_mut() else { return };
        let world = session.world();
        let Some(facing) = self.model.focused(world) else { return };
        let key = (facing.channel, sees_all, world.facts());
        if self.sampled == Some(key) {
            return;
        }
        let others = channel_sides::listed(world).into_iter().filter(|id| *id != facing.channel);
        let others: Vec<ChannelId> = if sees_all { others.collect() } else { others.take(BESIDE - 1).collect() };
        let is_many = others.len() >= MOST_SAMPLED;
        let seen = std::iter::once(facing.channel).chain(others.into_iter().filter(|_| !is_many));
        let sides: Vec<EndId> =
            seen.filter_map(|id| channel_sides::of(world, id)).flat_map(|facing| [facing.near, facing.far]).collect();
        session.sample(&sides);
        self.sampled = Some((facing.channel, sees_all, session.world().facts()));
    }

    /// What a lesson's question would say to each of its options, now that its statement has settled.
    pub(super) fn verdicts(&self) -> Vec<Option<Verdict>> {
        let Some(session) = self.source.session() else { return Vec::new() };
        let next = self.model.course.current().map(|(lesson, taking)| taking.walk.next(lesson));
        let Some(Next::Ask(prediction)) = next else { return Vec::new() };
        prediction.options.iter().map(|option| session.would_hold(&option.expectations)).collect()
    }
}

/// A bench of which lessons can be made.
pub(super) fn open_bench(settings: Settings) -> Result<Session, BenchError> {
    let mut session = Session::open(settings)?;
    session.keep_notes();
    Ok(session)
}
