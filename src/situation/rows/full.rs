//! How much fits, whose buffer counts, and when there is room again.

use super::NO_OPTIONS;
use crate::situation::{MatrixRow, Pipes};

const ROOM_AGAIN: &str = "\
MAKE
nonblock A on
flood A 1 1000000
poll A => ?
read B 1 => ?
write A y => ?
poll A => ?";

pub(super) const ROWS: &[MatrixRow] = &[
    MatrixRow::new(
        "full-bytes",
        "messages of one byte until there is no room",
        "MAKE\nnonblock A on\nflood A 1 1000000 => ?n",
    ),
    MatrixRow::new(
        "full-pages",
        "messages of 4096 bytes until there is no room",
        "MAKE\nnonblock A on\nflood A 4096 100000 => ?n",
    ),
    MatrixRow::new("room-again", "full of single bytes: poll; one is read; write, poll", ROOM_AGAIN),
    MatrixRow::new(
        "room-after-all",
        "full of single bytes, and all are read: poll",
        "MAKE\nnonblock A on\nflood A 1 1000000\nnonblock B on\ndrain B\npoll A => ?",
    ),
    MatrixRow::new(
        "full-reader-poll",
        "full: what the reader's poll says, and one read of all",
        "MAKE\nnonblock A on\nflood A 1 1000000\npoll B => ?\nread B 100000 => ?n",
    ),
    MatrixRow::new(
        "too-much",
        "one write of 1 MiB, non-blocking",
        "MAKE\nnonblock A on\nwrite A 1MiB*x => ?n\npoll A => ?",
    ),
    MatrixRow::new(
        "too-much-blocking",
        "one blocking write of 1 MiB; the reader closes midway",
        "MAKE\nnonblock B on\nwrite A 1MiB*x => ?\nread B 4096 => ?others\nclose B => ?n",
    ),
    MatrixRow::new(
        "largest",
        "one write of SO_SNDBUF less 31 bytes, one of SO_SNDBUF less 32",
        "PAIR\ngetsockopt A sndbuf => $n\nnonblock A on\nwrite A $n-31*x => ?n\nwrite A $n-32*x => ?n",
    )
    .pipes(Pipes::Meaningless(NO_OPTIONS)),
    MatrixRow::new(
        "small-buffer",
        "the writer's buffer is set to 4096 bytes: its size, then messages of 1000",
        "MAKE\nnonblock A on\nsetsockopt A sndbuf 4096\ngetsockopt A sndbuf => ?n\nflood A 1000 100000 => ?n",
    )
    .pipes(Pipes::Instead("MAKE\nnonblock A on\npipesize A 4096\npipesize A => ?n\nflood A 1000 100000 => ?n")),
    MatrixRow::new(
        "reader-buffer",
        "the reader's buffer is set to 4096 bytes: messages of one byte",
        "MAKE\nnonblock A on\nsetsockopt B rcvbuf 4096\nflood A 1 1000000 => ?n",
    )
    .pipes(Pipes::Meaningless(NO_OPTIONS)),
    MatrixRow::new("poll-empty", "nothing was written: poll both", "MAKE\npoll A => ?\npoll B => ?"),
    MatrixRow::new("poll-data", "one byte waits: poll both", "MAKE\nwrite A x\npoll A => ?\npoll B => ?"),
    MatrixRow::new(
        "shared-nonblock",
        "the reader's forked copy is made non-blocking; the reader reads",
        "MAKE\npeer: fork third\nthird: nonblock B on\npeer: read B => ?",
    ),
];
