//! What is left when a side closes, exits or is killed; with something unread, and without.

use super::{NO_OPTIONS, ONE_WAY};
use crate::situation::{MatrixRow, Pipes};

const TWO_WAYS_ONLY: Pipes = Pipes::Meaningless(ONE_WAY);

const FULL_THEN_CLOSED: &str = "\
MAKE
nonblock A on
flood A 4096 100000
nonblock A off
write A 4096*x => ?
close B => ?";

pub(super) const ROWS: &[MatrixRow] = &[
    MatrixRow::new("closed-read", "the writer closed; read", "MAKE\nclose A\nread B => ?"),
    MatrixRow::new("closed-poll", "the writer closed; poll", "MAKE\nclose A\npoll B => ?"),
    MatrixRow::new(
        "closed-data",
        "the writer wrote and closed; poll, read, read",
        "MAKE\nnonblock B on\nwrite A bye\nclose A\npoll B => ?\nread B => ?\nread B => ?",
    ),
    MatrixRow::new("closed-asleep", "the writer closes while the reader sleeps", "MAKE\nread B => ?\nclose A => ?"),
    MatrixRow::new("broken", "the reader closed; write", "MAKE\nclose B\nwrite A x => ?"),
    MatrixRow::new(
        "broken-ignored",
        "the reader closed, SIGPIPE is ignored; write, write",
        "MAKE\nsignal PIPE ignore\nclose B\nwrite A x => ?\nwrite A y => ?",
    ),
    MatrixRow::new(
        "broken-caught",
        "the reader closed, SIGPIPE is caught; write",
        "MAKE\nsignal PIPE catch\nclose B\nwrite A x => ?",
    ),
    MatrixRow::new(
        "broken-nosignal",
        "the reader closed; send and sendmsg with MSG_NOSIGNAL",
        "MAKE\nclose B\nsend A x nosignal => ?\nsendmsg A y nosignal => ?",
    )
    .pipes(Pipes::Meaningless(super::NO_FLAGS)),
    MatrixRow::new("broken-poll", "the reader closed; the writer polls", "MAKE\nclose B\npoll A => ?"),
    MatrixRow::new(
        "unread",
        "the reader closed with a byte unread; the writer reads twice",
        "MAKE\nnonblock A on\nwrite A x\nclose B\nread A => ?\nread A => ?",
    )
    .pipes(TWO_WAYS_ONLY),
    MatrixRow::new(
        "unread-poll",
        "the reader closed with a byte unread; poll",
        "MAKE\nwrite A x\nclose B\npoll A => ?",
    ),
    MatrixRow::new(
        "unread-write",
        "the reader closed with a byte unread; write, write",
        "MAKE\nsignal PIPE ignore\nwrite A x\nclose B\nwrite A y => ?\nwrite A z => ?",
    ),
    MatrixRow::new(
        "unread-write-read",
        "the same, then the writer reads twice",
        "MAKE\nsignal PIPE ignore\nnonblock A on\nwrite A x\nclose B\nwrite A y => ?\nread A => ?\nread A => ?",
    )
    .pipes(TWO_WAYS_ONLY),
    MatrixRow::new(
        "unread-error",
        "the reader closed with a byte unread; SO_ERROR, SO_ERROR, read",
        "MAKE\nnonblock A on\nwrite A x\nclose B\ngetsockopt A error => ?\ngetsockopt A error => ?\nread A => ?",
    )
    .pipes(Pipes::Meaningless(NO_OPTIONS)),
    MatrixRow::new(
        "unread-reply",
        "it answered, left a byte unread, closed; read three times",
        "MAKE\nnonblock A on\nwrite A x\nwrite B reply\nclose B\nread A => ?\nread A => ?\nread A => ?",
    )
    .pipes(TWO_WAYS_ONLY),
    MatrixRow::new("broken-asleep", "the writer sleeps in a full channel; the reader closes", FULL_THEN_CLOSED),
    MatrixRow::new(
        "killed",
        "the writer wrote and was killed; read, read",
        "TURNED\nnonblock B on\nwrite A last\nkill peer SIGKILL\nread B => ?\nread B => ?",
    ),
    MatrixRow::new(
        "zombie",
        "the writer exited, and nobody has waited for it; read",
        "TURNED\npeer: exit\nread B => ?",
    ),
    MatrixRow::new(
        "killed-unread",
        "the reader is killed, not closed, with a byte unread; the writer reads",
        "MAKE\nnonblock A on\nwrite A x\nkill peer SIGKILL\nread A => ?",
    )
    .pipes(TWO_WAYS_ONLY),
    MatrixRow::new(
        "third-holder",
        "the writer closed, a third process has a copy; it closes too",
        "MAKE\nfork third\nparent: close A\nread B => ?\nthird: close A => ?",
    ),
    MatrixRow::new(
        "own-copy",
        "the reader itself holds the writing end, nobody else does; read",
        "PAIR\nfork peer\nparent: close A\nparent: close B\npeer: read B => ?",
    ),
    MatrixRow::new(
        "dup",
        "the writer closed one of two descriptors; then the other",
        "MAKE\ndup A\nclose A\nread B => ?\nclose A => ?",
    ),
    MatrixRow::new(
        "cloexec",
        "the reader's end is close-on-exec, and it calls execve(2); write",
        "MAKE\nsignal PIPE ignore\ncloexec B on\npeer: exec\nwrite A x => ?",
    ),
];
