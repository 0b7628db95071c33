//! What is said of splice and tee.

use super::explains;

#[test]
fn several_messages_by_one_call_are_counted_and_not_their_bytes() {
    explains(
        "socketpair seqpacket q\nsendmmsg q[0] one three x\nrecvmmsg q[1] 4 2 => 2\nwhy\nrecvmmsg q[1] 4 2 dontwait => 1\nwhy\n\
         recvmmsg q[1] 4 dontwait => EAGAIN\nwhy\nsendmmsg q[0] a b\nrecvmmsg q[1] 4 2 => 2\nwhy\n\
         write q[0] z\nclose q[0]\nrecvmmsg q[1] 4 3 => 3\nwhy\nsignal SIGPIPE ignore\nsendmmsg q[1] a b => EPIPE\nwhy",
        &[
            ("message-of-many-cut", &["Message 2 of 2", "4 bytes of its buffer"]),
            ("fewer-messages-came", &["returned 1, the number of messages", "room for 2", "must not sleep"]),
            ("nothing-waits", &["Nothing waits at q[1]"]),
            ("messages-came", &["returned 2", "each buffer has one message", "nothing more waits"]),
            ("messages-filled-with-eof", &["1 message came with bytes", "2 messages of no bytes stand for EOF"]),
            ("epipe-without-sigpipe", &["q[1]"]),
        ],
    );
    explains(
        "socketpair dgram d nonblock\nsetsockopt d[0] sndbuf 4608\nsendmmsg d[0] 3000*a 3000*b 3000*c 3000*d => < 4\nwhy\nfork c\n\
         c: nonblock d[1] off\nc: recvmmsg d[1] 4 9 => sleeps\nwhy",
        &[
            ("fewer-messages-went", &["of 4 messages went to d[1]", "of the others nothing"]),
            ("asleep-for-all-messages", &["had come", "asked for 9", "MSG_WAITFORONE"]),
        ],
    );
}

#[test]
fn packets_that_were_moved_to_a_plain_pipe_stay_packets() {
    explains(
        "pipe d direct\npipe p\nwrite d[1] aaa\nwrite d[1] bb\nsplice d[0] p[1] 100 => 5\nwrite p[1] x\nwhy p[0]\nread p[0] => \"aaa\"",
        &[("packets-stay-packets", &["6 bytes", "ends behind a packet", "takes 3 bytes"])],
    );
}

#[test]
fn what_splice_and_tee_moved_is_said_and_why_they_could_not() {
    explains(
        "pipe p\npipe q\nwrite p[1] hello\nsplice p[0] q[1] 3 => 3\nwhy\ntee p[0] q[1] 10 => 2\nwhy\nread p[0]\n\
         splice p[0] q[1] 10 nonblock => EAGAIN\nwhy\nsplice p[0] p[1] 1 => EINVAL\nwhy",
        &[
            ("moved-inside-the-kernel", &["3 bytes from p[0] to q[1]", "parent got none", "wait at q[0]"]),
            ("tee-leaves-them", &["2 bytes of p[0]", "q[1]"]),
            (
                "nothing-to-move",
                &["Nothing waits at p[0]", "parent (descriptor 4) still holds p[1]", "SPLICE_F_NONBLOCK"],
            ),
            ("moves-between-pipes", &["p[0] and p[1] are the two sides of one pipe"]),
        ],
    );
    explains(
        "pipe p\nsocketpair stream s\nsignal PIPE ignore\nsplice s[0] s[1] 1 => EINVAL\nwhy\ntee p[0] s[1] 1 => EINVAL\nwhy\n\
         write p[1] x\nclose s[1]\nsplice p[0] s[0] 1 => EPIPE\nwhy\nread p[0] => \"x\"\nclose p[1]\nsplice p[0] s[0] 1 => 0\nwhy",
        &[
            ("moves-between-pipes", &["s[0] or s[1] must be a pipe's end"]),
            ("moves-between-pipes", &["both p[0] and s[1] must be pipes"]),
            ("moves-to-nobody", &["nobody has s[1] open any more", "still there"]),
            ("moves-to-the-end", &["nobody has p[1] open any more"]),
        ],
    );
}

#[test]
fn a_sleeping_splice_waits_for_one_of_its_sides_and_may_hold_a_lock() {
    explains(
        "pipe p\npipe q\nfork c\nc: splice p[0] q[1] 10 => sleeps\nwhy\nwrite p[1] now => wakes c 3\nwhy\nread p[0] => sleeps\n\
         interrupt parent\nclose p[1]\nc: close p[1]\nc: read q[0] => \"now\"\nc: read q[0] => sleeps",
        &[
            ("asleep-in-splice", &["c is asleep in splice(p[0], q[1])", "nothing waits at p[0]"]),
            ("moved-inside-the-kernel", &["c got none"]),
        ],
    );
    let full = "pipe p\nsocketpair stream s\nnonblock s[0] on\nflood s[0] 4096 100000 => EAGAIN\nnonblock s[0] off\nwrite p[1] abc\n";
    explains(
        &format!(
            "{full}fork c\nfork d\nc: splice p[0] s[0] 3 => sleeps\nwhy\nd: write p[1] y => sleeps\nwhy\ninterrupt d => still d\n\
             queue p[0] => refused\ndrain s[1] dontwait => _, wakes c 3, wakes d 1\nqueue p[0] => 1"
        ),
        &[
            ("asleep-in-splice", &["there is no room behind s[0]"]),
            ("locked-by-a-splice", &["d is asleep in write(p[1])", "c is asleep in a splice"]),
        ],
    );
    let killed = "fork c\nfork d\nclose p[1]\nc: close p[1]\nc: splice p[0] s[0] 3 => sleeps\nkill d\nwhy\nwhy d\n\
                  d: read s[0] => refused\nholders p[1] => refused\ndrain s[1] dontwait => _, wakes c 3, killed d TERM";
    explains(
        &format!("{full}{killed}"),
        &[
            (
                "killed-cannot-end",
                &["d was killed by SIGTERM (sent from outside in line 12)", "the last copy of p[1]", "c is asleep"],
            ),
            (
                "killed-cannot-end",
                &["the close waits for it", "A read at the other side of the socket lets both go on"],
            ),
        ],
    );
    explains(
        "socketpair stream s\npipe p\nfork c\nfork d\nc: splice s[0] p[1] 9 => sleeps\nwhy\nd: read p[0] => sleeps\nwhy\n\
         write s[1] hello => 5, wakes c 5, wakes d \"hello\"",
        &[
            ("asleep-in-splice", &["nothing waits at s[0]"]),
            ("locked-by-a-splice", &["into this pipe from a socket where nothing waits", "A write at the other side"]),
        ],
    );
    // Another one sleeps in a splice, too, and locks nothing.
    explains(
        "socketpair stream s\npipe p\npipe q\npipe r\nfork a\nfork c\nfork d\na: splice q[0] r[1] 5 => sleeps\n\
         c: splice s[0] p[1] 9 => sleeps\nd: read p[0] => sleeps\nwhy",
        &[("locked-by-a-splice", &["c is asleep in a splice into this pipe from a socket where nothing waits"])],
    );
    explains(
        "eventfd e 2\npipe p\nsplice e p[1] 8 => EINVAL\nwhy\nsocketpair stream s\nshutdown s[1] wr\nsplice s[0] p[1] 9 => 0\nwhy",
        &[
            ("moves-between-pipes", &["splice cannot use e: beside the pipe there must be"]),
            ("moves-to-the-end", &["the connection was shut down in this direction"]),
        ],
    );
}

#[test]
fn a_sleeping_sendmmsg_says_how_many_messages_went_where_the_kernel_tells() {
    explains(
        "socketpair seqpacket q\nfork c\nc: sendmmsg q[0] 100000*a 100000*b 100000*c 100000*d => sleeps\nwhy c",
        &[("asleep-buffer-full", &["messages (300000 bytes) wait at q[1]", "So far 3 of 4 messages have gone"])],
    );
    explains(
        "socketpair dgram d\nfork c\nc: sendmmsg d[0] 100000*a 100000*b 100000*c 100000*d => sleeps\nwhy c\n\
         read d[1]\nread d[1]\nread d[1]\nwhy",
        &[
            (
                "asleep-buffer-full",
                &["at least 1 message (100000 bytes) waits at d[1]", "How many of its 4 messages", "does not tell"],
            ),
            ("write-waited-for-room", &["taken 4 messages"]),
        ],
    );
}

#[test]
fn the_error_that_an_interrupted_recvmmsg_keeps_is_foretold_and_told_once() {
    explains(
        "socketpair dgram d\nfork c\nwrite d[0] one\nc: recvmmsg d[1] 10 3 => sleeps\ninterrupt c => wakes c 1\nwhy d[1]\n\
         recv d[1] => ERESTARTSYS\nwhy\nrecv d[1] dontwait => EAGAIN\nwrite d[0] two\nc: recvmmsg d[1] 10 3 => sleeps\ninterrupt c\n\
         getsockopt d[1] error => ERESTARTSYS\nrecv d[1] dontwait => EAGAIN",
        &[
            ("kept-by-recvmmsg", &["The next call at d[1] fails with ERESTARTSYS"]),
            ("kept-by-recvmmsg", &["an earlier call's", "Unknown error 512"]),
        ],
    );
}

#[test]
fn own_pages_in_a_pipe_are_no_copy_and_no_packet() {
    explains(
        "pipe p\nvmsplice p[1] aaa bb => 5\nwhy\nvmsplice p[0] room=9 => 5\nwhy\nvmsplice p[0] room=9 nonblock => EAGAIN\nwhy\n\
         pipesize p[1] 4096\nvmsplice p[1] aaa bb => 3\nwhy\nvmsplice p[1] c nonblock => EAGAIN\nwhy\nfork c\n\
         c: vmsplice p[1] c => sleeps\nwhy c",
        &[
            ("pages-given-to-the-pipe", &["put 5 bytes, from 2 buffers", "copied none", "parent, who must not change"]),
            ("copied-out-of-the-pipe", &["copied 5 bytes out of p[0]"]),
            ("nothing-to-move", &["Nothing waits at p[0]", "SPLICE_F_NONBLOCK"]),
            ("pages-given-to-the-pipe", &["put 3 of 5 bytes", "found no page"]),
            ("no-page-is-free", &["3 bytes wait at p[0]", "O_NONBLOCK of the pipe is nothing to it"]),
            ("asleep-without-a-page", &["c is asleep in vmsplice(p[1])", "puts in what fits"]),
        ],
    );
    explains(
        "pipe d direct\nvmsplice d[1] ab\nwhy\nwrite d[1] cd\nread d[0] => \"abcd\"\nwhy\nvmsplice d[1] ab\nread d[0]\nwhy\n\
         write d[1] efg\nvmsplice d[0] room=1\nwhy\nsocketpair stream s\nvmsplice s[0] x => EBADF\nwhy",
        &[
            ("pages-given-to-the-pipe", &["They are no packet"]),
            ("packets-stay-packets", &["4 bytes from d[0] are plain bytes and the packet behind them"]),
            ("packets-stay-packets", &["2 bytes from d[0] are no packet"]),
            ("copied-out-of-the-pipe", &["The borders of packets are nothing to it"]),
            ("pages-need-a-pipe", &["s[0] is a socket"]),
        ],
    );
}

#[test]
fn one_descriptor_at_both_sides_is_named_once() {
    explains(
        "socketpair stream s\nsplice s[0] s[0] 1 => EINVAL\nwhy",
        &[("moves-between-pipes", &["one of its two descriptors must be a pipe's end, and s[0] is none"])],
    );
}
