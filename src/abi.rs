//! The kernel's words and their numbers: errno, signals, families, types, flags. Tables only, so that the pure half can name
//! what it shows without touching `libc`; `sys` proves them against the headers of the machine it is built on.

mod process;
mod reason;
mod tables;

pub use process::{Disposition, TaskState};
pub use reason::{reason, reasons};
pub use tables::{ERRNOS, SIGNALS};

/// An error number of errno(3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Errno(pub i32);

impl Errno {
    /// No error.
    pub const NONE: Self = Self(0);
    /// Operation not permitted.
    pub const EPERM: Self = Self(1);
    /// Function not implemented.
    pub const ENOSYS: Self = Self(38);
    /// Interrupted system call.
    pub const EINTR: Self = Self(4);
    /// No such file or directory.
    pub const ENOENT: Self = Self(2);
    /// File exists.
    pub const EEXIST: Self = Self(17);
    /// No such device or address.
    pub const ENXIO: Self = Self(6);
    /// Bad file descriptor.
    pub const EBADF: Self = Self(9);
    /// Resource temporarily unavailable.
    pub const EAGAIN: Self = Self(11);
    /// Broken pipe.
    pub const EPIPE: Self = Self(32);
    /// Connection reset by peer.
    pub const ECONNRESET: Self = Self(104);
    /// Connection refused.
    pub const ECONNREFUSED: Self = Self(111);
    /// Transport endpoint is not connected.
    pub const ENOTCONN: Self = Self(107);
    /// Message too long.
    pub const EMSGSIZE: Self = Self(90);
    /// Too many open files.
    pub const EMFILE: Self = Self(24);
    /// Cannot allocate memory.
    pub const ENOMEM: Self = Self(12);
    /// No such process.
    pub const ESRCH: Self = Self(3);
    /// No child processes.
    pub const ECHILD: Self = Self(10);
    /// Invalid argument.
    pub const EINVAL: Self = Self(22);
    /// A number of the kernel's own: make the call anew. recvmmsg(2) lets programs see it (strerror(3) does not know it).
    pub const ERESTARTSYS: Self = Self(512);

    /// The name in `<errno.h>`, or `E?` for a number that has none.
    pub fn name(self) -> &'static str {
        ERRNOS.iter().find(|row| row.1 == self.0).map_or("E?", |row| row.0)
    }

    /// How a program writes it: the name, or the number of one that `<errno.h>` does not have.
    pub fn in_a_program(self) -> String {
        let is_listed = self.0 < Self::ERESTARTSYS.0 && self.name() != "E?";
        if is_listed { self.name().to_owned() } else { self.0.to_string() }
    }

    /// What strerror(3) says in the C locale.
    pub fn message(self) -> &'static str {
        ERRNOS.iter().find(|row| row.1 == self.0).map_or("Unknown error", |row| row.2)
    }

    /// The number behind a name; the second names of EAGAIN, EDEADLK and EOPNOTSUPP are known too.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = match name {
            "EWOULDBLOCK" => "EAGAIN",
            "EDEADLOCK" => "EDEADLK",
            "ENOTSUP" => "EOPNOTSUPP",
            other => other,
        };
        ERRNOS.iter().find(|row| row.0 == name).map(|row| Self(row.1))
    }
}

/// A signal's number, signal(7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Signal(pub i32);

impl Signal {
    /// SIGINT.
    pub const INT: Self = Self(2);
    /// SIGKILL.
    pub const KILL: Self = Self(9);
    /// SIGPIPE.
    pub const PIPE: Self = Self(13);
    /// SIGTERM.
    pub const TERM: Self = Self(15);
    /// SIGCHLD.
    pub const CHLD: Self = Self(17);
    /// SIGCONT.
    pub const CONT: Self = Self(18);
    /// SIGSTOP.
    pub const STOP: Self = Self(19);
    /// Those of which nobody dies, and which nobody who has not asked for them sees: SIGCHLD, SIGURG, SIGWINCH.
    pub const IGNORED_BY_DEFAULT: [Self; 3] = [Self::CHLD, Self(23), Self(28)];
    /// SIGRTMIN as glibc counts, kept for `interrupt`.
    pub const INTERRUPT: Self = Self(34);

    /// Whether who has not asked for it dies of it, signal(7). The one kept for `interrupt` is asked for by every task.
    pub fn is_deadly_by_default(self) -> bool {
        // SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU.
        const STOPS: std::ops::RangeInclusive<i32> = 19..=22;
        let is_harmless = self == Self::CONT || self == Self::INTERRUPT || Self::IGNORED_BY_DEFAULT.contains(&self);
        (1..=64).contains(&self.0) && !STOPS.contains(&self.0) && !is_harmless
    }

    /// `SIGPIPE` and the like; `SIGRT_n` above them.
    pub fn name(self) -> String {
        if let Some(row) = SIGNALS.iter().find(|row| row.1 == self.0) {
            return row.0.to_owned();
        }
        match self.0 {
            34 => "SIGRTMIN".to_owned(),
            number @ 35..=64 => format!("SIGRTMIN+{}", number - 34),
            number => format!("SIG{number}"),
        }
    }

    /// Accepts `SIGTERM`, `TERM` and a number.
    pub fn from_name(name: &str) -> Option<Self> {
        if let Ok(number) = name.parse::<i32>() {
            return (0..=64).contains(&number).then_some(Self(number));
        }
        let full = if name.starts_with("SIG") { name.to_owned() } else { format!("SIG{name}") };
        if full == "SIGRTMIN" {
            return Some(Self::INTERRUPT);
        }
        SIGNALS.iter().find(|row| row.0 == full).map(|row| Self(row.1))
    }
}

/// Address families by the word a statement uses; `AF_` and capitals give C's name.
pub const DOMAINS: &[(&str, i32)] = &[
    ("unspec", 0),
    ("unix", 1),
    ("inet", 2),
    ("ax25", 3),
    ("ipx", 4),
    ("appletalk", 5),
    ("netrom", 6),
    ("bridge", 7),
    ("atmpvc", 8),
    ("x25", 9),
    ("inet6", 10),
    ("rose", 11),
    ("netbeui", 13),
    ("security", 14),
    ("key", 15),
    ("netlink", 16),
    ("packet", 17),
    ("econet", 19),
    ("rds", 21),
    ("llc", 26),
    ("ib", 27),
    ("mpls", 28),
    ("can", 29),
    ("tipc", 30),
    ("bluetooth", 31),
    ("alg", 38),
    ("nfc", 39),
    ("vsock", 40),
    ("kcm", 41),
    ("qipcrtr", 42),
    ("smc", 43),
    ("xdp", 44),
];

/// Socket types by the word a statement uses; `SOCK_` and capitals give C's name.
pub const TYPES: &[(&str, i32)] =
    &[("stream", 1), ("dgram", 2), ("raw", 3), ("rdm", 4), ("seqpacket", 5), ("dccp", 6), ("packet", 10)];

/// AF_UNIX.
pub const AF_UNIX: i32 = 1;
/// SOCK_STREAM.
pub const SOCK_STREAM: i32 = 1;
/// SOCK_DGRAM.
pub const SOCK_DGRAM: i32 = 2;
/// SOCK_RAW, which AF_UNIX treats as a datagram socket.
pub const SOCK_RAW: i32 = 3;
/// SOCK_SEQPACKET.
pub const SOCK_SEQPACKET: i32 = 5;
/// SOCK_NONBLOCK and O_NONBLOCK.
pub const NONBLOCK: i32 = 0o4000;
/// SOCK_CLOEXEC and O_CLOEXEC.
pub const CLOEXEC: i32 = 0o2_000_000;
/// O_RDONLY.
pub const READ_ONLY: i32 = 0;
/// O_WRONLY.
pub const WRITE_ONLY: i32 = 1;
/// O_RDWR.
pub const READ_WRITE: i32 = 2;
/// O_ACCMODE: the bits of these three.
pub const ACCESS_MODE: i32 = 3;
/// Those three by name.
pub const ACCESS: &[(&str, i32)] = &[("O_RDONLY", READ_ONLY), ("O_WRONLY", WRITE_ONLY), ("O_RDWR", READ_WRITE)];
/// EPOLLOUT.
pub const EPOLLOUT: u32 = 4;
/// EPOLLIN: POLLIN in the events of epoll(7).
pub const EPOLLIN: u32 = 0x1;
/// EPOLLET: a change is told once.
pub const EPOLLET: u32 = 1 << 31;
/// EPOLLONESHOT: the first event is told, and then none until it is modified.
pub const EPOLLONESHOT: u32 = 1 << 30;
/// Operations of epoll_ctl(2) by the word a statement uses.
pub const EPOLL_CTL_WORDS: &[(&str, i32)] = &[("add", 1), ("mod", 3), ("del", 2)];
/// EFD_SEMAPHORE: a read of an eventfd takes 1, not all.
pub const EFD_SEMAPHORE: i32 = 1;
/// O_DIRECT: a pipe of packets.
pub const DIRECT: i32 = 0o40000;

/// Flags of open(2) beside the access mode.
pub const OPEN_FLAGS: &[(&str, i32)] = &[
    ("O_CREAT", 0o100),
    ("O_EXCL", 0o200),
    ("O_NOCTTY", 0o400),
    ("O_TRUNC", 0o1000),
    ("O_APPEND", 0o2000),
    ("O_NONBLOCK", NONBLOCK),
    ("O_DSYNC", 0o10000),
    ("O_ASYNC", 0o20000),
    ("O_DIRECT", DIRECT),
    ("O_LARGEFILE", 0o100_000),
    ("O_DIRECTORY", 0o200_000),
    ("O_NOFOLLOW", 0o400_000),
    ("O_NOATIME", 0o1_000_000),
    ("O_CLOEXEC", CLOEXEC),
    ("O_PATH", 0o10_000_000),
];

/// WNOHANG: waitpid returns 0 where it would sleep.
pub const WNOHANG: i32 = 1;
/// Options of waitpid(2).
pub const WAIT_OPTIONS: &[(&str, i32)] =
    &[("WNOHANG", 1), ("WUNTRACED", 2), ("WCONTINUED", 8), ("__WALL", 0x4000_0000)];

/// Flags of pipe2(2), in the order strace prints them.
pub const PIPE_FLAGS: &[(&str, i32)] = &[("O_NONBLOCK", NONBLOCK), ("O_DIRECT", DIRECT), ("O_CLOEXEC", CLOEXEC)];

/// Flags of send(2) and recv(2), in the order strace prints them.
pub const MSG_FLAGS: &[(&str, i32)] = &[
    ("MSG_OOB", 0x1),
    ("MSG_PEEK", 0x2),
    ("MSG_CTRUNC", 0x8),
    ("MSG_TRUNC", 0x20),
    ("MSG_DONTWAIT", 0x40),
    ("MSG_EOR", 0x80),
    ("MSG_WAITALL", 0x100),
    ("MSG_NOSIGNAL", 0x4000),
    ("MSG_MORE", 0x8000),
    ("MSG_WAITFORONE", 0x1_0000),
    ("MSG_CMSG_CLOEXEC", 0x4000_0000),
];

/// MSG_OOB: urgent data.
pub const MSG_OOB: i32 = 0x1;
/// MSG_PEEK: look, and leave it there.
pub const MSG_PEEK: i32 = 0x2;
/// MSG_CTRUNC: the control data did not fit.
pub const MSG_CTRUNC: i32 = 0x8;
/// MSG_TRUNC: the message did not fit; as an input flag: say its real length.
pub const MSG_TRUNC: i32 = 0x20;
/// MSG_DONTWAIT: never sleep.
pub const MSG_DONTWAIT: i32 = 0x40;
/// MSG_EOR: end of record.
pub const MSG_EOR: i32 = 0x80;
/// MSG_WAITALL: wait for all that was asked for.
pub const MSG_WAITALL: i32 = 0x100;
/// MSG_NOSIGNAL: no SIGPIPE.
pub const MSG_NOSIGNAL: i32 = 0x4000;
/// MSG_MORE: more is coming.
pub const MSG_MORE: i32 = 0x8000;
/// MSG_WAITFORONE: sleep for the first message only.
pub const MSG_WAITFORONE: i32 = 0x1_0000;
/// MSG_CMSG_CLOEXEC: received descriptors are close-on-exec.
pub const MSG_CMSG_CLOEXEC: i32 = 0x4000_0000;

/// Flags of splice(2) and tee(2).
pub const SPLICE_FLAGS: &[(&str, i32)] =
    &[("SPLICE_F_MOVE", 1), ("SPLICE_F_NONBLOCK", SPLICE_NONBLOCK), ("SPLICE_F_MORE", 4), ("SPLICE_F_GIFT", 8)];
/// SPLICE_F_NONBLOCK.
pub const SPLICE_NONBLOCK: i32 = 2;

/// POLLIN, in an answer of poll(2).
pub const POLLIN: i16 = 0x1;
/// POLLPRI, in an answer of poll(2).
pub const POLLPRI: i16 = 0x2;
/// POLLOUT, in an answer of poll(2).
pub const POLLOUT: i16 = 0x4;
/// POLLERR, in an answer of poll(2).
pub const POLLERR: i16 = 0x8;
/// POLLHUP, in an answer of poll(2).
pub const POLLHUP: i16 = 0x10;
/// POLLNVAL, in an answer of poll(2).
pub const POLLNVAL: i16 = 0x20;
/// POLLRDHUP, in an answer of poll(2).
pub const POLLRDHUP: i16 = 0x2000;

/// Bits of poll(2).
pub const POLL_EVENTS: &[(&str, i32)] = &[
    ("POLLIN", 0x1),
    ("POLLPRI", 0x2),
    ("POLLOUT", 0x4),
    ("POLLERR", 0x8),
    ("POLLHUP", 0x10),
    ("POLLNVAL", 0x20),
    ("POLLRDHUP", 0x2000),
];

/// How to shutdown(2).
pub const SHUTDOWNS: &[(&str, i32)] = &[("SHUT_RD", 0x0), ("SHUT_WR", 0x1), ("SHUT_RDWR", 0x2)];

/// Names of the set bits joined by `|`, what has no name in hexadecimal, `0` for none: strace's way.
pub fn flag_names(table: &[(&str, i32)], bits: i32) -> String {
    let mut left = bits;
    let mut names: Vec<String> = Vec::new();
    for &(name, bit) in table {
        if bit != 0 && left & bit == bit {
            names.push(name.to_owned());
            left &= !bit;
        }
    }
    if left != 0 {
        names.push(format!("{left:#x}"));
    }
    if names.is_empty() { "0".to_owned() } else { names.join("|") }
}

/// `AF_UNIX`, or the number where it has no name here.
pub fn domain_name(domain: i32) -> String {
    let row = DOMAINS.iter().find(|row| row.1 == domain);
    row.map_or_else(|| domain.to_string(), |row| format!("AF_{}", row.0.to_uppercase()))
}

/// `SOCK_STREAM|SOCK_CLOEXEC`, with the number where the type has no name.
pub fn type_name(kind: i32) -> String {
    let base = kind & !(NONBLOCK | CLOEXEC);
    let row = TYPES.iter().find(|row| row.1 == base);
    let mut name = row.map_or_else(|| base.to_string(), |row| format!("SOCK_{}", row.0.to_uppercase()));
    if kind & CLOEXEC != 0 {
        name.push_str("|SOCK_CLOEXEC");
    }
    if kind & NONBLOCK != 0 {
        name.push_str("|SOCK_NONBLOCK");
    }
    name
}

/// Options of getsockopt(2) by the word a statement uses, with C's name and number.
pub const SOCKET_OPTIONS: &[(&str, &str, i32)] = &[
    ("reuseaddr", "SO_REUSEADDR", 2),
    ("type", "SO_TYPE", 3),
    ("error", "SO_ERROR", 4),
    ("sndbuf", "SO_SNDBUF", 7),
    ("rcvbuf", "SO_RCVBUF", 8),
    ("oobinline", "SO_OOBINLINE", 10),
    ("linger", "SO_LINGER", 13),
    ("passcred", "SO_PASSCRED", 16),
    ("peercred", "SO_PEERCRED", 17),
    ("rcvlowat", "SO_RCVLOWAT", 18),
    ("rcvtimeo", "SO_RCVTIMEO", 20),
    ("sndtimeo", "SO_SNDTIMEO", 21),
    ("acceptconn", "SO_ACCEPTCONN", 30),
    ("protocol", "SO_PROTOCOL", 38),
    ("domain", "SO_DOMAIN", 39),
    ("peek_off", "SO_PEEK_OFF", 42),
];
