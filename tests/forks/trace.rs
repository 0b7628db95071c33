//! The calls by which a program is traced: its gate, the filter's stops, what the kernel says of its calls, memory and sockets.

use std::ffi::CString;
use std::process::ExitCode;

use tincans::sys::file_identity::{self, FileKey};
use tincans::sys::launch::{self, Waiting};
use tincans::sys::ptrace::{self, CallInfo, TraceStop};
use tincans::sys::seccomp::{Filter, OWN_STOP};
use tincans::sys::sock_diag::SockDiag;
use tincans::sys::syscalls::Sysno;
use tincans::sys::{fork, process_memory};

pub fn all() -> ExitCode {
    for (name, test) in TESTS {
        test();
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}

const TESTS: &[(&str, fn())] = &[
    ("a_write_stops_before_and_after_and_its_bytes_can_be_read", a_write_stops_before_and_after),
    ("a_program_that_is_not_there_says_why", a_program_that_is_not_there_says_why),
    ("a_refused_call_returns_enosys", a_refused_call_returns_enosys),
    ("both_ends_of_a_pipe_have_one_identity", both_ends_of_a_pipe_have_one_identity),
    ("the_ends_of_a_pair_name_each_other", the_ends_of_a_pair_name_each_other),
    ("an_ignored_sigpipe_stays_as_it_was_started", an_ignored_signal_stays_as_it_was_started),
];

fn words(text: &str) -> Vec<CString> {
    text.split(' ').map(|word| CString::new(word).expect("no zero byte")).collect()
}

fn start(command: &[CString], filter: &Filter) -> Waiting {
    let mut waiting = launch::launch(command, filter, launch::Surroundings::default()).expect("launches");
    ptrace::seize(waiting.pid).expect("seizes");
    waiting.open_gate().expect("lets it go");
    waiting
}

/// The next stop of anybody; none once all are gone.
fn next() -> Option<(i32, TraceStop)> {
    loop {
        match ptrace::next_stop() {
            Ok(Some(stop)) => return Some(stop),
            Ok(None) => std::thread::yield_now(),
            Err(_) => return None,
        }
    }
}

/// Runs to the end; what `at_entry` says is done at each entry: go on to the exit, or just go on.
fn run(mut at_stop: impl FnMut(i32, TraceStop)) -> Option<i32> {
    let mut status = None;
    while let Some((tid, stop)) = next() {
        at_stop(tid, stop);
        match stop {
            TraceStop::Gone(with) => status = Some(with),
            TraceStop::CallEntry => drop(ptrace::go_on_to_exit(tid)),
            TraceStop::Signal(signal) => drop(ptrace::go_on(tid, signal)),
            TraceStop::Group(_) => drop(ptrace::stay_stopped(tid)),
            TraceStop::CallExit
            | TraceStop::Made(_)
            | TraceStop::Executed(_)
            | TraceStop::Exiting(_)
            | TraceStop::Attached => {
                drop(ptrace::go_on(tid, 0));
            }
        }
    }
    status
}

fn a_write_stops_before_and_after() {
    start(
        &[c"sh".to_owned(), c"-c".to_owned(), c"echo watched > /dev/null; exit 7".to_owned()],
        &Filter::build(|call| matches!(call, Sysno::Write | Sysno::Execve)),
    );
    let (mut seen, mut returned) = (Vec::new(), Vec::new());
    let status = run(|tid, stop| match (stop, ptrace::call_info(tid)) {
        (TraceStop::CallEntry, CallInfo::Entry { number, arguments, data }) => {
            assert_eq!(data, OWN_STOP);
            if Sysno::of_number(number) == Some(Sysno::Write) {
                let length = usize::try_from(arguments[2]).expect("a length");
                seen.push(process_memory::read(tid, arguments[1], length));
            }
        }
        (TraceStop::CallExit, CallInfo::Exit { value, is_error }) => returned.push((value, is_error)),
        _ => {}
    });
    assert_eq!(seen, [b"watched\n".to_vec()]);
    assert!(returned.contains(&(8, false)), "{returned:?}");
    assert_eq!(status, Some(7 << 8));
}

fn a_program_that_is_not_there_says_why() {
    let waiting = start(&words("./no/such/program"), &Filter::build(|_| true));
    run(|_, _| {});
    assert_eq!(waiting.failure().map(tincans::abi::Errno::name), Some("ENOENT"));
}

fn a_refused_call_returns_enosys() {
    start(
        &[c"sh".to_owned(), c"-c".to_owned(), c"exec true 2>/dev/null".to_owned()],
        &Filter::build(|call| matches!(call, Sysno::ExitGroup | Sysno::Openat | Sysno::Execve)),
    );
    let (mut executed, mut answers) = (false, Vec::new());
    run(|tid, stop| match (stop, ptrace::call_info(tid)) {
        (TraceStop::Executed(_), _) => executed = true,
        (TraceStop::CallEntry, CallInfo::Entry { number, .. })
            if executed && Sysno::of_number(number) == Some(Sysno::Openat) =>
        {
            ptrace::refuse_call(tid).expect("refuses");
        }
        (TraceStop::CallExit, CallInfo::Exit { value, .. }) if executed => answers.push(value),
        _ => {}
    });
    assert!(answers.contains(&-38), "{answers:?}");
}

fn both_ends_of_a_pipe_have_one_identity() {
    let (read, write) = std::io::pipe().expect("a pipe");
    let own = i32::try_from(std::process::id()).expect("a pid");
    let number = |fd: &dyn std::os::fd::AsRawFd| file_identity::identify(own, fd.as_raw_fd()).expect("is open");
    let (reads, writes) = (number(&read), number(&write));
    assert!(matches!(reads.object, FileKey::Pipe(_)));
    assert_eq!(reads.object, writes.object);
    assert_eq!((reads.is_readable, reads.is_writable), (true, false));
    assert_eq!((writes.is_readable, writes.is_writable), (false, true));
}

fn the_ends_of_a_pair_name_each_other() {
    use std::io::Write;
    let (mut one, other) = std::os::unix::net::UnixStream::pair().expect("a pair");
    let own = i32::try_from(std::process::id()).expect("a pid");
    let inode =
        |fd: &dyn std::os::fd::AsRawFd| match file_identity::identify(own, fd.as_raw_fd()).map(|file| file.object) {
            Some(FileKey::Socket(inode)) => inode,
            other => panic!("{other:?} is no socket"),
        };
    one.write_all(b"four").expect("writes");
    let (first, second) = (inode(&one), inode(&other));
    let mut diag = SockDiag::open().expect("asks");
    let (first, second) = (diag.unix_socket(first).expect("is there"), diag.unix_socket(second).expect("is there"));
    assert_eq!((first.kind, first.listens, second.received), (1, false, 4));
    assert_eq!(second.peer, Some(inode(&one)));
    assert_eq!(first.peer, Some(inode(&other)));
    assert_eq!(diag.unix_socket(u64::from(u32::MAX)), None);
}

fn an_ignored_signal_stays_as_it_was_started() {
    // This test program's own start has ignored SIGPIPE, as every program in Rust does; what it starts has it as it was before.
    let pid = start(&words("sleep 100"), &Filter::build(|call| call == Sysno::Execve)).pid;
    let mut ignored = None;
    run(|tid, stop| {
        if matches!(stop, TraceStop::Executed(_)) {
            let status = std::fs::read_to_string(format!("/proc/{tid}/status")).expect("its status");
            let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).expect("a mask").trim();
            ignored = Some(u64::from_str_radix(mask, 16).expect("hexadecimal") & (1 << 12) != 0);
            let pidfd = fork::open_pidfd(pid).expect("a pidfd");
            fork::send_signal(&pidfd, 9).expect("kills");
        }
    });
    assert_eq!(ignored, Some(launch::was_ignored(13)));
}
