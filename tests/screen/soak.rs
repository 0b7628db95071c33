//! A UI that is used for long: channels are made, used and closed, children come and go, and descriptors, memory and processes stay
//! what they were. `TINCANS_SECONDS` says how long, `TINCANS_PROGRAM` which binary.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use crate::support::processes;
use crate::support::pty::{Pty, modes_left_on};
use crate::support::{PATIENCE, number, until};

const SECONDS: u64 = 3;
/// Channels of one round that cost no process, on which the rest of it happens.
const PLAIN: usize = 24;
/// Rounds before the first look: the past that is kept, and the trace, fill up.
const WARM: usize = 8;
/// A round takes as long as it takes; a machine that is busy with other things gives it time.
const ROUND: Duration = Duration::from_secs(60);

/// Memory of the UI, however long it is used.
const MOST_UI_KIB: u64 = 40 * 1024;

/// What the program holds at one moment at which all is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Figures {
    ui_descriptors: usize,
    parent_descriptors: usize,
    guardian_descriptors: usize,
    processes: usize,
    ui_kib: u64,
    parent_kib: u64,
    guardian_kib: u64,
}

fn figures(pty: &Pty) -> Figures {
    let (guardian, ui) = (pty.guardian(), pty.ui());
    let parent = processes::children(ui).iter().map(|child| child.pid).min().expect("parent is there");
    Figures {
        ui_descriptors: descriptors(ui),
        parent_descriptors: descriptors(parent),
        guardian_descriptors: descriptors(guardian),
        processes: pty.agents().len(),
        ui_kib: private_kib(ui),
        parent_kib: private_kib(parent),
        guardian_kib: private_kib(guardian),
    }
}

fn descriptors(pid: i32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// Memory that is this process's alone; pages of the program's file are not, others may run it too.
fn private_kib(pid: i32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let field = |line: &str| line.split_whitespace().nth(1)?.parse::<u64>().ok();
    rollup.lines().filter(|line| line.starts_with("Private_Dirty")).filter_map(field).sum()
}

/// One round, typed after Esc: channels of each kind made, used and closed; one with a child that is killed, one with an orphan.
fn round(number: usize) -> String {
    let mut script = String::new();
    let mut add = |line: &str| write!(script, ":{line}\r").expect("a string grows");
    for channel in 0..PLAIN {
        let kind = ["stream", "dgram", "seqpacket"][channel % 3];
        add(&format!("socketpair {kind} c"));
        add("write c[0] \"some bytes\"");
        add("read c[1]");
        add("close c[0]");
        add("close c[1]");
    }
    add("channel stream talk child");
    add("write talk[0] hello");
    add("child: read talk[1]");
    add("child: read talk[1]");
    add("kill child KILL");
    add("wait child");
    add("close talk[0]");
    add("pipe p");
    add("fork maker");
    add("maker: fork orphan");
    add("maker: exit");
    add("wait maker");
    add("orphan: read p[0] 1");
    add("write p[1] x");
    add("orphan: exit");
    add("close p[0]");
    add("close p[1]");
    add(&format!("sleep {}", number % 2));
    script
}

/// Channels that a round makes.
const CHANNELS: usize = PLAIN + 2;

#[test]
fn long_use_costs_nothing_that_stays() {
    let time = Duration::from_secs(number("TINCANS_SECONDS").unwrap_or(SECONDS));
    let mut pty = Pty::start((24, 80));
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty.escape();
    let start = Instant::now();
    let (mut rounds, mut first, mut minutes) = (0, None, Vec::new());
    while start.elapsed() < time || rounds < 2 * WARM {
        pty.type_bytes(round(rounds).as_bytes());
        rounds += 1;
        let mark = format!("round{rounds}.");
        pty.type_bytes(format!(":write wire[0] {mark}\r:read wire[0] 0\r:child1: drain wire[1] dontwait\r").as_bytes());
        pty.wait_up_to(ROUND, "the end of the round", |screen| screen.contains(&format!("\"{mark}\"")));
        pty.forget_bytes();
        if rounds == WARM {
            first = Some(settled(&pty));
        }
        if start.elapsed() > Duration::from_secs(60) * (1 + u32::try_from(minutes.len()).expect("not so long")) {
            minutes.push(figures(&pty).ui_kib);
            eprintln!("{:?}: {} channels, {:?}", start.elapsed(), rounds * CHANNELS, figures(&pty));
        }
    }
    let (first, last) = (first.expect("warm"), settled(&pty));
    eprintln!("{} channels in {:?}\nbefore {first:?}\nafter  {last:?}", rounds * CHANNELS, start.elapsed());
    let counts = |figures: Figures| {
        (figures.ui_descriptors, figures.parent_descriptors, figures.guardian_descriptors, figures.processes)
    };
    assert_eq!(counts(first), counts(last));
    // A process that runs touches a page more now and then.
    for (before, after) in [(first.parent_kib, last.parent_kib), (first.guardian_kib, last.guardian_kib)] {
        assert!(after <= before + 256, "{before} KiB became {after}");
    }
    assert!(last.ui_kib <= MOST_UI_KIB, "{} KiB", last.ui_kib);
    // The past grows to its limit first.
    if let Some(full) = minutes.get(5).filter(|_| minutes.len() > 8) {
        assert!(last.ui_kib < full + 2048, "{minutes:?}");
    }
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
    assert!(pty.has_its_modes_back());
    assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new());
    assert!(until(PATIENCE, || pty.left().is_empty()).is_some(), "{:?}", pty.left());
}

/// The figures once the dead are buried: `parent` and two children.
fn settled(pty: &Pty) -> Figures {
    assert!(until(PATIENCE, || figures(pty).processes == 3).is_some(), "{:?}", pty.agents());
    figures(pty)
}
