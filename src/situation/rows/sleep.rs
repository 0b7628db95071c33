//! Who sleeps in which call, and what wakes them.

use super::{NO_FLAGS, NO_OPTIONS};
use crate::situation::{MatrixRow, Pipes};

/// Fills the channel by messages of a page, then sleeps in one more write.
const ASLEEP_IN_WRITE: &str = "\
MAKE
nonblock A on
flood A 4096 100000
nonblock A off
write A 4096*x => ?
read B 4096 => ?others
drain B dontwait => ?others";

pub(super) const ROWS: &[MatrixRow] = &[
    MatrixRow::new("read-empty", "the reader finds nothing, then one byte comes", "MAKE\nread B => ?\nwrite A x => ?"),
    MatrixRow::new("read-nonblock", "the same with O_NONBLOCK", "MAKE\nnonblock B on\nread B => ?\nwrite A x => ?"),
    MatrixRow::new("write-full", "the writer finds no room; one is read, then the rest", ASLEEP_IN_WRITE),
    MatrixRow::new(
        "waitall-sleeps",
        "six bytes are wanted with MSG_WAITALL, three and three come",
        "MAKE\nrecv B 6 waitall => ?\nwrite A abc => ?\nwrite A def => ?",
    )
    .pipes(Pipes::Meaningless(NO_FLAGS)),
    MatrixRow::new("interrupt", "a signal comes while the reader sleeps", "MAKE\nread B => ?\ninterrupt peer => ?"),
    MatrixRow::new(
        "caught",
        "the same, and its handler says SA_RESTART",
        "MAKE\npeer: signal USR1 catch\nread B => ?\nkill peer USR1 => ?\nwrite A x => ?",
    ),
    MatrixRow::new(
        "caught-norestart",
        "the same, and its handler does not say so",
        "MAKE\npeer: signal USR1 catch norestart\nread B => ?\nkill peer USR1 => ?\nwrite A x => ?",
    ),
    MatrixRow::new(
        "poll-sleeps",
        "the reader waits for POLLIN in poll(2), the writer closes",
        "MAKE\npoll B for=in timeout=-1 => ?\nclose A => ?",
    ),
    MatrixRow::new(
        "thread-close",
        "another thread closes the end on which the reader sleeps",
        "MAKE\npeer: thread t\npeer: read B => ?\nt: close B => ?\nwrite A x => ?",
    ),
    MatrixRow::new(
        "thread-shutdown",
        "another thread shuts the end down",
        "MAKE\npeer: thread t\npeer: read B => ?\nt: shutdown B rdwr => ?",
    )
    .pipes(Pipes::Meaningless(NO_OPTIONS)),
    MatrixRow::new(
        "stopped",
        "the reader is stopped: write, poll, then let it go on and read",
        "MAKE\nstop peer\nwrite A x => ?\npoll A => ?\ncont peer\nread B => ?",
    ),
    MatrixRow::new(
        "stopped-asleep",
        "the reader is stopped while it sleeps; a byte comes; it goes on",
        "MAKE\nread B => ?\nstop peer\nwrite A x => ?\ncont peer => ?",
    ),
    MatrixRow::new(
        "stopped-killed",
        "the stopped reader is killed with a byte unread: poll, write",
        "MAKE\nsignal PIPE ignore\nstop peer\nwrite A x\nkill peer SIGKILL\npoll A => ?\nwrite A y => ?",
    ),
];
