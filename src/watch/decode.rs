//! From a call's number and arguments to a [`Call`], reading what the arguments point to. Makes no call of its own: memory comes
//! through [`Memory`], so each rule can be tested without a process.

pub mod answer;
mod message;
mod objects;

use crate::abi;
use crate::abi::Disposition;
use crate::order::{Call, CloneCall, FilePath, KEEP, Payload};
use crate::sys::syscalls::Sysno;

/// The memory of the task whose call it is.
pub trait Memory {
    /// At most `length` bytes from this address; fewer where they end or may not be read.
    fn read(&self, address: u64, length: usize) -> Vec<u8>;

    /// A word of 64 bits; 0 where it cannot be read.
    fn word64(&self, address: u64) -> u64 {
        self.read(address, 8).try_into().map_or(0, u64::from_ne_bytes)
    }

    /// A word of 32 bits; 0 where it cannot be read.
    fn word32(&self, address: u64) -> u32 {
        self.read(address, 4).try_into().map_or(0, u32::from_ne_bytes)
    }

    /// The bytes of a string of C, at most PATH_MAX of them.
    fn text(&self, address: u64) -> Vec<u8> {
        const STEP: usize = 256;
        const MOST: usize = 4096;
        let mut bytes = Vec::new();
        while bytes.len() < MOST {
            let part = self.read(address + bytes.len() as u64, STEP);
            let end = part.iter().position(|byte| *byte == 0);
            bytes.extend(&part[..end.unwrap_or(part.len())]);
            if end.is_some() || part.len() < STEP {
                break;
            }
        }
        bytes
    }
}

/// Flag of clone(2): the new task is a thread of the same process.
pub const CLONE_THREAD: u64 = 0x0001_0000;
/// Flag of clone(2): the new task has the same descriptor table.
pub const CLONE_FILES: u64 = 0x400;
/// Flag of clone(2): the child runs in the same memory.
pub const CLONE_VM: u64 = 0x100;
/// Flag of clone(2): the new task has the same signal handlers.
pub const CLONE_SIGHAND: u64 = 0x800;
/// Flag of clone(2): the caller sleeps until the new task executes or ends.
pub const CLONE_VFORK: u64 = 0x4000;

/// Arguments of an array that are looked at: the kernel's own limit, IOV_MAX.
const MOST_BUFFERS: u64 = 1024;
/// Descriptors of one poll(2) that are looked at.
const MOST_POLLED: u64 = 1024;

/// The call that a task is about to make.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others are told by their family")]
pub fn call(sysno: Sysno, arguments: [u64; 6], memory: &dyn Memory) -> Call {
    use Sysno as S;
    let [a0, a1, a2, a3, a4, _] = arguments;
    match sysno {
        S::Read => Call::Read { fd: int(a0), count: a2 },
        S::Readv => {
            Call::Readv { fd: int(a0), counts: buffers(a1, a2, memory).iter().map(|buffer| buffer.1).collect() }
        }
        S::Write => Call::Write { fd: int(a0), data: payload(a1, a2, memory) },
        S::Writev => Call::Writev { fd: int(a0), data: gathered(a1, a2, memory) },
        S::Recvfrom if a4 == 0 => Call::Recv { fd: int(a0), count: a2, flags: int(a3) },
        S::Recvfrom => Call::Recvfrom { fd: int(a0), count: a2, flags: int(a3) },
        S::Recvmsg => message::receiving(int(a0), a1, int(a2), memory),
        S::Recvmmsg => message::receiving_many(int(a0), (a1, a2), int(a3), memory),
        S::Sendto => {
            let to = (a4 != 0).then(|| message::address(a4, arguments[5], memory));
            Call::Send { fd: int(a0), data: payload(a1, a2, memory), flags: int(a3), to }
        }
        S::Sendmsg => message::sending(int(a0), a1, int(a2), memory),
        S::Sendmmsg => message::sending_many(int(a0), (a1, a2), int(a3), memory),
        S::Splice => Call::Splice { from: int(a0), to: int(a2), count: a4, flags: int(arguments[5]) },
        S::Tee => Call::Tee { from: int(a0), to: int(a1), count: a2, flags: int(a3) },
        S::Vmsplice => Call::Vmsplice { fd: int(a0), data: gathered(a1, a2, memory), flags: int(a3) },
        S::Sendfile => Call::Sendfile { to: int(a0), from: int(a1), count: a3 },
        S::Socketpair => Call::Socketpair { domain: int(a0), kind: int(a1), protocol: int(a2) },
        S::Pipe => Call::Pipe2 { flags: 0 },
        S::Pipe2 => Call::Pipe2 { flags: int(a1) },
        S::Socket => Call::Socket { domain: int(a0), kind: int(a1), protocol: int(a2) },
        S::Bind => Call::Bind { fd: int(a0), address: message::address(a1, a2, memory) },
        S::Listen => Call::Listen { fd: int(a0), backlog: int(a1) },
        S::Connect => Call::Connect { fd: int(a0), address: message::address(a1, a2, memory) },
        S::Accept => Call::Accept { fd: int(a0), flags: None },
        S::Accept4 => Call::Accept { fd: int(a0), flags: Some(int(a3)) },
        S::Shutdown => Call::Shutdown { fd: int(a0), how: int(a1) },
        S::Getsockname => Call::Getsockname { fd: int(a0) },
        S::Getpeername => Call::Getpeername { fd: int(a0) },
        S::Close => Call::Close { fd: int(a0) },
        S::CloseRange => Call::CloseRange { first: word(a0), last: word(a1), flags: int(a2) },
        S::Dup => Call::Dup { fd: int(a0) },
        S::Dup2 => Call::Dup2 { fd: int(a0), to: int(a1) },
        S::Dup3 => Call::Dup3 { fd: int(a0), to: int(a1), flags: int(a2) },
        S::Exit => Call::Exit { code: int(a0) },
        S::ExitGroup => Call::ExitGroup { code: int(a0) },
        S::Wait4 => Call::Waitpid { pid: int(a0), options: int(a2) },
        S::Pause => Call::Pause,
        S::Setsid => Call::Setsid,
        S::Setpgid => Call::Setpgid { pid: int(a0), group: int(a1) },
        S::Kill => Call::Kill { pid: int(a0), signal: int(a1) },
        S::Fork => Call::Fork,
        S::Vfork => Call::Vfork,
        _ => by_family(sysno, arguments, memory),
    }
}

/// Calls whose meaning hangs on more than their number.
#[expect(clippy::wildcard_enum_match_arm, reason = "of all others no more is known than the name")]
fn by_family(sysno: Sysno, arguments: [u64; 6], memory: &dyn Memory) -> Call {
    use Sysno as S;
    let [a0, a1, a2, a3, _, _] = arguments;
    match sysno {
        S::Open => Call::Open { path: path(memory.text(a0)), flags: int(a1) },
        S::Creat => Call::Open { path: path(memory.text(a0)), flags: 0o1101 },
        S::Openat => Call::Open { path: path(memory.text(a1)), flags: int(a2) },
        S::Openat2 => Call::Open { path: path(memory.text(a1)), flags: int(memory.word64(a2)) },
        S::Fcntl => fcntl(int(a0), a1, a2),
        S::Ioctl => ioctl(int(a0), a1, a2, memory),
        S::Getsockopt | S::Setsockopt => socket_option(sysno, arguments, memory),
        S::Clone => clone(CloneCall::Clone, a0),
        S::Clone3 => clone(CloneCall::Clone3, memory.word64(a0)),
        S::Execve => execute(a0, a1, memory),
        S::Execveat => execute(a1, a2, memory),
        S::Poll => poll(a0, a1, int(a2), memory),
        S::Ppoll => poll(a0, a1, milliseconds(a2, memory), memory),
        S::Select | S::Pselect6 => {
            let sets = [a1, a2, a3].map(|set| descriptors_of_set(set, a0, memory));
            let [read, write, except] = sets;
            let timeout_ms = (arguments[4] != 0).then(|| select_time(sysno, arguments[4], memory));
            Call::Select { read, write, except, timeout_ms }
        }
        S::EpollCtl => {
            // struct epoll_event is packed on x86-64 alone.
            let data = if cfg!(target_arch = "x86_64") { a3 + 4 } else { a3 + 8 };
            let asked = if a3 == 0 { (0, 0) } else { (memory.word32(a3), memory.word64(data)) };
            Call::EpollCtl { epoll: int(a0), op: int(a1), fd: int(a2), events: asked.0, data: asked.1 }
        }
        S::EpollWait | S::EpollPwait => Call::EpollWait { epoll: int(a0), count: int(a2), timeout_ms: int(a3) },
        S::EpollPwait2 => Call::EpollWait { epoll: int(a0), count: int(a2), timeout_ms: milliseconds(a3, memory) },
        S::Waitid => Call::Waitpid { pid: if a0 == 0 { -1 } else { int(a1) }, options: int(a3) },
        S::RtSigaction if a1 != 0 => Call::Signal { signal: int(a0), disposition: disposition(a1, memory) },
        S::Tkill => Call::Kill { pid: int(a0), signal: int(a1) },
        S::Tgkill => Call::Kill { pid: int(a1), signal: int(a2) },
        _ => objects::call(sysno, arguments, memory).unwrap_or_else(|| other(sysno, arguments)),
    }
}

/// A call of which no more is known than that it is made.
fn other(sysno: Sysno, arguments: [u64; 6]) -> Call {
    use Sysno as S;
    let takes_descriptor = matches!(
        sysno,
        S::Pread64
            | S::Preadv
            | S::Preadv2
            | S::Pwrite64
            | S::Pwritev
            | S::Pwritev2
            | S::PidfdSendSignal
            | S::PidfdGetfd
            | S::Signalfd
            | S::Signalfd4
            | S::TimerfdSettime
    );
    let fd = takes_descriptor.then(|| int(arguments[0]));
    Call::Other { name: sysno.name().to_owned(), fd, text: String::new() }
}

/// The lower half of a register, as C's int.
pub fn int(register: u64) -> i32 {
    word(register).cast_signed()
}

/// The lower half of a register.
#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
fn word(register: u64) -> u32 {
    register as u32
}

/// Bytes to be written: a beginning that is kept, and how many in all.
pub fn payload(address: u64, length: u64, memory: &dyn Memory) -> Payload {
    let kept = usize::try_from(length).unwrap_or(KEEP).min(KEEP);
    Payload::beginning(memory.read(address, kept), length)
}

/// The buffers of readv(2) and the like: address and length.
pub fn buffers(address: u64, count: u64, memory: &dyn Memory) -> Vec<(u64, u64)> {
    let count = usize::try_from(count.min(MOST_BUFFERS)).unwrap_or(0);
    let bytes = memory.read(address, count * 16);
    let number = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_ne_bytes);
    bytes.chunks_exact(16).map(|pair| (number(&pair[..8]), number(&pair[8..]))).collect()
}

/// What several buffers hold; together no more is kept than of one.
pub fn gathered(address: u64, count: u64, memory: &dyn Memory) -> Vec<Payload> {
    let mut left = KEEP as u64;
    let take = |(address, length): (u64, u64)| {
        let kept = length.min(left);
        left -= kept;
        Payload::beginning(memory.read(address, usize::try_from(kept).unwrap_or(0)), length)
    };
    buffers(address, count, memory).into_iter().map(take).collect()
}

/// A path, as it may be shown.
fn path(bytes: Vec<u8>) -> FilePath {
    FilePath { shown: crate::text::name(&bytes), path: bytes }
}

fn clone(call: CloneCall, flags: u64) -> Call {
    if flags & CLONE_VFORK != 0 {
        return Call::Vfork;
    }
    if flags & (CLONE_THREAD | CLONE_FILES) == 0 {
        return Call::Fork;
    }
    Call::Clone { call, flags }
}

fn execute(program: u64, arguments: u64, memory: &dyn Memory) -> Call {
    const MOST: u64 = 64;
    let words = (0..MOST).map(|at| memory.word64(arguments + at * 8)).take_while(|address| *address != 0);
    let args = words.map(|address| String::from_utf8_lossy(&memory.text(address)).into_owned()).collect();
    Call::Exec { program: Some(String::from_utf8_lossy(&memory.text(program)).into_owned()), args }
}

fn fcntl(fd: i32, command: u64, value: u64) -> Call {
    const NAMES: [(u64, &str); 5] = [(1, "F_GETFD"), (3, "F_GETFL"), (5, "F_GETLK"), (6, "F_SETLK"), (7, "F_SETLKW")];
    match command {
        0 => Call::DupFrom { fd, least: int(value), cloexec: false },
        1030 => Call::DupFrom { fd, least: int(value), cloexec: true },
        2 => Call::SetCloexec { fd, on: value & 1 != 0 },
        4 => Call::SetNonblock { fd, on: int(value) & abi::NONBLOCK != 0 },
        1031 => Call::SetPipeSize { fd, size: i64::from(int(value)) },
        1032 => Call::GetPipeSize { fd },
        _ => {
            let name =
                NAMES.iter().find(|row| row.0 == command).map_or_else(|| command.to_string(), |row| row.1.into());
            Call::Other { name: "fcntl".to_owned(), fd: Some(fd), text: name }
        }
    }
}

fn ioctl(fd: i32, request: u64, argument: u64, memory: &dyn Memory) -> Call {
    match request {
        0x5421 => Call::SetNonblock { fd, on: memory.word32(argument) != 0 },
        0x5451 => Call::SetCloexec { fd, on: true },
        0x5450 => Call::SetCloexec { fd, on: false },
        0x8905 => Call::Atmark { fd },
        0x541b => Call::Other { name: "ioctl".to_owned(), fd: Some(fd), text: "FIONREAD".to_owned() },
        0x5401 => Call::Other { name: "ioctl".to_owned(), fd: Some(fd), text: "TCGETS".to_owned() },
        _ => Call::Other { name: "ioctl".to_owned(), fd: Some(fd), text: format!("{request:#x}") },
    }
}

fn socket_option(sysno: Sysno, arguments: [u64; 6], memory: &dyn Memory) -> Call {
    /// `SOL_SOCKET`.
    const SOCKET_LEVEL: u64 = 1;
    let [fd, level, number, value, ..] = arguments;
    let fd = int(fd);
    let known = abi::SOCKET_OPTIONS.iter().find(|row| row.2 == int(number)).filter(|_| level == SOCKET_LEVEL);
    match (known, sysno) {
        (Some(row), Sysno::Getsockopt) => Call::Getsockopt { fd, option: row.0.to_owned() },
        (Some(row), _) => Call::Setsockopt { fd, option: row.0.to_owned(), value: option_value(row.0, value, memory) },
        (None, _) => {
            let text = format!("{level}, {number}");
            Call::Other { name: sysno.name().to_owned(), fd: Some(fd), text }
        }
    }
}

/// The value of an option, in the unit that a statement gives it in.
fn option_value(option: &str, address: u64, memory: &dyn Memory) -> i64 {
    match option {
        "rcvtimeo" | "sndtimeo" => {
            let (seconds, micros) = (memory.word64(address).cast_signed(), memory.word64(address + 8).cast_signed());
            seconds.saturating_mul(1000).saturating_add(micros / 1000)
        }
        "linger" if memory.word32(address) == 0 => -1,
        "linger" => i64::from(memory.word32(address + 4)),
        _ => i64::from(memory.word32(address).cast_signed()),
    }
}

fn poll(address: u64, count: u64, timeout_ms: i32, memory: &dyn Memory) -> Call {
    let rows = polled(address, count, memory);
    let fds = rows.iter().map(|row| row.0).collect();
    let events = rows.iter().map(|row| i32::from(row.1.cast_unsigned())).collect();
    Call::Poll { fds, events, timeout_ms }
}

/// The rows of a `struct pollfd` array: descriptor, events, revents.
pub fn polled(address: u64, count: u64, memory: &dyn Memory) -> Vec<(i32, i16, i16)> {
    let bytes = memory.read(address, usize::try_from(count.min(MOST_POLLED)).unwrap_or(0) * 8);
    let row = |row: &[u8]| {
        let fd = i32::from_ne_bytes([row[0], row[1], row[2], row[3]]);
        (fd, i16::from_ne_bytes([row[4], row[5]]), i16::from_ne_bytes([row[6], row[7]]))
    };
    bytes.chunks_exact(8).map(row).collect()
}

/// The numbers that are set in an `fd_set`.
pub fn descriptors_of_set(address: u64, count: u64, memory: &dyn Memory) -> Vec<i32> {
    if address == 0 {
        return Vec::new();
    }
    let count = usize::try_from(count.min(MOST_POLLED)).unwrap_or(0);
    let bytes = memory.read(address, count.div_ceil(64) * 8);
    let is_set = |at: &usize| bytes.get(at / 8).is_some_and(|byte| byte & (1 << (at % 8)) != 0);
    (0..count).filter(is_set).filter_map(|at| i32::try_from(at).ok()).collect()
}

/// A `struct timespec` in milliseconds; -1 where there is none: it waits for ever.
fn milliseconds(address: u64, memory: &dyn Memory) -> i32 {
    if address == 0 {
        return -1;
    }
    let (seconds, nanos) = (memory.word64(address), memory.word64(address + 8));
    i32::try_from(seconds.saturating_mul(1000).saturating_add(nanos / 1_000_000)).unwrap_or(i32::MAX)
}

fn select_time(sysno: Sysno, address: u64, memory: &dyn Memory) -> i64 {
    let (seconds, part) = (memory.word64(address).cast_signed(), memory.word64(address + 8).cast_signed());
    let a_ms = if sysno == Sysno::Select { 1000 } else { 1_000_000 };
    seconds.saturating_mul(1000).saturating_add(part / a_ms)
}

/// `struct sigaction` as the kernel has it: the handler first, then the flags.
fn disposition(address: u64, memory: &dyn Memory) -> Disposition {
    /// Flag of sigaction(2): a call that the handler interrupts is begun anew.
    const SA_RESTART: u64 = 0x1000_0000;
    match memory.word64(address) {
        0 => Disposition::Default,
        1 => Disposition::Ignore,
        _ if memory.word64(address + 8) & SA_RESTART == 0 => Disposition::CatchNoRestart,
        _ => Disposition::Catch,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Memory that reads as these words from address 8, and as zeros elsewhere.
    struct Words(Vec<u64>);

    impl Memory for Words {
        fn read(&self, address: u64, length: usize) -> Vec<u8> {
            let bytes = [0; 8]
                .into_iter()
                .chain(self.0.iter().flat_map(|word| word.to_ne_bytes()))
                .chain([0].into_iter().cycle());
            bytes.skip(usize::try_from(address).expect("an address of the test")).take(length).collect()
        }
    }

    #[test]
    fn each_call_of_the_table_is_known_when_a_program_makes_it() {
        for one in Call::one_of_each().into_iter().filter(|one| !matches!(one, Call::Other { .. })) {
            let name = one.system_call();
            let row = crate::sys::syscalls::rows().find(|row| row.2.name() == name);
            let Some(row) = row else {
                assert!(
                    crate::order::SEEN_BY_THE_BENCH_ALONE.contains(&name),
                    "{name} is in the table of calls and not in sys::syscalls"
                );
                continue;
            };
            assert!(!crate::order::SEEN_BY_THE_BENCH_ALONE.contains(&name), "{name} is stopped at");
            let decoded = call(row.2, [0, 8, 0, 0, 0, 0], &Words(Vec::new()));
            let is_by_argument =
                matches!(name, "fcntl" | "ioctl" | "getsockopt" | "setsockopt" | "signalfd4" | "timerfd_settime");
            assert!(!matches!(decoded, Call::Other { .. }) || is_by_argument, "{name} is not decoded");
        }
    }

    #[test]
    fn a_handler_without_sa_restart_is_told_from_one_with_it() {
        let set = |words: &[u64]| call(Sysno::RtSigaction, [10, 8, 0, 8, 0, 0], &Words(words.to_vec()));
        let signal = |disposition| Call::Signal { signal: 10, disposition };
        assert_eq!(set(&[0x5000, 0x0400_0000]), signal(Disposition::CatchNoRestart));
        assert_eq!(set(&[0x5000, 0x1400_0000]), signal(Disposition::Catch));
        assert_eq!(set(&[1, 0]), signal(Disposition::Ignore));
        assert_eq!(set(&[0, 0]), signal(Disposition::Default));
    }
}
