//! What a reader can wait for beside its channel: counts, timers, signals, deaths, and many things at once by epoll.

use crate::situation::MatrixRow;

const EPOLL_ONESHOT: &str = "\
MAKE
peer: epoll ep
peer: epollctl ep add B for=in,pri,rdhup oneshot
write A x
peer: epollwait ep timeout=0 => ?
write A y
peer: epollwait ep timeout=0 => ?
peer: epollctl ep mod B for=in oneshot
peer: epollwait ep timeout=0 => ?
peer: epollctl ep del B
peer: epollwait ep timeout=0 => ?";

pub(super) const ROWS: &[MatrixRow] = &[
    MatrixRow::new(
        "eventfd",
        "the reader has an eventfd that counts 2: poll both, read it twice",
        "MAKE\npeer: eventfd e 2 nonblock\npeer: poll B e => ?\npeer: read e => ?\npeer: read e => ?",
    ),
    MatrixRow::new(
        "eventfd-semaphore",
        "the same with EFD_SEMAPHORE",
        "MAKE\npeer: eventfd e 2 semaphore nonblock\npeer: poll B e => ?\npeer: read e => ?\npeer: read e => ?",
    ),
    MatrixRow::new(
        "timerfd",
        "the reader has a timer of a minute, then one whose time is up: poll, read",
        "MAKE\npeer: timerfd late 60000 nonblock\npeer: timerfd soon 1\nsleep 20\npeer: poll B late soon => ?\n\
         peer: read late => ?\npeer: read soon => ?",
    ),
    MatrixRow::new(
        "signalfd",
        "the reader has a signalfd for SIGUSR1, and the signal comes: poll, read",
        "MAKE\npeer: signalfd s USR1 nonblock\npeer: read s => ?\nkill peer USR1 => ?\npeer: poll B s => ?\npeer: read s => ?",
    ),
    MatrixRow::new(
        "pidfd",
        "a pidfd for the writer: it closes, poll; it exits, poll",
        "TURNED\npidfd p peer nonblock\npeer: close A\npoll B p => ?\npeer: exit => ?\npoll B p => ?",
    ),
    MatrixRow::new("epoll-oneshot", "EPOLLONESHOT: a byte comes, another comes, mod, del", EPOLL_ONESHOT),
    MatrixRow::new(
        "epoll-out",
        "the writer waits for EPOLLOUT: there is room; the reader closes",
        "MAKE\nepoll ep\nepollctl ep add A for=out\nepollwait ep timeout=0 => ?\nclose B\nepollwait ep timeout=0 => ?",
    ),
];
