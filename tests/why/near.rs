//! Near misses: for a rule, a program in which it nearly applies, by the same call or the same error, and must not be said.

use super::{explains, whys};

/// A rule, and a program whose `why`s are all told something else.
const NEAR: &[(&str, &str)] = &[
    ("accepted", "socket stream l nonblock\nbind l @l\nlisten l\naccept l a => EAGAIN\nwhy"),
    (
        "address-taken",
        "socket stream a\nbind a @x\nsocket dgram b\nbind b @x\nwhy\nclose a\nsocket stream c\nbind c @x\nwhy",
    ),
    ("already-connected", "socket dgram a\nbind a @a\nsocket dgram b\nconnect b @a\nconnect b @a\nwhy"),
    ("array-changed", "socketpair 99 sv => EINVAL\nwhy"),
    ("array-left", "socketpair stream sv domain=inet => EOPNOTSUPP\nwhy"),
    ("asked-for-the-mark", "pipe p\natmark p[0]\nwhy"),
    (
        "asleep-backlog-full",
        "socket stream l\nbind l @l\nlisten l 0\nsocket stream a\nconnect a @l\nsocket stream b nonblock\nconnect b @l => EAGAIN\n\
         why parent",
    ),
    (
        "asleep-buffer-full",
        "socket dgram l\nbind l @l\nsocket dgram a\nconnect a @l\nflood a 10 100 => sleeps\nwhy parent",
    ),
    ("asleep-for-all-messages", "socketpair dgram d\nrecvmmsg d[1] 9 3 dontwait => EAGAIN\nwhy"),
    ("asleep-in-epoll", "pipe p\nfork c\nc: close p[1]\nc: poll p[0] timeout=-1 => sleeps\nwhy c"),
    ("asleep-in-open", "mkfifo f\nopen f rdwr b\nwhy\nwhy parent"),
    (
        "asleep-in-splice",
        "pipe p\nsocketpair stream s\nfork c\nfork d\nc: splice s[0] p[1] 5 => sleeps\nd: write p[1] x => sleeps\nwhy d",
    ),
    (
        "asleep-nobody-connects",
        "socket stream l\nbind l @l\nlisten l\nsocket stream c\nconnect c @l\naccept l a\nwhy parent",
    ),
    ("asleep-short-queue", "socketpair dgram d\nfork c\nclose d[1]\nflood d[0] 10 2000 => sleeps\nwhy parent"),
    ("asleep-without-a-page", "pipe p\nfork c\nclose p[1]\nc: write p[1] 70000*x => sleeps\nwhy c"),
    ("backlog-full", "socket stream l\nbind l @l\nsocket stream c nonblock\nconnect c @l => ECONNREFUSED\nwhy"),
    ("bad-descriptor", "pipe p\nshutdown p[0] rd => ENOTSOCK\nwhy\npoll @77 => POLLNVAL\nwhy"),
    ("bound", "socket stream s\nbind s @s\nbind s @t => EINVAL\nwhy"),
    ("cannot-accept", "socket stream l nonblock\nbind l @l\nlisten l\naccept l a => EAGAIN\nwhy"),
    ("cannot-listen", "socket stream l\nbind l @l\nlisten l\nwhy"),
    ("connected", "socket stream l\nbind l @l\nsocket stream c\nconnect c @l => ECONNREFUSED\nwhy"),
    ("datagram-peer-gone", "socketpair dgram d\nsend d[0] x to=@nobody => ECONNREFUSED\nwhy"),
    ("death-signal-is-set", "fork a\na: getppid\nwhy"),
    ("end-is-closed", "pipe p\nholders p[0]\nwhy"),
    ("epoll-refuses", "pipe p\nepoll e\nepollctl e add p[0]\nwhy"),
    ("exec-closes-what-is-marked", "fork c\nc: exec\nwhy"),
    ("fewer-messages-went", "socketpair dgram d\nsendmmsg d[0] a b\nwhy"),
    ("fork-copies-descriptors", "pipe p\nthread t\nwhy"),
    ("interrupted", "pipe p\nfork c\nc: signal SIGUSR1 catch\nc: read p[0] => sleeps\nkill c SIGUSR1\nwhy"),
    ("invalid-here", "pipe p\ndup3 p[0] 3 => EINVAL\nwhy"),
    ("leader-makes-no-session", "fork c\nc: setsid\nwhy"),
    ("message-too-long", "socketpair stream s\nnonblock s[0] on\nwrite s[0] 1MiB*x => > 0\nwhy"),
    ("moved-to-group", "fork c\nc: setsid\nwhy"),
    ("moves-between-pipes", "pipe p\npipe q\nwrite p[1] x\nsplice p[0] q[1] 1\nwhy"),
    ("moves-to-nobody", "pipe p\npipe q\nclose p[1]\nsplice p[0] q[1] 5 => 0\nwhy"),
    ("name-is-gone", "mkfifo f\nunlink f\nwhy"),
    ("name-is-taken", "mkfifo f\nwhy"),
    ("no-child-has-died", "fork c\nc: exit 0\nwait c nohang\nwhy"),
    ("no-such-address", "socket stream s\nconnect s @x => ECONNREFUSED\nwhy"),
    ("no-such-file", "mkfifo f\nopen f wr w nonblock => ENXIO\nwhy"),
    ("no-urgent-byte", "socketpair dgram d\nrecv d[1] oob => EOPNOTSUPP\nwhy"),
    ("nobody-at-address", "socketpair dgram d\nclose d[1]\nsend d[0] x => ECONNREFUSED\nwhy"),
    ("not-a-socket", "pipe p\nclose p[0]\nsend @3 x => EBADF\nwhy"),
    ("not-moved-to-group", "fork a\na: setpgid\nwhy"),
    ("not-supported", "socketpair stream s\nrecv s[0] oob => EINVAL\nwhy"),
    ("number-beyond-the-limit", "pipe p\nrlimit nofile 5\ndup p[0] => EMFILE\nwhy"),
    ("option-only-read", "socketpair stream s\nsetsockopt s[0] sndbuf 10000\nwhy"),
    ("own-session", "setsid => EPERM\nwhy"),
    ("pages-need-a-pipe", "pipe p\nvmsplice p[1] x\nwhy"),
    ("pipe-keeps-its-size", "pipe p\nwrite p[1] x\npipesize p[1] 4096\nwhy"),
    ("range-is-closed", "pipe p\nclose p[0]\nwhy"),
    ("readable-but-empty", "socketpair stream s\nwrite s[0] x\npoll s[1] for=in\nwhy"),
    ("refused", "pipe p\nread @9 => EBADF\nwhy"),
    ("status-was-given", "fork c\nc: exit 0\nwait c\nwait c => ECHILD\nwhy"),
    ("takes-only-its-peer", "socket dgram a\nbind a @a\nsocket dgram c\nsend c x to=@a\nwhy"),
    ("tee-leaves-them", "pipe p\npipe q\nwrite p[1] x\nsplice p[0] q[1] 5\nwhy"),
    ("threads-share-the-table", "pipe p\nfork c\nwhy"),
    ("too-many-descriptors", "pipe p\nrlimit nofile 8\ndup2 p[0] 9 => EBADF\nwhy"),
    ("too-many-in-flight", "socketpair stream s\npipe p\nsendmsg s[0] x fds=p[0]\nwhy"),
    ("urgent-byte-alone", "socketpair stream s\nsend s[0] ab oob\nwhy s[1]"),
];

#[test]
fn what_nearly_applies_is_not_said() {
    for (rule, script) in NEAR {
        let whys = whys(script);
        assert!(!whys.is_empty(), "{script}");
        for why in whys {
            assert_ne!(why["rule"], *rule, "{script}\n{why:#}");
        }
    }
}

#[test]
fn what_no_other_test_brings_about() {
    explains(
        "pipe p\nclose p[0]\nholders p[0]\nwhy\nthread t\nt: exit 3\nwhy t\natmark p[1] => ENOTTY\nwhy\n\
         pipesize p[1] -4 => EINVAL\nwhy\nsocketpair dgram d\nrecv d[1] oob => EOPNOTSUPP\nwhy\nsocketpair stream s\n\
         send s[0] x oob\nwhy s[1]\nrecv s[1] oob\npoll s[1] for=in\nwhy",
        &[
            ("end-is-closed", &["p[0] is closed"]),
            ("exited", &["t exited with 3", "its process and all its descriptors live on"]),
            ("failed", &["ENOTTY"]),
            ("invalid-here", &["fcntl by parent failed with EINVAL"]),
            ("not-supported", &["urgent bytes only on SOCK_STREAM"]),
            ("urgent-byte-alone", &["`recv s[1] oob` takes it"]),
            ("readable-but-empty", &["the place of an urgent byte that was already taken"]),
        ],
    );
}
