//! One direction shut down, the other left open.

use super::NO_OPTIONS;
use crate::situation::{MatrixRow, Pipes};

const SOCKETS_ONLY: Pipes = Pipes::Meaningless(NO_OPTIONS);

pub(super) const ROWS: &[MatrixRow] = &[
    MatrixRow::new("wr-write", "SHUT_WR, then a write there", "MAKE\nshutdown A wr => ?\nwrite A x => ?"),
    MatrixRow::new(
        "wr-peer",
        "a byte, then SHUT_WR: poll, read, read at the other end",
        "MAKE\nnonblock B on\nwrite A x\nshutdown A wr\npoll B => ?\nread B => ?\nread B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new("wr-asleep", "SHUT_WR while the other end's reader sleeps", "MAKE\nread B => ?\nshutdown A wr => ?")
        .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "wr-answer",
        "SHUT_WR, and the other end answers",
        "MAKE\nshutdown A wr\nwrite B back => ?\nread A => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new("wr-poll", "SHUT_WR, and its own poll", "MAKE\nshutdown A wr\npoll A => ?").pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "rd-queued",
        "bytes wait, then SHUT_RD: read, read",
        "MAKE\nwrite A queued\nshutdown B rd\nread B => ?\nread B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "rd-nonblock",
        "the same with O_NONBLOCK",
        "MAKE\nnonblock B on\nwrite A queued\nshutdown B rd\nread B => ?\nread B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "rd-peer",
        "SHUT_RD: poll and write at the other end",
        "MAKE\nsignal PIPE ignore\nshutdown B rd\npoll A => ?\nwrite A x => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "rd-asleep",
        "a thread says SHUT_RD while the reader sleeps",
        "MAKE\npeer: thread t\npeer: read B => ?\nt: shutdown B rd => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new("rdwr-poll", "SHUT_RDWR: both polls", "MAKE\nshutdown A rdwr\npoll A => ?\npoll B => ?")
        .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "copy-shuts",
        "a forked copy says SHUT_WR, and the parent writes",
        "MAKE\nsignal PIPE ignore\nfork third\nthird: shutdown A wr\nparent: write A x => ?",
    )
    .pipes(SOCKETS_ONLY),
];
