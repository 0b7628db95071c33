//! The lifeline: a pipe whose only write end is the program's. When the program dies, by whatever cause, the kernel sends
//! SIGKILL to the whole group of agents, asleep, stopped or just being forked: fcntl(2), F_SETOWN and F_SETSIG.

use std::os::fd::{AsRawFd, OwnedFd};

use nix::fcntl::OFlag;

use super::{During, SysError, descriptors, last_errno};

/// The program's end. Dropping it kills every agent of the group.
#[derive(Debug)]
pub struct Lifeline {
    held: OwnedFd,
}

/// A new lifeline; the second descriptor is for the first agent to [`arm`].
pub fn create() -> Result<(Lifeline, OwnedFd), SysError> {
    let (theirs, ours) = nix::unistd::pipe2(OFlag::O_CLOEXEC).during("make the lifeline")?;
    Ok((Lifeline { held: ours }, theirs))
}

impl Lifeline {
    /// The number of the program's end, which a fresh fork must close.
    pub fn number(&self) -> i32 {
        self.held.as_raw_fd()
    }
}

/// `F_SETSIG` of `<asm-generic/fcntl.h>`, which libc does not name.
const F_SETSIG: i32 = 10;

/// Makes the caller the leader of a new process group and ties that group's life to the other end.
/// False if the program has already gone: what was armed too late rings nobody.
pub fn arm(line: &OwnedFd) -> Result<bool, SysError> {
    nix::unistd::setpgid(nix::unistd::Pid::from_raw(0), nix::unistd::Pid::from_raw(0))
        .during("make the agents' group")?;
    let group = std::process::id();
    let owner = -i32::try_from(group).unwrap_or(i32::MAX);
    set(line, libc::F_SETOWN, owner)?;
    set(line, F_SETSIG, libc::SIGKILL)?;
    set(line, libc::F_SETFL, libc::O_ASYNC)?;
    set(line, libc::F_SETFD, 0)?;
    Ok(is_held(line))
}

/// Ties the caller's own life to the other end, also if it is in another process group later: it opens the pipe once more, because
/// whom the kernel signals belongs to the open file description. The new descriptor is private too. None if the program has
/// already gone.
pub fn arm_own(line: i32, base: i32) -> Result<Option<OwnedFd>, SysError> {
    let raised = descriptors::raise_limit();
    let opened = std::fs::File::open(format!("/proc/self/fd/{line}")).during("open the lifeline once more")?;
    let own = descriptors::move_up(OwnedFd::from(opened), base)?;
    drop(raised);
    set(&own, libc::F_SETOWN, i32::try_from(std::process::id()).unwrap_or(i32::MAX))?;
    set(&own, F_SETSIG, libc::SIGKILL)?;
    set(&own, libc::F_SETFL, libc::O_ASYNC)?;
    Ok(is_held(&own).then_some(own))
}

/// Whether the program is still there.
fn is_held(line: &OwnedFd) -> bool {
    let mut polled = libc::pollfd { fd: line.as_raw_fd(), events: 0, revents: 0 };
    // SAFETY: the pointer is to one local pollfd, as the count says.
    unsafe { libc::poll(&raw mut polled, 1, 0) };
    polled.revents & libc::POLLHUP == 0
}

fn set(line: &OwnedFd, command: i32, value: i32) -> Result<(), SysError> {
    // SAFETY: these fcntl commands only take numbers.
    let result = unsafe { libc::fcntl(line.as_raw_fd(), command, value) };
    if result < 0 { Err(SysError { operation: "arm the lifeline", errno: last_errno() }) } else { Ok(()) }
}
