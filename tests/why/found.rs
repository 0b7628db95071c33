//! Situations from public bug reports that were told beside the point, each with a sibling in which the rule must not speak.

use super::{explains, whys};

/// No `why` of the script may say this.
fn never_says(script: &str, words: &[&str]) {
    for why in whys(script) {
        let text = why["text"].as_str().unwrap_or_default();
        for word in words {
            assert!(!text.contains(word), "{word:?} is said:\n{script}\n{why:#}");
        }
    }
}

#[test]
fn an_orphan_learns_who_its_parent_is_now() {
    explains(
        "fork a\na: fork b\nb: pdeathsig SIGTERM\nwhy\nb: pdeathsig SIGTERM\na: fork c\na: exit 0\nc: getppid\nwhy\n\
         c: pdeathsig SIGKILL\nwhy",
        &[
            ("death-signal-is-set", &["b gets SIGTERM when the thread that forked it dies"]),
            (
                "orphan-is-adopted",
                &["c has another parent now", "a, which forked it, is dead", "PR_SET_CHILD_SUBREAPER"],
            ),
            ("death-signal-is-set", &["that is not a any more", "asks getppid after prctl"]),
        ],
    );
    explains(
        "fork c\nc: pause => sleeps\nwhy\ninterrupt c\nc: signal USR1 catch\nkill c USR1\nc: pause => sleeps\nwhy\nkill c USR1\nwhy",
        &[
            ("asleep-in-pause", &["c has set no handler", "`interrupt c`"]),
            ("asleep-in-pause", &["c catches SIGUSR1", "SIGUSR1 (sent from outside in line 6) came before"]),
            ("pause-is-over", &["while c was asleep in pause", "-1 with EINTR"]),
        ],
    );
    explains("fork a\na: getppid\nwhy", &[("nothing-to-explain", &["getppid by a returned"])]);
    explains("fork a\na: pdeathsig SIGTERM\nwhy", &[("death-signal-is-set", &["a gets SIGTERM"])]);
}

#[test]
fn a_signal_without_an_effect_says_why_it_has_none() {
    explains(
        "fork c\nc: signal SIGUSR1 ignore\nkill c SIGUSR1\nwhy\nparent: kill c SIGUSR1\nwhy\nkill c SIGCHLD\nwhy\n\
         c: signal SIGUSR1 catch\nkill c SIGUSR1\nwhy\nparent: kill c SIGUSR1\nwhy\nc: exit 0\nkill c SIGUSR1\nwhy",
        &[
            ("ignored-signal-is-lost", &["c ignores SIGUSR1 (set by c's signal in line 2)", "kill succeeds"]),
            ("ignored-signal-is-lost", &["c ignores SIGUSR1"]),
            ("ignored-signal-is-lost", &["SIGCHLD is ignored by default, and c has not asked for it"]),
            (
                "signal-was-handled",
                &["c handled SIGUSR1 (sent from outside in line 10)", "set by c's signal in line 9"],
            ),
            ("signal-was-handled", &["c handled SIGUSR1 (sent by parent's kill in line 12)"]),
            ("signal-to-a-zombie", &["SIGUSR1 does nothing: c is dead"]),
        ],
    );
    // Blocked, it is kept, although it is ignored.
    never_says("signalfd s SIGUSR1\nsignal SIGUSR1 ignore\nparent: kill parent SIGUSR1\nwhy", &["thrown away when"]);
}

#[test]
fn a_number_onto_itself() {
    explains(
        "pipe p\ndup2 p[0] 3\nwhy\ndup3 p[0] 3 => EINVAL\nwhy\ndup2 p[0] 9\nwhy",
        &[
            ("number-onto-itself", &["dup2 of 3 onto 3 does nothing", "p[0] is neither closed nor copied"]),
            ("number-onto-itself", &["dup3 of 3 onto 3 fails with EINVAL"]),
            ("dup-is-one-more-copy", &["9 is one more number"]),
        ],
    );
}

#[test]
fn of_several_sleeping_readers_one_is_woken() {
    let two = "pipe p\nfork a\nfork b\nclose p[0]\na: read p[0] => sleeps\n";
    explains(
        &format!("{two}b: read p[0] => sleeps\nwrite p[1] job => wakes a \"job\"\nwhy"),
        &[(
            "one-reader-of-several",
            &["a got what came, 3 bytes, and b, who was asleep in a read at p[0] too, sleeps on"],
        )],
    );
    explains(
        &format!("{two}write p[1] job => wakes a \"job\"\nwhy"),
        &[("read-takes-what-is-there", &["3 bytes here"])],
    );
}

#[test]
fn a_fifo_that_hung_up_may_be_opened_again() {
    let fifo = "mkfifo f\nfork c\nopen f rd r nonblock\nread r => EOF\nwhy\nc: open f wr w\nc: write w x\nc: close w\npoll r\nwhy";
    explains(
        fifo,
        &[
            (
                "eof-of-a-fifo",
                &["nobody has opened f for writing yet", "once somebody opens f for writing, reads wait"],
            ),
            ("hung-up-with-bytes", &["nobody has f open for writing now", "may open it for writing again"]),
        ],
    );
    never_says(fifo, &["nothing more will come", "opens f for writing again"]);
    explains(
        "pipe p\nwrite p[1] x\nclose p[1]\npoll p[0]\nwhy",
        &[("hung-up-with-bytes", &["nothing more will come (p[1] is closed)"])],
    );
}

#[test]
fn an_accept_without_a_number_leaves_the_connection() {
    explains(
        "socket stream l\nbind l @l\nlisten l\nfork c\nc: socket stream k\nc: connect k @l\nrlimit nofile 4\n\
         accept l a => EMFILE\nwhy\npipe p => EMFILE\nwhy",
        &[
            ("too-many-descriptors", &["The connection stays in the queue", "runs without a pause"]),
            ("too-many-descriptors", &["A descriptor that is closed is free at once"]),
        ],
    );
}

#[test]
fn the_send_buffer_that_was_asked_for_and_the_one_that_is() {
    explains(
        "socketpair stream s\nsetsockopt s[0] sndbuf 1000\ngetsockopt s[0] sndbuf\nwhy\nsetsockopt s[0] sndbuf 10000\n\
         getsockopt s[0] sndbuf => 20000\nwhy\ngetsockopt s[1] sndbuf\nwhy",
        &[
            ("buffer-sized", &["parent's setsockopt in line 2 asked for 1000", "is the least that it allows"]),
            ("buffer-sized", &["asked for 10000, and SO_SNDBUF is 20000", "what its own buffers cost."]),
            ("nothing-to-explain", &["getsockopt by parent"]),
        ],
    );
}

#[test]
fn an_accepted_socket_does_not_take_over_the_flag() {
    let from = |flags: &str| {
        format!("socket stream l{flags}\nbind l @l\nlisten l\nsocket stream c\nconnect c @l\naccept l a\nwhy")
    };
    explains(&from(" nonblock"), &[("accepted", &["a does not take over O_NONBLOCK of l"])]);
    never_says(&from(""), &["take over O_NONBLOCK"]);
}

#[test]
fn an_edge_of_room_is_told_once() {
    let pipe = "pipe p nonblock\nepoll e\nepollctl e add p[1] for=out et\nepollwait e => 1\n";
    explains(
        &format!("{pipe}epollwait e => 0\nwhy"),
        &[("edge-was-told", &["a write at p[1] would not sleep, and epoll_wait told of that before"])],
    );
    explains(&format!("{pipe}flood p[1] 4096 100\nepollwait e => 0\nwhy"), &[("epoll-nothing-there", &["p[1]"])]);
}

#[test]
fn one_sigchld_of_a_signalfd_stands_for_several_deaths() {
    let two = "signalfd s SIGCHLD\nfork a\nfork b\nkill a KILL\n";
    explains(
        &format!("{two}kill b KILL\nread s\nwhy"),
        &[("object-was-read", &["One SIGCHLD stands for 2 deaths: a and b wait as zombies"])],
    );
    never_says(&format!("{two}read s\nwhy"), &["stands for"]);
}

#[test]
fn a_writev_of_nothing_sends_no_message_and_a_write_of_nothing_sends_one() {
    for kind in ["dgram", "seqpacket"] {
        let pair = format!("socketpair {kind} s\n");
        let nothing = "writev s[1] \"\" \"\" => 0\nwhy\nrecv s[0] 9 dontwait => EAGAIN";
        explains(&format!("{pair}{nothing}"), &[("writev-of-nothing", &["no message is sent"])]);
        never_says(&format!("{pair}write s[1] \"\" => 0\nwhy\nrecv s[0] 9 dontwait => 0"), &["no message is sent"]);
        explains(
            &format!("{pair}close s[0]\nwritev s[1] \"\" => 0\nwhy"),
            &[("writev-of-nothing", &["no error is met"])],
        );
    }
}

#[test]
fn the_mark_of_an_urgent_byte() {
    explains(
        "socketpair stream s\nsend s[0] ab oob\natmark s[1] => 0\nwhy\nread s[1] 1\natmark s[1] => 1\nwhy",
        &[("asked-for-the-mark", &["SIOCATMARK says 0"]), ("asked-for-the-mark", &["SIOCATMARK says 1"])],
    );
}

#[test]
fn a_number_that_was_given_again_and_a_dup_that_is_not_marked() {
    explains(
        "pipe p\nclose p[0]\npipe q\nwrite @3 x => EBADF\nwhy\npipe r\nwrite r[0] x => EBADF\nwhy",
        &[
            (
                "bad-descriptor",
                &["q[0] is open, but it is the reading end", "Descriptor 3 was p[0] until parent's close in line 2"],
            ),
            ("bad-descriptor", &["r[0] is open, but it is the reading end of a pipe"]),
        ],
    );
    explains(
        "pipe p cloexec\ndup p[0]\nexec\nwhy",
        &[("exec-closes-what-is-marked", &["5 was made by dup, which does not copy FD_CLOEXEC"])],
    );
    never_says("pipe p cloexec\npipe q\ndup q[0]\nexec\nwhy", &["made by dup"]);
}

#[test]
fn a_write_to_a_stopped_reader_and_one_that_a_signal_cut() {
    explains(
        "channel stream s c\nwrite s[0] x\nwhy\nstop c\nwrite s[0] x\nwhy",
        &[
            ("queued-is-not-received", &["c (descriptor 4) still holds s[1]."]),
            ("queued-is-not-received", &["c is stopped and reads nothing before it is continued"]),
        ],
    );
    explains(
        "signal SIGUSR1 catch\nchannel stream s c\nwrite s[0] 1MiB*x => sleeps\nkill parent SIGUSR1\nwhy",
        &[("write-interrupted", &["SIGUSR1 (sent from outside in line 4) came while parent was asleep in this write"])],
    );
}

#[test]
fn a_poll_that_timed_out_says_after_what_time() {
    explains(
        "pipe p\npoll p[0] timeout=20\nsleep 60\nwhy\npoll p[0]\nwhy",
        &[
            ("nothing-to-report", &["came to p[0] in 20 ms"]),
            ("nothing-to-report", &["Nothing that was asked for is so at p[0]"]),
        ],
    );
}

#[test]
fn a_message_that_woke_a_look_leaves_the_reader_asleep() {
    for kind in ["seqpacket", "dgram"] {
        let two = format!("socketpair {kind} s\nfork a\nfork b\na: recv s[1] peek => sleeps\nb: read s[1] => sleeps\n");
        explains(
            &format!("{two}write s[0] w => wakes a \"w\", still b\nwhy b\nwhy s[1]"),
            &[
                ("wake-up-went-to-a-look", &["b is asleep in read(s[1]), although 1 message (1 byte) waits there"]),
                ("next-read-one-message", &["1 message (1 byte) waits at s[1]"]),
            ],
        );
    }
}

#[test]
fn a_lonely_datagram_socket_that_was_shut_down() {
    explains(
        "socket dgram d\nshutdown d rdwr\npoll d\nwhy\nsend d x nosignal => EPIPE\nwhy\nsocket dgram e\npoll e\nwhy",
        &[
            (
                "writable-but-fails",
                &["It would fail at once with EPIPE", "d was shut down for writing by parent's shutdown"],
            ),
            ("epipe-without-sigpipe", &["d was shut down for writing"]),
            ("writable-but-fails", &["A write without an address fails with ENOTCONN"]),
        ],
    );
}

#[test]
fn several_buffers_are_explained_as_one() {
    explains(
        "socketpair stream c\nfork k\nwritev c[0] one two three => 11\nwhy\nk: readv c[1] 4 100 => 11\nwhy",
        &[
            ("queued-is-not-received", &["11 bytes wait at c[1]"]),
            ("read-takes-what-is-there", &["its buffer of 104", "11 bytes here"]),
        ],
    );
}

#[test]
fn both_sides_of_a_loop_are_explained() {
    explains(
        "socketpair stream c\nfork k\nclose c[1]\nk: close c[0]\nk: echo c[1] => sleeps\nwhy k\nping c[0] 8 3 => 24\nwhy\n\
         parent: signal SIGPIPE ignore\nkill k KILL\nping c[0] 8 3 => EPIPE\nwhy",
        &[
            ("asleep-nothing-to-read", &["k is asleep in read(c[1])", "parent (descriptor 3) still holds c[0]"]),
            ("read-takes-what-is-there", &["as soon as there is something at c[1]", "8 bytes here"]),
            ("epipe-without-sigpipe", &["no descriptor of c[1] is open any more, the last one was k's"]),
        ],
    );
}

#[test]
fn an_advised_statement_says_who_where_it_has_to() {
    let program = "socketpair dgram d\nfork k\nfork l\nclose d[0]\nk: send d[0] 300000*x => EMSGSIZE\nwhy\nl: close d[0]\n\
                   k: send d[0] 300000*x => EMSGSIZE\nwhy\nl: send d[1] 300000*x => EMSGSIZE\nwhy";
    explains(
        program,
        &[
            ("message-too-long", &["Now: `k: getsockopt d[0] sndbuf` shows it."]),
            ("message-too-long", &["Now: `getsockopt d[0] sndbuf` shows it."]),
            ("message-too-long", &["Now: `l: getsockopt d[1] sndbuf` shows it."]),
        ],
    );
}

#[test]
fn a_task_that_polled_and_sleeps_is_woken_before_it_is_told_otherwise() {
    explains(
        "socketpair stream c\nfork k\nwrite c[0] one\nk: poll c[1] for=in => POLLIN\nread c[1] => \"one\"\nk: read c[1] => sleeps\nwhy k",
        &[("taken-after-poll", &["Now: `interrupt k`, then `k: nonblock c[1] on`."])],
    );
}

#[test]
fn what_brings_nothing_about_is_explained_by_nothing() {
    explains(
        "socketpair stream c\ngetsockname c[0] => 0\nwhy\ngetpeername c[0] => 0\nwhy\nfds parent\nwhy\nholders c[0]\nwhy",
        &[("nothing-to-explain", &[]), ("nothing-to-explain", &[]), ("nothing-to-explain", &[]), ("still-held", &[])],
    );
}
