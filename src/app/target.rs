//! Who speaks on the message line, and to whom: the parent to every channel shown, or one side of the focused channel to the
//! other. What has the focus and what is spoken to are one thing.

use crate::world::World;
use crate::world::kind::EndId;

use super::channel_sides::{self, Facing};
use super::{App, Mode};

/// A side of a channel, as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The left one, the parent's.
    Near,
    /// The right one, the child's.
    Far,
}

/// Whom the message line speaks for, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The parent, to every channel shown.
    All,
    /// This side of the focused channel, to the other side.
    Focused(Side),
}

impl Side {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Near => Self::Far,
            Self::Far => Self::Near,
        }
    }
}

impl Facing {
    /// The end on this side.
    pub fn end(&self, side: Side) -> EndId {
        match side {
            Side::Near => self.near,
            Side::Far => self.far,
        }
    }
}

impl App {
    /// Whether a message goes to all channels: each of them is drawn as the one that is spoken to.
    pub fn speaks_to_all(&self) -> bool {
        self.mode == Mode::Line && self.target == Target::All
    }

    /// Who speaks: the name of the task that would write.
    pub fn speaker(&self, world: &World) -> String {
        let Target::Focused(side) = self.target else { return channel_sides::PARENT.to_owned() };
        self.focused(world).map_or_else(|| "nobody".to_owned(), |facing| speaker_at(world, facing, side))
    }

    /// Who would read what is said now, where it is one task.
    pub fn listener(&self, world: &World) -> Option<String> {
        let Target::Focused(side) = self.target else { return None };
        self.focused(world).map(|facing| speaker_at(world, facing, side.other()))
    }

    /// The next pair of speaker and channel: the parent to all, then each channel from both of its sides.
    pub(super) fn next_speaker(&mut self, world: &World) {
        let shown = channel_sides::shown(world);
        let Some(now) = self.focused(world).and_then(|now| shown.iter().position(|facing| *facing == now)) else {
            return;
        };
        let sides = |at: usize| [Side::Near, Side::Far].map(|side| (at, side));
        let all: Vec<(usize, Side)> =
            (0..shown.len()).flat_map(sides).filter(|at| can_speak(world, &shown, *at)).collect();
        let next = match self.target {
            // The channel with the focus comes first: it is the one that is looked at.
            Target::All => all.iter().find(|(at, _)| *at >= now).or_else(|| all.first()),
            Target::Focused(side) => all.iter().find(|(at, other)| *at > now || (*at == now && is_after(*other, side))),
        };
        match next.copied() {
            Some((at, side)) => {
                self.focus = shown.get(at).map(|facing| facing.channel);
                self.target = Target::Focused(side);
            }
            None => {
                self.focus = shown.first().map(|facing| facing.channel);
                self.target = Target::All;
            }
        }
        self.look_elsewhere();
    }

    /// The other side of the focused channel speaks; of all, the child's.
    pub(super) fn other_side_speaks(&mut self) {
        self.target = match self.target {
            Target::All => Target::Focused(Side::Far),
            Target::Focused(side) => Target::Focused(side.other()),
        };
    }

    /// A channel was picked: it alone is spoken to.
    pub(super) fn speak_to_focused(&mut self) {
        if self.target == Target::All {
            self.target = Target::Focused(Side::Near);
        }
    }
}

fn is_after(one: Side, other: Side) -> bool {
    one == Side::Far && other == Side::Near
}

fn can_speak(world: &World, shown: &[Facing], (at, side): (usize, Side)) -> bool {
    shown.get(at).is_some_and(|facing| channel_sides::can_carry(world, facing.end(side), true))
}

/// The task that writes at a side of a channel.
fn speaker_at(world: &World, facing: Facing, side: Side) -> String {
    let end = facing.end(side);
    let mut holders: Vec<_> = world.holders(end).into_iter().map(|(task, _)| task).collect();
    holders.sort_by_key(|task| (task.name == channel_sides::PARENT) != (side == Side::Near));
    let task = holders.first().copied().or_else(|| channel_sides::actor(world, end));
    task.map_or_else(|| "nobody".to_owned(), |task| task.name.clone())
}
