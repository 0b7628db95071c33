//! `kill -9` of the UI, now and then of the guardian with it, at random moments, on a bench of twenty: asleep, stopped, looping,
//! orphaned. `TINCANS_RUNS` says how often, `TINCANS_SEED` from where on, `TINCANS_PROGRAM` which binary.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::support::processes::send;
use crate::support::pty::{Pty, modes_left_on};
use crate::support::random::Random;
use crate::support::{PATIENCE, number, until};
use nix::sys::signal::Signal;

const RUNS: u64 = 30;
/// The promise: nothing alive, no zombie.
const GONE: Duration = Duration::from_millis(100);
/// The same in the median on a machine that does other things too, and less than what the guardian waits before it kills by itself.
const BUSY: Duration = Duration::from_millis(300);
/// Pairs of tasks that throw each other messages without end.
const PAIRS: usize = 2;
/// How many children the whole bench has.
const CHILDREN: usize = 20;

/// Twenty children, beside those of the opening bench: four that will loop, six asleep, five stopped, five orphans.
fn bench() -> String {
    let mut script = String::new();
    let mut add = |line: &str| writeln!(script, ":{line}\r").expect("a string grows");
    for pair in 0..PAIRS {
        for line in [
            "socketpair dgram sN",
            "fork aN",
            "fork bN",
            "aN: echo sN[0]",
            "bN: echo sN[1]",
            "stop bN",
            "repeat 8 write sN[0] x",
        ] {
            add(&line.replace('N', &pair.to_string()));
        }
    }
    add("socketpair stream quiet");
    for child in 0..6 {
        add(&format!("fork r{child}"));
        add(&format!("r{child}: read quiet[0]"));
    }
    for child in 0..5 {
        add(&format!("fork t{child}"));
        add(&format!("stop t{child}"));
    }
    add("fork maker");
    for orphan in 0..5 {
        add(&format!("maker: fork o{orphan}"));
    }
    add("maker: exit");
    add("write quiet[1] ready");
    script.replace('\n', "")
}

/// When the UI is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// While it starts.
    Start,
    /// While the bench is made.
    Making,
    /// While all of them are there.
    Full,
}

/// What a kill left, and after how long nothing.
struct Kill {
    moment: Moment,
    took: Duration,
    agents: usize,
}

fn kill_once(turn: u64, random: &mut Random) -> Kill {
    let moment = [Moment::Start, Moment::Making, Moment::Full, Moment::Full][random.below(4)];
    let mut pty = Pty::start((24, 80));
    let (guardian, ui) = (pty.guardian(), pty.ui());
    let micros = |limit: usize, random: &mut Random| Duration::from_micros(random.below(limit) as u64);
    match moment {
        Moment::Start => std::thread::sleep(micros(30_000, random)),
        Moment::Making => {
            open(&mut pty);
            pty.type_bytes(bench().as_bytes());
            let _ = pty.pump_for(micros(150_000, random));
        }
        Moment::Full => {
            open(&mut pty);
            pty.type_bytes(bench().as_bytes());
            // Beside all that may run on a machine for hours.
            pty.wait_up_to(6 * PATIENCE, "the whole bench", |screen| {
                screen.contains("write(quiet[1], \"ready\", 5) = 5")
            });
            let mut stopped = pty.agents();
            stopped.retain(|agent| agent.state == 'T');
            stopped.sort_by_key(|agent| agent.pid);
            assert_eq!(stopped.len(), PAIRS + 5, "{:?}", pty.agents());
            stopped.iter().take(PAIRS).for_each(|agent| send(agent.pid, Signal::SIGCONT));
            let _ = pty.pump_for(micros(20_000, random));
        }
    }
    let agents = pty.agents().len();
    assert!(moment != Moment::Full || agents > CHILDREN, "{:?}", pty.agents());
    let with_guardian = turn % 10 == 9;
    let start = Instant::now();
    let both = [ui, guardian];
    for victim in &both[..=usize::from(with_guardian)] {
        // A guardian whose UI is gone may be gone too.
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(*victim), Signal::SIGKILL);
    }
    let took = until(PATIENCE, || pty.left().is_empty()).map(|_| start.elapsed());
    let took = took.unwrap_or_else(|| panic!("turn {turn}, {moment:?}: left {:?}", pty.left()));
    assert_eq!(pty.status(), 137, "turn {turn}, {moment:?}");
    // With both gone there is nobody who could bring the terminal back.
    if !with_guardian {
        assert!(pty.has_its_modes_back(), "turn {turn}, {moment:?}: termios");
        assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new(), "turn {turn}, {moment:?}");
    }
    Kill { moment, took, agents }
}

/// The opening bench, and letters are keys.
fn open(pty: &mut Pty) {
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty.type_bytes(b"\x1b");
    let _ = pty.pump_for(Duration::from_millis(40));
}

#[test]
fn killed_at_any_moment_it_leaves_nothing_of_twenty_children_and_the_terminal_as_it_was() {
    let (runs, seed) = (number("TINCANS_RUNS").unwrap_or(RUNS), number("TINCANS_SEED").unwrap_or(1));
    let mut random = Random::new(seed);
    let mut kills: Vec<Kill> = Vec::new();
    for turn in 0..runs {
        kills.push(kill_once(turn, &mut random));
        if (turn + 1) % 500 == 0 {
            report(&kills);
        }
    }
    report(&kills);
    for (moment, times) in by_moment(&kills) {
        assert!(times[times.len() / 2].0 < BUSY, "{moment:?}: {times:?}");
    }
}

/// How long it took, and with how many agents, in ascending order.
fn by_moment(kills: &[Kill]) -> Vec<(Moment, Vec<(Duration, usize)>)> {
    let of = |moment| {
        let mut times: Vec<(Duration, usize)> =
            kills.iter().filter(|kill| kill.moment == moment).map(|kill| (kill.took, kill.agents)).collect();
        times.sort();
        (moment, times)
    };
    let all = [Moment::Start, Moment::Making, Moment::Full].into_iter().map(of);
    all.filter(|(_, times)| !times.is_empty()).collect()
}

fn report(kills: &[Kill]) {
    for (moment, times) in by_moment(kills) {
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        let late = times.iter().filter(|(took, _)| *took > GONE).count();
        eprintln!(
            "{moment:?}: {} kills, nothing left after {:?} in the median, {:?} at worst ({} agents), {late} later than {GONE:?}",
            times.len(),
            median.0,
            worst.0,
            worst.1
        );
    }
}

#[test]
fn killed_it_leaves_no_folder_for_sockets() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("named.tin");
    std::fs::write(&script, "socket stream server\nbind server name\nsleep 60000\n").expect("a script");
    let mut command = std::process::Command::new(crate::support::program());
    command.arg("run").arg(&script).env("TMPDIR", folder.path()).stdout(std::process::Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let rooms = || {
        let names = std::fs::read_dir(folder.path()).expect("it is there").flatten().map(|entry| entry.file_name());
        names.filter(|name| name.to_string_lossy().starts_with("tincans-")).count()
    };
    assert!(until(PATIENCE, || rooms() == 1).is_some(), "the socket has a folder");
    let guardian = i32::try_from(child.id()).expect("a pid");
    send(crate::support::processes::children_of_session(guardian)[0].pid, Signal::SIGKILL);
    let status = child.wait().expect("our child");
    assert_eq!((status.code(), rooms()), (Some(137), 0));
}
