//! What an order becomes: one call, a loop of calls, or a reader that waits for something to read.

use std::time::{Duration, Instant};

use crate::abi::{self, Errno};
use crate::order::{Call, ECHO_BUFFER, FLOOD_BYTE, Loop, Outcome, Work};
use crate::sys::calls::{self as sys, CallResult};
use crate::sys::{descriptors, fork};

use super::calls::Prepared;
use super::record::Timing;
use super::{Agent, run_place};

impl Agent {
    /// Carries out one order and says that it is done.
    pub(super) fn perform(&mut self, work: &Work) {
        match work {
            Work::Then(call) if self.has_failed => self.leave_out(call),
            Work::Call(call) | Work::Then(call) => self.call(call),
            Work::Loop { of, keep } => {
                self.keep = *keep;
                self.repeat(of);
            }
            Work::Reader { fd, every_ms, count } => {
                self.read_on(*fd, *every_ms, *count);
                // From here on the next order's records come.
                self.recorder.ready();
                return self.recorder.ring_if_asleep();
            }
        }
        self.recorder.done();
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "four calls are not made in place")]
    fn call(&mut self, call: &Call) {
        let (answer, outcome) = match call {
            Call::Fork => (self.fork(), Outcome::default()),
            Call::Thread => (self.thread(), Outcome::default()),
            Call::Exec { .. } => (self.exec(), Outcome::default()),
            Call::Exit { code } => self.exit(*code),
            _ => {
                if let Err(error) = run_place::enter_for(call) {
                    self.fail(&error);
                }
                let mut prepared = Prepared::new(call);
                self.recorder.enter(0);
                let (answer, extra) = prepared.make();
                (answer, prepared.outcome(answer, extra))
            }
        };
        self.recorder.exit(answer, &outcome);
        self.has_failed = answer.ret < 0;
    }

    /// What is the program's own has failed, so nothing that a call would return can be believed.
    pub(super) fn fail(&self, error: &crate::sys::SysError) -> ! {
        let _ = self;
        super::complain(&error.to_string());
        fork::exit_child(super::FAILED)
    }

    /// What the program sent with an order that is not carried out is let go.
    fn leave_out(&mut self, call: &Call) {
        if call.makes_task() {
            drop(self.take_equipment());
        }
    }

    /// exit(2): the record before it is all there is of it.
    fn exit(&mut self, code: i32) -> ! {
        self.recorder.enter(0);
        if self.is_thread {
            fork::exit_thread();
        }
        fork::exit_child(code);
    }

    fn repeat(&mut self, of: &Loop) {
        match *of {
            Loop::Flood { fd, size, count } => self.flood(fd, size, count),
            Loop::Drain { fd, count, dontwait, pipe } => self.drain(fd, count, (dontwait, pipe)),
            Loop::Echo { fd } => self.echo(fd),
            Loop::Ping { fd, size, count } => self.ping(fd, size, count),
        }
    }

    fn flood(&mut self, fd: i32, size: u64, count: u64) {
        let data = flood_data(size);
        if count > 0 {
            self.recorder.enter_loop(0);
        }
        for left in (0..count).rev() {
            let answer = sys::write(fd, &data);
            let next = (answer.ret >= 0 && left > 0).then_some(0);
            // Of the calls that are shown one by one the time is shown too.
            let timing = if self.keep > 0 { Timing::Exact } else { Timing::Sampled };
            self.keep = self.keep.saturating_sub(1);
            self.recorder.exit_loop(answer, &[], next, timing);
            if next.is_none() {
                return;
            }
        }
    }

    fn drain(&mut self, fd: i32, count: u64, (dontwait, pipe): (bool, bool)) {
        let mut buffer = vec![0; usize::try_from(count).unwrap_or(0)];
        let looks_first = dontwait && pipe;
        let mut entered = false;
        loop {
            if looks_first && look(&[fd], 0x1, 0).1[0] == 0 {
                return;
            }
            if !std::mem::replace(&mut entered, !looks_first) {
                self.recorder.enter_loop(0);
            }
            let by_recv = dontwait && !pipe;
            let answer =
                if by_recv { sys::recv(fd, &mut buffer, abi::MSG_DONTWAIT) } else { sys::read(fd, &mut buffer) };
            // A read(2) of no bytes returns 0 for ever, and takes nothing.
            let more = answer.ret > 0 || (answer.ret == 0 && (by_recv || count > 0) && self.more_may_come(fd));
            self.exit_with_data(answer, &buffer, (more && !looks_first).then_some(0));
            if !more {
                return;
            }
        }
    }

    /// After a read of 0: an empty message is not the end. Only a socket that keeps messages has those; it says so by its type,
    /// and EOF by POLLHUP or POLLRDHUP, or by nothing to read.
    fn more_may_come(&self, fd: i32) -> bool {
        let _ = self;
        let (answer, kind) = crate::sys::options::get(fd, "type");
        let keeps_messages = answer.ret == 0 && kind != crate::order::Extra::Value(i64::from(abi::SOCK_STREAM));
        keeps_messages && look(&[fd], i32::from(abi::POLLRDHUP), 0).1[0] & (abi::POLLRDHUP | abi::POLLHUP) == 0
    }

    fn echo(&mut self, fd: i32) {
        let mut buffer = vec![0; usize::try_from(ECHO_BUFFER).unwrap_or(0)];
        self.recorder.enter_loop(0);
        loop {
            let read = sys::read(fd, &mut buffer);
            let data = arrived(&buffer, read);
            self.exit_with_data(read, &buffer, (read.ret > 0).then_some(1));
            if read.ret <= 0 {
                return;
            }
            let written = sys::write(fd, data);
            self.recorder.exit_loop(written, &[], (written.ret >= 0).then_some(0), Timing::Exact);
            if written.ret < 0 {
                return;
            }
        }
    }

    fn ping(&mut self, fd: i32, size: u64, count: u64) {
        let data = flood_data(size);
        let mut buffer = vec![0; data.len().max(1)];
        if count > 0 {
            self.recorder.enter_loop(0);
        }
        for left in (0..count).rev() {
            let written = sys::write(fd, &data);
            self.recorder.exit_loop(written, &[], (written.ret >= 0).then_some(1), Timing::Exact);
            if written.ret < 0 {
                return;
            }
            let read = sys::read(fd, &mut buffer);
            let next = (read.ret > 0 && left > 0).then_some(0);
            self.exit_with_data(read, &buffer, next);
            if next.is_none() {
                return;
            }
        }
    }

    /// Records a loop's read, with its data as long as that is wanted.
    fn exit_with_data(&mut self, answer: CallResult, buffer: &[u8], next: Option<u8>) {
        let data = if self.keep > 0 { arrived(buffer, answer) } else { &[] };
        self.keep = self.keep.saturating_sub(1);
        self.recorder.exit_loop(answer, data, next, Timing::Exact);
    }

    /// Reads whenever there is something (with `every_ms`: at the next tick) until EOF, an error, or the next order.
    fn read_on(&mut self, fd: i32, every_ms: Option<u64>, count: u64) {
        const ANY: i32 = 0x1 | 0x2000;
        let control = self.private.control.number();
        let call = Call::Read { fd, count };
        let mut tick = Instant::now();
        self.recorder.done();
        loop {
            let (_, ready) = look(&[control, fd], ANY, -1);
            if ready[0] != 0 {
                return;
            }
            if ready[1] == 0 {
                continue;
            }
            if let Some(every) = every_ms {
                tick = next_tick(tick, Duration::from_millis(every));
                if wait_for_order(control, tick.saturating_duration_since(Instant::now())) {
                    return;
                }
            }
            let mut prepared = Prepared::new(&call);
            self.recorder.enter(0);
            let (answer, extra) = prepared.make();
            let outcome = prepared.outcome(answer, extra);
            self.recorder.exit(answer, &outcome);
            self.recorder.ring_if_asleep();
            if answer.ret < 0 || (answer.ret == 0 && (count == 0 || !self.more_may_come(fd))) {
                return;
            }
        }
    }
}

/// poll(2) for the agent's own purposes: it refuses more descriptors than the soft limit allows numbers, which a learner may
/// have set to 0.
fn look(fds: &[i32], events: i32, timeout_ms: i32) -> (CallResult, Vec<i16>) {
    loop {
        let (answer, revents) = sys::poll(fds, events, timeout_ms);
        match answer.errno {
            Errno::EINVAL => break,
            // What was not looked at is not empty.
            Errno::EINTR if timeout_ms == 0 => {}
            Errno::ENOMEM => std::thread::sleep(Duration::from_millis(1)),
            _ => return (answer, revents),
        }
    }
    let _raised = descriptors::raise_limit();
    sys::poll(fds, events, timeout_ms)
}

/// The next of a clock's ticks that is still to come. What is there meanwhile waits for it.
fn next_tick(last: Instant, every: Duration) -> Instant {
    let passed = last.elapsed().as_nanos() / every.as_nanos().max(1);
    last + every.saturating_mul(u32::try_from(passed + 1).unwrap_or(u32::MAX))
}

/// Waits for the next order at most so long; true if it is there.
fn wait_for_order(control: i32, left: Duration) -> bool {
    let until = Instant::now() + left;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let ms = i32::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i32::MAX);
        if look(&[control], 0x1, ms).1[0] != 0 {
            return true;
        }
        if Instant::now() >= until {
            return false;
        }
    }
}

fn flood_data(size: u64) -> Vec<u8> {
    vec![FLOOD_BYTE; usize::try_from(size).unwrap_or(0)]
}

fn arrived(buffer: &[u8], answer: CallResult) -> &[u8] {
    &buffer[..usize::try_from(answer.ret).unwrap_or(0).min(buffer.len())]
}
