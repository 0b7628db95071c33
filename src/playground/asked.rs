//! The bench as the playground uses it: opened, and asked for figures and verdicts once it has settled.

use super::Playground;
use crate::bench::BenchError;
use crate::check::Verdict;
use crate::lesson::Next;
use crate::session::{Session, Settings};

impl Playground {
    /// The kernel's figures for what has the focus, once after each change: an idle bench is not asked again.
    pub(super) fn sample_focused(&mut self) {
        let Some(session) = self.source.session_mut() else { return };
        let world = session.world();
        let Some(facing) = self.model.focused(world) else { return };
        let key = (facing.channel, world.facts());
        if self.sampled == Some(key) {
            return;
        }
        session.sample(&[facing.near, facing.far]);
        self.sampled = Some((facing.channel, session.world().facts()));
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
