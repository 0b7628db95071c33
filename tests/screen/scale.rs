//! The built program at the sizes it promises: 64 tasks and 256 channels, descriptors passed round a ring, the most
//! descriptors in one message, a long write read in small pieces.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Runs a script, every expectation of which must hold; the transcript.
fn holds(script: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tincans"))
        .args(["run", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("tincans starts");
    child.stdin.take().expect("a pipe").write_all(script.as_bytes()).expect("it reads its script");
    let output = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Lines of a script.
fn lines(each: impl IntoIterator<Item = String>) -> String {
    each.into_iter().fold(String::new(), |mut all, line| {
        let _ = writeln!(all, "{line}");
        all
    })
}

#[test]
fn there_is_room_for_64_tasks_and_256_channels() {
    let children = (1..64).map(|number| format!("channel stream c{number} child{number}"));
    let pairs = (64..=256).map(|number| {
        let kind = ["stream", "dgram", "seqpacket"][number % 3];
        if number % 4 == 0 { format!("pipe c{number}") } else { format!("socketpair {kind} c{number}") }
    });
    let talk = (1..64).flat_map(|number| {
        [
            format!("child{number}: read c{number}[1] => sleeps"),
            format!("write c{number}[0] hello{number} => wakes child{number} \"hello{number}\""),
        ]
    });
    let rest = (64..=256).flat_map(|number| {
        // A pipe is written at [1].
        let (to, from) = if number % 4 == 0 { (1, 0) } else { (0, 1) };
        [format!("write c{number}[{to}] x => 1"), format!("read c{number}[{from}] => \"x\"")]
    });
    let end =
        ["tasks => 64".to_owned(), "fork onemore => refused".to_owned(), "holders c1[1] => held by child1".to_owned()];
    holds(&(lines(children) + &lines(pairs) + &lines(talk) + &lines(rest) + &lines(end)));
}

#[test]
fn descriptors_go_round_a_ring_of_8_processes() {
    let pairs = (0..8).map(|at| format!("socketpair seqpacket ring{at}"));
    let prize = ["pipe prize".to_owned(), "write prize[1] round => 5".to_owned()];
    let forks = (0..8).map(|at| format!("fork p{at}"));
    // Only p0 has the prize at first; parent keeps nothing of it.
    let losses = (1..8).flat_map(|at| ["0", "1"].map(|side| format!("p{at}: close prize[{side}]")));
    let parent = ["parent: close prize[0]".to_owned(), "parent: close prize[1]".to_owned()];
    let passes = (0..24).flat_map(|step| {
        let (from, to) = (step % 8, (step + 1) % 8);
        [
            format!("p{from}: sendmsg ring{from}[0] on fds=prize[0],prize[1] => 2"),
            format!("p{from}: close prize[0]"),
            format!("p{from}: close prize[1]"),
            "holders prize[0] => 0, in_flight=1".to_owned(),
            format!("p{to}: recvmsg ring{from}[1] fds=2 => \"on\", fds=2"),
            format!("holders prize[0] => 1, held by p{to}, in_flight=0"),
        ]
    });
    let end = ["p0: close prize[1]", "p0: read prize[0] => \"round\"", "p0: read prize[0] => EOF"].map(str::to_owned);
    let all = [lines(pairs), lines(prize), lines(forks), lines(losses), lines(parent), lines(passes), lines(end)];
    holds(&all.concat());
}

#[test]
fn a_message_carries_253_descriptors_and_no_more() {
    for kind in ["stream", "dgram", "seqpacket"] {
        let many = |count: usize| vec!["p[0]"; count].join(",");
        holds(&format!(
            "socketpair {kind} s\npipe p\nfork child\nparent: sendmsg s[0] x fds={} => 1\n\
             parent: sendmsg s[0] x fds={} => EINVAL\nholders p[0] => in_flight=253\n\
             child: recvmsg s[1] fds=253 => 1, fds=253, !MSG_CTRUNC\nholders p[0] => 255, in_flight=0\n\
             child: fds => 257\nparent: close p[1]\nchild: close p[1]\nchild: read p[0]@100 => EOF\n",
            many(253),
            many(254)
        ));
    }
}

#[test]
fn a_mebibyte_is_read_7_bytes_at_a_time() {
    let transcript = holds(
        "channel stream c child\nchild: drain c[1] 7 => sleeps\nwrite c[0] 1MiB*z => 1048576, still child\n\
         close c[0] => 0, wakes child 1048576\n",
    );
    assert!(transcript.contains("1048576"), "{transcript}");
    holds(
        "socketpair stream c\nnonblock c[0] on\nsetsockopt c[0] sndbuf 4MiB\nwrite c[0] 1MiB*z => $all\nqueue c[1] => $all\nclose c[0]\n\
         repeat 2000 read c[1] 7 => 7\nqueue c[1] => $all-14000\ndrain c[1] 7 => $all-14000\n",
    );
}
