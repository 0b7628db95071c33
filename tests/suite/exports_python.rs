//! A run as a Python program, with nothing but the modules that come with Python.

use crate::support::exported::{self, PYTHON};

#[test]
fn a_run_as_python_prints_its_transcript_and_an_altered_result_is_told() {
    if !exported::has(&PYTHON) {
        return;
    }
    let mut scripts = exported::scripts_in("tests/contract");
    scripts.extend(exported::some(exported::lessons(), 10));
    scripts.extend(exported::some(exported::scripts_in("tests/facts"), 18));
    scripts.extend(exported::some(exported::cells(), 90));
    let same = exported::each_prints_its_transcript(&PYTHON, &scripts);
    assert!(same > scripts.len() / 2, "{same} of {}", scripts.len());
}

/// Threads, a call that a signal ends and one that goes on, names, descriptors that are passed, loops, all ways to die.
const SCRIPT: &str = "\
channel stream c kid
kid: read c[1]
write c[0] \"a%?\\\"\\\\\\0011\"
kid: write c[1] 400000*z
read c[0] 65536
kill kid KILL
thread t
pipe p
t: read p[0] 3
write p[1] three
t: exit 0
fork other
other: read p[0] 2
other: read p[0]
interrupt other
other: signal USR1 catch
other: read p[0]
kill other USR1
write p[1] on
other: exit 4
wait other
socketpair dgram d
sendmsg d[0] x fds=p[1],p[0] creds
setsockopt d[1] passcred on
recvmsg d[1] 10 fds=2
socket stream server
bind server @name
listen server 1
socket stream client
connect client @name
accept server served
getpeername client
close p[0]
close p[1]
signal PIPE ignore
flood d[0] 10 3
drain d[1] dontwait
recv d[1] 2 dontwait peek
write d[0] longer
recv d[1] 2 trunc
write d[0] first
write d[0] second
write d[0] third
recv d[1] 0
recv d[1] 0 trunc
recv d[1] 9
recv d[1] 0 trunc dontwait
close d[1]
write d[0] 1
eventfd e 3
read e
pipe one
pipe two
write one[1] spliced
splice one[0] two[1] 7
read two[0]
sleep 1
repeat 2 write two[1] x
socketpair stream full
fork filler
filler: flood full[0] 4096 1000000
interrupt filler
fork poor
poor: socketpair seqpacket kept
poor: close kept[0]
poor: rlimit nofile 0
poor: drain kept[1] dontwait
";

#[test]
fn everything_that_python_has_is_in_one_program() {
    if !exported::has(&PYTHON) {
        return;
    }
    exported::has_all_of(&PYTHON, SCRIPT);
}

#[test]
fn what_python_does_not_offer_is_named_with_its_statement() {
    let refused = [
        (
            "pipe p\npipe q\nwrite p[1] x\ntee p[0] q[1] 1\n",
            "line 4: tee p[0] q[1] 1: Python's modules do not offer tee",
        ),
        ("pipe p\nvmsplice p[1] x\n", "line 2: vmsplice p[1] x: Python's modules do not offer vmsplice"),
        ("pipe p\nthread t\nt: read p[0]\ninterrupt t\n", "t is a thread, and only its first thread sees signals"),
        (
            "socket stream s\nbind s \"@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n",
            "Python's modules do not offer an address of",
        ),
        ("fork c\nc: exec\nc: getppid\n", "execve has no form in Python"),
        ("pdeathsig TERM\n", "line 1: pdeathsig TERM: Python's modules do not offer prctl"),
    ];
    exported::refuses(&PYTHON, &refused);
}
