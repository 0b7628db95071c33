//! Copies of a descriptor: under which number, whether execve(2) closes them, and how many go at once.

use super::BYTES_ONLY;
use crate::situation::{MatrixRow, Pipes};

/// Everything that can be made with O_CLOEXEC from the start.
const MADE_CLOEXEC: &str = "\
MAKE
peer: pipe p cloexec
mkfifo jobs
peer: open jobs rdwr f cloexec
peer: socket stream s cloexec
peer: eventfd e cloexec
peer: timerfd t 60000 cloexec
peer: signalfd g USR1 cloexec
peer: epoll ep cloexec
fds peer => ?
peer: exec => ?
fds peer => ?";

pub(super) const ROWS: &[MatrixRow] = &[
    MatrixRow::new("dupfd", "F_DUPFD from number 10 on, twice", "MAKE\ndupfd A 10 => ?\ndupfd A 10 cloexec => ?"),
    MatrixRow::new(
        "dup2-over",
        "dup2 puts another descriptor over the only writing end; the reader sleeps there",
        "MAKE\npipe p\nread B => ?\ndup2 p[1] 3 => ?",
    )
    .pipes(Pipes::Instead("MAKE\npipe p\nread B => ?\ndup2 p[1] 4 => ?")),
    MatrixRow::new(
        "dup2-exec",
        "the writer's end is close-on-exec, its copy by dup2 is not; execve(2), then read",
        "TURNED\npeer: cloexec A on\npeer: dup2 A 10\npeer: exec\nread B => ?",
    ),
    MatrixRow::new(
        "dup3-exec",
        "the same with dup3 and O_CLOEXEC; before that, dup3 to its own number",
        "TURNED\npeer: cloexec A on\npeer: dup3 A 10 cloexec\npeer: dup3 A@10 10 => ?\npeer: exec\nread B => ?",
    ),
    MatrixRow::new(
        "cloexec-off",
        "close-on-exec is switched on and off again; execve(2), then read",
        "TURNED\npeer: cloexec A on\npeer: cloexec A off\npeer: exec\nread B => ?",
    ),
    MatrixRow::new("cloexec-made", "a pipe, a FIFO, a socket and four more with O_CLOEXEC: descriptors before and after execve(2)", MADE_CLOEXEC),
    MatrixRow::new(
        "fd-cloexec",
        "a descriptor is received with MSG_CMSG_CLOEXEC; execve(2)",
        "MAKE\npipe p\nsendmsg A x fds=p[0]\nrecvmsg B fds=1 cloexec => ?\nholders p[0] => ?\npeer: exec\nholders p[0] => ?",
    )
    .pipes(Pipes::Meaningless(BYTES_ONLY)),
    MatrixRow::new(
        "close-range",
        "the reader sleeps; the writer closes its descriptors 3 to 9 in one call",
        "MAKE\ndup A\nread B => ?\ncloserange 3 9 => ?",
    ),
];
