//! What the program must not hold: a descriptor of any end on the bench, in the UI or in the guardian.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use crate::support::pty::Pty;

/// Private descriptors of an agent are above every soft limit that a shell gives.
const LEARNERS: std::ops::Range<i32> = 3..200;

/// The sockets and pipes that a process holds, by the kernel's names for them.
fn held(pid: i32, numbers: impl Fn(i32) -> bool) -> BTreeSet<String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).expect("the process is there").flatten();
    let wanted = entries.filter(|entry| entry.file_name().to_string_lossy().parse().is_ok_and(&numbers));
    let targets = wanted.filter_map(|entry| Some(fs::read_link(entry.path()).ok()?.to_string_lossy().into_owned()));
    targets.filter(|target| target.starts_with("socket:") || target.starts_with("pipe:")).collect()
}

#[test]
fn the_program_holds_no_descriptor_of_any_end() {
    let mut pty = Pty::start((24, 80));
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty.type_bytes(b"one\r\r");
    pty.wait("both reads", |screen| screen.matches("1 write, 1 read").count() >= 2);
    // What is measured with a copy has to close it again.
    pty.escape();
    for statement in ["write wire[0] left", "queue wire[1]", "holders wire[1]"] {
        pty.type_bytes(format!(":{statement}\r").as_bytes());
    }
    pty.wait("the queue and the holders", |screen| screen.contains("holders wire[1]") && screen.contains("left"));
    pty.pump(Duration::from_millis(100));
    let agents = pty.agents();
    let ends: BTreeSet<String> =
        agents.iter().flat_map(|agent| held(agent.pid, |number| LEARNERS.contains(&number))).collect();
    assert_eq!(ends.len(), 4, "two pairs: {ends:?}");
    for pid in [pty.guardian(), pty.ui()] {
        let ours = held(pid, |_| true);
        assert!(ours.is_disjoint(&ends), "process {pid} holds {:?}", ours.intersection(&ends));
    }
}
