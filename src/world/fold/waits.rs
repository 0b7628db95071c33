//! What happens inside of an object that can be waited for: an eventfd counts, a timerfd is set, a signalfd takes blocked signals.

use crate::abi;
use crate::order::{Call, Payload};
use crate::trace::{Brought, TaskId};

use super::super::World;
use super::super::object::Inside;
use super::Back;

/// Bytes of the number that eventfd and timerfd read and write.
const NUMBER: usize = 8;
/// Bytes of `struct signalfd_siginfo`.
const SIGINFO: usize = 128;
/// Where its number of the sender stands; that of the signal comes first.
const SENDER: usize = 12;

impl World {
    /// A call that makes an object to wait for, or sets one, has succeeded.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these")]
    pub(super) fn make_to_wait_for(&mut self, id: TaskId, call: &Call, back: &Back) {
        let nameless = String::new();
        match *call {
            Call::Eventfd { initial, flags } => {
                self.make_object(id, ("eventfd", nameless), flags, back);
                let is_semaphore = flags & abi::EFD_SEMAPHORE != 0;
                self.set_inside(id, back.ret, Inside::Counter { count: i128::from(initial), is_semaphore });
            }
            Call::Signalfd { ref signals, flags } => {
                self.make_object(id, ("signalfd", nameless), flags, back);
                self.set_inside(id, back.ret, Inside::Signals(signals.clone()));
            }
            Call::TimerfdCreate { flags } => {
                self.make_object(id, ("timerfd", nameless), flags, back);
                self.set_inside(id, back.ret, Inside::Timer { ms: None, was_read: false });
            }
            Call::TimerfdSettime { fd, ms } => {
                self.set_inside(id, fd, Inside::Timer { ms: Some(ms), was_read: false });
            }
            Call::PidfdOpen { pid, flags } => {
                self.make_object(id, ("pidfd", self.name_of_pid(pid)), flags | abi::CLOEXEC, back);
                self.set_inside(id, back.ret, Inside::Process(pid));
            }
            Call::EpollCreate { flags } => {
                self.make_object(id, ("epoll", nameless), flags, back);
                self.set_inside(id, back.ret, Inside::Epoll(Vec::new()));
            }
            // A timer that goes off again and again, or at a time of day; signals changed afterwards.
            Call::Other { ref name, fd: Some(fd), .. } if is_untold(name) => self.set_inside(id, fd, Inside::Opaque),
            _ => {}
        }
    }

    /// What a number in the task's table refers to is of this kind inside.
    fn set_inside(&mut self, id: TaskId, fd: i32, inside: Inside) {
        if let Some(object) = self.end_of(id, fd).and_then(|object| self.objects.get_mut(&object)) {
            object.inside = inside;
        }
    }

    /// sigprocmask(2): these signals wait from now on.
    pub(super) fn block(&mut self, id: TaskId, signals: &[i32]) {
        let origin = self.origin(id, "sigprocmask");
        if let Some(task) = self.tasks.get_mut(&id) {
            for signal in signals {
                task.blocked.entry(*signal).or_insert(origin);
            }
        }
    }

    /// A read or a write of an eventfd has succeeded.
    pub(super) fn count(&mut self, id: TaskId, call: &Call, back: &Back) {
        let Some(at) = call.fd().and_then(|fd| self.end_of_call(id, fd)).filter(|_| back.ret >= 0) else { return };
        let read = brought(&Inside::Timer { ms: None, was_read: false }, back).and_then(Brought::number);
        let origin = self.origin(id, "read");
        let Some(object) = self.objects.get_mut(&at) else { return };
        if call.room().is_some() && back.ret > 0 {
            object.taken.note(origin);
        }
        if let Inside::Timer { was_read, .. } = &mut object.inside {
            *was_read |= call.room().is_some() && back.ret > 0;
        }
        let Inside::Counter { count, .. } = &mut object.inside else { return };
        if call.room().is_some() {
            *count -= i128::from(read.unwrap_or(0));
        } else if call.offered().is_some() {
            *count += i128::from(written(call.payloads()).unwrap_or(0));
        }
    }

    /// What a read of an object has brought, as a number or as signals.
    pub(super) fn brought_by(&self, id: TaskId, call: &Call, back: &Back) -> Option<Brought> {
        call.room()?;
        let object = self.objects.get(&self.end_of_call(id, call.fd()?)?)?;
        brought(&object.inside, back)
    }
}

/// The bytes that a read has brought, as what they are.
fn brought(inside: &Inside, back: &Back) -> Option<Brought> {
    let data = back.data();
    let length = usize::try_from(back.ret).ok().filter(|length| *length > 0 && data.len() >= *length)?;
    let word = |at: usize| Some(i32::from_ne_bytes(data.get(at..at + 4)?.try_into().ok()?));
    match inside {
        Inside::Counter { .. } | Inside::Timer { .. } if length == NUMBER => {
            Some(Brought::Number(u64::from_ne_bytes(data.get(..NUMBER)?.try_into().ok()?)))
        }
        Inside::Signals(_) => {
            let one = |at| Some((word(at)?, word(at + SENDER)?));
            Some(Brought::Signals((0..length).step_by(SIGINFO).filter_map(one).collect()))
        }
        Inside::Counter { .. } | Inside::Timer { .. } | Inside::Process(_) | Inside::Epoll(_) | Inside::Opaque => None,
    }
}

/// Whether a call changes an object to what is not told.
fn is_untold(name: &str) -> bool {
    matches!(name, "timerfd_settime" | "signalfd" | "signalfd4")
}

/// The number that a write to an eventfd adds.
fn written(payloads: &[Payload]) -> Option<u64> {
    let bytes: Vec<u8> = payloads.iter().flat_map(Payload::iter).take(NUMBER).collect();
    Some(u64::from_ne_bytes(bytes.try_into().ok()?))
}
