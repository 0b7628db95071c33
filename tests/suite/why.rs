//! Each rule of `why`, brought about on the real kernel by a script: the rule's name and the names in its text.

#[path = "../why/states.rs"]
mod states;
#[path = "../why/near.rs"]
mod near;
#[path = "../why/found.rs"]
mod found;
#[path = "../why/fifos.rs"]
mod fifos;
#[path = "../why/moves.rs"]
mod moves;
#[path = "../why/reports.rs"]
mod reports;
#[path = "../why/epolls.rs"]
mod epolls;
#[path = "../why/groups.rs"]
mod groups;
#[path = "../why/kernel.rs"]
mod kernel;
#[path = "../why/provenance.rs"]
mod provenance;
#[path = "../why/objects.rs"]
mod objects;

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Runs a script and gives the `why` events, in order.
fn whys(script: &str) -> Vec<Value> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tincans"))
        .args(["run", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    child.stdin.take().expect("stdin is piped").write_all(script.as_bytes()).expect("the script is taken");
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("JSON lines are UTF-8");
    assert!(output.status.success(), "the script's own expectations did not hold:\n{script}\n{text}");
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is an object"));
    events.filter(|event| event["event"] == "why").collect()
}

/// The script's `why`s must answer these rules, with these words in the text of each.
fn explains(script: &str, wanted: &[(&str, &[&str])]) {
    let whys = whys(script);
    assert_eq!(whys.len(), wanted.len(), "{script}\n{whys:#?}");
    for (why, (rule, words)) in whys.iter().zip(wanted) {
        assert_eq!(why["rule"], *rule, "{script}\n{why:#}");
        let text = why["text"].as_str().expect("text is a string");
        for word in *words {
            assert!(text.contains(word), "{word:?} is missing:\n{script}\n{why:#}");
        }
        assert!(text.matches(". ").count() <= 4, "more than a few sentences: {text}");
    }
}

#[test]
fn one_read_took_three_writes() {
    let three = "write chat[0] one\nwrite chat[0] two\nwrite chat[0] three\n";
    explains(
        &format!("channel stream chat child1\n{three}child1: read chat[1] => \"onetwothree\"\nwhy"),
        &[("stream-joins-writes", &["3 writes by parent", "\"one\"", "\"three\"", "chat[1]", "child1"])],
    );
    explains(
        &format!("channel stream chat child1\n{three}child1: drain chat[1] dontwait => 11\nwhy"),
        &[("stream-joins-writes", &["3 writes", "chat[1]", "1 read by child1"])],
    );
    explains(
        "channel pipe p child1\nwrite p[1] a\nwrite p[1] b\nchild1: read p[0] => \"ab\"\nwhy",
        &[("stream-joins-writes", &["A pipe", "2 writes"])],
    );
}

#[test]
fn eof_came_because_the_last_copy_went() {
    explains(
        "channel stream chat child1\nchild1: read chat[1] => sleeps\nclose chat[0] => 0, wakes child1 EOF\nwhy",
        &[("eof-last-close", &["chat[1]", "chat[0]", "parent has just closed it"])],
    );
    explains(
        "channel stream chat child1\nread chat[0] => sleeps\nkill child1 KILL => wakes parent EOF\nwhy\nwhy chat[0]",
        &[("eof-last-close", &["chat[0]", "child1 died"]), ("eof-last-close", &["chat[0]", "chat[1]"])],
    );
}

#[test]
fn eof_came_from_a_shutdown() {
    explains(
        "channel stream chat child1\nshutdown chat[0] wr\nchild1: read chat[1] => EOF\nwhy\nwhy chat[1]",
        &[("eof-peer-shutdown", &["chat[0]", "parent (descriptor 3)"]), ("eof-peer-shutdown", &["chat[1]"])],
    );
    explains(
        "channel stream chat child1\nchild1: shutdown chat[1] rd\nchild1: read chat[1] => EOF\nwhy",
        &[("eof-own-shutdown", &["chat[1]"])],
    );
}

#[test]
fn eof_does_not_come_while_a_copy_is_open() {
    explains(
        "socketpair stream chat\nfork child1\nclose chat[1]\nchild1: read chat[1] => sleeps\nclose chat[0] => still child1\n\
         why\nwhy chat[1]\nwhy child1",
        &[
            ("one-copy-of-several", &["parent", "child1 (descriptor 3) still holds chat[0]"]),
            ("still-held", &["child1 (descriptor 3) still holds chat[0]", "child1 has chat[1] open too"]),
            (
                "own-copy-keeps-eof-away",
                &[
                    "nobody else has chat[0] open",
                    "inherited when parent forked it in line 2",
                    "`child1: close chat[0]`",
                ],
            ),
        ],
    );
}

#[test]
fn eof_does_not_come_because_of_dups_and_other_children() {
    explains(
        "channel stream chat child1\ndup chat[0]\nwhy\nfork child2\nclose chat[0]\nwhy chat[1]\nholders chat[0]\nwhy",
        &[
            ("dup-is-one-more-copy", &["parent (descriptors 3 and 4)"]),
            ("still-held", &["parent (descriptor 4)", "child2 (descriptors 3 and 4)", "chat[0]"]),
            ("still-held", &["chat[1]", "child2 (descriptors 3 and 4)"]),
        ],
    );
}

#[test]
fn eof_does_not_come_because_a_copy_is_in_flight() {
    explains(
        "channel stream chat child1\nsocketpair stream pass\nsendmsg pass[0] x fds=chat[0]\nwhy\nclose chat[0]\nwhy chat[1]\n\
         child1: read chat[1] => sleeps\nwhy child1",
        &[
            ("descriptor-in-flight", &["chat[0]", "in the queue of pass[1]"]),
            ("still-held", &["1 copy of chat[0] is in flight, in the queue of pass[1]"]),
            ("asleep-nothing-to-read", &["in flight", "chat[0]"]),
        ],
    );
}

#[test]
fn a_datagram_pair_never_ends() {
    explains(
        "channel dgram d child1\nchild1: read d[1] => sleeps\nwhy\nclose d[0] => still child1\nwhy child1\nwhy d[1]",
        &[
            ("asleep-nothing-to-read", &["no EOF"]),
            ("datagram-never-ends", &["child1", "d[1]", "d[0]"]),
            ("datagram-never-ends", &["d[0]", "ECONNREFUSED"]),
        ],
    );
    explains("channel dgram d child1\nwhy d[1]", &[("datagram-never-ends", &["parent (descriptor 3)", "no EOF"])]);
}

#[test]
fn asleep_and_what_would_wake_it() {
    explains(
        "channel stream chat child1\nchild1: read chat[1] => sleeps\nwhy\nwhy child1\nwrite chat[0] x => 1, wakes child1 \"x\"\nwhy",
        &[
            ("asleep-nothing-to-read", &["child1", "read(chat[1])", "A write to chat[0]"]),
            ("asleep-nothing-to-read", &["parent (descriptor 3)"]),
            ("read-takes-what-is-there", &["chat[1]"]),
        ],
    );
    explains(
        "channel stream chat child1\nflood chat[0] 4096 1000 => sleeps\nwhy parent\nstop child1\nwhy parent\nwhy child1",
        &[
            ("asleep-buffer-full", &["parent", "chat[0]", "child1 (descriptor 4) still holds chat[1]"]),
            ("asleep-buffer-full", &["child1 is stopped"]),
            ("stopped-is-not-dead", &["child1"]),
        ],
    );
    explains(
        "channel stream chat child1\nstop child1\nwrite chat[0] x\ncont child1\nwhy",
        &[("goes-on-after-a-stop", &["ends a stop: child1", "child1 goes on", "has waited for it"])],
    );
    explains(
        "channel stream chat child1\nwait => sleeps\nwhy parent\nchild1: poll chat[1] timeout=-1 for=in => sleeps\nwhy child1",
        &[("asleep-until-death", &["parent"]), ("deadlock", &["parent", "child1"])],
    );
    explains(
        "channel stream chat child1\nchild1: poll chat[1] timeout=-1 for=in => sleeps\nwhy child1\nwhy parent",
        &[("asleep-in-poll", &["chat[1]", "parent"]), ("idle", &["chat[0] (descriptor 3)"])],
    );
}

#[test]
fn a_write_returned_less() {
    explains(
        "channel stream chat child1\nnonblock chat[0] on\nwrite chat[0] 1MiB*z => > 0, < 1048576\nwhy",
        &[("write-takes-what-fits", &["of 1048576 bytes", "chat[0]", "chat[1]"])],
    );
    explains(
        "channel stream chat child1\nwrite chat[0] 1MiB*z => sleeps\nkill child1 KILL => wakes parent > 0\nwhy",
        &[("write-cut-by-close", &["chat[1]", "parent", "of 1048576"])],
    );
    explains(
        "channel stream chat child1\nwrite chat[0] 1MiB*z => sleeps\ninterrupt parent => wakes parent > 0\nwhy",
        &[("write-interrupted", &["parent", "not EINTR"])],
    );
    explains(
        "channel stream chat child1\nchild1: read chat[1] => sleeps\ninterrupt child1 => wakes child1 EINTR\nwhy",
        &[("interrupted", &["child1", "read"])],
    );
}

#[test]
fn a_write_that_works_is_only_queued() {
    explains(
        "channel stream chat child1\nwrite chat[0] x\nwhy\nwrite chat[0] \"\"\nwhy",
        &[("queued-is-not-received", &["1 byte waits at chat[1]", "child1"]), ("write-of-nothing", &["chat[0]"])],
    );
    explains("channel seqpacket s child1\nwrite s[0] \"\"\nwhy", &[("write-of-nothing", &["message"])]);
}

#[test]
fn broken_pipe_with_the_signal_and_without() {
    let gone = "channel stream chat child1\nkill child1 KILL\n";
    explains(
        &format!("{gone}write chat[0] x => EPIPE, killed parent SIGPIPE\nwhy\nwhy parent"),
        &[("epipe-with-sigpipe", &["parent", "chat[0]", "chat[1]", "killed it"]), ("killed-by-sigpipe", &["parent"])],
    );
    explains(
        &format!("{gone}signal SIGPIPE ignore\nwrite chat[0] x => EPIPE\nwhy"),
        &[("epipe-without-sigpipe", &["parent ignores it", "chat[1]"])],
    );
    explains(
        &format!("{gone}signal SIGPIPE catch\nwrite chat[0] x => EPIPE, signals parent SIGPIPE\nwhy"),
        &[("epipe-with-sigpipe", &["parent catches it"])],
    );
    explains(&format!("{gone}send chat[0] x nosignal => EPIPE\nwhy"), &[("epipe-without-sigpipe", &["MSG_NOSIGNAL"])]);
    explains(
        "channel seqpacket s child1\nkill child1 KILL\nwrite s[0] x => EPIPE\nwhy",
        &[("epipe-without-sigpipe", &["SOCK_SEQPACKET", "s[1]"])],
    );
    explains(
        "channel seqpacket s child1\nshutdown s[0] wr\nwrite s[0] x => EPIPE\nwhy",
        &[("epipe-without-sigpipe", &["s[0] was shut down for writing by parent's shutdown in line 2"])],
    );
}

#[test]
fn a_reset_comes_once() {
    explains(
        "channel stream chat child1\nwrite chat[0] abc\nwhy chat[0]\nkill child1 KILL\nwhy chat[0]\nread chat[0] => ECONNRESET\nwhy\n\
         read chat[0] => EOF\nwhy",
        &[
            ("still-held", &["child1"]),
            ("reset-by-unread-bytes", &["chat[0]", "chat[1]"]),
            ("reset-by-unread-bytes", &["3 bytes", "chat[1]", "once"]),
            ("eof-last-close", &["chat[1]"]),
        ],
    );
    explains(
        "channel stream chat child1\nwrite chat[0] abc\nchild1: close chat[1]\nwhy\ngetsockopt chat[0] error => ECONNRESET\nwhy\nwhy chat[0]",
        &[("last-close", &["ECONNRESET"]), ("reset-by-unread-bytes", &["3 bytes"]), ("eof-last-close", &["chat[0]"])],
    );
}

#[test]
fn the_reply_stands_before_or_behind_the_reset() {
    let script = |kind: &str| {
        format!("channel {kind} c child1\nwrite c[0] ab\nchild1: write c[1] reply\nchild1: close c[1]\nwhy c[0]")
    };
    explains(&script("stream"), &[("next-read-takes-bytes", &["then ECONNRESET once, then EOF"])]);
    explains(&script("seqpacket"), &[("reset-by-unread-bytes", &["the messages that wait"])]);
}

#[test]
fn a_datagram_send_is_refused_then_not_connected() {
    explains(
        "channel dgram d child1\nkill child1 KILL\nwrite d[0] x => ECONNREFUSED\nwhy\nwrite d[0] x => ENOTCONN\nwhy",
        &[("datagram-peer-gone", &["d[0]", "d[1]", "ENOTCONN"]), ("datagram-disconnected", &["d[1]", "ECONNREFUSED"])],
    );
}

#[test]
fn the_rest_of_a_message_is_destroyed_or_waits() {
    for kind in ["dgram", "seqpacket"] {
        explains(
            &format!("channel {kind} c child1\nwrite c[0] 0123456789\nchild1: read c[1] 4 => \"0123\"\nwhy"),
            &[("rest-destroyed", &["6 bytes", "c[1]"])],
        );
    }
    explains(
        "channel stream c child1\nwrite c[0] 0123456789\nchild1: read c[1] 4 => \"0123\"\nwhy",
        &[("rest-waits", &["6 bytes are left", "c[1]"])],
    );
    explains(
        "channel dgram c child1\nwrite c[0] 0123456789\nchild1: recvmsg c[1] 4 => 4, MSG_TRUNC\nwhy",
        &[("rest-destroyed", &["recvmsg says so"])],
    );
}

#[test]
fn one_read_did_not_join_messages() {
    explains(
        "channel dgram d child1\nwrite d[0] one\nwrite d[0] two\nwrite d[0] three\nchild1: read d[1] => \"one\"\nwhy\nwhy d[1]\n\
         child1: drain d[1] dontwait => 8\nwhy",
        &[
            ("one-message-each", &["SOCK_DGRAM", "2 messages still wait", "d[1]"]),
            ("next-read-one-message", &["\"two\"", "d[1]"]),
            ("one-message-each", &["2 reads took 2 messages"]),
        ],
    );
}

#[test]
fn one_read_stopped_at_a_descriptor() {
    explains(
        "channel stream c child1\nsocketpair stream x\nwrite c[0] AA\nsendmsg c[0] BB fds=x[0]\nwrite c[0] CC\n\
         child1: recvmsg c[1] fds=1 => \"AABB\", fds=1\nwhy\nchild1: read c[1] => \"CC\"",
        &[("read-stops-at-descriptors", &["\"CC\"", "\"BB\"", "1 descriptor"])],
    );
}

#[test]
fn one_read_stopped_at_another_sender() {
    explains(
        "socketpair stream c\nfork child1\nchild1: setsockopt c[1] passcred 1\nchild1: write c[0] child\nwrite c[0] parent\n\
         child1: read c[1] => \"child\"\nwhy",
        &[("read-stops-at-another-sender", &["parent", "child1", "SO_PASSCRED"])],
    );
}

#[test]
fn poll_says_writable_and_a_write_fails() {
    explains(
        "channel stream c child1\nkill child1 KILL\npoll c[0] => POLLIN|POLLOUT|POLLHUP|POLLRDHUP\nwhy",
        &[("writable-but-fails", &["c[0]", "c[1] is closed", "EPIPE"])],
    );
    explains(
        "channel dgram d child1\nkill child1 KILL\npoll d[0] => POLLOUT\nwhy",
        &[("writable-but-fails", &["d[0]", "ECONNREFUSED", "neither POLLHUP"])],
    );
    explains(
        "channel seqpacket s child1\nchild1: shutdown s[1] rd\npoll s[0] for=out => POLLOUT\nwhy\nwrite s[0] x => EPIPE\nwhy",
        &[
            ("writable-but-fails", &["s[1] was shut down"]),
            ("epipe-without-sigpipe", &["s[1] was shut down for reading"]),
        ],
    );
    // Its own shutdown is looked at before its peer.
    explains(
        "socketpair dgram e\nshutdown e[0] wr\nclose e[1]\npoll e[0] for=out => POLLOUT\nwhy\nwrite e[0] x => EPIPE",
        &[("writable-but-fails", &["e[0] was shut down for writing", "EPIPE"])],
    );
}

#[test]
fn poll_says_not_writable_and_a_write_works() {
    explains(
        "channel dgram d child1\nnonblock d[0] on\nflood d[0] 1 1000 => EAGAIN\nwhy\nchild1: read d[1]\npoll d[0] for=out => 0\nwhy\n\
         write d[0] x => 1",
        &[
            ("charged-per-message", &["d[0]", "SO_SNDBUF", "d[1]"]),
            ("not-writable-but-works", &["d[0]", "a quarter of SO_SNDBUF", "it works long before poll says so"]),
        ],
    );
}

#[test]
fn poll_says_the_plain_things() {
    explains(
        "channel stream c child1\npoll c[0] for=in => 0\nwhy\nchild1: write c[1] hey\npoll c[0] for=in => POLLIN\nwhy\n\
         kill child1\npoll c[0] for=in => POLLIN|POLLHUP\nwhy",
        &[
            ("nothing-to-report", &["c[0]"]),
            ("ready-now", &["3 bytes wait"]),
            ("hung-up-with-bytes", &["c[1] is closed", "3 bytes wait"]),
        ],
    );
}

#[test]
fn the_buffer_is_full_after_a_few_bytes() {
    explains(
        "channel stream c child1\nnonblock c[0] on\nflood c[0] 1 1000 => EAGAIN\nwhy\nqueue c[1]\nwhy",
        &[
            ("charged-per-message", &["bytes wait at c[1]", "one byte", "SO_SNDBUF"]),
            ("charged-per-message", &["SO_SNDBUF of", "charged"]),
        ],
    );
    explains(
        "channel pipe p child1\nnonblock p[1] on\nflood p[1] 4096 100 => EAGAIN\nwhy",
        &[("pipe-full", &["p[0]"])],
    );
}

#[test]
fn a_deadlock_names_its_circle() {
    explains(
        "channel stream chat child1\nchild1: read chat[1] => sleeps\nread chat[0] => sleeps\nwhy\nwhy child1\ntasks\nwhy",
        &[
            (
                "deadlock",
                &[
                    "child1 and parent wait for each other",
                    "child1 fell asleep first",
                    "read(chat[0])",
                    "read(chat[1])",
                ],
            ),
            ("deadlock", &["child1"]),
            ("deadlock", &["child1 and parent"]),
        ],
    );
    explains(
        "channel stream ab between=a,b\nchannel stream bc\na: read ab[0] => sleeps\nwhy a\nb: read ab[1] => sleeps\nwhy a",
        &[("asleep-nothing-to-read", &["b"]), ("deadlock", &["a and b", "ab[0]", "ab[1]"])],
    );
}

#[test]
fn two_full_buffers_are_a_deadlock_too() {
    explains(
        "channel stream c child1\nflood c[0] 4096 1000 => sleeps\nwhy parent\nchild1: flood c[1] 4096 1000 => sleeps\nwhy",
        &[("asleep-buffer-full", &["child1"]), ("deadlock", &["parent", "child1", "write(c[0])", "write(c[1])"])],
    );
}

#[test]
fn a_descriptor_vanished() {
    let setup = "channel stream c child1\nsocketpair stream x\n";
    explains(
        &format!("{setup}sendmsg c[0] B fds=x[0]\nchild1: read c[1] => \"B\"\nwhy"),
        &[("descriptor-lost-by-plain-read", &["read at c[1]", "1 descriptor"])],
    );
    explains(
        &format!("{setup}sendmsg c[0] B fds=x[0]\nchild1: recvmsg c[1] => \"B\"\nwhy"),
        &[("descriptor-lost-by-plain-read", &["recvmsg at c[1]"])],
    );
    explains(
        &format!("{setup}sendmsg c[0] B fds=x[0],x[1]\nchild1: recvmsg c[1] fds=1 => \"B\", fds=1, MSG_CTRUNC\nwhy"),
        &[("control-buffer-too-small", &["2 descriptors", "only 1", "c[1]"])],
    );
    explains(
        &format!("{setup}sendmsg c[0] \"\" fds=x[0] => 0\nwhy"),
        &[("descriptor-needs-a-byte", &["at least one byte"])],
    );
    explains(
        &format!("{setup}sendmsg c[0] B fds=x[0]\nchild1: recvmsg c[1] fds=1 => \"B\", fds=1\nwhy"),
        &[("descriptor-arrives", &["child1 received", "x[0]"])],
    );
}

#[test]
fn peercred_names_who_made_the_pair() {
    explains(
        "channel stream c child1\ngetsockopt c[0] peercred => parent\nwhy",
        &[("peercred-names-the-creator", &["here parent", "child1 (descriptor 4) still holds c[1]"])],
    );
}

#[test]
fn a_failed_socketpair_and_its_array() {
    explains("socketpair stream sv domain=inet => EOPNOTSUPP\nwhy", &[("array-changed", &["EOPNOTSUPP", "AF_INET"])]);
    explains("socketpair 99 sv => EINVAL, sv=-1,-1\nwhy", &[("array-left", &["EINVAL"])]);
}

#[test]
fn nothing_waits_and_the_call_must_not_sleep() {
    explains(
        "channel stream c child1\nchild1: recv c[1] dontwait => EAGAIN\nwhy\nchild1: setsockopt c[1] rcvtimeo 150\n\
         child1: read c[1] => sleeps\nsleep 400 => wakes child1 EAGAIN\nwhy",
        &[("nothing-waits", &["parent (descriptor 3)", "c[1]"]), ("receive-timed-out", &["SO_RCVTIMEO"])],
    );
}

#[test]
fn empty_messages_and_empty_buffers_are_not_the_end() {
    explains(
        "channel seqpacket s child1\nwrite s[0] \"\"\nchild1: read s[1] => \"\"\nwhy\nchild1: read s[1] 0 => 0\nwhy",
        &[("empty-message", &["from parent", "s[1]", "POLLHUP"]), ("read-of-no-bytes", &["not EOF"])],
    );
}

#[test]
fn messages_that_are_too_long_and_looks_that_take_nothing() {
    explains(
        "channel dgram d child1\nwrite d[0] 1MiB*z => EMSGSIZE\nwhy",
        &[("message-too-long", &["1048576 bytes", "d[0]"])],
    );
    explains(
        "channel stream c child1\nwrite c[0] x\nchild1: recv c[1] peek => \"x\"\nwhy",
        &[("peek-leaves-it", &["c[1]"])],
    );
}

#[test]
fn forks_threads_deaths_and_zombies() {
    explains(
        "socketpair stream c\nfork child1\nwhy\nthread t\nwhy\nkill child1 KILL\nwhy\nwhy child1\nwait\nwhy child1",
        &[
            ("fork-copies-descriptors", &["child1", "2 descriptors"]),
            ("threads-share-the-table", &["t is a thread"]),
            ("zombie", &["child1 was killed by SIGKILL", "until parent waits for it"]),
            ("zombie", &["child1"]),
            ("killed", &["child1", "SIGKILL"]),
        ],
    );
}

#[test]
fn the_plain_errors_and_the_ends_of_a_pipe() {
    explains(
        "pipe p\nread @77 => EBADF\nwhy\nrecv p[0] => ENOTSOCK\nwhy\nwhy p[1]\nwhy p[0]",
        &[
            ("bad-descriptor", &["so read fails with EBADF"]),
            ("not-a-socket", &["recv by parent"]),
            ("pipe-goes-one-way", &["p[1]"]),
            ("still-held", &["parent (descriptor 4)"]),
        ],
    );
}

#[test]
fn sockets_by_name() {
    explains(
        "socket stream srv\nbind srv @a\nsocket stream c\nconnect c @a => ECONNREFUSED\nwhy\nwhy c\nlisten srv\nwhy srv\n\
         accept srv s => sleeps\nwhy parent",
        &[
            ("nobody-listens", &["srv is bound to @a"]),
            ("not-connected", &["c is not connected"]),
            ("listener-has-no-bytes", &["srv listens"]),
            ("asleep-nobody-connects", &["accept(srv)", "@a"]),
        ],
    );
}

#[test]
fn a_refusal_says_what_was_refused() {
    explains("channel stream c child1\nread d[0] => refused\nwhy", &[("refused", &["no task made any call"])]);
}

#[test]
fn reuseaddr_is_said_to_do_nothing() {
    explains(
        "socket stream s\nsetsockopt s reuseaddr on => 0\nwhy",
        &[("reuseaddr-does-nothing", &["does nothing at s", "unlink it before bind"])],
    );
}
