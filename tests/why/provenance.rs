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
fn whoever_took_what_poll_told_of_is_named() {
    let listener = "socket stream l\nbind l @l\nlisten l\nfork w\nsocket stream k\nconnect k @l\n";
    explains(
        &format!("{listener}poll l for=in\nw: accept l a\naccept l b => sleeps\nwhy"),
        &[("taken-after-poll", &["poll told parent of one in line 7", "by w's accept in line 8", "`nonblock l on`"])],
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
            ("zombie", &["e was killed by SIGKILL, and that"]),
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
