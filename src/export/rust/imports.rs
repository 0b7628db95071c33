//! What a program uses of its crates, as `use` lines: each name once, where it is written in code.

use std::fmt::Write as _;

/// Modules with the names that a program may use of them.
const NAMES: &[(&str, &[&str])] = &[
    ("nix", &["libc"]),
    ("nix::errno", &["Errno"]),
    ("nix::fcntl", &["FcntlArg", "FdFlag", "OFlag", "fcntl", "open"]),
    ("nix::libc", &["c_int", "c_short"]),
    ("nix::sys::eventfd", &["EfdFlags", "EventFd"]),
    ("nix::sys::memfd", &["MFdFlags", "memfd_create"]),
    ("nix::sys::mman", &["MapFlags", "ProtFlags", "mmap", "mmap_anonymous"]),
    ("nix::sys", &["prctl"]),
    ("nix::sys::resource", &["Resource", "getrlimit", "setrlimit"]),
    (
        "nix::sys::signal",
        &[
            "SaFlags",
            "SigAction",
            "SigHandler",
            "SigSet",
            "SigmaskHow",
            "Signal",
            "kill",
            "sigaction",
            "signal",
            "sigprocmask",
        ],
    ),
    ("nix::sys::signalfd", &["SfdFlags", "SignalFd"]),
    (
        "nix::sys::socket",
        &[
            "AddressFamily",
            "Backlog",
            "ControlMessage",
            "MsgFlags",
            "SockaddrLike",
            "Shutdown",
            "SockFlag",
            "SockType",
            "UnixAddr",
            "UnixCredentials",
            "accept",
            "accept4",
            "bind",
            "connect",
            "getpeername",
            "getsockname",
            "listen",
            "recv",
            "send",
            "sendmsg",
            "sendto",
            "shutdown",
            "socket",
            "socketpair",
        ],
    ),
    ("nix::sys::stat", &["Mode"]),
    ("nix::sys::timerfd", &["ClockId", "TimerFd", "TimerFlags"]),
    ("nix::sys::uio", &["readv", "writev"]),
    ("nix::sys::wait", &["Id", "WaitPidFlag", "WaitStatus", "waitid", "waitpid"]),
    (
        "nix::unistd",
        &[
            "ForkResult",
            "Pid",
            "alarm",
            "chdir",
            "close",
            "dup",
            "execv",
            "fork",
            "ftruncate",
            "getpid",
            "getppid",
            "gettid",
            "mkdtemp",
            "mkfifo",
            "pause",
            "pipe2",
            "read",
            "setpgid",
            "setsid",
            "unlink",
            "write",
        ],
    ),
    ("std", &["env", "fs", "io", "panic", "thread"]),
    ("std::cell", &["Cell"]),
    ("std::ffi", &["CString"]),
    ("std::io", &["IoSlice", "IoSliceMut"]),
    ("std::mem", &["size_of", "zeroed"]),
    ("std::num", &["NonZeroUsize"]),
    ("std::os::fd", &["AsFd", "BorrowedFd", "FromRawFd", "IntoRawFd", "OwnedFd", "RawFd"]),
    ("std::panic", &["Location", "PanicHookInfo"]),
    ("std::process", &["ExitCode"]),
    ("std::sync", &["OnceLock"]),
    ("std::sync::atomic", &["AtomicBool", "AtomicI32", "AtomicU8", "AtomicU32", "AtomicUsize"]),
    ("std::time", &["Duration", "Instant"]),
];

/// The lines for this code.
pub fn of(code: &str) -> String {
    let code = bare(code);
    let mut lines = String::new();
    for (module, names) in NAMES {
        let mut used: Vec<&str> = names.iter().copied().filter(|name| is_used(name, &code)).collect();
        // A trait of the name of a function is not a function.
        used.sort_unstable();
        let list = used.join(", ");
        // Writing to a String cannot fail.
        let _ = match used.len() {
            0 => Ok(()),
            1 => writeln!(lines, "use {module}::{list};"),
            _ => writeln!(lines, "use {module}::{{{list}}};"),
        };
    }
    lines + "use std::sync::atomic::Ordering::SeqCst;\n"
}

/// Whether a name is written as one: a type anywhere, a function where it is called, a module where something of it is.
fn is_used(name: &str, code: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let is_type = name.starts_with(|first: char| first.is_ascii_uppercase()) || name.starts_with("c_");
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let is_path = before.ends_with("::") || before.ends_with('.') || before.ends_with("fn ");
        let is_whole = !before.ends_with(is_letter) && !after.starts_with(is_letter);
        let is_called = after.starts_with('(') || after.starts_with("::");
        is_whole && !is_path && (is_type || is_called)
    })
}

/// Code without its comments and what stands between quotes.
pub fn bare(code: &str) -> String {
    let mut text = String::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let mut letters = line.chars();
        let mut is_quoted = false;
        while let Some(letter) = letters.next() {
            match letter {
                '\\' if is_quoted => drop(letters.next()),
                '"' => is_quoted = !is_quoted,
                _ if is_quoted => {}
                _ => text.push(letter),
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_in_code_is_imported_and_nothing_else() {
        let code = "// kill(1)\nassert_eq!(write(&X, b\"read(\\\"\"), Err(Errno::EPIPE));\nlet x = a.read(b);\nfn signal(x: Y) {}\n";
        let lines = of(code);
        assert!(lines.contains("use nix::unistd::write;\n") && lines.contains("use nix::errno::Errno;\n"), "{lines}");
        assert_eq!(lines.lines().count(), 3, "{lines}");
    }
}
