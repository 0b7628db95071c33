//! Situations whose explanation was once untrue: what a socket's state refuses, what ended a call early, what poll means there.

use super::explains;
use crate::why::whys;

#[test]
fn a_connect_that_finds_another_kind_or_somebody_deaf() {
    explains(
        "socket dgram d\nbind d @x\nsocket stream c\nconnect c @x => ECONNREFUSED\nwhy\nbind c file\nconnect d file => EPROTOTYPE\nwhy\n\
         socketpair stream p\nbind p[0] @p\nsocket stream e\nconnect e @p => ECONNREFUSED\nwhy\n\
         socket stream s\nbind s @s\nlisten s\nshutdown s rd\nconnect e @s => ECONNREFUSED\nwhy\naccept s a => EINVAL\nwhy\npoll s\nwhy",
        &[
            ("another-kind-is-there", &["d is bound to @x, but it is SOCK_DGRAM and c is SOCK_STREAM"]),
            ("another-kind-is-there", &["c is bound to file, but it is SOCK_STREAM", "EPROTOTYPE"]),
            ("nobody-listens", &["p[0] is bound to @p, but it is connected itself"]),
            ("nobody-listens", &["s listens at @s, but it was shut down for reading"]),
            ("cannot-accept", &["s was shut down for reading"]),
            ("a-connection-is-readable", &["shut down for reading", "it would fail with EINVAL"]),
        ],
    );
}

#[test]
fn an_address_longer_than_sun_path() {
    let (path, name) = ("p".repeat(109), "n".repeat(108));
    explains(
        &format!(
            "socket dgram d\nbind d \"{path}\" => EINVAL\nwhy\nconnect d \"@{name}\" => EINVAL\nwhy\nbind d \"@a\\0b\" => 0\n\
             bind d @c => EINVAL\nwhy\nsocket dgram e\nbind e \"@a\\0b\" => EADDRINUSE\nwhy"
        ),
        &[
            ("address-too-long", &["d was given has 109 bytes", "room for 108", "fill it to the last byte"]),
            ("address-too-long", &["d was given has 109 bytes", "the zero byte in front of an abstract name"]),
            ("bound-already", &["\"@a\\0b\""]),
            ("address-taken", &["is bound to"]),
        ],
    );
}

#[test]
fn a_full_backlog_and_what_poll_says_of_a_listener() {
    explains(
        "socket stream s\nbind s @s\nlisten s 0\npoll s => 0\nwhy\nsocket stream a nonblock\nconnect a @s => 0\npoll s => POLLIN\nwhy\n\
         socket stream b nonblock\nconnect b @s => EAGAIN\nwhy\nread s => EINVAL\nwhy\nwrite s x => ENOTCONN\nwhy\n\
         accept s c => _\nconnect s @s => EINVAL\nwhy",
        &[
            ("a-connection-is-readable", &["no connection waits there: an accept would sleep"]),
            ("a-connection-is-readable", &["an accept would not sleep, a connection waits there"]),
            ("backlog-full", &["@s", "The connect from b fails with EAGAIN", "parent's socket in line 10"]),
            ("listener-has-no-bytes", &["connections, taken by accept"]),
            ("not-connected", &["s listens: it has no peer"]),
            ("listener-cannot-connect", &["s listens"]),
        ],
    );
}

#[test]
fn a_connection_that_nobody_accepted_is_reset_without_unread_bytes() {
    explains(
        "socket stream s\nbind s @s\nlisten s\nsocket stream c\nconnect c @s\nclose s\nread c => ECONNRESET\nwhy\nread c => EOF\nwhy\n\
         send c x nosignal => EPIPE\nwhy",
        &[
            ("reset-never-accepted", &["closed before anybody accepted", "whether something was sent or not"]),
            ("eof-last-close", &["the end that nobody accepted"]),
            ("epipe-without-sigpipe", &["closed before anybody accepted"]),
        ],
    );
}

#[test]
fn sockets_that_are_not_connected() {
    explains(
        "socket stream s\nread s => EINVAL\nwhy\npoll s => POLLOUT|POLLHUP\nwhy\ngetsockopt s peercred => 0\nwhy\n\
         socket seqpacket q\nread q => ENOTCONN\nwhy\nsend q x => ENOTCONN\nwhy\n\
         socket dgram d\nwrite d x => ENOTCONN\nwhy\npoll d => POLLOUT\nwhy\nlisten d => EOPNOTSUPP\nwhy\naccept s a => EINVAL\nwhy\n\
         bind s @s\nbind s @t => EINVAL\nwhy",
        &[
            ("not-connected", &["SOCK_STREAM says EINVAL"]),
            ("writable-but-fails", &["ENOTCONN: s is not connected, which POLLHUP says too"]),
            ("peercred-names-the-creator", &["s is connected with nobody", "pid 0"]),
            ("not-connected", &["SOCK_SEQPACKET says ENOTCONN"]),
            ("not-connected", &["connect comes before the first byte"]),
            ("not-connected", &["give an address with the message"]),
            ("writable-but-fails", &["d has no peer. A write without an address fails with ENOTCONN"]),
            ("cannot-listen", &["d is SOCK_DGRAM, which knows no connections"]),
            ("cannot-accept", &["s does not listen"]),
            ("bound-already", &["s has its address, @s"]),
        ],
    );
}

#[test]
fn a_named_datagram_socket_has_a_short_queue_and_may_belong_to_its_peer() {
    explains(
        "socket dgram s\nsocket dgram o nonblock\nbind s @s\nconnect o @s\nflood o 1 1000 => EAGAIN\nwhy\npoll o => 0\nwhy\n\
         nonblock o off\nfork k\nk: write o x => sleeps\nwhy k\nkill k KILL\n\
         socket dgram a\nbind a @a\nsocket dgram b\nbind b @b\nconnect a @b\nsend s x to=@a => EPERM\nwhy\nconnect o @a => EPERM\nwhy",
        &[
            ("short-queue", &["The queue of s is full", "s is not connected back to o", "max_dgram_qlen"]),
            ("not-writable-but-works", &["that socket is not connected back"]),
            ("asleep-short-queue", &["k is asleep in write(o)"]),
            ("takes-only-its-peer", &["a is connected with b", "from s the kernel refuses"]),
            ("takes-only-its-peer", &["a is connected with b", "from o the kernel refuses"]),
        ],
    );
}

#[test]
fn what_ended_a_sleeping_write_early() {
    explains(
        "socketpair stream a\nfork k\nk: send a[0] 1MiB*x nosignal => sleeps\nshutdown a[1] rd => wakes k > 0\nwhy\n\
         socketpair stream b\nfork j\nj: send b[0] 1MiB*x nosignal => sleeps\nshutdown b[0] wr => wakes j > 0\nwhy\n\
         socketpair stream c\nsetsockopt c[0] sndtimeo 200\nwrite c[0] 1MiB*x => sleeps\nsleep 500 => wakes parent > 0\nwhy\n\
         write c[0] x => sleeps\nsleep 500 => wakes parent EAGAIN\nwhy\n\
         fork i\nsetsockopt c[0] sndtimeo 0\ndrain c[1] dontwait\ni: write c[0] 1MiB*x => sleeps\ninterrupt i => wakes i > 0\nwhy",
        &[
            ("write-cut-by-shutdown", &["a[1] was shut down for reading while k was asleep"]),
            ("write-cut-by-shutdown", &["b[0] was shut down for writing while j was asleep"]),
            ("write-timed-out", &["SO_SNDTIMEO ran out while parent was asleep"]),
            ("send-timed-out", &["200 ms of SO_SNDTIMEO", "Nothing of it was taken"]),
            ("write-interrupted", &["SIGRTMIN came while i was asleep"]),
        ],
    );
}

#[test]
fn what_ended_a_read_of_all_early_and_what_it_sleeps_for() {
    explains(
        "socketpair stream a\nfork k\nk: close a[0]\nwrite a[0] abc\nk: recv a[1] 10 waitall => sleeps\nwhy k\n\
         close a[0] => wakes k \"abc\"\nwhy\n\
         socketpair stream b\nsetsockopt b[1] rcvtimeo 200\nwrite b[0] abc\nrecv b[1] 10 waitall => sleeps\n\
         sleep 500 => wakes parent \"abc\"\nwhy\n\
         socketpair stream c\nfork j\nwrite c[0] abc\nj: recv c[1] 10 waitall => sleeps\ninterrupt j => wakes j \"abc\"\nwhy\n\
         write c[0] abc\nrecv c[1] 10 waitall dontwait => \"abc\"\nwhy\n\
         setsockopt c[1] rcvlowat 5\nwrite c[0] abc\npoll c[1]\nwhy\nj: read c[1] => sleeps\nwhy j",
        &[
            ("asleep-for-the-rest", &["3 bytes had come", "MSG_WAITALL asks for all 10"]),
            ("waited-for-all", &["the other end was closed"]),
            ("waited-for-all", &["SO_RCVTIMEO ran out"]),
            ("waited-for-all", &["a signal came"]),
            ("waited-for-all", &["this call must not sleep"]),
            ("ready-now", &["yet a read would sleep", "SO_RCVLOWAT asks for 5"]),
            ("asleep-for-the-rest", &["3 bytes had come", "SO_RCVLOWAT asks for 5 (set by"]),
        ],
    );
}

#[test]
fn shutdowns_of_datagrams_and_of_both_directions() {
    explains(
        "socketpair dgram d nonblock\nshutdown d[0] wr\nread d[1] => EAGAIN\nwhy\nshutdown d[0] rd\nread d[0] => EAGAIN\nwhy\n\
         poll d[0] => POLLIN|POLLOUT|POLLRDHUP|POLLHUP\nwhy\npoll d[1] => POLLOUT\nwhy\n\
         socketpair dgram e\nfork k\nk: read e[1] => sleeps\nshutdown e[0] wr => still k\nwhy k\n\
         socketpair stream s\nshutdown s[0] rdwr\nread s[1] => EOF\nwhy\npoll s[1] for=in,rdhup\nwhy\n\
         socketpair stream r\nshutdown r[0] rd\npoll r[0]\nwhy",
        &[
            ("nothing-waits", &["d[0] was shut down for writing, but a datagram socket is never told"]),
            ("nothing-waits", &["d[0] was shut down for reading"]),
            ("writable-but-fails", &["d[0] was shut down for writing by parent"]),
            ("writable-but-fails", &["poll says nothing of what was done to its peer"]),
            ("datagram-never-ends", &["e[0] was shut down for writing", "Only a signal"]),
            ("eof-peer-shutdown", &["The other direction, from s[1] to s[0], is shut down too"]),
            (
                "hung-up",
                &["was shut down for reading and writing by parent's shutdown in line 18", "it would return 0"],
            ),
            ("ready-now", &["it would return 0)"]),
        ],
    );
}

#[test]
fn urgent_bytes_and_moving_peeks() {
    explains(
        "socketpair stream a\nsend a[0] ab oob\npoll a[1]\nwhy\nread a[1] => \"a\"\nwhy\nrecv a[1] oob => \"b\"\nwhy\n\
         recv a[1] oob => EINVAL\nwhy\nsetsockopt a[1] oobinline 1\nsend a[0] c oob\nrecv a[1] oob => EINVAL\nwhy\nread a[1]\n\
         setsockopt a[1] peek_off 0\nwrite a[0] xyz\nrecv a[1] 2 peek => \"xy\"\nwhy\nrecv a[1] peek => \"z\"\n\
         recv a[1] peek dontwait => EAGAIN\nwhy",
        &[
            ("ready-now", &["an urgent byte can be taken by MSG_OOB"]),
            ("read-stops-at-urgent-byte", &["a read stops before the urgent byte"]),
            ("urgent-byte", &["takes it out of turn"]),
            ("no-urgent-byte", &["No urgent byte waits at a[1]"]),
            ("no-urgent-byte", &["SO_OOBINLINE is on at a[1]"]),
            ("peek-leaves-it", &["the next look begins 2 bytes behind the front"]),
            ("peeked-to-the-end", &["3 bytes behind the front", "3 bytes wait in all"]),
        ],
    );
}

#[test]
fn numbers_that_are_closed_under_a_call() {
    explains(
        "socketpair stream a\nthread t\nt: poll a[1] for=in timeout=-1 => sleeps\nwhy t\nclose a[1] => still t\nwhy\nwhy a[0]\n\
         write a[0] x => wakes t POLLNVAL\nwhy\npoll @77 => POLLNVAL\nwhy\n\
         socketpair dgram d\nt: poll d[1] for=in timeout=-1 => sleeps\nclose d[0] => still t\nwhy t",
        &[
            ("asleep-in-poll", &["it has no time-out"]),
            (
                "close-wakes-no-thread",
                &["parent closed descriptor 4", "t sleeps on in poll(a[1])", "shutdown or a signal would wake it"],
            ),
            ("still-held", &["No descriptor of a[1] is left"]),
            ("no-such-descriptor", &["the number 4 is not open", "another thread closed it meanwhile"]),
            ("no-such-descriptor", &["the number 77 is not open in this process"]),
            ("asleep-in-poll", &["Of the close poll says nothing at d[1]"]),
        ],
    );
}

#[test]
fn credentials_that_differ_end_a_read() {
    explains(
        "socketpair stream a\nwrite a[0] one\nsetsockopt a[1] passcred on\nwrite a[0] two\nrecvmsg a[1] control=64 => \"one\"\nwhy\n\
         socketpair stream b\nwrite b[0] one\nwrite b[0] two\nread b[1] => \"onetwo\"\nwhy",
        &[
            ("read-stops-at-another-sender", &["\"two\"", "credentials differ"]),
            ("stream-joins-writes", &["2 writes by parent"]),
        ],
    );
}

#[test]
fn reads_of_nothing_and_messages_of_nothing_after_the_end() {
    explains(
        "socketpair stream a\nwrite a[0] x\nrecv a[1] 0 => 0\nwhy\nread a[1] 0 => 0\nwhy\n\
         socketpair seqpacket s\nwrite s[0] xyz\nrecv s[1] 1 trunc => 3\nwhy\nwrite s[0] \"\"\nclose s[0]\nread s[1] => \"\"\nwhy\n\
         pipe p\nwrite p[1] \"\" => 0\nwhy\nwrite p[1] 5000*x\npipesize p[1] 4096 => EBUSY\nwhy\npoll p[1] => POLLOUT\nwhy",
        &[
            ("read-of-no-bytes", &["recv looks all the same"]),
            ("read-of-no-bytes", &["the kernel did not even look"]),
            ("rest-destroyed", &["MSG_TRUNC has the call return the whole length"]),
            ("empty-message", &["here not by poll either"]),
            ("write-of-nothing", &["On a pipe"]),
            ("pipe-keeps-its-size", &["2 pages are in use, and 4096 bytes would be 1 page"]),
            ("ready-now", &["at p[1] a write of a little would not sleep."]),
        ],
    );
}

#[test]
fn what_a_shutdown_a_connect_and_an_accept_have_done() {
    explains(
        "socketpair stream s\nshutdown s[0] wr\nwhy\nshutdown s[1] wr\nwhy\nsocketpair dgram d\nshutdown d[0] wr\nwhy\nshutdown d[1] rd\nwhy\n\
         socketpair seqpacket q\nwrite q[0] x\nclose q[1]\nshutdown q[0] wr\nwhy\nwrite q[0] y => ECONNRESET\n\
         socket stream l\nbind l @l\nlisten l\nsocket stream c\nconnect c @l\nwhy\naccept l a\nwhy\n\
         socket dgram b\nbind b @b\nsocket dgram e\nconnect e @b\nwhy\nsetsockopt c sndbuf 5000\nwhy\nsetsockopt c type 1 => -1\nwhy",
        &[
            ("shutdown-acts-on-the-socket", &["for all who hold s[0]", "a read at s[1] returns what waits, then 0"]),
            ("shutdown-acts-on-the-socket", &["s[1]"]),
            ("shutdown-acts-on-the-socket", &["d[1], a datagram socket, is not told"]),
            ("shutdown-acts-on-the-socket", &["a write at d[0] fails with EPIPE"]),
            ("shutdown-acts-on-the-socket", &["A write there fails with ECONNRESET"]),
            ("connected", &["c is connected although nobody has accepted yet", "@l"]),
            ("accepted", &["a new socket, a, for one connection", "no more connections wait"]),
            ("connected", &["only notes where e sends to"]),
            ("buffer-sized", &["takes 5000 twice"]),
            ("option-only-read", &["can only be read"]),
        ],
    );
}

#[test]
fn what_is_said_of_one_write_of_threads_and_of_datagrams_is_so() {
    explains(
        "channel stream a k\nwrite a[0] hello\nk: drain a[1] dontwait\nwhy\n\
         channel dgram d m\nm: recv d[1] dontwait => EAGAIN\nwhy\ndup d[0]\nclose d[0]\nwhy\nk: thread tt\nkill tt\nwhy k\nwhy tt",
        &[
            ("read-takes-what-is-there", &["\"hello\"", "1 read", "would have taken"]),
            ("nothing-waits", &["EOF never does at a datagram socket"]),
            ("one-copy-of-several", &["A datagram peer is told of no close"]),
            ("zombie", &["SIGTERM"]),
            ("killed", &["kills the process"]),
        ],
    );
}

/// The first sentence is what the survivor meets, and it is then so.
#[test]
fn a_death_begins_with_what_comes_to_the_survivor() {
    for (kind, before, foretold, then) in [
        ("stream", "", "from c[0] returns 0, which is EOF.", "read c[0] => EOF"),
        (
            "stream",
            "peer: write c[1] hello\n",
            "from c[0] returns 5 bytes, then EOF.",
            "read c[0] => \"hello\"\nread c[0] => EOF",
        ),
        (
            "stream",
            "write c[0] one\n",
            "from c[0] fails with ECONNRESET, for bytes were destroyed unread, then EOF.",
            "read c[0] => ECONNRESET\nread c[0] => EOF",
        ),
        (
            "seqpacket",
            "peer: write c[1] a\npeer: write c[1] b\n",
            "from c[0] returns the first of 2 messages, then EOF.",
            "read c[0] => \"a\"\nread c[0] => \"b\"\nread c[0] => EOF",
        ),
        ("dgram", "", "from c[0] sleeps. No EOF comes on datagrams.", "read c[0] => sleeps"),
        ("dgram", "nonblock c[0] on\n", "from c[0] fails with EAGAIN. No EOF", "read c[0] => EAGAIN"),
        (
            "pipe",
            "",
            "write to c[1] fails with EPIPE, and SIGPIPE kills it.",
            "write c[1] x => EPIPE, killed parent SIGPIPE",
        ),
        (
            "pipe",
            "signal PIPE ignore\n",
            "write to c[1] fails with EPIPE; SIGPIPE is ignored.",
            "write c[1] x => EPIPE",
        ),
    ] {
        let whys = whys(&format!("channel {kind} c peer\n{before}kill peer SIGKILL\nwhy\n{then}"));
        let text = whys[0]["text"].as_str().expect("text is a string");
        assert!(text.starts_with("parent's next "), "{kind} {before:?}: {text}");
        assert!(text.contains(foretold), "{kind} {before:?}: {text}");
    }
}

#[test]
fn a_death_that_nobody_faces_tells_of_no_survivor() {
    let alone = whys("fork peer\nkill peer SIGKILL\nwhy");
    assert!(alone[0]["text"].as_str().expect("text").starts_with("peer was killed"), "{alone:#?}");
    let held = whys("channel stream c peer\npeer: fork other\nkill peer SIGKILL\nwhy\nread c[0] => sleeps");
    assert!(held[0]["text"].as_str().expect("text").starts_with("peer was killed"), "{held:#?}");
}

#[test]
fn a_listener_that_was_shut_down_says_eagain_where_accept_must_not_sleep() {
    let listens = |flags: &str| format!("socket stream l{flags}\nbind l @x\nlisten l 1\n");
    let closes = "shutdown l rd\nwhy\npoll l for=in => POLLIN\nwhy\naccept l a => ";
    explains(
        &format!("{}{closes}EAGAIN\nwhy", listens(" nonblock")),
        &[
            ("listener-shut-down", &["accept fails with EAGAIN"]),
            ("a-connection-is-readable", &["it would fail with EAGAIN"]),
            ("accept-after-shutdown", &["without it the call would fail with EINVAL"]),
        ],
    );
    explains(
        &format!("{}{closes}EINVAL", listens("")),
        &[
            ("listener-shut-down", &["accept fails with EINVAL"]),
            ("a-connection-is-readable", &["it would fail with EINVAL"]),
        ],
    );
    explains(
        &format!("{}accept l a => EAGAIN\nwhy", listens(" nonblock")),
        &[("nothing-to-accept", &["instead of sleeping"])],
    );
}

#[test]
fn a_listener_that_was_shut_down_and_a_number_that_no_limit_allows() {
    explains(
        "socket stream l\nbind l @x\nlisten l 1\nshutdown l rdwr\nwhy\nsocket stream k\nconnect k @x => ECONNREFUSED\n\
         accept l a => EINVAL\nrlimit nofile 6\ndup2 k 9 => EBADF\nwhy\ndupfd k 9 => EINVAL\nwhy",
        &[
            ("listener-shut-down", &["takes no connection after this"]),
            (
                "number-beyond-the-limit",
                &["k is open", "the number 9", "RLIMIT_NOFILE is 6, set by parent's setrlimit"],
            ),
            ("number-beyond-the-limit", &["EINVAL"]),
        ],
    );
}

#[test]
fn what_was_sent_to_an_address_waits_there_and_not_at_the_peer() {
    explains(
        "socket dgram s\nbind s @box\nsocketpair dgram d\nsend d[0] y to=@box => 1\nwhy\nrecv s\nfork c\nc: recv s => sleeps\n\
         send d[0] z to=@box => wakes c 1",
        &[("queued-is-not-received", &["1 message (1 byte) waits at s", "still holds s"])],
    );
}
