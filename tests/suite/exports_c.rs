//! A run as a C program: it compiles without a warning, prints the run's own transcript, and tells a result that is not so.

use std::fs;

use crate::support::exported::{self, C, PYTHON, RUST};
use crate::support::text;

/// Threads, sleepers, deaths, messages with descriptors, names, execve, loops.
pub const SCRIPT: &str = "\
channel stream c kid
kid: read c[1]
write c[0] \"a?\\\"\\0011\"
kid: write c[1] 400000*z
read c[0] 65536
recv c[0] 100 peek
kill kid KILL
socketpair dgram d
pipe p
sendmsg d[0] x fds=p[1]
recvmsg d[1] 10
dup d[0]
thread t
t: read p[0]
interrupt t
t: read p[0] 3
write p[1] three
nonblock d[1] on
read d[1]
setsockopt d[0] sndbuf 10000
getsockopt d[0] sndbuf
poll d[0] d[1] for=in,out timeout=0
socket stream server
bind server @name
listen server 1
socket stream client
connect client @name
accept server served
getpeername client
mkfifo jobs
mkfifo jobs
fork worker
worker: open jobs rd in
open jobs wr out
worker: read in
write out work
worker: close in
open jobs rd in nonblock cloexec
unlink jobs
close out
read in
fork other
other: cloexec c[0] on
other: exec
other: write c[0] x
other: exit 3
wait other
fork other
other: exit 4
wait other
fork stage
stage: exit 5
signal PIPE ignore
flood d[0] 10 3
drain d[1] dontwait
close p[0]
fork heir
heir: getppid
getppid
heir: pdeathsig TERM
heir: wait nohang
heir: signal USR2 catch
heir: pause
kill heir USR2
pipe q
dup2 q[0] 20
dup3 q[1] 21 cloexec
dupfd q[0] 30
dupfd q[1] 30 cloexec
closerange 20 29
wait nohang
socketpair dgram e
send e[0] hi
recvfrom e[1]
eventfd count 3 semaphore
read count
write count 5
epoll ep
epollctl ep add e[1]
epollwait ep timeout=0
write e[0] x
epollwait ep timeout=0
epollctl ep mod e[1] for=in,out oneshot
epollctl ep del e[1]
pipe one
pipe two
write one[1] spliced
tee one[0] two[1] 3
splice one[0] two[1] 2
vmsplice two[1] own pages nonblock
vmsplice two[0] room=1,2
read two[0]
repeat 2 write two[1] x
socketpair dgram m
sendmmsg m[0] one two three
recvmmsg m[1] 10 2
recvmmsg m[1] 10 2 dontwait
channel stream back mirror
mirror: echo back[1]
write back[0] again
read back[0]
ping back[0] 64 30
kill mirror KILL
fork idle
idle: kill idle STOP
cont idle
fork watcher
watcher: stop idle
cont idle
pipe hole
drain hole[0] dontwait
fork filler
filler: flood hole[1] 4096 20
read hole[0] 4096
read hole[0] 4096
read hole[0] 4096
read hole[0] 4096
fork sender
sender: signal PIPE default
sender: socketpair stream gone
sender: close gone[0]
sender: sendmmsg gone[1] one two
fork mover
mover: signal PIPE default
mover: pipe from
mover: write from[1] x
mover: pipe into
mover: close into[0]
mover: splice from[0] into[1] 1
fork poor
poor: socketpair seqpacket kept
poor: close kept[0]
poor: rlimit nofile 0
poor: drain kept[1] dontwait
timerfd soon 30
fork sleeper
sleeper: read soon
sleep 60
write @1 x
close @1
close @2
dup2 p[1] 1
fork lone
lone: setsid
kill -lone TERM
";

#[test]
fn a_run_as_c_prints_its_transcript_and_an_altered_result_is_told() {
    if !exported::has(&C) {
        return;
    }
    let mut scripts = exported::scripts_in("tests/contract");
    scripts.extend(exported::some(exported::lessons(), 16));
    scripts.extend(exported::some(exported::scripts_in("tests/facts"), 30));
    scripts.extend(exported::some(exported::cells(), 90));
    let same = exported::each_prints_its_transcript(&C, &scripts);
    assert!(same > scripts.len() / 2, "{same} of {}", scripts.len());
}

#[test]
fn everything_that_c_has_is_in_one_program() {
    if !exported::has(&C) {
        return;
    }
    exported::has_all_of(&C, SCRIPT);
}

// The variable of a closed number may have another one by then.
#[test]
fn a_number_that_was_closed_is_not_taken_for_the_next_one_of_its_name() {
    for language in [&C, &PYTHON, &RUST].into_iter().filter(|language| exported::has(language)) {
        exported::has_all_of(
            language,
            "pipe p\ndup p[0]\nclose p[0]@3\ndupfd p[0]@5 8\ndup2 p[0]@5 3\nclose p[0]@3\nread @3\n",
        );
    }
}

#[test]
fn what_has_no_form_in_c_is_named_with_its_line() {
    let refused = [
        (
            "channel stream c kid\nkid: drain c[1]\nwrite c[0] 1MiB*x\n",
            "line 3: write c[0] 1MiB*x: parent and kid work at one time: which bytes each call moves is a matter of time",
        ),
        ("sleep 1\n", "nothing has happened in it"),
        ("pipe p\nreset\n", "nothing has happened in it"),
    ];
    exported::refuses(&C, &refused);
}

#[test]
fn a_result_that_is_not_so_is_told_with_its_line() {
    if !exported::has(&C) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("talk.tin");
    fs::write(&script, "channel stream c kid\nkid: read c[1]\nwrite c[0] one\nkid: exit 3\nread c[0]\n")
        .expect("a script");
    let changes = [
        ("write(c_fd[0], \"one\", 3), 3,", "write(c_fd[0], \"one\", 3), 4,", "3 came, 4 was seen"),
        ("same(bytes, \"one\", 3)", "same(bytes, \"own\", 3)", "other bytes"),
        ("died(KID_TASK, 0x300,", "died(KID_TASK, 0x400,", "768 came, 1024 was seen"),
    ];
    exported::run(folder.path(), &script);
    let exported = exported::export(&C, folder.path()).expect("it has a form in C");
    for (from, to, wanted) in changes {
        assert!(exported.contains(from), "no {from} in\n{exported}");
        let mut command = exported::build(&C, folder.path(), &exported.replace(from, to)).expect("it compiles");
        let program = command.output().expect("it starts");
        let said = text(&program.stderr);
        assert_eq!(program.status.code(), Some(1), "{from}: {said}");
        assert!(said.starts_with("run.c:") && said.contains(wanted), "{from}: {said}");
    }
}

// A poll moves nothing: how the loop that wakes it goes is the same with and without it.
#[test]
fn a_drain_that_wakes_a_poll_is_in_one_program() {
    if exported::has(&C) {
        exported::has_all_of(
            &C,
            "socketpair dgram mail\nfork child\nnonblock mail[0] on\nflood mail[0] 100 1000\nnonblock mail[0] off\n\
             poll mail[0] for=out timeout=-1\nchild: drain mail[1] dontwait\nwrite mail[0] more\n",
        );
    }
}
