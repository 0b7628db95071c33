//! What the kernel says of one end: queue, buffer, readiness. Asked over a descriptor, by a process that holds one: the program by a
//! momentary copy, or the task itself where a copy is denied.

use crate::order::Extra;

use super::{calls, options};

/// The kernel's figures of one descriptor; none where it has no such figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndFigures {
    /// FIONREAD.
    pub bytes: Option<u64>,
    /// SIOCOUTQ, of a socket.
    pub charged: Option<u64>,
    /// SO_SNDBUF, of a socket.
    pub sndbuf: Option<u64>,
    /// F_GETPIPE_SZ, of a pipe.
    pub pipe_size: Option<u64>,
    /// What poll(2) says, of everything that can be asked for.
    pub poll: i32,
}

/// POLLIN, POLLPRI, POLLOUT, POLLRDHUP; the kernel adds POLLERR and POLLHUP.
const ALL_POLLED: i32 = 0x2007;
/// How many numbers there are.
const COUNT: usize = 5;
/// Bytes of [`EndFigures::to_bytes`].
pub const BYTES: usize = COUNT * 8;

impl EndFigures {
    /// Asks the kernel; nothing is changed by that.
    pub fn of(fd: i32) -> Self {
        let (_, polled) = calls::poll(&[fd], ALL_POLLED, 0);
        let sndbuf = match options::get(fd, "sndbuf") {
            (answer, Extra::Value(value)) if answer.ret == 0 => u64::try_from(value).ok(),
            _ => None,
        };
        Self {
            bytes: calls::bytes_waiting(fd),
            charged: sndbuf.and_then(|_| calls::bytes_charged(fd)),
            sndbuf,
            pipe_size: u64::try_from(calls::pipe_size(fd).ret).ok(),
            poll: polled.first().map_or(0, |bits| i32::from(*bits)),
        }
    }

    /// As a task sends them.
    pub fn to_bytes(self) -> [u8; BYTES] {
        let number = |value: Option<u64>| value.and_then(|value| i64::try_from(value).ok()).unwrap_or(-1);
        let numbers = [
            number(self.bytes),
            number(self.charged),
            number(self.sndbuf),
            number(self.pipe_size),
            i64::from(self.poll),
        ];
        let mut bytes = [0; BYTES];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// As they came; none if it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let whole: &[u8; BYTES] = bytes.try_into().ok()?;
        let mut numbers = whole.chunks_exact(8).map(|eight| eight.try_into().map_or(-1, i64::from_le_bytes));
        let mut next = || numbers.next().and_then(|number| u64::try_from(number).ok());
        let (bytes, charged, sndbuf, pipe_size) = (next(), next(), next(), next());
        let poll = next().and_then(|bits| i32::try_from(bits).ok()).unwrap_or(0);
        Some(Self { bytes, charged, sndbuf, pipe_size, poll })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_what_comes() {
        let figures =
            EndFigures { bytes: Some(3), charged: None, sndbuf: Some(212_992), pipe_size: None, poll: 0x2015 };
        assert_eq!(EndFigures::from_bytes(&figures.to_bytes()), Some(figures));
        assert_eq!(EndFigures::from_bytes(b"open a door"), None);
    }
}
