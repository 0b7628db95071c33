//! What /proc says of a task: the state it is in, the call it sleeps in, how often it was switched, what it holds.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;

use crate::abi::{Signal, reason};
use crate::order::Call;

/// Why /proc cannot tell of the program's tasks, and what would mend it; none where it can.
pub fn obstacle() -> Option<String> {
    let own = std::process::id();
    let mounts = "`unshare -pf --mount-proc` or `mount -t proc proc /proc` gives one";
    match std::fs::read_link("/proc/self") {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Some(format!("/proc is needed, which says who is asleep, and is not there: {}; {mounts}", reason(&error)))
        }
        Err(error) => {
            Some(format!("/proc is needed, which says who is asleep, and cannot be read: {}", reason(&error)))
        }
        Ok(name) if name.as_os_str() == own.to_string().as_str() => None,
        Ok(name) => {
            let there = name.display();
            Some(format!("/proc is of another PID namespace: this process is {own} here, and {there} there; {mounts}"))
        }
    }
}

/// One thread's files under /proc, kept open because they are read at every settling.
#[derive(Debug)]
pub struct ThreadFiles {
    stat: File,
    syscall: Option<File>,
    schedstat: Option<File>,
}

/// What a thread is doing, at one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadSample {
    /// The letter of proc_pid_stat(5): R S D T t Z X.
    pub state: u8,
    /// How often it was given a processor; two equal figures say that it did not run in between.
    pub switches: u64,
    /// The number of the system call it sleeps in, where that was asked and may be read.
    pub syscall: Option<i64>,
}

impl ThreadFiles {
    /// Opens the files of a thread that exists.
    pub fn open(pid: i32, tid: i32) -> std::io::Result<Self> {
        let open = |name: &str| File::open(format!("/proc/{pid}/task/{tid}/{name}"));
        Ok(Self { stat: open("stat")?, syscall: open("syscall").ok(), schedstat: open("schedstat").ok() })
    }

    /// Its state alone; none if the thread has gone.
    pub fn state(&self) -> Option<u8> {
        let mut buffer = [0; 1024];
        let stat = read(&self.stat, &mut buffer)?;
        stat.get(stat.iter().rposition(|byte| *byte == b')')? + 2).copied()
    }

    /// Whether its process, dead or alive, is a child of this one, or was and has come to the program.
    pub fn is_child_of(&self, parent: i32) -> bool {
        let own = i32::try_from(std::process::id()).unwrap_or(0);
        let mut buffer = [0; 1024];
        let kin = read(&self.stat, &mut buffer).and_then(state_and_kin);
        kin.is_some_and(|(_, kin)| kin.parent == parent || kin.parent == own)
    }

    /// The time that it has computed so far, nanoseconds; none if the thread has gone, or the kernel does not say.
    pub fn computed_ns(&self) -> Option<u64> {
        let mut buffer = [0; 256];
        let number = first_number(read(self.schedstat.as_ref()?, &mut buffer)?)?;
        u64::try_from(number).ok()
    }

    /// Looks; none if the thread has gone. The call it sleeps in is asked for where that matters.
    pub fn look(&self, asks_call: bool) -> Option<ThreadSample> {
        let state = self.state()?;
        let mut buffer = [0; 256];
        let syscall =
            self.syscall.as_ref().filter(|_| asks_call).and_then(|file| first_number(read(file, &mut buffer)?));
        let switches = self.schedstat.as_ref().and_then(|file| last_number(read(file, &mut buffer)?)).unwrap_or(0);
        Some(ThreadSample { state, switches: u64::try_from(switches).unwrap_or(0), syscall })
    }

    /// The wait status that a zombie still carries (field 52 of stat); none where the kernel does not let it be read, which it
    /// says by a 0.
    pub fn exit_status(&self, pid: i32) -> Option<i32> {
        let mut buffer = [0; 1024];
        let stat = read(&self.stat, &mut buffer)?;
        let status = last_number(stat).and_then(|number| i32::try_from(number).ok())?;
        (status != 0 || !hides_its_status(pid)).then_some(status)
    }
}

/// Whether a process that is there may not be looked into, as one that runs a file which may be executed and not read
/// (proc_pid_stat(5), PT); with hidepid=2 it is not even listed. A zombie that may be has no such file any more.
fn hides_its_status(pid: i32) -> bool {
    let folder = format!("/proc/{pid}");
    let link = std::fs::read_link(format!("{folder}/exe"));
    link.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied) || !std::path::Path::new(&folder).exists()
}

/// Whether the kernel names the call in which a process is asleep.
pub fn tells_calls(pid: i32) -> bool {
    std::fs::read(format!("/proc/{pid}/syscall")).is_ok()
}

/// Whose child a process is, and whom it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kin {
    /// Its parent.
    pub parent: i32,
    /// Its process group.
    pub group: i32,
    /// Its session.
    pub session: i32,
}

/// That of one process; none if it is gone, or may not be seen.
pub fn kin(pid: i32) -> Option<Kin> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let (state, kin) = state_and_kin(&stat)?;
    (state != b'Z').then_some(kin)
}

fn state_and_kin(stat: &[u8]) -> Option<(u8, Kin)> {
    let after_name = stat.rsplit(|byte| *byte == b')').next()?;
    let mut fields = std::str::from_utf8(after_name).ok()?.split_ascii_whitespace();
    let state = *fields.next()?.as_bytes().first()?;
    let mut number = || fields.next()?.parse().ok();
    Some((state, Kin { parent: number()?, group: number()?, session: number()? }))
}

/// That of all living processes that may be seen.
pub fn all_kin() -> Vec<Kin> {
    all_pids().filter_map(kin).collect()
}

/// The numbers of all processes that may be seen.
pub fn all_pids() -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The four that stop: SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU.
pub const STOPPING: std::ops::RangeInclusive<i32> = 19..=22;

/// Whether the letter of a state says stopped, by a signal or by a tracer.
pub fn is_stopped(state: u8) -> bool {
    matches!(state, b'T' | b't')
}

/// The signal that stopped a process: of one that is stopped, its own stat (not its threads') has it where a dead one's has the
/// wait status. Where the kernel does not let it be read, SIGSTOP, the usual one.
pub fn stop_signal(pid: i32) -> Signal {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok();
    let number = stat.and_then(|stat| last_number(&stat)).and_then(|number| i32::try_from(number).ok());
    number.map(Signal).filter(|signal| STOPPING.contains(&signal.0)).unwrap_or(Signal::STOP)
}

/// Whether a signal waits for a process, sent to it as a whole; none where the kernel does not say.
pub fn is_pending(pid: i32, signal: Signal) -> Option<bool> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let set = status.lines().find_map(|line| line.strip_prefix("ShdPnd:"))?.trim();
    let bit = u32::try_from(signal.0 - 1).ok()?;
    Some(u64::from_str_radix(set, 16).ok()? >> bit & 1 == 1)
}

fn read<'a>(file: &File, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let length = file.read_at(buffer, 0).ok()?;
    Some(&buffer[..length])
}

fn first_number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.split_ascii_whitespace().next()?.parse().ok()
}

fn last_number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.split_ascii_whitespace().next_back()?.parse().ok()
}

/// The call in which a thread is asleep, by name where it is one that is often slept in; none where it is not asleep.
pub fn sleeps_in(pid: i32, tid: i32) -> Option<String> {
    let look = ThreadFiles::open(pid, tid).ok()?.look(true)?;
    let number = look.syscall.filter(|_| look.state == b'S')?;
    let name = match number {
        libc::SYS_futex => "futex (a lock, or another thread's end)".to_owned(),
        libc::SYS_nanosleep | libc::SYS_clock_nanosleep => "sleep".to_owned(),
        number => format!("system call {number}"),
    };
    Some(name)
}

/// The numbers under which a call of libc can sleep in the kernel; none of a call that never sleeps by itself.
pub fn sleeps_as(call: &Call) -> &'static [i64] {
    match call {
        Call::Read { .. } => &[libc::SYS_read],
        Call::Write { .. } => &[libc::SYS_write],
        Call::Recv { .. } | Call::Recvfrom { .. } => &[libc::SYS_recvfrom],
        Call::Send { .. } => &[libc::SYS_sendto],
        Call::Readv { .. } => &[libc::SYS_readv],
        Call::Writev { .. } => &[libc::SYS_writev],
        Call::Recvmsg { .. } => &[libc::SYS_recvmsg],
        Call::Sendmsg { .. } => &[libc::SYS_sendmsg],
        Call::Accept { .. } => &[libc::SYS_accept, libc::SYS_accept4],
        Call::Connect { .. } => &[libc::SYS_connect],
        Call::Waitpid { .. } => &[libc::SYS_wait4],
        Call::Open { .. } => &[libc::SYS_openat],
        Call::Splice { .. } => &[libc::SYS_splice],
        Call::Tee { .. } => &[libc::SYS_tee],
        Call::Vmsplice { .. } | Call::VmspliceOut { .. } => &[libc::SYS_vmsplice],
        Call::Recvmmsg { .. } => &[libc::SYS_recvmmsg],
        Call::Sendmmsg { .. } => &[libc::SYS_sendmmsg],
        // A poll that was stopped and continued goes on under another number.
        #[cfg(target_arch = "x86_64")]
        Call::Poll { .. } => &[libc::SYS_poll, libc::SYS_ppoll, libc::SYS_restart_syscall],
        #[cfg(not(target_arch = "x86_64"))]
        Call::Poll { .. } => &[libc::SYS_ppoll, libc::SYS_restart_syscall],
        #[cfg(target_arch = "x86_64")]
        Call::EpollWait { .. } => &[libc::SYS_epoll_wait, libc::SYS_epoll_pwait],
        #[cfg(not(target_arch = "x86_64"))]
        Call::EpollWait { .. } => &[libc::SYS_epoll_pwait],
        #[cfg(target_arch = "x86_64")]
        Call::Pause => &[libc::SYS_pause],
        #[cfg(not(target_arch = "x86_64"))]
        Call::Pause => &[libc::SYS_ppoll],
        Call::Sendfile { .. } => &[libc::SYS_sendfile],
        Call::Select { .. } => &[libc::SYS_pselect6],
        // The table of calls says which of them sleep: a test below looks for each.
        _ => &[],
    }
}

/// Whether an agent that has an order sleeps under this number only in a call that was ordered. It waits for the next one by recv(2), or,
/// as a reader, by poll(2). What it waits for while it has one is not among them: descriptors by recvmsg(2), room by futex(2).
pub fn is_ordered(number: i64) -> bool {
    let ordered = [
        libc::SYS_recvfrom,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_poll,
        libc::SYS_ppoll,
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_readv,
        libc::SYS_writev,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_accept4,
        libc::SYS_connect,
        libc::SYS_wait4,
    ];
    ordered.contains(&number)
}

/// One descriptor of a process, as the kernel lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFile {
    /// Its number.
    pub fd: i32,
    /// What it refers to: `socket:[123]`, `pipe:[45]`, a path.
    pub target: String,
    /// Its flags of open(2): O_WRONLY tells a pipe's ends apart; O_CLOEXEC is FD_CLOEXEC.
    pub flags: i32,
    /// Copies of descriptors in flight to this socket (`scm_fds`).
    pub in_flight: u64,
}

/// A process's table below `limit`, ascending; none where it cannot be read, all of it.
pub fn open_files(pid: i32, limit: i32) -> Option<Vec<OpenFile>> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).ok()? {
        let number = entry.ok()?.file_name().to_str()?.parse::<i32>().ok()?;
        if number < limit {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    numbers.into_iter().map(|fd| open_file(pid, fd)).collect()
}

/// One entry of a process's table.
pub fn open_file(pid: i32, fd: i32) -> Option<OpenFile> {
    let target = std::fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok()?.to_string_lossy().into_owned();
    let info = std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{fd}")).ok()?;
    let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let flags = field("flags:").and_then(|octal| i32::from_str_radix(octal, 8).ok()).unwrap_or(0);
    let in_flight = field("scm_fds:").and_then(|count| count.parse().ok()).unwrap_or(0);
    Some(OpenFile { fd, target, flags, in_flight })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_has_numbers_to_sleep_under_where_the_table_of_calls_says_that_it_can() {
        for call in Call::one_of_each() {
            let may_sleep = call.may_sleep();
            assert_eq!(!sleeps_as(&call).is_empty(), may_sleep, "procfs::sleeps_as and the row of {}", call.name());
        }
    }
}
