//! What travels beside the bytes, and sockets that have an address.

use super::{BYTES_ONLY, NO_NAMES, NO_OPTIONS};
use crate::situation::{MatrixRow, Pipes};

const SOCKETS_ONLY: Pipes = Pipes::Meaningless(BYTES_ONLY);
const NAMED_ONLY: Pipes = Pipes::Meaningless(NO_NAMES);

const GLUE: &str = "\
MAKE
nonblock B on
pipe p
send A aa
sendmsg A bb fds=p[0]
send A cc
recvmsg B fds=1 => ?
recvmsg B fds=1 => ?
recvmsg B fds=1 => ?";

pub(super) const ROWS: &[MatrixRow] = &[
    MatrixRow::new(
        "fd",
        "a descriptor is sent with one byte, and received",
        "MAKE\npipe p\nsendmsg A x fds=p[0] => ?\nholders p[0] => ?\nrecvmsg B fds=1 => ?\nholders p[0] => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new("fd-between", "aa, bb with a descriptor, cc: three receives", GLUE).pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "fd-no-data",
        "a descriptor is sent with no bytes",
        "MAKE\nnonblock B on\npipe p\nsendmsg A \"\" fds=p[0] => ?\nrecvmsg B fds=1 => ?\nholders p[0] => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "fd-read",
        "a plain read takes the byte that carries a descriptor",
        "MAKE\npipe p\nsendmsg A x fds=p[0]\nread B => ?\nholders p[0] => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "fd-byte-by-byte",
        "two bytes with a descriptor, received one by one",
        "MAKE\nnonblock B on\npipe p\nsendmsg A ab fds=p[0]\nrecvmsg B 1 fds=1 => ?\nrecvmsg B 1 fds=1 => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "fd-no-room",
        "two descriptors, room for CMSG_LEN of one; for CMSG_SPACE of one",
        "MAKE\npipe p\nsendmsg A x fds=p[0],p[1]\nrecvmsg B fds=1 => ?\nsendmsg A x fds=p[0],p[1]\n\
         recvmsg B control=24 => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "fd-peek",
        "a message with a descriptor is peeked at, then received: how many copies",
        "MAKE\npipe p\nsendmsg A x fds=p[0]\nclose p[0]\nrecvmsg B fds=1 peek => ?\nrecvmsg B fds=1 => ?\nholders p[0] => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "fd-limit",
        "the receiver is at its limit of descriptors",
        "MAKE\npipe p\npeer: rlimit nofile 3\nsendmsg A x fds=p[0]\nrecvmsg B fds=1 => ?\nholders p[0] => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "fd-in-flight",
        "the last writing end of a pipe is in flight; the carrier is closed",
        "MAKE\npipe p\nfork third\nthird: close p[1]\nsendmsg A x fds=p[1]\nparent: close p[1]\n\
         third: read p[0] => ?\npeer: close B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "creds",
        "SO_PASSCRED is on at the reader, and a byte comes",
        "MAKE\nsetsockopt B passcred on\nwrite A x\nrecvmsg B fds=1 => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "creds-sent",
        "the same, and the writer sends its credentials itself",
        "MAKE\nsetsockopt B passcred on\nsendmsg A x creds dontwait => ?\nrecvmsg B fds=1 => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "creds-two-writers",
        "SO_PASSCRED is on: a forked child and its parent write, one read",
        "MAKE\nsetsockopt B passcred on\nfork third\nthird: write A one\nparent: write A two\nread B => ?",
    )
    .pipes(SOCKETS_ONLY),
    MatrixRow::new(
        "peercred",
        "SO_PEERCRED at both ends",
        "MAKE\ngetsockopt A peercred => ?\ngetsockopt B peercred => ?",
    )
    .pipes(Pipes::Meaningless(NO_OPTIONS)),
    MatrixRow::new(
        "sendto",
        "an address is given where there is a peer already",
        "MAKE\nnonblock B on\nsend A x to=@nobody => ?\nsendmsg A y to=@nobody => ?\nread B => ?",
    )
    .pipes(NAMED_ONLY),
    MatrixRow::new("peer-name", "the name of the other end", "MAKE\ngetpeername A => ?").pipes(NAMED_ONLY),
    MatrixRow::new(
        "unconnected",
        "a socket without a peer: write, read",
        "signal PIPE ignore\nsocket TYPE s nonblock\nwrite s x => ?\nread s => ?",
    )
    .pipes(NAMED_ONLY),
    MatrixRow::new("unconnected-poll", "a socket without a peer: poll", "socket TYPE s\npoll s => ?").pipes(NAMED_ONLY),
    MatrixRow::new("connect-nobody", "connect to a name nobody has", "socket TYPE s\nconnect s @nobody => ?").pipes(NAMED_ONLY),
    MatrixRow::new(
        "connect-early",
        "connect to a name that is bound, before listen; then after",
        "socket TYPE srv\nbind srv @srv\nsocket TYPE s\nconnect s @srv => ?\nlisten srv => ?\nconnect s @srv => ?",
    )
    .pipes(NAMED_ONLY),
    MatrixRow::new(
        "before-accept",
        "connected, and nobody has accepted: write, then the server closes",
        "signal PIPE ignore\nsocket TYPE srv\nbind srv @srv\nlisten srv\nsocket TYPE s\nconnect s @srv\nwrite s x => ?\n\
         close srv\nwrite s y => ?\nwrite s z => ?",
    )
    .pipes(NAMED_ONLY),
    MatrixRow::new(
        "open-file",
        "a socket's file, or a FIFO, is opened: for reading, then for writing; neither may sleep",
        "socket TYPE srv\nbind srv file\nopen file rd r nonblock => ?\nopen file wr w nonblock => ?\nclose srv\n\
         open file wr w nonblock => ?",
    )
    .pipes(Pipes::Instead(
        "mkfifo file\nopen file rd r nonblock => ?\nopen file wr w nonblock => ?\nclose w\nclose r\n\
         open file wr w nonblock => ?",
    )),
    MatrixRow::new(
        "unlinked-file",
        "the file is unlinked while somebody has it: connect to its name, or open it",
        "socket TYPE srv\nbind srv file\nunlink file => ?\nsocket TYPE s\nconnect s file => ?",
    )
    .pipes(Pipes::Instead(
        "mkfifo file\nopen file rdwr both\nunlink file => ?\nopen file rd r nonblock => ?",
    )),
    MatrixRow::new(
        "named-full",
        "messages of one byte to a named socket that never receives",
        "socket TYPE srv\nbind srv @srv\nlisten srv\nsocket TYPE s\nconnect s @srv\nnonblock s on\nflood s 1 1000000 => ?n",
    )
    .pipes(NAMED_ONLY),
];
