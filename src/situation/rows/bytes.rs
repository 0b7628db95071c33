//! What one read brings of several writes, and what becomes of the rest.

use super::{NO_FLAGS, ONE_WAY};
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
        "ten bytes and ten wait, and four are received with MSG_TRUNC, by recv(2) and by recvmsg(2)",
        "MAKE\nwrite A 0123456789\nwrite A abcdefghij\nrecv B 4 trunc => ?\nrecvmsg B 4 trunc => ?",
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
        "three and three bytes wait, six are received with MSG_WAITALL; the same by recvmsg(2)",
        "MAKE\nnonblock B on\nwrite A abc\nwrite A def\nrecv B 6 waitall => ?\nwrite A ghi\nrecvmsg B 6 waitall => ?",
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
        "oob-recvmsg",
        "the same by sendmsg(2) and recvmsg(2)",
        "MAKE\nsendmsg A x oob => ?\nrecvmsg B oob => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "oob-between",
        "ab, an urgent c, de: what plain reads bring",
        "MAKE\nnonblock B on\nsend A ab\nsend A c oob\nsend A de\nread B => ?\natmark B => ?\nread B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "sendmmsg",
        "three messages go by one sendmmsg(2); recvmmsg(2) has room for two",
        "MAKE\nsendmmsg A one two three => ?\nrecvmmsg B 10 2 dontwait => ?\nread B => ?",
    ),
    MatrixRow::new(
        "recvmmsg-waits",
        "two messages wait, three are wanted: with MSG_WAITFORONE, then without",
        "MAKE\nsendmmsg A one two\nrecvmmsg B 3 3 waitforone => ?\nsendmmsg A one two\nrecvmmsg B 3 3 => ?\nwrite A end => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "recvfrom",
        "recvfrom(2): its flags are those of recv(2)",
        "MAKE\nsend A abc\nsend A x oob\nrecvfrom B 2 peek trunc => ?\nrecvfrom B 9 waitall dontwait => ?\n\
         recvfrom B oob => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "ping",
        "the reader echoes: ten messages of 16 bytes there and back",
        "MAKE\npeer: echo B => ?\nping A 16 10 => ?",
    )
    .pipes(Pipes::Meaningless(ONE_WAY)),
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
    MatrixRow::new(
        "splice-nothing",
        "nothing waits: splice with SPLICE_F_NONBLOCK, both ends non-blocking",
        "PAIR\nnonblock B on\npipe p nonblock\nsplice B p[1] 100 nonblock => ?",
    ),
    MatrixRow::new(
        "tee",
        "a message waits: tee copies it into a pipe, and it is read; tee again",
        "PAIR\nnonblock B on\nwrite A abc\npipe p\ntee B p[1] 100 nonblock => ?\nread B => ?\ntee B p[1] 100 nonblock => ?",
    ),
    MatrixRow::new(
        "vmsplice-out",
        "a message waits: vmsplice takes it into two buffers of two; then again",
        "PAIR\nwrite A abc\nvmsplice B room=2,2 nonblock => ?\nvmsplice B room=2,2 nonblock => ?",
    ),
];
