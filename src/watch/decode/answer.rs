//! From a call that has returned to what it brought: bytes read, arrays filled, descriptors received.

use crate::order::{Call, Extra, IncomingMessage, KEEP, Outcome};
use crate::sys::syscalls::Sysno;

use super::message::{self, MMSGHDR, MMSGHDR_LENGTH};
use super::{Memory, buffers, descriptors_of_set, polled};

/// What a call brought that returned `value` without an error; none where it brings nothing.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others bring nothing")]
pub fn outcome(sysno: Sysno, arguments: [u64; 6], value: i64, memory: &dyn Memory) -> Option<Outcome> {
    use Sysno as S;
    let [a0, a1, a2, a3, a4, a5] = arguments;
    let moved = u64::try_from(value).unwrap_or(0);
    let extra = match sysno {
        S::Read => return Some(bytes(&[(a1, a2)], moved, memory)),
        // Of vmsplice(2) the descriptor says whether these bytes came or went, which the picture knows.
        S::Readv | S::Vmsplice => return Some(bytes(&buffers(a1, a2, memory), moved, memory)),
        S::Recvfrom => {
            let mut outcome = bytes(&[(a1, a2)], moved, memory);
            if a4 != 0 {
                let length = u64::from(memory.word32(a5));
                outcome.extra = Extra::From(crate::text::name_bytes(&message::address(a4, length, memory).shown));
            }
            return Some(outcome);
        }
        S::Recvmsg => return Some(received(a1, moved, memory)),
        S::Recvmmsg => return Some(received_many(a1, moved, memory)),
        S::Pipe | S::Pipe2 => array(a0, memory),
        S::Socketpair => array(a3, memory),
        S::Poll | S::Ppoll => Extra::Revents(polled(a0, a1, memory).iter().map(|row| row.2).collect()),
        S::Select | S::Pselect6 => {
            let [read, write, except] = [a1, a2, a3].map(|set| descriptors_of_set(set, a0, memory));
            Extra::Selected { read, write, except }
        }
        S::EpollWait | S::EpollPwait | S::EpollPwait2 => Extra::Epoll(ready(a1, moved, memory)),
        S::Getsockopt => Extra::Value(i64::from(memory.word32(a3).cast_signed())),
        S::Getsockname | S::Getpeername => {
            let length = u64::from(memory.word32(a2));
            Extra::Name(crate::text::name_bytes(&message::address(a1, length, memory).shown))
        }
        S::Wait4 if a1 != 0 && value > 0 => Extra::Status(memory.word32(a1).cast_signed()),
        _ => return None,
    };
    Some(Outcome { extra, ..Outcome::default() })
}

/// Bytes that arrived in these buffers; a beginning of them is kept.
fn bytes(buffers: &[(u64, u64)], moved: u64, memory: &dyn Memory) -> Outcome {
    let mut data = Vec::new();
    let mut left = moved.min(KEEP as u64);
    for (address, length) in buffers {
        let here = left.min(*length);
        let part = memory.read(*address, usize::try_from(here).unwrap_or(0));
        let is_whole = part.len() as u64 == here;
        data.extend(part);
        left -= here;
        if left == 0 || !is_whole {
            break;
        }
    }
    Outcome { data, ..Outcome::default() }
}

fn array(address: u64, memory: &dyn Memory) -> Extra {
    Extra::Array([memory.word32(address).cast_signed(), memory.word32(address + 4).cast_signed()])
}

fn ready(address: u64, count: u64, memory: &dyn Memory) -> Vec<(u64, u32)> {
    // struct epoll_event is packed on x86-64 alone.
    let (size, data) = if cfg!(target_arch = "x86_64") { (12, 4) } else { (16, 8) };
    let row = |at: u64| (memory.word64(address + at * size + data), memory.word32(address + at * size));
    (0..count.min(1024)).map(row).collect()
}

fn received(address: u64, moved: u64, memory: &dyn Memory) -> Outcome {
    let header = message::header(address, memory);
    let mut outcome = bytes(&buffers(header.buffers.0, header.buffers.1, memory), moved, memory);
    let (fds, creds) = message::control(header.control, memory);
    outcome.extra = Extra::Message { flags: header.flags, fds, creds, control: header.control.1 };
    outcome
}

fn received_many(address: u64, count: u64, memory: &dyn Memory) -> Outcome {
    let mut all = Outcome::default();
    let mut messages = Vec::new();
    for at in 0..count.min(1024) {
        let address = address + at * MMSGHDR;
        let len = u64::from(memory.word32(address + MMSGHDR_LENGTH));
        let one = received(address, len, memory);
        all.data.extend(one.data);
        if let Extra::Message { flags, fds, creds, .. } = one.extra {
            messages.push(IncomingMessage { len, flags, fds, creds });
        }
    }
    all.extra = Extra::Messages(messages);
    all
}

/// The numbers that a returned call has made, in the caller's table.
pub fn made_numbers(call: &Call, value: i64, outcome: Option<&Outcome>) -> Vec<i32> {
    let returned = || i32::try_from(value).into_iter().filter(|fd| *fd >= 0).collect();
    match (call, outcome.map(|outcome| &outcome.extra)) {
        (_, Some(Extra::Array(pair))) => pair.to_vec(),
        (_, Some(Extra::Message { fds, .. })) => fds.clone(),
        (_, Some(Extra::Messages(messages))) => messages.iter().flat_map(|one| one.fds.iter().copied()).collect(),
        _ if call.returns_descriptor() => returned(),
        _ => Vec::new(),
    }
}
