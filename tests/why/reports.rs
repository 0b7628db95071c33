//! Situations from public bug reports: what the person who asked needs to hear is in the text, and what misled them is not.

use super::{explains, whys};

#[test]
fn holders_of_an_end_say_what_a_reader_at_the_other_side_would_meet() {
    explains(
        "pipe p\nholders p[1] => 1\nwhy\nwrite p[1] x\nholders p[1] => 1\nwhy",
        &[("still-held", &["Nothing waits at p[0]"]), ("next-read-takes-bytes", &["1 byte", "p[0]"])],
    );
    // Nobody reads at a writing end.
    never_says("pipe p\nholders p[0] => 1\nwhy", &["next read"]);
}

/// The texts must not say this.
fn never_says(script: &str, words: &[&str]) {
    for why in whys(script) {
        let text = why["text"].as_str().expect("text is a string");
        assert!(words.iter().all(|word| !text.contains(word)), "{script}\n{text}");
    }
}

#[test]
fn who_set_nonblock_and_who_has_it_by_that() {
    explains(
        "pipe out nonblock\nfork child1\nclose out[1]\nchild1: close out[0]\nchild1: flood out[1] 4096 100 => EAGAIN\nwhy\nwhy child1",
        &[
            ("pipe-full", &["O_NONBLOCK was set by parent's pipe2 in line 1", "so child1 has it too, also after exec"]),
            ("pipe-full", &["EAGAIN instead of sleeping"]),
        ],
    );
    explains(
        "socketpair stream io nonblock\nfork k\nread io[0] => EAGAIN\nwhy\nk: nonblock io[0] off\nread io[0] => sleeps\nwhy",
        &[
            ("nothing-waits", &["O_NONBLOCK was set by parent's socketpair in line 1", "k has it too"]),
            ("nonblock-was-cleared", &["k's fcntl in line 5 cleared O_NONBLOCK"]),
        ],
    );
}

#[test]
fn what_a_time_out_has_ended_is_not_called_non_blocking() {
    let script = "socket stream s\nbind s @w\nlisten s 0\nsocket stream a\nsocket stream b\nsetsockopt b sndtimeo 200\nconnect a @w\n\
                  connect b @w => sleeps\nwhy parent\nsleep 500 => wakes parent EAGAIN\nwhy\nsocket stream t\nbind t @t\nlisten t\n\
                  setsockopt t rcvtimeo 200\naccept t c => sleeps\nwhy parent\nsleep 500 => wakes parent EAGAIN\nwhy\n\
                  nonblock t on\naccept t c => EAGAIN\nwhy";
    explains(
        script,
        &[
            ("asleep-backlog-full", &["It ends by itself: SO_SNDTIMEO is 200 ms", "parent's setsockopt in line 6"]),
            ("connect-timed-out", &["200 ms of SO_SNDTIMEO"]),
            ("asleep-nobody-connects", &["It ends by itself: SO_RCVTIMEO is 200 ms"]),
            ("accept-timed-out", &["200 ms of SO_RCVTIMEO"]),
            (
                "nothing-to-accept",
                &["O_NONBLOCK was set by parent's fcntl", "not a fault", "`poll t for=in timeout=-1`"],
            ),
        ],
    );
    explains(
        "socketpair stream s\nsetsockopt s[0] sndtimeo 60000\nflood s[0] 1024 100000 => sleeps\nwhy parent",
        &[("asleep-buffer-full", &["It ends by itself: SO_SNDTIMEO is 60000 ms"])],
    );
}

#[test]
fn ignored_sigchld_leaves_no_status() {
    explains(
        "signal SIGCHLD ignore\nfork c\nc: exit 3\nwhy c\nwait c => ECHILD\nwhy\nfork d\nd: exec\nd: fork e\ne: exit 4\nd: wait e => ECHILD\nwhy",
        &[
            ("ignored-sigchld", &["There is no zombie", "parent's signal in line 1"]),
            ("ignored-sigchld", &["removed c as soon as it died", "`parent: signal SIGCHLD default`"]),
            ("ignored-sigchld", &["d ignores SIGCHLD", "parent's signal in line 1", "survives fork and exec"]),
        ],
    );
    explains(
        "fork a\nfork b\nb: wait a => ECHILD\nwhy\na: exit\nwait a\nwait a => ECHILD\nwhy\nb: exit\nwait\nwait => ECHILD\nwhy\n\
         fork c\nc: wait => ECHILD\nwhy",
        &[
            ("no-such-child", &["a is a child of parent, not of b"]),
            ("no-such-child", &["has waited for it already"]),
            ("no-such-child", &["waited for all its children"]),
            ("no-such-child", &["c has forked nobody"]),
        ],
    );
}

#[test]
fn several_deaths_stand_behind_one_signal() {
    explains(
        "signal SIGCHLD catch\nfork a\nfork b\nstop parent\nkill a SIGKILL\nkill b SIGKILL\ncont parent => signals parent SIGCHLD\nwhy",
        &[("one-signal-for-several", &["one SIGCHLD for 2 deaths", "a and b", "WNOHANG"])],
    );
}

#[test]
fn what_a_signal_did_to_a_sleeping_call() {
    explains(
        "socketpair stream s\nsignal SIGUSR1 catch\nread s[0] => sleeps\nkill parent SIGUSR1 => still parent\nwhy\ninterrupt parent\nwhy\n\
         setsockopt s[0] rcvtimeo 60000\nread s[0] => sleeps\nkill parent SIGUSR1 => wakes parent EINTR\nwhy\n\
         poll s[0] for=in timeout=-1 => sleeps\nkill parent SIGUSR1 => wakes parent EINTR\nwhy",
        &[
            ("restarted", &["SIGUSR1", "SA_RESTART", "restarted the call"]),
            ("interrupted", &["SIGRTMIN", "without SA_RESTART"]),
            (
                "interrupted",
                &["SO_RCVTIMEO is on at s[0]", "parent's setsockopt in line 8", "not even with SA_RESTART"],
            ),
            ("interrupted", &["poll is never restarted"]),
        ],
    );
    explains(
        "fork k\nstop k\nparent: kill k SIGUSR1\nwhy",
        &[("signal-pending", &["k is stopped, so SIGUSR1 is pending"])],
    );
}

#[test]
fn a_pipe_counts_pages() {
    explains(
        "pipe p nonblock\npipesize p[1] 8192\nwrite p[1] 8190*x\nwrite p[1] 3*y => EAGAIN\nwhy\npoll p[1] => 0\nwhy\nwhy p[1]\n\
         write p[1] 2*z => 2\nread p[0] 4095\nwrite p[1] a => EAGAIN\nwhy",
        &[
            ("pipe-full", &["both are in use", "The last page has room for 2 bytes", "a write of 3 is not split"]),
            ("not-writable-but-works", &["A write of up to 2 would still fit"]),
            ("pipe-goes-one-way", &["A write of up to 2 fits the last page", "parent (descriptor 3) can read"]),
            ("pipe-full", &["only 4097 of 8192 bytes", "read but for 1 byte"]),
        ],
    );
}

#[test]
fn one_s_own_copy_is_named_before_any_deadlock() {
    let script = "pipe p\nfork child\nchild: close p[0]\nchild: write p[1] out\nchild: exit 0\nread p[0]\nread p[0] => sleeps\nwhy";
    explains(
        script,
        &[(
            "own-copy-keeps-eof-away",
            &["keeps EOF away itself", "descriptor 4 (its own pipe2 in line 1)", "`parent: close p[1]`"],
        )],
    );
    never_says(script, &["deadlock", "Deadlock", "waits for itself"]);
    explains(
        "pipe p\nflood p[1] 4096 100 => sleeps\nwhy",
        &[("own-copy-keeps-epipe-away", &["nobody but parent itself could read there", "descriptor 3"])],
    );
}

#[test]
fn poll_reserves_nothing() {
    explains(
        "pipe js\nfork k\nwrite js[1] +\npoll js[0] for=in => POLLIN\nk: read js[0] 1\nread js[0] 1 => sleeps\nwhy",
        &[("taken-after-poll", &["poll told parent of something in line 4", "k took it before", "reserves nothing"])],
    );
}

#[test]
fn addressed_sends_say_what_they_met() {
    explains(
        "socketpair dgram m\nsend m[0] x to=@nowhere => ECONNREFUSED\nwhy\nwrite m[0] hello => 5\nsocket dgram l\nbind l @l\nsocket dgram a nonblock\n\
         connect a @l\nflood a 20 100 => EAGAIN\nsocket dgram b\npoll b => POLLOUT\nwhy\nsend b hi to=@l dontwait => EAGAIN\nwhy",
        &[
            ("nobody-at-address", &["nobody has bound a socket to @nowhere", "m[0] still sends to m[1]"]),
            ("writable-but-fails", &["is about its own send buffer alone"]),
            ("short-queue", &["The queue of l is full", "from all senders together"]),
        ],
    );
}

#[test]
fn credentials_take_the_room_and_padding_gives_some() {
    explains(
        "socketpair stream d\npipe p\nsendmsg d[0] x fds=p[0],p[1]\nrecvmsg d[1] control=24 => fds=2\nwhy\nsetsockopt d[1] passcred on\n\
         sendmsg d[0] x fds=p[0]\nrecvmsg d[1] control=24 => MSG_CTRUNC\nwhy",
        &[
            ("padding-holds-one-more", &["24 bytes is CMSG_SPACE of 1 descriptor", "2 arrived"]),
            ("control-buffer-too-small", &["SO_PASSCRED is on at d[1]", "parent's setsockopt in line 6", "control=56"]),
        ],
    );
}

#[test]
fn limits_are_named_with_their_figure_and_owner() {
    explains(
        "pipe p\nrlimit nofile 5\ndup p[0] => EMFILE\nwhy\nfork k\nk: dup p[0] => EMFILE\nwhy",
        &[
            ("too-many-descriptors", &["5 descriptors open", "RLIMIT_NOFILE is 5", "parent's setrlimit in line 2"]),
            ("too-many-descriptors", &["k has 5", "parent's setrlimit in line 2"]),
        ],
    );
}

#[test]
fn exec_says_what_it_closed() {
    explains(
        "socketpair stream s cloexec\npipe p\nfork k\nk: exec\nwhy\nk: exec\nwhy",
        &[
            (
                "exec-closes-what-is-marked",
                &["3 (s[0]) and 4 (s[1])", "stay open in the new program, under the same numbers"],
            ),
            ("exec-closes-what-is-marked", &["nothing was"]),
        ],
    );
}

#[test]
fn what_is_left_of_a_stream_and_what_was_cut() {
    explains(
        "socketpair stream s\nwrite s[0] one\nwrite s[0] two\nread s[1] 4 => \"onet\"\nwhy\nread s[1] => \"wo\"\nwhy\n\
         socketpair dgram d nonblock\nshutdown d[1] rd\nnonblock d[1] off\nread d[1] => EOF\nwhy",
        &[
            ("stream-joins-writes", &["\"one\" and \"two\"", "Of the last write 1 of 3 bytes fitted"]),
            ("rest-of-an-earlier-read", &["These 2 bytes are what an earlier read left"]),
            ("eof-own-shutdown", &["one that must not sleep fails with EAGAIN"]),
        ],
    );
}

#[test]
fn too_many_descriptors_in_flight_are_told_with_the_limit_and_whose_it_is() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    // Root is exempt from the limit, so somebody else runs a copy.
    let folder = tempfile::tempdir().expect("a folder");
    let (copy, script) = (folder.path().join("tincans"), folder.path().join("full.tin"));
    std::fs::copy(env!("CARGO_BIN_EXE_tincans"), &copy).expect("a copy");
    let text = "socketpair dgram post\nrlimit nofile 8\nrepeat 9 sendmsg post[0] x fds=post[0]\n\
                sendmsg post[0] x fds=post[0] => ETOOMANYREFS\nwhy\n";
    std::fs::write(&script, text).expect("a script");
    for (path, mode) in [(folder.path(), 0o755), (&*copy, 0o755), (&*script, 0o644)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("open to all");
    }
    let mut command = Command::new(&copy);
    command.arg("run").arg(&script).env("HOME", folder.path());
    if nix::unistd::geteuid().is_root() {
        command.uid(65534).gid(65534);
    }
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for word in
        ["too-many-in-flight", "9 descriptors in flight", "parent's RLIMIT_NOFILE is 8, set by parent's setrlimit"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
}
