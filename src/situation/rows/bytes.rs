//! What one read brings of several writes, and what becomes of the rest.

use super::NO_FLAGS;
use crate::situation::{MatrixRow, Pipes};

const SOCKETS_ONLY: Pipes = Pipes::Meaningless(NO_FLAGS);

pub(super) const ROWS: &[MatrixRow] = &[
    MatrixRow::new(
        "two-writes",
        "hello and world are written, then read twice",
        "MAKE\nwrite A hello\nwrite A world\nread B => ?\nread B => ?",
    ),
    MatrixRow::new(
        "short-read",
        "ten bytes are written, four are read, then all",
        "MAKE\nnonblock B on\nwrite A 0123456789\nread B 4 => ?\nread B => ?",
    ),
    MatrixRow::new(
        "short-recvmsg",
        "the same by recvmsg(2), which has flags",
        "MAKE\nnonblock B on\nwrite A 0123456789\nrecvmsg B 4 => ?\nrecvmsg B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "trunc",
        "ten bytes wait, and four are received with MSG_TRUNC",
        "MAKE\nwrite A 0123456789\nrecv B 4 trunc => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "peek",
        "two writes, a MSG_PEEK, then a read",
        "MAKE\nwrite A one\nwrite A two\nrecv B peek => ?\nread B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "waitall",
        "three and three bytes wait, six are received with MSG_WAITALL",
        "MAKE\nwrite A abc\nwrite A def\nrecv B 6 waitall => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "eor",
        "one message is sent with MSG_EOR; does the flag arrive",
        "MAKE\nsend A x eor => ?\nrecvmsg B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "more",
        "one message is sent with MSG_MORE, another without",
        "MAKE\nsend A one more => ?\nsend A two => ?\nread B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "writev",
        "two buffers are written in one call, then read",
        "MAKE\nwritev A one two => ?\nread B => ?",
    ),
    MatrixRow::new(
        "readv",
        "six bytes are read into two buffers of two, then all",
        "MAKE\nnonblock B on\nwrite A abcdef\nreadv B 2 2 => ?\nread B => ?",
    ),
    MatrixRow::new(
        "fionread",
        "two messages of five bytes wait; how many bytes does FIONREAD say",
        "MAKE\nwrite A hello\nwrite A world\nqueue B => ?",
    ),
    MatrixRow::new(
        "empty-write",
        "nothing is written, then it is read",
        "MAKE\nnonblock B on\nwrite A \"\" => ?\nread B => ?",
    ),
    MatrixRow::new("empty-poll", "nothing is written, and the reader polls", "MAKE\nwrite A \"\"\npoll B => ?"),
    MatrixRow::new(
        "empty-then-close",
        "nothing is written, the writer closes; which zero is the end",
        "MAKE\nnonblock B on\nwrite A \"\"\nclose A\nread B => ?\nread B => ?",
    ),
    MatrixRow::new(
        "read-nothing",
        "one byte waits, and nothing is read, then all",
        "MAKE\nnonblock B on\nwrite A x\nread B 0 => ?\nread B => ?",
    ),
    MatrixRow::new("recv-nothing", "the same by recv(2)", "MAKE\nnonblock B on\nwrite A x\nrecv B 0 => ?\nrecv B => ?")
        .pipes(SOCKETS_ONLY),
    MatrixRow::new("other-way", "the reading end is written to", "MAKE\nwrite B x => ?\nread A => ?"),
    MatrixRow::new(
        "send",
        "send(2) and recv(2) instead of write and read",
        "MAKE\nsend A x => ?\nrecv B dontwait => ?",
    ),
    MatrixRow::new(
        "oob",
        "one byte is sent with MSG_OOB: poll, and receive it",
        "MAKE\nsend A x oob => ?\npoll B => ?\nrecv B oob => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "oob-between",
        "ab, an urgent c, de: what plain reads bring",
        "MAKE\nnonblock B on\nsend A ab\nsend A c oob\nsend A de\nread B => ?\natmark B => ?\nread B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "two-writers",
        "a forked child and its parent write, then one read",
        "MAKE\nfork third\nthird: write A one\nparent: write A two\nread B => ?",
    ),
    MatrixRow::new(
        "vmsplice",
        "two buffers come by vmsplice, then a write, then two reads",
        "MAKE\nnonblock B on\nvmsplice A ab cd => ?\nwrite A ef\nread B => ?\nread B => ?",
    ),
    MatrixRow::new(
        "splice",
        "two messages wait: splice moves them into a pipe",
        "PAIR\nwrite A abc\nwrite A def\npipe p\nsplice B p[1] 100 => ?\nread p[0] => ?\nqueue p[0] => ?",
    ),
];
