//! What a key stands for, as the statement a person would have typed; or the reason why there is none.

use crate::abi::TaskState;
use crate::questions::acting::{self, Prefer};
use crate::questions::next_read::{Blocking, ReadOutcome, next_read};
use crate::text;
use crate::world::World;
use crate::world::channel::{Channel, End};
use crate::world::kind::{EndId, Kind};
use crate::world::task::Task;

use super::action::{Action, ChannelAction};
use super::channel_sides::Facing;
use super::keys::Hints;
use super::target::PanelSide;

/// Buffer of a keyed read.
pub const READ_SIZE: u32 = 4096;
/// Bytes of a keyed message without a number before its key.
const MESSAGE_SIZE: u32 = 5000;
/// Names that new sockets are offered.
const SOCKET_NAMES: [&str; 6] = ["wire", "post", "chat", "mail", "talk", "cord"];
/// Names that new pipes are offered.
const PIPE_NAMES: [&str; 4] = ["tube", "duct", "hose", "drip"];

/// A statement, or why there is none.
pub type KeyStatement = Result<String, String>;

/// What all phrases are made from.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The bench.
    pub world: &'a World,
    /// The keys, for what could be done instead.
    pub hints: Hints<'a>,
    /// The number typed before the key.
    pub count: Option<u32>,
}

impl<'a> Situation<'a> {
    /// What a key does to a channel.
    pub fn deed(self, deed: ChannelAction, facing: Facing) -> KeyStatement {
        match deed {
            ChannelAction::ReadFar => self.read(facing, PanelSide::Far),
            ChannelAction::ReadNear => self.read_near(facing),
            ChannelAction::Kill => self.child(facing).map(|child| format!("kill {} SIGKILL", child.name)),
            ChannelAction::Close => self.close(facing, PanelSide::Near),
            ChannelAction::CloseFar => self.close(facing, PanelSide::Far),
            ChannelAction::HalfClose(side) => self.half_close(facing, side),
            ChannelAction::Bytes(side) => self.bytes(facing, side),
            ChannelAction::Wait => self.wait(),
            ChannelAction::Stop => self.stop(facing),
            ChannelAction::Continue => self.cont(facing),
            ChannelAction::Why => Ok(format!("why {}", self.end(facing.near)?.label())),
        }
    }

    /// A message from one side.
    pub fn write(self, facing: Facing, side: PanelSide, text: &str) -> KeyStatement {
        self.write_data(facing, side, &text::quoted(text.as_bytes()))
    }

    /// A message of so many bytes.
    fn bytes(self, facing: Facing, side: PanelSide) -> KeyStatement {
        self.write_data(facing, side, &format!("{}*z", self.count.unwrap_or(MESSAGE_SIZE)))
    }

    fn write_data(self, facing: Facing, side: PanelSide, data: &str) -> KeyStatement {
        let end = self.end(facing.end(side))?;
        if !end.can_be_written() {
            return Err(format!("{} is the end of a pipe that only reads", end.label()));
        }
        let writer = self.holder(end, side.prefers())?;
        Ok(format!("{}write {} {data}", prefix(writer), end.label()))
    }

    /// One direction is over.
    fn half_close(self, facing: Facing, side: PanelSide) -> KeyStatement {
        let end = self.end(facing.end(side))?;
        let holder = self.holder(end, side.prefers())?;
        Ok(format!("{}shutdown {} wr", prefix(holder), end.label()))
    }

    /// The parent reaps a child that has died.
    fn wait(self) -> KeyStatement {
        let has_dead = self.world.tasks().any(|task| task.state == TaskState::Zombie);
        if has_dead { Ok("wait".to_owned()) } else { Err("no child has died: `:wait` would sleep".to_owned()) }
    }

    /// This side reads until nothing is left.
    pub fn drain(self, facing: Facing, side: PanelSide) -> KeyStatement {
        let (reader, far) = self.reader(facing.end(side), side)?;
        if let Some(reason) = self.busy(reader) {
            return Err(reason);
        }
        Ok(format!("{}drain {} dontwait", prefix(reader), far.label()))
    }

    /// One read.
    fn read(self, facing: Facing, side: PanelSide) -> KeyStatement {
        let (reader, end) = self.reader(facing.end(side), side)?;
        Ok(format!("{}read {} {}", prefix(reader), end.label(), self.count.unwrap_or(READ_SIZE)))
    }

    /// One read at the near end, where it would not put the parent to sleep: that would end all keys that act as the parent.
    fn read_near(self, facing: Facing) -> KeyStatement {
        let near = self.end(facing.near)?;
        let statement = self.read(facing, PanelSide::Near)?;
        let blocking = Blocking::at(near);
        let sleeps = next_read(self.world, near, blocking).is_some_and(|next| next.outcome == ReadOutcome::Sleeps);
        if sleeps && blocking == Blocking::MaySleep {
            return Err(format!(
                "nothing waits at {}: the read would sleep. `:{statement}` does it all the same",
                near.label()
            ));
        }
        Ok(statement)
    }

    /// SIGSTOP for the child.
    fn stop(self, facing: Facing) -> KeyStatement {
        let child = self.child(facing)?;
        if child.state == TaskState::Stopped {
            return Err(format!("{} is stopped already; {}", child.name, self.goes_on()));
        }
        Ok(format!("stop {}", child.name))
    }

    /// SIGCONT for the child.
    fn cont(self, facing: Facing) -> KeyStatement {
        let child = self.child(facing)?;
        if child.state != TaskState::Stopped {
            let stop = self.hints.key(Action::Make(ChannelAction::Stop));
            return Err(format!("{} is not stopped; {stop} stops it", child.name));
        }
        Ok(format!("cont {}", child.name))
    }

    /// A side's descriptor goes.
    fn close(self, facing: Facing, side: PanelSide) -> KeyStatement {
        let end = self.end(facing.end(side))?;
        let holder = self.holder(end, side.prefers())?;
        Ok(format!("{}close {}", prefix(holder), end.label()))
    }

    fn is_free(self, name: &str) -> bool {
        let is_held =
            |channel: &Channel| channel.ends.iter().any(|end| self.world.end(*end).is_some_and(|end| !end.closed));
        !self.world.channels().any(|channel| channel.name == name && is_held(channel))
    }

    /// A new channel with a free name and a child of its own.
    pub fn new_channel(self, kind: Kind) -> String {
        let names: &[&str] = if kind.is_pipe() { &PIPE_NAMES } else { &SOCKET_NAMES };
        let listed = names.iter().find(|name| self.is_free(name)).map(|name| (*name).to_owned());
        let first = names.first().copied().unwrap_or_default();
        let numbered = || (1..u32::MAX).map(|number| format!("{first}{number}")).find(|name| self.is_free(name));
        format!("channel {} {}", kind.word(), listed.or_else(numbered).unwrap_or_default())
    }

    fn goes_on(self) -> String {
        format!("{} lets it go on", self.hints.key(Action::Make(ChannelAction::Continue)))
    }

    /// Why a task that is alive cannot act now.
    fn busy(self, task: &Task) -> Option<String> {
        let reason = acting::why_not_ready(task).filter(|_| task.state != TaskState::Running)?;
        Some(if task.state == TaskState::Stopped { format!("{reason}; {}", self.goes_on()) } else { reason })
    }

    fn end(self, id: EndId) -> Result<&'a End, String> {
        self.world.end(id).ok_or_else(|| "that end is gone".to_owned())
    }

    /// Who acts at an end.
    fn holder(self, end: &End, prefer: Prefer) -> Result<&'a Task, String> {
        acting::for_key(self.world, end.id, prefer).ok_or_else(|| match acting::at_end(self.world, end.id) {
            Some(task) if task.is_alive() => format!("{} is closed already", end.label()),
            Some(task) => format!("{}, so nobody holds {}", acting::why_dead(task), end.label()),
            None => format!("nobody holds {}", end.label()),
        })
    }

    fn reader(self, end: EndId, side: PanelSide) -> Result<(&'a Task, &'a End), String> {
        let end = self.end(end)?;
        if !end.can_be_read() {
            return Err(format!("{} is the end of a pipe that only writes", end.label()));
        }
        Ok((self.holder(end, side.prefers())?, end))
    }

    /// The child at the far end, alive.
    fn child(self, facing: Facing) -> Result<&'a Task, String> {
        let far = self.end(facing.far)?;
        let Some(task) = acting::at_end(self.world, far.id) else {
            return Err(format!("nobody holds {}", far.label()));
        };
        if !task.is_alive() {
            return Err(format!("{} already", acting::why_dead(task)));
        }
        Ok(task)
    }
}

fn prefix(task: &Task) -> String {
    if acting::is_first(task) { String::new() } else { format!("{}: ", task.name) }
}
