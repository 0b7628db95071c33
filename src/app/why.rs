//! What the explanation on the screen is about: what was done last; where something else is looked at, that.

use std::borrow::Cow;

use crate::explain;
use crate::lesson::words;
use crate::script::Verb;
use crate::trace::{Event, Explanation, Subject, What};
use crate::world::World;
use crate::world::kind::EndId;

use super::action::{Action, ChannelAction};
use super::channel_sides::Facing;
use super::five_kinds::FiveKinds;
use super::view::Explains;
use super::{App, View, channel_sides, stepping, transcript};

/// The rule of an explanation that is not shown, because it would tell the answer to a lesson's question.
const HIDDEN: &str = "hidden";

/// What is known of the reasons for what was done last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ExplanationState {
    /// None was given.
    Nothing,
    /// One about something that has not the focus.
    Elsewhere,
    /// One about what has the focus: what was done elsewhere does not take its place.
    Here,
}

impl App {
    /// Something is done: what was explained before no longer matters.
    pub fn begin(&mut self) {
        self.heard = ExplanationState::Nothing;
        self.is_explanation_whole = false;
        self.is_looking_elsewhere = false;
    }

    /// Takes an explanation in. Of one key's statements to several channels, the focused one's matters most.
    pub fn learn(&mut self, world: &World, explanation: Explanation) {
        let is_here = self.focused(world).is_some_and(|focused| is_about(world, focused, &explanation));
        let heard = if is_here { ExplanationState::Here } else { ExplanationState::Elsewhere };
        if heard >= self.heard {
            self.explain(explanation);
            self.heard = heard;
        }
    }

    /// Nothing has to be explained: what came is said instead of what was explained before. In a lesson its text does that.
    pub fn learn_that(&mut self, events: &[Event]) {
        if self.heard > ExplanationState::Nothing || self.why.is_none() {
            return;
        }
        let is_fact = |event: &&Event| !matches!(event.what, What::Refused { .. } | What::Why(_));
        let lines = events.iter().rev().filter(is_fact).map(transcript::lines);
        if let Some(line) = lines.flatten().next() {
            let text = line.trim().to_owned();
            self.why = Some(Explanation::of_fact(text)).filter(|_| self.course.shown().is_none());
            self.is_looking_elsewhere = false;
        }
    }

    /// This is what was explained last.
    pub(super) fn explain(&mut self, explanation: Explanation) {
        self.why = Some(explanation);
        self.is_explanation_whole = false;
        self.is_looking_elsewhere = false;
    }

    /// The focus has gone somewhere, or may have.
    pub(super) fn look_elsewhere(&mut self) {
        self.is_explanation_whole = false;
        self.is_looking_elsewhere = true;
    }

    /// The explanation that is to be seen beside what is seen.
    pub fn explanation<'a>(&'a self, world: &'a World) -> Option<Cow<'a, Explanation>> {
        let explanation = self.open_explanation(world)?;
        if !self.hides_answers() {
            return Some(explanation);
        }
        let show = self.key(Action::Make(ChannelAction::Why));
        let text = words::fill(self.course.words().hidden, &[&show]);
        Some(Cow::Owned(Explanation { text, rule: HIDDEN, page: None, lesson: None, ..explanation.into_owned() }))
    }

    /// Whether the panels keep to themselves what would tell the answer to a lesson's question.
    pub fn hides_answers(&self) -> bool {
        self.open_question().is_some()
    }

    /// Whether the question is who holds an end, or what a process holds.
    pub fn asks_for_holders(&self) -> bool {
        self.open_question().is_some_and(|verb| matches!(verb, Verb::Holders { .. } | Verb::Fds { .. }))
    }

    /// Whether the question is in what state processes are.
    pub fn asks_for_states(&self) -> bool {
        self.open_question().is_some_and(|verb| matches!(verb, Verb::Tasks))
    }

    fn open_question(&self) -> Option<&Verb> {
        let question = self.course.open_question().filter(|_| self.past.is_none())?;
        Some(&question.statement.verb)
    }

    fn open_explanation<'a>(&'a self, world: &'a World) -> Option<Cow<'a, Explanation>> {
        if let Some(standing) = stepping::explanation(self) {
            return Some(Cow::Owned(standing));
        }
        let last = self.past.as_ref().map_or(self.why.as_ref(), |past| past.why.as_ref());
        let focused = self.focused(world);
        let about = |last: &&Explanation| focused.is_some_and(|focused| is_about(world, focused, last));
        let of_focus = || focused.map(|focused| Cow::Owned(explain::end(world, in_question(world, focused))));
        let last_or_focus = || last.filter(about).map(Cow::Borrowed).or_else(of_focus);
        match self.view.traits().explains {
            _ if self.view == View::Bench && self.is_looking_elsewhere && last.is_some() => last_or_focus(),
            Explains::Alternatives => self.alternatives.as_ref().map(|shown| Cow::Owned(shown.why())),
            Explains::Deadlock => explain::deadlock(world).map(Cow::Owned).or_else(of_focus),
            Explains::Focus => of_focus(),
            Explains::LastOnFocus => last_or_focus(),
            Explains::FiveKinds => {
                let shown = self.five_kinds.as_ref().and_then(FiveKinds::why);
                shown.map(Cow::Owned).or_else(|| last.map(Cow::Borrowed))
            }
            Explains::Last => last.map(Cow::Borrowed),
        }
    }
}

/// Whether it explains this channel or one of its ends.
fn is_about(world: &World, facing: Facing, explanation: &Explanation) -> bool {
    let Subject::End(end) = explanation.subject else { return false };
    facing.channel(world).is_some_and(|channel| channel.ends.contains(&end))
}

/// The end of a channel at which there is something to be said: where something waits, first at the child's; else the parent's,
/// while it can be read.
fn in_question(world: &World, facing: Facing) -> EndId {
    let waits = |end: &EndId| world.end(*end).is_some_and(|end| end.inbox.has_something());
    let is_open =
        |end: EndId| world.end(end).is_some_and(|end| !end.closed) && channel_sides::can_carry(world, end, false);
    let near = if is_open(facing.near) { facing.near } else { facing.far };
    [facing.far, facing.near].into_iter().find(waits).unwrap_or(near)
}
