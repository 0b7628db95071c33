//! Who brought it about: a limit, a shutdown, a name that is gone, a copy that nobody uses, a signal that was asked for; and the
//! one cause where several would do.

use super::explains;

#[test]
fn a_death_by_sigpipe_does_not_hide_the_shutdown_that_caused_it() {
    explains(
        "socketpair stream s\nshutdown s[1] rd\nwrite s[0] x => EPIPE, killed parent SIGPIPE\nwhy",
        &[("epipe-with-sigpipe", &["s[1] was shut down for reading by parent's shutdown in line 2"])],
    );
}

#[test]
fn descriptors_that_found_no_number_are_told_from_those_that_found_no_room() {
    explains(
        "socketpair stream s\npipe p\nfork c\nc: rlimit nofile 7\nsendmsg s[0] x fds=p[0],p[1]\nc: recvmsg s[1] fds=2 => \"x\"\nwhy\n\
         sendmsg s[0] y fds=p[0],p[1]\nrecvmsg s[1] control=20 => \"y\"\nwhy",
        &[
            ("control-buffer-too-small", &["RLIMIT_NOFILE is 7, set by c's setrlimit in line 4", "`fds c`"]),
            ("control-buffer-too-small", &["a control buffer of 20 bytes has no room for more"]),
        ],
    );
}

#[test]
fn credentials_without_room_are_cut() {
    explains(
        "socketpair stream s\nsetsockopt s[1] passcred on\nwrite s[0] a\nrecvmsg s[1] => \"a\"\nwhy\nwrite s[0] b\n\
         recvmsg s[1] control=32 => \"b\"\nwhy",
        &[
            ("credentials-were-cut", &["set by parent's setsockopt in line 2", "no control buffer", "control=32"]),
            ("read-takes-what-is-there", &["1 byte here"]),
        ],
    );
}

#[test]
fn the_task_that_took_what_poll_told_of_is_named() {
    let listener = "socket stream l\nbind l @l\nlisten l\nfork w\nsocket stream k\nconnect k @l\n";
    explains(
        &format!("{listener}poll l for=in\nw: accept l a\naccept l b => sleeps\nwhy"),
        &[(
            "taken-after-poll",
            &[
                "poll told parent of one in line 7",
                "by w's accept in line 8",
                "`interrupt parent`, then `parent: nonblock l on`",
            ],
        )],
    );
    explains(
        &format!(
            "{listener}nonblock l on\nepoll e\nepollctl e add l for=in\nepollwait e\nw: accept l a\naccept l b => EAGAIN\nwhy\n\
             w: accept l c => EAGAIN\nwhy"
        ),
        &[
            ("taken-after-poll", &["epoll_wait told parent of one in line 10", "by w's accept in line 11"]),
            ("nothing-to-accept", &["O_NONBLOCK was set by parent's fcntl in line 7"]),
        ],
    );
    explains(
        "eventfd e 1 semaphore\nfork w\npoll e for=in\nw: read e\nread e => sleeps\nwhy\ninterrupt parent\nnonblock e on\n\
         w: read e => EAGAIN\nwhy",
        &[
            ("taken-after-poll", &["poll told parent of something in line 3", "by w's read in line 4"]),
            ("object-would-sleep", &["O_NONBLOCK was set by parent's fcntl in line 8", "so w and parent have it too"]),
        ],
    );
}

#[test]
fn an_address_says_what_became_of_it() {
    explains(
        "socket stream a\nbind a srv\nlisten a\nclose a\nsocket stream b\nbind b srv => EADDRINUSE\nwhy\n\
         connect b srv => ECONNREFUSED\nwhy\nunlink srv\nconnect b srv => ENOENT\nwhy\nbind b srv\nsocket stream c\n\
         bind c srv => EADDRINUSE\nwhy",
        &[
            ("address-taken", &["parent's bind in line 2 made it for a", "`parent: unlink srv`"]),
            ("nobody-listens", &["the file srv is left", "its last descriptor, parent's, was closed in line 4"]),
            ("no-such-address", &["parent's unlink in line 10 took it away"]),
            ("address-taken", &["b is bound to srv already, by parent's bind in line 13"]),
        ],
    );
    explains(
        "socket stream l\nbind l @l\nlisten l\nfork c\nclose l\nc: close l\nsocket stream k\nconnect k @l => ECONNREFUSED\nwhy\n\
         connect k @never => ECONNREFUSED\nwhy\nsocket dgram d\nbind d log\nunlink log\nsocket dgram s\nsend s x to=log => ENOENT\nwhy",
        &[
            ("nobody-listens", &["l was bound to @l and is gone", "c's, was closed in line 6"]),
            ("nobody-listens", &["nobody has bound a socket to @never"]),
            ("no-such-address", &["parent's unlink in line 14", "d lives on without a name"]),
        ],
    );
}

#[test]
fn a_full_backlog_has_its_figure_and_its_owner() {
    explains(
        "socket stream l\nbind l @l\nlisten l 1\nsocket stream a\nsocket stream b\nsocket stream c nonblock\nconnect a @l\n\
         connect b @l\nconnect c @l => EAGAIN\nwhy\nwhy l",
        &[
            ("backlog-full", &["2 connections wait at @l", "parent's listen in line 3", "listen was given 1"]),
            ("listener-has-no-bytes", &["2 connections wait for an accept"]),
        ],
    );
}

#[test]
fn a_copy_that_nobody_uses_is_named_with_the_fork_it_came_by() {
    explains(
        "pipe p\nfork sh\nsh: fork daemon\nclose p[1]\nsh: exit\nread p[0] => sleeps\nwhy\nwhy p[0]",
        &[
            (
                "asleep-nothing-to-read",
                &["daemon inherited p[1] when sh forked it in line 3", "has p[0] open too", "`daemon: close p[1]`"],
            ),
            ("still-held", &["daemon inherited p[1] when sh forked it in line 3"]),
        ],
    );
    // One that has written is no forgotten one, and `channel` makes the copies that are meant.
    explains(
        "pipe p\nfork c\nc: close p[0]\nclose p[1]\nc: write p[1] x\nread p[0]\nread p[0] => sleeps\nwhy",
        &[("asleep-nothing-to-read", &["c (descriptor 4) still holds p[1]. A write"])],
    );
    explains(
        "channel pipe p c reverse\nread p[0] => sleeps\nwhy",
        &[("asleep-nothing-to-read", &["still holds p[1]. A write"])],
    );
}

#[test]
fn a_signal_that_was_asked_for_says_so() {
    explains(
        "fork sh\nsh: fork d\nd: pdeathsig SIGKILL\nsh: exit 3\nwhy d\nfork e\ne: pdeathsig SIGTERM\nkill e KILL\nwhy e",
        &[
            ("killed", &["because its parent sh died", "d's prctl in line 3"]),
            ("zombie", &["e was killed by SIGKILL (sent from outside in line 8), and that"]),
        ],
    );
    explains(
        "fork c\nkill c KILL\nparent: kill c TERM => 0\nwhy\nwait c\nparent: kill c TERM => ESRCH\nwhy",
        &[
            ("signal-to-a-zombie", &["c is dead, a zombie until parent waits for it"]),
            ("signal-to-nobody", &["dead and was waited for"]),
        ],
    );
}

#[test]
fn a_close_wakes_no_other_thread() {
    explains(
        "pipe p\nfork c\nc: thread t\nt: read p[0] => sleeps\nc: close p[0] => still t\nwhy\nwhy t",
        &[
            ("close-wakes-no-thread", &["c closed descriptor 3", "A signal would wake it", "`interrupt t`"]),
            ("asleep-nothing-to-read", &["Another thread has closed descriptor 3 meanwhile"]),
        ],
    );
}

#[test]
fn a_number_that_means_nothing_is_told_from_the_wrong_direction() {
    explains(
        "pipe p\nfork c\nclose p[0]\nread @3 => EBADF\nwhy\nread p[1] => EBADF\nwhy\nc: write p[0] x => EBADF\nwhy\n\
         closerange 3 9\nwhy\ncloserange 3 9\nwhy",
        &[
            ("bad-descriptor", &["parent has no descriptor 3", "The same number is open in c (p[0])", "`fds parent`"]),
            ("bad-descriptor", &["p[1] is open, but it is the writing end of a pipe"]),
            ("bad-descriptor", &["p[0] is open, but it is the reading end of a pipe"]),
            ("range-is-closed", &["1 descriptor of parent: 4 (p[1])"]),
            ("range-is-closed", &["closed nothing"]),
        ],
    );
}

#[test]
fn a_read_hangup_names_the_shutdown() {
    explains(
        "socketpair stream s\nshutdown s[0] wr\npoll s[1] for=rdhup => POLLRDHUP\nwhy\nshutdown s[1] wr\npoll s[0] for=in\nwhy\n\
         why s[1]",
        &[
            (
                "ready-now",
                &["s[0] was shut down for writing by parent's shutdown in line 2", "nothing is left to read"],
            ),
            ("hung-up", &["parent's shutdown in line 2", "parent's shutdown in line 5"]),
            ("eof-peer-shutdown", &["s[0] was shut down for writing by parent's shutdown in line 2"]),
        ],
    );
}

#[test]
fn a_time_out_belongs_to_what_the_next_read_does() {
    explains(
        "socketpair stream s\nsetsockopt s[1] rcvtimeo 30\nwhy s[1]\nsetsockopt s[1] rcvlowat 9\nwrite s[0] abc\n\
         recv s[1] dontwait => \"abc\"\nwhy",
        &[
            ("still-held", &["sleeps for 30 ms at most", "SO_RCVTIMEO was set by parent's setsockopt in line 2"]),
            ("less-than-the-low-water", &["is 9 (set by parent's setsockopt in line 4)", "3 bytes came"]),
        ],
    );
}

#[test]
fn a_datagram_from_nowhere_cannot_be_answered() {
    explains(
        "socket dgram srv\nbind srv @srv\nsocket dgram c\nsend c hello to=@srv\nrecvfrom srv => \"hello\"\nwhy\nbind c @c\n\
         send c again to=@srv\nrecvfrom srv => \"again\"\nwhy",
        &[
            ("sender-has-no-address", &["parent sent this from a socket that is bound to none"]),
            ("one-message-each", &["5 bytes here"]),
        ],
    );
}

#[test]
fn what_moves_no_byte_says_which_flag_forbade_the_sleep() {
    explains(
        "pipe p\npipe q\ntee p[0] q[1] 9 nonblock => EAGAIN\nwhy\nnonblock p[0] on\nsplice p[0] q[1] 9 => EAGAIN\nwhy",
        &[
            ("nothing-to-move", &["SPLICE_F_NONBLOCK asks for that"]),
            ("nothing-to-move", &["O_NONBLOCK of p[0] was set by parent's fcntl in line 5"]),
        ],
    );
}

#[test]
fn a_second_connection_of_one_socket_is_refused() {
    explains(
        "socket stream l\nbind l @l\nlisten l\nsocket stream c\nconnect c @l\nconnect c @l => EISCONN\nwhy\nsend c x to=@l => EISCONN\n\
         why",
        &[
            ("already-connected", &["although nobody has accepted", "a SOCK_STREAM socket is connected once"]),
            ("already-connected", &["Leave the address out"]),
        ],
    );
}

#[test]
fn a_death_by_a_signal_names_who_sent_it() {
    explains(
        "fork c\nfork d\nfork e\nfork f\nkill c\nwhy\nd: kill e SIGUSR1\nwhy\nwhy e\nkill d SIGPIPE\nwhy\nparent: kill f 0\n\
         why\nkill f\nparent: kill f SIGTERM\nwhy",
        &[
            ("zombie", &["c was killed by SIGTERM (sent from outside in line 5)"]),
            ("zombie", &["e was killed by SIGUSR1 (sent by d's kill in line 7)"]),
            ("zombie", &["e was killed by SIGUSR1 (sent by d's kill in line 7)"]),
            ("zombie", &["d was killed by SIGPIPE (sent from outside in line 10)"]),
            ("nothing-to-explain", &["kill by parent returned 0"]),
            ("signal-to-a-zombie", &["SIGTERM does nothing: f is dead"]),
        ],
    );
    explains(
        "channel stream s c\nc: exit 0\nwrite s[0] x => EPIPE, killed parent SIGPIPE\nwhy parent",
        &[("killed-by-sigpipe", &["parent was killed by SIGPIPE by writing"])],
    );
    explains(
        "pipe p\nfork c\nc: signal SIGUSR1 catch norestart\nc: read p[0] => sleeps\nparent: kill c SIGUSR1 => wakes c EINTR\nwhy\n\
         c: read p[0] => sleeps\nkill c SIGUSR1 => wakes c EINTR\nwhy\nc: read p[0] => sleeps\nstop c\nwhy c",
        &[
            ("interrupted", &["SIGUSR1 (sent by parent's kill in line 5) came while c was asleep"]),
            ("interrupted", &["SIGUSR1 (sent from outside in line 8) came"]),
            ("stopped-is-not-dead", &["c was stopped by SIGSTOP (sent from outside in line 11) in the middle of read"]),
        ],
    );
}

#[test]
fn a_number_that_was_closed_says_what_it_was_and_who_closed_it() {
    explains(
        "channel stream s c\nc: close s[1]\nc: read @4 => EBADF\nwhy\nclose s[0]\nclose @3 => EBADF\nwhy\npipe p\ncloexec p[1] on\n\
         exec\nwrite @4 x => EBADF\nwhy\ncloserange 3 9\nread @3 => EBADF\nwhy\nread @77 => EBADF\nwhy",
        &[
            ("bad-descriptor", &["c has no descriptor 4: it was s[1] until c's close in line 2"]),
            ("bad-descriptor", &["it was s[0] until parent's close in line 5"]),
            ("bad-descriptor", &["it was p[1] until parent's execve in line 10"]),
            ("bad-descriptor", &["it was p[0] until parent's close_range in line 13"]),
            ("bad-descriptor", &["parent has no descriptor 77: it was never open there, or is closed"]),
        ],
    );
}

#[test]
fn an_unconnected_socket_recalls_the_connect_that_failed() {
    explains(
        "socket stream s\nconnect s @nowhere => ECONNREFUSED\nwhy s\nread s => EINVAL\nwhy\nsend s x nosignal => ENOTCONN\nwhy\n\
         socket stream l\nbind l @l\nlisten l\nconnect s @l\nwhy s\nsocket stream t\nwhy t",
        &[
            (
                "not-connected",
                &["parent's connect in line 2, to @nowhere, failed with ECONNREFUSED, so s is not connected"],
            ),
            ("not-connected", &["parent's connect in line 2, to @nowhere", "SOCK_STREAM says EINVAL"]),
            ("not-connected", &["parent's connect in line 2, to @nowhere", "ENOTCONN"]),
            ("still-held", &["Nothing waits at s"]),
            ("not-connected", &["t is not connected, so a read"]),
        ],
    );
}

#[test]
fn a_socket_that_found_no_room_says_so_until_something_is_read() {
    explains(
        "socket dgram log\nbind log @log\nsocket dgram a nonblock\nconnect a @log\nflood a 10 100\nwhy a\nread log\nwhy a\n\
         socketpair stream s\nnonblock s[0] on\nflood s[0] 4096 1000\nwhy s[0]\nread s[1] 10\nwhy s[0]",
        &[
            ("datagram-never-ends", &["A write at a fails with EAGAIN: log is not connected back", "can read there"]),
            ("datagram-never-ends", &["no EOF comes: datagram sockets have none."]),
            ("still-held", &["A write at s[0] fails with EAGAIN: its send buffer is full"]),
            ("still-held", &["counts like any other."]),
        ],
    );
}

#[test]
fn who_waits_for_itself_is_no_deadlock_of_several() {
    let pair = |kind: &str| format!("socketpair {kind} d\nfork c\nclose d[0]\nclose d[1]\nc: read d[1] => sleeps\n");
    explains(
        &format!("{}wait c => sleeps\nwhy parent\nwhy c\ntasks\nwhy", pair("dgram")),
        &[
            (
                "asleep-nothing-to-read",
                &["parent is asleep in waitpid(c)", "before c acts", "Only c itself could write to d[0]"],
            ),
            (
                "asleep-nothing-to-read",
                &["c is asleep in read(d[1])", "Only c itself could write to d[0]", "`interrupt c`"],
            ),
            ("asleep-nothing-to-read", &["Only c itself could write to d[0]"]),
        ],
    );
    explains(
        &format!("{}wait c => sleeps\nwhy parent\ntasks\nwhy", pair("stream")),
        &[
            ("own-copy-keeps-eof-away", &["parent is asleep in waitpid(c)", "before c acts", "keeps EOF away itself"]),
            ("own-copy-keeps-eof-away", &["c is asleep in read(d[1]) and keeps EOF away itself"]),
        ],
    );
}

#[test]
fn a_long_write_into_a_pipe_of_packets_is_several() {
    explains(
        "pipe p direct\nwrite p[1] 5000*z\nwhy\nread p[0] => 4096*z\nwrite p[1] 12289*z\nwhy\nwrite p[1] 4096*z\nwhy",
        &[
            ("write-became-packets", &["these 5000 bytes became 2 packets, of 4096 and 904"]),
            ("write-became-packets", &["12289 bytes became 4 packets, the last of 1, the others of 4096"]),
            ("queued-is-not-received", &["p[0]"]),
        ],
    );
}

#[test]
fn a_write_that_was_cut_says_where_and_a_write_that_waited_says_who_read() {
    explains(
        "pipe p nonblock\nflood p[1] 511 200\nwrite p[1] 4097*y => 1\nwhy\nread p[0] 4096\nread p[0] 4096\nwrite p[1] 9000*z\nwhy",
        &[
            ("write-takes-what-fits", &["its odd byte went into the last page, and for the others no page was free"]),
            ("write-takes-what-fits", &["is cut where no page is free any more"]),
        ],
    );
    explains(
        "pipe p\npipesize p[0] 4096\nwrite p[1] 4096*x\nfork c\nc: write p[1] y => sleeps\nread p[0]\nwhy",
        &[("write-waited-for-room", &["until there was room, which parent's read of p[0] made"])],
    );
}

#[test]
fn sizes_options_and_marks_name_who_set_them() {
    explains(
        "pipe p nonblock\nfork c\nc: pipesize p[1] 4096\nwrite p[1] 4096*x\nwrite p[1] y => EAGAIN\nwhy\nsocketpair stream s\nfork d\n\
         d: setsockopt s[0] sndbuf 5000\nnonblock s[0] on\nflood s[0] 100 1000\nwhy\nclose s[1]\nnonblock s[0] off\n\
         write s[0] z => sleeps\nwhy",
        &[
            ("pipe-full", &["given its size by c's fcntl in line 3"]),
            ("charged-per-message", &["SO_SNDBUF was set to 5000 by d's setsockopt in line 9"]),
            ("asleep-buffer-full", &["SO_SNDBUF was set to 5000 by d's setsockopt in line 9"]),
        ],
    );
    explains(
        "pipe p nonblock\npipesize p[1]\nflood p[1] 4096 100\nwhy\nsocketpair stream t nonblock\nflood t[0] 100 1000\nwhy",
        &[("pipe-full", &["65536 bytes wait at p[0]."]), ("charged-per-message", &["plays no part."])],
    );
    explains(
        "socketpair stream s\nfork c\nc: setsockopt s[1] rcvlowat 10\nc: setsockopt s[1] peek_off 0\nc: close s[1]\nc: write s[0] abc\n\
         poll s[1] for=in\nwhy\nrecv s[1] peek\nrecv s[1] peek dontwait\nwhy\nwhy s[1]\nread s[1] => sleeps\nwhy",
        &[
            ("ready-now", &["SO_RCVLOWAT asks for 10 (set by c's setsockopt in line 3)"]),
            ("peeked-to-the-end", &["SO_PEEK_OFF (set by c's setsockopt in line 4) has moved on"]),
            ("asleep-for-the-rest", &["asks for 10 (set by c's setsockopt in line 3)"]),
            ("asleep-for-the-rest", &["SO_RCVLOWAT asks for 10 (set by c's setsockopt in line 3)"]),
        ],
    );
    explains(
        "socketpair stream s\nfork c\nc: setsockopt s[1] oobinline on\nsend s[0] x oob\nrecv s[1] oob => EINVAL\nwhy\npipe p\n\
         c: epoll e\nfork d\nd: epoll f\nd: epollctl f add p[0] for=out\nwrite p[1] x\nd: epollwait f => 0\nwhy\npipe q cloexec\n\
         fork g\ng: cloexec p[1] on\ng: exec\nwhy\nthread t\nt: signal SIGPIPE ignore\nclose q[0]\nwrite q[1] x => EPIPE\nwhy",
        &[
            ("no-urgent-byte", &["SO_OOBINLINE is on at s[1] (set by c's setsockopt in line 3)"]),
            ("epoll-nothing-there", &["1 byte waits at p[0]", "d's epoll_ctl in line 11 has not asked for EPOLLIN"]),
            ("exec-closes-what-is-marked", &["(p[1], marked by g's fcntl in line 17)", "(q[0])"]),
            ("epipe-without-sigpipe", &["parent ignores it (set by t's signal in line 21), so it lives"]),
        ],
    );
}
