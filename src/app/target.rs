//! Who speaks on the message line, and to whom: the parent to every channel shown, or one side of the focused channel to the
//! other. What has the focus and what is spoken to are one thing.

use crate::questions::acting;
use crate::world::World;
use crate::world::kind::EndId;

use super::action::{Action, ChannelAction};
use super::channel_sides::{self, Facing};
use super::{App, Mode};

pub use super::side::PanelSide;

/// Whom the message line speaks for, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The parent, to every channel shown.
    All,
    /// This side of the focused channel, to the other side.
    Focused(PanelSide),
}

impl Facing {
    /// The end on this side.
    pub fn end(&self, side: PanelSide) -> EndId {
        match side {
            PanelSide::Near => self.near,
            PanelSide::Far => self.far,
        }
    }
}

/// The largest number before a key.
const MOST_COUNT: u32 = 9_999_999;

/// A key that says who speaks, or how many bytes the next key is about.
#[expect(clippy::wildcard_enum_match_arm, reason = "it is asked of four actions")]
pub(super) fn act(app: &mut App, world: &World, action: Action) {
    match action {
        Action::NextSpeaker => {
            app.next_speaker(world);
            say_who_speaks(app, world);
        }
        Action::OtherSideSpeaks => app.other_side_speaks(),
        Action::SpeakAs(side) => {
            app.target = Target::Focused(side);
            app.mode = Mode::Line;
        }
        Action::Count(digit) => count(app, digit),
        _ => {}
    }
}

/// Where the message line is not seen, who speaks is said.
fn say_who_speaks(app: &mut App, world: &World) {
    if app.mode == Mode::Line {
        return;
    }
    let speaker = app.speaker(world);
    let focused = app.focused(world).and_then(|facing| facing.channel(world)).map(|channel| channel.name.clone());
    app.notice = Some(match (app.target, focused) {
        (Target::All, _) => "parent speaks to all channels".to_owned(),
        (Target::Focused(_), Some(name)) => format!("{speaker} speaks, on {name} alone"),
        (Target::Focused(_), None) => "there is no channel to speak on".to_owned(),
    });
}

/// One more digit of the number before a key.
fn count(app: &mut App, digit: u8) {
    let longer = app.count.unwrap_or(0).saturating_mul(10).saturating_add(u32::from(digit));
    app.count = Some(longer.min(MOST_COUNT));
    let (read, here, bytes) = (
        app.key(Action::Make(ChannelAction::ReadFar)),
        app.key(Action::Make(ChannelAction::ReadNear)),
        app.key(Action::Make(ChannelAction::Bytes(PanelSide::Near))),
    );
    let number = app.count.unwrap_or(0);
    app.notice = Some(format!(
        "{number} bytes: {read} the child reads so many at most, {here} the parent; {bytes} writes so many"
    ));
}

impl App {
    /// Whether a message goes to all channels: each of them is drawn as the one that is spoken to.
    pub fn speaks_to_all(&self) -> bool {
        self.mode == Mode::Line && self.target == Target::All
    }

    /// Who speaks: the name of the task that would write.
    pub fn speaker(&self, world: &World) -> String {
        let Target::Focused(side) = self.target else {
            return acting::first_task(world).map_or_else(|| "nobody".to_owned(), |task| task.name.clone());
        };
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
        let sides = |at: usize| [PanelSide::Near, PanelSide::Far].map(|side| (at, side));
        let all: Vec<(usize, PanelSide)> =
            (0..shown.len()).flat_map(sides).filter(|at| can_speak(world, &shown, *at)).collect();
        let next = match self.target {
            // The channel with the focus comes first: it is the one that is looked at.
            Target::All => all.iter().find(|(at, _)| *at >= now).or_else(|| all.first()),
            Target::Focused(side) => all.iter().find(|(at, other)| *at > now || (*at == now && is_after(*other, side))),
        };
        let (at, target) = next.map_or((0, Target::All), |(at, side)| (*at, Target::Focused(*side)));
        self.focus = shown.get(at).map(|facing| facing.channel);
        self.target = target;
        self.look_elsewhere();
    }

    /// The other side of the focused channel speaks; of all, the child's.
    pub(super) fn other_side_speaks(&mut self) {
        self.target = match self.target {
            Target::All => Target::Focused(PanelSide::Far),
            Target::Focused(side) => Target::Focused(side.other()),
        };
    }

    /// A channel was picked: it alone is spoken to.
    pub(super) fn speak_to_focused(&mut self) {
        if self.target == Target::All {
            self.target = Target::Focused(PanelSide::Near);
        }
    }
}

fn is_after(one: PanelSide, other: PanelSide) -> bool {
    one == PanelSide::Far && other == PanelSide::Near
}

fn can_speak(world: &World, shown: &[Facing], (at, side): (usize, PanelSide)) -> bool {
    shown.get(at).is_some_and(|facing| channel_sides::can_carry(world, facing.end(side), true))
}

/// The task that writes at a side of a channel.
fn speaker_at(world: &World, facing: Facing, side: PanelSide) -> String {
    let end = facing.end(side);
    let task = acting::for_key(world, end, side.prefers()).or_else(|| acting::at_end(world, end));
    task.map_or_else(|| "nobody".to_owned(), |task| task.name.clone())
}
