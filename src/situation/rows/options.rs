//! Options of a socket, and what they change.

use super::{NO_NAMES, NO_OPTIONS};
use crate::situation::{MatrixRow, Pipes};

const SOCKETS_ONLY: Pipes = Pipes::Meaningless(NO_OPTIONS);

pub(super) const ROWS: &[MatrixRow] = &[
    MatrixRow::new(
        "what-it-is",
        "SO_DOMAIN, SO_PROTOCOL and SO_TYPE of one end",
        "MAKE\ngetsockopt A domain => ?\ngetsockopt A protocol => ?\ngetsockopt A type => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "acceptconn",
        "SO_ACCEPTCONN before and after listen",
        "socket TYPE srv\nbind srv @srv\ngetsockopt srv acceptconn => ?\nlisten srv => ?\ngetsockopt srv acceptconn => ?",
    )
    .pipes(Pipes::Meaningless(NO_NAMES)),
    MatrixRow::new(
        "reuseaddr",
        "the name is taken: bind with SO_REUSEADDR; the file is unlinked: bind",
        "socket TYPE srv\nbind srv file\nclose srv\nsocket TYPE s\nsetsockopt s reuseaddr on => ?\nbind s file => ?\n\
         unlink file\nbind s file => ?",
    )
    .pipes(Pipes::Meaningless(NO_NAMES)),
    MatrixRow::new(
        "linger",
        "SO_LINGER of 60 s, and a byte is unread: close returns, read",
        "MAKE\nsetsockopt A linger 60 => ?\nwrite A x\nclose A => ?\nread B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "rcvlowat",
        "SO_RCVLOWAT of 4: two bytes wait; poll, read; two more come",
        "MAKE\nsetsockopt B rcvlowat 4 => ?\nwrite A ab\npoll B => ?\nread B => ?\nwrite A cd => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "rcvtimeo",
        "SO_RCVTIMEO of 250 ms: the reader sleeps, and nothing comes",
        "MAKE\nsetsockopt B rcvtimeo 250\nread B => ?\nsleep 500 => ?others",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "sndtimeo",
        "SO_SNDTIMEO of a minute, and O_NONBLOCK too: the writer finds no room",
        "MAKE\nsetsockopt A sndtimeo 60000\ngetsockopt A sndtimeo => ?\nnonblock A on\nflood A 4096 100000\nwrite A 4096*x => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "peek-off",
        "SO_PEEK_OFF of 1, two writes: two MSG_PEEK, then a read",
        "MAKE\nsetsockopt B peek_off 1\nrepeat 2 write A abc\nrecv B 2 peek dontwait => ?\nrecv B peek dontwait => ?\nread B => ?",
    )
    .pipes(SOCKETS_ONLY),
];
