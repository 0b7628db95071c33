//! What is told of descriptors beside the calls that make them: by strace's annotations.

use crate::order::Call;
use crate::trace::{Fact, Known, Side, Thing};

use super::super::descriptors::{about, annotated, side_in};
use super::{LoggedTasks, RecordOutput};

impl LoggedTasks {
    /// Both ends of a new pair by their inodes, so that they are known again by another way.
    pub(super) fn tell_pair(&mut self, pid: i32, arguments: &[&str], out: &mut RecordOutput<'_>) {
        let sides = [Side::Reads, Side::Writes];
        let ends = arguments.iter().map(|argument| annotated(argument)).find(|ends| ends.len() == sides.len());
        for ((fd, text), side) in ends.into_iter().flatten().zip(sides) {
            if let Some(what) = self.fifos.thing(&text, side) {
                let known = Known { fd, what, cloexec: None, nonblock: None, outside: false };
                self.record(pid, Fact::Known(Box::new(known)), out);
            }
        }
    }

    /// Whether a path is another way to a descriptor that is told of.
    pub(super) fn is_own_descriptor(&self, pid: i32, path: &str) -> bool {
        let fd = path.strip_prefix("/dev/fd/").or_else(|| path.strip_prefix("/proc/self/fd/"));
        let told = self.by_pid.get(&pid).and_then(|task| self.told.get(&task.table));
        fd.and_then(|fd| fd.parse().ok()).is_some_and(|fd| told.is_some_and(|told| told.contains(&fd)))
    }

    /// Descriptors that no call in the log has made, by their annotations.
    pub(super) fn tell_descriptors(&mut self, pid: i32, call: &Call, arguments: &[&str], out: &mut RecordOutput<'_>) {
        let fds = about(call);
        for (fd, text) in arguments.iter().flat_map(|argument| annotated(argument)) {
            let Some(table) = self.by_pid.get(&pid).map(|task| task.table) else { return };
            let told = self.told.get(&table);
            if !fds.contains(&fd) || told.is_some_and(|told| told.contains(&fd)) {
                continue;
            }
            let Some(what) = self.fifos.thing(&text, side_in(call, fd)) else { continue };
            self.told.entry(table).or_default().insert(fd);
            let outside = !matches!(what, Thing::Object { .. });
            let known = Known { fd, what, cloexec: None, nonblock: None, outside };
            self.record(pid, Fact::Known(Box::new(known)), out);
        }
    }
}
