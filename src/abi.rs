//! The kernel's words and their numbers: errno, signals, families, types, flags. Tables only, so that the pure half can name
//! what it shows without touching `libc`; `sys` proves them against the headers of the machine it is built on.

/// An error number of errno(3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Errno(pub i32);

impl Errno {
    /// No error.
    pub const NONE: Self = Self(0);
    /// Interrupted system call.
    pub const EINTR: Self = Self(4);
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
    /// No child processes.
    pub const ECHILD: Self = Self(10);
    /// Invalid argument.
    pub const EINVAL: Self = Self(22);

    /// The name in `<errno.h>`, or `E?` for a number that has none.
    pub fn name(self) -> &'static str {
        ERRNOS.iter().find(|row| row.1 == self.0).map_or("E?", |row| row.0)
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
    /// SIGRTMIN as glibc counts, kept for `interrupt`.
    pub const INTERRUPT: Self = Self(34);

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
/// O_DIRECT: a pipe of packets.
pub const DIRECT: i32 = 0o40000;

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
/// MSG_CMSG_CLOEXEC: received descriptors are close-on-exec.
pub const MSG_CMSG_CLOEXEC: i32 = 0x4000_0000;

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

/// Every errno of Linux: name, number, message.
pub const ERRNOS: &[(&str, i32, &str)] = &[
    ("EPERM", 1, "Operation not permitted"),
    ("ENOENT", 2, "No such file or directory"),
    ("ESRCH", 3, "No such process"),
    ("EINTR", 4, "Interrupted system call"),
    ("EIO", 5, "Input/output error"),
    ("ENXIO", 6, "No such device or address"),
    ("E2BIG", 7, "Argument list too long"),
    ("ENOEXEC", 8, "Exec format error"),
    ("EBADF", 9, "Bad file descriptor"),
    ("ECHILD", 10, "No child processes"),
    ("EAGAIN", 11, "Resource temporarily unavailable"),
    ("ENOMEM", 12, "Cannot allocate memory"),
    ("EACCES", 13, "Permission denied"),
    ("EFAULT", 14, "Bad address"),
    ("ENOTBLK", 15, "Block device required"),
    ("EBUSY", 16, "Device or resource busy"),
    ("EEXIST", 17, "File exists"),
    ("EXDEV", 18, "Invalid cross-device link"),
    ("ENODEV", 19, "No such device"),
    ("ENOTDIR", 20, "Not a directory"),
    ("EISDIR", 21, "Is a directory"),
    ("EINVAL", 22, "Invalid argument"),
    ("ENFILE", 23, "Too many open files in system"),
    ("EMFILE", 24, "Too many open files"),
    ("ENOTTY", 25, "Inappropriate ioctl for device"),
    ("ETXTBSY", 26, "Text file busy"),
    ("EFBIG", 27, "File too large"),
    ("ENOSPC", 28, "No space left on device"),
    ("ESPIPE", 29, "Illegal seek"),
    ("EROFS", 30, "Read-only file system"),
    ("EMLINK", 31, "Too many links"),
    ("EPIPE", 32, "Broken pipe"),
    ("EDOM", 33, "Numerical argument out of domain"),
    ("ERANGE", 34, "Numerical result out of range"),
    ("EDEADLK", 35, "Resource deadlock avoided"),
    ("ENAMETOOLONG", 36, "File name too long"),
    ("ENOLCK", 37, "No locks available"),
    ("ENOSYS", 38, "Function not implemented"),
    ("ENOTEMPTY", 39, "Directory not empty"),
    ("ELOOP", 40, "Too many levels of symbolic links"),
    ("ENOMSG", 42, "No message of desired type"),
    ("EIDRM", 43, "Identifier removed"),
    ("ECHRNG", 44, "Channel number out of range"),
    ("EL2NSYNC", 45, "Level 2 not synchronized"),
    ("EL3HLT", 46, "Level 3 halted"),
    ("EL3RST", 47, "Level 3 reset"),
    ("ELNRNG", 48, "Link number out of range"),
    ("EUNATCH", 49, "Protocol driver not attached"),
    ("ENOCSI", 50, "No CSI structure available"),
    ("EL2HLT", 51, "Level 2 halted"),
    ("EBADE", 52, "Invalid exchange"),
    ("EBADR", 53, "Invalid request descriptor"),
    ("EXFULL", 54, "Exchange full"),
    ("ENOANO", 55, "No anode"),
    ("EBADRQC", 56, "Invalid request code"),
    ("EBADSLT", 57, "Invalid slot"),
    ("EBFONT", 59, "Bad font file format"),
    ("ENOSTR", 60, "Device not a stream"),
    ("ENODATA", 61, "No data available"),
    ("ETIME", 62, "Timer expired"),
    ("ENOSR", 63, "Out of streams resources"),
    ("ENONET", 64, "Machine is not on the network"),
    ("ENOPKG", 65, "Package not installed"),
    ("EREMOTE", 66, "Object is remote"),
    ("ENOLINK", 67, "Link has been severed"),
    ("EADV", 68, "Advertise error"),
    ("ESRMNT", 69, "Srmount error"),
    ("ECOMM", 70, "Communication error on send"),
    ("EPROTO", 71, "Protocol error"),
    ("EMULTIHOP", 72, "Multihop attempted"),
    ("EDOTDOT", 73, "RFS specific error"),
    ("EBADMSG", 74, "Bad message"),
    ("EOVERFLOW", 75, "Value too large for defined data type"),
    ("ENOTUNIQ", 76, "Name not unique on network"),
    ("EBADFD", 77, "File descriptor in bad state"),
    ("EREMCHG", 78, "Remote address changed"),
    ("ELIBACC", 79, "Can not access a needed shared library"),
    ("ELIBBAD", 80, "Accessing a corrupted shared library"),
    ("ELIBSCN", 81, ".lib section in a.out corrupted"),
    ("ELIBMAX", 82, "Attempting to link in too many shared libraries"),
    ("ELIBEXEC", 83, "Cannot exec a shared library directly"),
    ("EILSEQ", 84, "Invalid or incomplete multibyte or wide character"),
    ("ERESTART", 85, "Interrupted system call should be restarted"),
    ("ESTRPIPE", 86, "Streams pipe error"),
    ("EUSERS", 87, "Too many users"),
    ("ENOTSOCK", 88, "Socket operation on non-socket"),
    ("EDESTADDRREQ", 89, "Destination address required"),
    ("EMSGSIZE", 90, "Message too long"),
    ("EPROTOTYPE", 91, "Protocol wrong type for socket"),
    ("ENOPROTOOPT", 92, "Protocol not available"),
    ("EPROTONOSUPPORT", 93, "Protocol not supported"),
    ("ESOCKTNOSUPPORT", 94, "Socket type not supported"),
    ("EOPNOTSUPP", 95, "Operation not supported"),
    ("EPFNOSUPPORT", 96, "Protocol family not supported"),
    ("EAFNOSUPPORT", 97, "Address family not supported by protocol"),
    ("EADDRINUSE", 98, "Address already in use"),
    ("EADDRNOTAVAIL", 99, "Cannot assign requested address"),
    ("ENETDOWN", 100, "Network is down"),
    ("ENETUNREACH", 101, "Network is unreachable"),
    ("ENETRESET", 102, "Network dropped connection on reset"),
    ("ECONNABORTED", 103, "Software caused connection abort"),
    ("ECONNRESET", 104, "Connection reset by peer"),
    ("ENOBUFS", 105, "No buffer space available"),
    ("EISCONN", 106, "Transport endpoint is already connected"),
    ("ENOTCONN", 107, "Transport endpoint is not connected"),
    ("ESHUTDOWN", 108, "Cannot send after transport endpoint shutdown"),
    ("ETOOMANYREFS", 109, "Too many references: cannot splice"),
    ("ETIMEDOUT", 110, "Connection timed out"),
    ("ECONNREFUSED", 111, "Connection refused"),
    ("EHOSTDOWN", 112, "Host is down"),
    ("EHOSTUNREACH", 113, "No route to host"),
    ("EALREADY", 114, "Operation already in progress"),
    ("EINPROGRESS", 115, "Operation now in progress"),
    ("ESTALE", 116, "Stale file handle"),
    ("EUCLEAN", 117, "Structure needs cleaning"),
    ("ENOTNAM", 118, "Not a XENIX named type file"),
    ("ENAVAIL", 119, "No XENIX semaphores available"),
    ("EISNAM", 120, "Is a named type file"),
    ("EREMOTEIO", 121, "Remote I/O error"),
    ("EDQUOT", 122, "Disk quota exceeded"),
    ("ENOMEDIUM", 123, "No medium found"),
    ("EMEDIUMTYPE", 124, "Wrong medium type"),
    ("ECANCELED", 125, "Operation canceled"),
    ("ENOKEY", 126, "Required key not available"),
    ("EKEYEXPIRED", 127, "Key has expired"),
    ("EKEYREVOKED", 128, "Key has been revoked"),
    ("EKEYREJECTED", 129, "Key was rejected by service"),
    ("EOWNERDEAD", 130, "Owner died"),
    ("ENOTRECOVERABLE", 131, "State not recoverable"),
    ("ERFKILL", 132, "Operation not possible due to RF-kill"),
];

/// The standard signals of x86 and ARM: name, number.
pub const SIGNALS: &[(&str, i32)] = &[
    ("SIGHUP", 1),
    ("SIGINT", 2),
    ("SIGQUIT", 3),
    ("SIGILL", 4),
    ("SIGTRAP", 5),
    ("SIGABRT", 6),
    ("SIGBUS", 7),
    ("SIGFPE", 8),
    ("SIGKILL", 9),
    ("SIGUSR1", 10),
    ("SIGSEGV", 11),
    ("SIGUSR2", 12),
    ("SIGPIPE", 13),
    ("SIGALRM", 14),
    ("SIGTERM", 15),
    ("SIGSTKFLT", 16),
    ("SIGCHLD", 17),
    ("SIGCONT", 18),
    ("SIGSTOP", 19),
    ("SIGTSTP", 20),
    ("SIGTTIN", 21),
    ("SIGTTOU", 22),
    ("SIGURG", 23),
    ("SIGXCPU", 24),
    ("SIGXFSZ", 25),
    ("SIGVTALRM", 26),
    ("SIGPROF", 27),
    ("SIGWINCH", 28),
    ("SIGIO", 29),
    ("SIGPWR", 30),
    ("SIGSYS", 31),
];
