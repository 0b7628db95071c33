//! The control pair over which a task is told what to do: SOCK_SEQPACKET, one order a message, and a second message with
//! descriptors (a child's control end and ring) where an order needs them.
#![expect(clippy::wildcard_enum_match_arm, reason = "other control messages are not sent on this pair")]

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, recvmsg, sendmsg, socketpair,
};

use super::{During, SysError};

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

    /// Sleeps for the next order, which fits [`MAX_ORDER`] bytes; none when the program has gone.
    pub fn receive(&self, buffer: &mut [u8]) -> Option<usize> {
        loop {
            match nix::sys::socket::recv(self.fd.as_raw_fd(), buffer, MsgFlags::empty()) {
                Ok(0) => return None,
                Ok(length) => return Some(length),
                Err(nix::Error::EINTR) => {}
                Err(_) => return None,
            }
        }
    }

    /// Takes the descriptors of a hand-over.
    pub fn take_over(&self) -> Vec<OwnedFd> {
        let mut byte = [0_u8; 1];
        let mut space = nix::cmsg_space!([i32; 4]);
        let mut iov = [IoSliceMut::new(&mut byte)];
        let number = self.fd.as_raw_fd();
        let message = loop {
            match recvmsg::<()>(number, &mut iov, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC) {
                Err(nix::Error::EINTR) => {}
                other => break other,
            }
        };
        let Ok(message) = message else { return Vec::new() };
        let Ok(control) = message.cmsgs() else { return Vec::new() };
        let rights = control.filter_map(|message| match message {
            ControlMessageOwned::ScmRights(fds) => Some(fds),
            _ => None,
        });
        // SAFETY: each number was installed by the recvmsg above for this process alone, and nothing else owns it.
        rights.flatten().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }).collect()
    }
}

/// Calls again while a signal interrupts.
fn retry<T>(mut call: impl FnMut() -> nix::Result<T>) -> nix::Result<T> {
    loop {
        match call() {
            Err(nix::Error::EINTR) => {}
            other => return other,
        }
    }
}
