//! The control pair over which a task is told what to do: SOCK_SEQPACKET, one order a message, and a second message with
//! descriptors (a child's control end and ring) where an order needs them.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, recvmsg, sendmsg, socketpair,
};

use super::figures::{self, EndFigures};
use super::{During, SysError};
use crate::abi::Errno;

/// The longest order, in bytes.
pub const MAX_ORDER: usize = 160 * 1024;

/// The program's side.
#[derive(Debug)]
pub struct OrderSender {
    fd: OwnedFd,
}

/// The task's side.
#[derive(Debug)]
pub struct OrderReceiver {
    fd: OwnedFd,
}

/// A new pair; the receiver's descriptor goes to the task.
pub fn pair() -> Result<(OrderSender, OwnedFd), SysError> {
    let (ours, theirs) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
        .during("make a control pair")?;
    Ok((OrderSender { fd: ours }, theirs))
}

impl OrderSender {
    /// Sends an order. EPIPE says that the task is dead.
    pub fn send(&self, order: &[u8]) -> Result<(), SysError> {
        let flags = MsgFlags::MSG_NOSIGNAL | MsgFlags::MSG_DONTWAIT;
        retry(|| nix::sys::socket::send(self.fd.as_raw_fd(), order, flags)).during("send an order")?;
        Ok(())
    }

    /// Sends descriptors, which the task takes in its own time.
    pub fn hand_over(&self, fds: &[OwnedFd]) -> Result<(), SysError> {
        let numbers: Vec<i32> = fds.iter().map(AsRawFd::as_raw_fd).collect();
        let rights = [ControlMessage::ScmRights(&numbers)];
        let flags = MsgFlags::MSG_NOSIGNAL | MsgFlags::MSG_DONTWAIT;
        let iov = [IoSlice::new(b"!")];
        retry(|| sendmsg::<()>(self.fd.as_raw_fd(), &iov, &rights, flags, None)).during("hand over descriptors")?;
        Ok(())
    }

    /// Asks an idle task what the kernel says of one of its descriptors; none if it does not answer.
    pub fn ask_figures(&self, fd: i32) -> Option<EndFigures> {
        let question = [&[QUESTION][..], &fd.to_le_bytes()].concat();
        self.send(&question).ok()?;
        super::poll::wait(&[self.fd.as_fd()], Some(ANSWERS_WITHIN)).ok()?;
        let mut answer = [0; 2 * figures::BYTES];
        let flags = MsgFlags::MSG_DONTWAIT;
        let length = retry(|| nix::sys::socket::recv(self.fd.as_raw_fd(), &mut answer, flags)).ok()?;
        EndFigures::from_bytes(&answer[..length])
    }

    /// Why the task left, if it could say so: not of its learner's will, but because a call of the program's own failed in it.
    /// An error where they may not be received.
    pub fn last_words(&self) -> Result<Option<String>, SysError> {
        let mut buffer = [0; LAST_WORDS];
        let flags = MsgFlags::MSG_DONTWAIT;
        let mut receive = || retry(|| nix::sys::socket::recv(self.fd.as_raw_fd(), &mut buffer, flags));
        // A task that dies without having read all of its orders is said to have reset the pair, once; its words are behind that.
        let received = match receive() {
            Err(nix::Error::ECONNRESET) => receive(),
            other => other,
        };
        match received {
            Ok(0) | Err(nix::Error::EAGAIN | nix::Error::ECONNRESET) => Ok(None),
            Ok(length) => Ok(Some(String::from_utf8_lossy(&buffer[..length]).into_owned())),
            Err(errno) => Err(errno).during("receive its last words, recv"),
        }
    }
}

/// Begins a question for figures; no order begins so, they count their kinds from 0.
const QUESTION: u8 = 0xff;
/// How long an idle task, which does nothing but wait for this, has to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// The most of them, in bytes.
const LAST_WORDS: usize = 512;

/// Says over the control end with this number why the task is about to leave.
pub fn say_last_words(number: i32, words: &str) {
    let words = &words.as_bytes()[..words.len().min(LAST_WORDS)];
    let _ = nix::sys::socket::send(number, words, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL);
}

/// What came of waiting for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// One of so many bytes.
    Order(usize),
    /// The program has gone.
    Gone,
    /// The kernel does not give it.
    Failed(Errno),
}

impl OrderReceiver {
    /// Takes the task's side over.
    pub fn new(fd: OwnedFd) -> Self {
        Self { fd }
    }

    /// Its number, to poll and to keep over execve.
    pub fn number(&self) -> i32 {
        self.fd.as_raw_fd()
    }

    /// Answers a question for figures, if this message is one.
    pub fn answers(&self, message: &[u8]) -> bool {
        let [QUESTION, fd @ ..] = message else { return false };
        if let Ok(fd) = fd.try_into().map(i32::from_le_bytes) {
            let answer = EndFigures::of(fd).to_bytes();
            let _ = nix::sys::socket::send(self.number(), &answer, MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL);
        }
        true
    }

    /// Sleeps for the next order, which fits [`MAX_ORDER`] bytes.
    pub fn receive(&self, buffer: &mut [u8]) -> Received {
        match retry(|| nix::sys::socket::recv(self.fd.as_raw_fd(), buffer, MsgFlags::empty())) {
            Ok(0) | Err(nix::Error::ECONNRESET) => Received::Gone,
            Ok(length) => Received::Order(length),
            Err(errno) => Received::Failed(Errno(errno as i32)),
        }
    }

    /// Takes the descriptors of a hand-over.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other control messages are not sent on this pair")]
    pub fn take_over(&self) -> Result<Vec<OwnedFd>, SysError> {
        let mut byte = [0_u8; 1];
        let mut space = nix::cmsg_space!([i32; 4]);
        let mut iov = [IoSliceMut::new(&mut byte)];
        let number = self.fd.as_raw_fd();
        let message = loop {
            let message = recvmsg::<()>(number, &mut iov, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC);
            match message.as_ref().err() {
                Some(errno) if passes(*errno) => {}
                _ => break message,
            }
        };
        let message = message.during("take over descriptors, recvmsg")?;
        let Ok(control) = message.cmsgs() else { return Ok(Vec::new()) };
        let rights = control.filter_map(|message| match message {
            ControlMessageOwned::ScmRights(fds) => Some(fds),
            _ => None,
        });
        // SAFETY: each number was installed by the recvmsg above for this process alone, and nothing else owns it.
        Ok(rights.flatten().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }).collect())
    }
}

/// Calls again while a signal interrupts, or memory lacks, which passes: an order that is lost is never made up for.
fn retry<T>(mut call: impl FnMut() -> nix::Result<T>) -> nix::Result<T> {
    const MOST: u32 = 1000;
    for _ in 0..MOST {
        match call() {
            Err(errno) if passes(errno) => {}
            other => return other,
        }
    }
    call()
}

/// Whether the same call may succeed in a moment, which is waited for.
fn passes(errno: nix::Error) -> bool {
    let is_short = matches!(errno, nix::Error::ENOMEM | nix::Error::ENOBUFS);
    if is_short {
        std::thread::sleep(Duration::from_millis(1));
    }
    is_short || errno == nix::Error::EINTR
}
