//! What the kernel did where a text once said something else: each was found by trying what WHY foretold, or by a script made to
//! mislead it.

use super::{explains, whys};

#[test]
fn poll_of_a_socket_that_nobody_is_connected_with_says_that_a_read_fails() {
    explains(
        "socket stream u\nsocket seqpacket v\npoll u for=in\nwhy\npoll v for=in\nwhy\nread u => EINVAL\nread v => ENOTCONN",
        &[("ready-now", &["a read would fail with EINVAL"]), ("ready-now", &["a read would fail with ENOTCONN"])],
    );
}

#[test]
fn the_close_of_an_end_with_bytes_unread_wakes_its_reader_with_econnreset() {
    explains(
        "socketpair stream s\nfork c\nc: write s[1] x\nc: close s[0]\nclose s[1]\nc: read s[1] => sleeps\nwhy c\n\
         close s[0] => 0, wakes c ECONNRESET",
        &[("asleep-nothing-to-read", &["with ECONNRESET", "1 byte waits there unread"])],
    );
}

#[test]
fn a_datagram_socket_that_was_shut_down_returns_0_after_a_death() {
    let script = "socketpair dgram d\nfork c\nclose d[0]\nc: close d[1]\nshutdown d[1] rd\nkill c SIGKILL\nwhy c\nread d[1] => EOF";
    explains(script, &[("zombie", &["parent's next read from d[1] returns 0, for it was shut down for reading."])]);
    assert!(!whys(script)[0].to_string().contains("no EOF comes"));
}

#[test]
fn what_only_the_collector_can_free_is_told_so() {
    explains(
        "socketpair stream s\nsocketpair stream t\nsendmsg s[0] x fds=t[0]\nsendmsg t[1] y fds=s[1]\nclose s[1]\nwhy s[0]\nclose t[0]\nwhy s[0]",
        &[
            ("still-held", &["1 copy of s[1] is in flight", "While any copy of s[1] is open"]),
            ("only-the-collector-frees-it", &["nobody can receive it", "collector"]),
        ],
    );
}

#[test]
fn a_listener_that_is_closed_takes_what_nobody_accepted_with_it() {
    explains(
        "socket stream l\nbind l @l\nlisten l\nsocket stream a\nconnect a @l\nwrite a hello\nclose l\nwhy\nwhy a\nread a => ECONNRESET",
        &[
            ("last-close", &["It listened", "is told as ECONNRESET"]),
            ("reset-by-unread-bytes", &["the listening socket was closed before anybody accepted"]),
        ],
    );
}

#[test]
fn a_read_that_did_not_ask_for_the_urgent_byte_throws_it_away() {
    explains(
        "socketpair stream s\nsend s[0] U oob\nrecv s[1] dontwait => EAGAIN\nwhy\nrecv s[1] dontwait => EAGAIN\nwhy\nsend s[0] V oob\n\
         write s[0] more\nrecv s[1] => \"more\"\nwhy\nfork c\nsend s[0] W oob\nc: recv s[1] => sleeps\nwhy c\nwrite s[0] x => 1, wakes c \"x\"",
        &[
            ("urgent-byte-thrown-away", &["sent with MSG_OOB", "so it failed with EAGAIN"]),
            ("nothing-waits", &["Nothing waits at s[1]"]),
            ("urgent-byte-thrown-away", &["the bytes that it returned came behind that"]),
            ("urgent-byte-thrown-away", &["c is asleep in recv(s[1])", "throws it away"]),
        ],
    );
}

#[test]
fn messages_that_a_sleeping_recvmmsg_had_are_lost_with_its_task() {
    explains(
        "socketpair dgram d\nfork c\nwrite d[0] a\nwrite d[0] bb\nwrite d[0] ccc\nc: recvmmsg d[1] 9 5 => sleeps\nkill c SIGKILL\nwhy\n\
         why d[1]\nqueue d[1] => 0\nwrite d[0] next\nrecv d[1] => ERESTARTSYS\nrecv d[1] => \"next\"",
        &[
            (
                "zombie",
                &["c had taken 3 messages (6 bytes) from d[1]", "they are lost with it", "The next call there fails"],
            ),
            ("kept-by-recvmmsg", &["fails with ERESTARTSYS"]),
        ],
    );
    explains(
        "socketpair stream s\nfork c\nwrite s[0] abc\nc: recv s[1] 6 waitall => sleeps\nkill c SIGKILL\nwhy",
        &[("zombie", &["c had taken 3 bytes from s[1]", "they are lost with it"])],
    );
}

#[test]
fn a_stopped_writer_is_named() {
    explains(
        "pipe p\nfork w\nclose p[1]\nw: close p[0]\nstop w\nwhy p[0]\nread p[0] => sleeps\nwhy",
        &[
            ("still-held", &["w is stopped and writes nothing"]),
            ("asleep-nothing-to-read", &["w (descriptor 4) still holds p[1]", "w is stopped and writes nothing"]),
        ],
    );
}

#[test]
fn epoll_says_who_hung_up() {
    explains(
        "pipe p\nepoll e\nepollctl e add p[0] for=in\nwrite p[1] x\nclose p[1]\nepollwait e\nwhy\nread p[0]\nepollwait e\nwhy",
        &[
            ("epoll-tells", &["EPOLLHUP: no descriptor of p[1] is open any more", "1 byte waits"]),
            ("epoll-tells", &["EPOLLHUP: no descriptor of p[1] is open any more", "asked for or not"]),
        ],
    );
}

#[test]
fn a_wait_while_sigchld_is_ignored_sleeps_until_the_last_child_is_gone() {
    explains(
        "signal SIGCHLD ignore\nfork a\nfork b\nwait => sleeps\nwhy\nkill a SIGKILL => still parent\nkill b SIGKILL => wakes parent ECHILD",
        &[("asleep-until-death", &["the last of them is gone, with ECHILD"])],
    );
}

#[test]
fn a_name_that_is_gone_wakes_nobody() {
    explains(
        "socket stream l\nbind l file\nlisten l\nfork k\nk: accept l c => sleeps\nunlink file\nwhy k\nmkfifo f\nfork o\no: open f rd r => sleeps\n\
         unlink f\nwhy o\nmkfifo f\nopen f wr w nonblock => ENXIO\nsocket dgram d\nbind d name\nfork r\nr: read d => sleeps\nunlink name\nwhy r",
        &[
            ("asleep-nobody-connects", &["Nobody can connect by file any more"]),
            ("asleep-in-open", &["Its name is gone", "`interrupt o`"]),
            ("asleep-nothing-to-read", &["Its name, name, is gone"]),
        ],
    );
}

#[test]
fn what_became_of_a_signal_to_a_stopped_task() {
    explains(
        "fork k\nk: signal SIGUSR1 ignore\nk: signalfd s SIGUSR2\nstop k\nparent: kill k SIGUSR1\nwhy\nparent: kill k SIGCHLD\nwhy\n\
         parent: kill k SIGUSR2\nwhy\nparent: kill k SIGTERM\nwhy\ncont k => killed k SIGTERM",
        &[
            ("ignored-signal-is-lost", &["SIGUSR1", "none is pending"]),
            ("ignored-signal-is-lost", &["SIGCHLD"]),
            ("signal-is-blocked", &["SIGUSR2", "also after k is continued"]),
            ("signal-pending", &["SIGTERM is pending"]),
        ],
    );
}

#[test]
fn calls_that_once_had_no_reason_to_tell() {
    explains(
        "fork c\nc: exit 3\nwait c\nwhy\nwait c => ECHILD\neventfd e\nwrite e 5\nwhy\nsocket dgram d\nbind d file\nwhy\nshutdown d rd\nwhy\n\
         socket stream s\nbind s @s\nwhy",
        &[
            ("status-was-given", &["c exited with 3", "given once"]),
            ("count-was-added-to", &["The count of e is 5 now"]),
            ("bound", &["d has the address file", "until somebody unlinks it"]),
            ("shutdown-acts-on-the-socket", &["what is sent to the address of d fails with EPIPE"]),
            ("bound", &["goes with the socket", "before it listens"]),
        ],
    );
}

#[test]
fn why_fewer_messages_went_than_there_were() {
    explains(
        "socketpair seqpacket q nonblock\nsetsockopt q[0] sndbuf 4096\nsendmmsg q[0] a 3000*b 3000*c d => < 4\nwhy\n\
         socketpair dgram d\nsendmmsg d[0] a 1MiB*b => 1\nwhy",
        &[
            ("fewer-messages-went", &["There was no room for the next message"]),
            ("fewer-messages-went", &["It was the next message's own"]),
        ],
    );
}

#[test]
fn one_descriptor_is_told_in_the_singular() {
    explains(
        "socketpair stream s\npipe p\nsendmsg s[0] x fds=p[0]\nrecvmsg s[1] fds=1\nwhy\nsendmsg s[0] x fds=p[0],p[1]\nrecvmsg s[1] fds=2\nwhy",
        &[
            ("descriptor-arrives", &["as a new descriptor of its own", "It is one more copy"]),
            ("descriptor-arrives", &["as new descriptors of its own", "Each is one more copy"]),
        ],
    );
}

#[test]
fn a_shut_down_datagram_socket_is_refused_with_its_own_error() {
    explains(
        "socketpair dgram d\nshutdown d[1] wr\nsend d[1] x to=@nowhere => EPIPE\nclose d[0]\nwhy\nwhy d[1]\nwrite d[1] x => EPIPE\n\
         socketpair dgram e\nshutdown e[1] rd\nsend e[0] x to=@nowhere => ECONNREFUSED\nwhy\nwrite e[0] x => EPIPE",
        &[
            ("last-close", &["no send of its can notice"]),
            ("datagram-never-ends", &["it fails with EPIPE in any case"]),
            ("nobody-at-address", &["is refused with ECONNREFUSED: "]),
        ],
    );
}
