//! The terminal UI from outside: what a person who types sees, and what the program leaves behind, however it ends.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::processes::{self, send};
use crate::support::pty::{Pty, Size, modes_left_on, unwelcome};
use crate::support::{PATIENCE, assert_within, until};
use nix::sys::signal::Signal;

const WIDE: Size = (36, 120);
const CLASSIC: Size = (24, 80);
/// The promise: nothing alive after so long. Held by the median, because other tests run at the same time.
const GONE: Duration = Duration::from_millis(100);

/// A UI that shows its two channels.
fn start(size: Size) -> Pty {
    let mut pty = Pty::start(size);
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty
}

/// The rows of the panel whose title has this word, between its borders.
fn panel(screen: &str, title: &str) -> String {
    let rows: Vec<Vec<char>> = screen.lines().map(|row| row.chars().collect()).collect();
    let word: Vec<char> = title.chars().collect();
    let find = |row: &Vec<char>| row.windows(word.len()).position(|window| window == word);
    let Some((top, at)) = rows.iter().enumerate().find_map(|(top, row)| {
        let at = find(row)?;
        // A title stands in a border; the same word in the trace does not.
        row[..at].iter().any(|letter| is_corner(*letter)).then_some((top, at))
    }) else {
        return String::new();
    };
    let left = (0..at).rev().find(|column| is_corner(rows[top][*column])).unwrap_or(0);
    let right = (at..rows[top].len()).find(|column| is_corner(rows[top][*column])).unwrap_or(rows[top].len() - 1);
    let mut inside = String::new();
    for row in &rows[top..] {
        inside.extend(row.iter().skip(left).take(right - left + 1));
        inside.push('\n');
        if row.get(left).is_some_and(|letter| matches!(letter, '└' | '╰' | '┗' | '╚')) {
            break;
        }
    }
    inside
}

fn is_corner(letter: char) -> bool {
    matches!(letter, '┌' | '┐' | '╭' | '╮' | '┏' | '┓' | '╔' | '╗')
}

/// Types a statement at the `:` prompt and waits until the trace shows what it did.
fn statement(pty: &mut Pty, text: &str, shows: &str) {
    pty.escape();
    pty.type_bytes(format!(":{text}\r").as_bytes());
    pty.wait(&format!("{shows} after {text}"), |screen| screen.contains(shows));
}

/// Three words typed and read: one read on the stream, three on the datagram pair.
fn three_words(pty: &mut Pty) {
    pty.type_bytes(b"one\rtwo\rthree\r\r");
    pty.wait("one read of three writes", |screen| panel(screen, "SOCK_STREAM").contains("onetwothree"));
    pty.wait("three reads of three writes", |screen| {
        let panel = panel(screen, "SOCK_DGRAM");
        // Each word as it was written, and as it was read.
        ["one", "two", "three"].iter().all(|word| panel.matches(word).count() >= 2)
    });
    let screen = pty.screen();
    assert!(!panel(&screen, "SOCK_DGRAM").contains("onetwo"), "datagrams keep their edges:\n{screen}");
}

/// What the panel says of the next read is what it then does.
#[test]
fn the_panel_s_next_read_is_the_kernel_s() {
    let mut pty = start(WIDE);
    statement(&mut pty, "write wire[0] hello", "write(wire[0], \"hello\", 5) = 5");
    statement(&mut pty, "child1: close wire[1]", "next read: ECONNRESET, then EOF");
    statement(&mut pty, "getsockopt wire[0] error", "EOF: parent's next read returns 0");
    assert!(!panel(&pty.screen(), "SOCK_STREAM").contains("next read: ECONNRESET"), "{}", pty.screen());
    statement(&mut pty, "read wire[0]", "EOF: parent has read it");
    statement(&mut pty, "channel stream d c", "fork()");
    statement(&mut pty, "write d[0] q", "write(d[0], \"q\", 1) = 1");
    statement(&mut pty, "c: write d[1] reply", "write(d[1], \"reply\", 5) = 5");
    statement(&mut pty, "c: close d[1]", "5 bytes, then ECONNRESET, then EOF");
    statement(&mut pty, "read d[0]", "next read: ECONNRESET, then EOF");
    statement(&mut pty, "read d[0] 77", "EOF: parent's next read returns 0");
}

fn kill_shows_death_and_eof(size: Size) {
    assert_within(Duration::from_millis(500), || until_death_is_shown(size));
}

fn until_death_is_shown(size: Size) -> Duration {
    let mut pty = start(size);
    three_words(&mut pty);
    pty.escape();
    pty.type_bytes(b"k");
    let took = pty.wait("death and EOF", |screen| {
        let panel = panel(screen, "SOCK_STREAM");
        panel.contains("killed by SIGKILL") && panel.contains("EOF")
    });
    eprintln!("{}×{}: death and EOF on screen after {took:?}\n{}", size.1, size.0, pty.screen());
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
    took
}

#[test]
fn three_words_are_one_read_beside_three_and_a_kill_is_an_eof_at_120_columns() {
    kill_shows_death_and_eof(WIDE);
}

#[test]
fn three_words_are_one_read_beside_three_and_a_kill_is_an_eof_at_80_columns() {
    kill_shows_death_and_eof(CLASSIC);
}

#[test]
fn a_death_from_outside_is_what_why_speaks_of() {
    let mut pty = start(WIDE);
    pty.type_bytes(b"one\r");
    pty.wait("why it waits", |screen| screen.contains("WHY"));
    let youngest = |pid: i32| processes::children(pid).iter().map(|child| child.pid).max().expect("a child");
    let parent = youngest(pty.ui());
    send(youngest(parent), Signal::SIGKILL);
    pty.wait("why it is gone", |screen| {
        screen.lines().any(|line| line.contains("WHY") && line.contains("was killed by SIGKILL"))
    });
    pty.escape();
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
}

#[test]
fn what_is_typed_before_the_first_frame_is_not_lost() {
    let mut pty = Pty::start(WIDE);
    three_words(&mut pty);
}

#[test]
fn the_ui_has_one_thread() {
    let pty = start(CLASSIC);
    assert_eq!(processes::threads(pty.guardian()), 1);
    assert_eq!(processes::threads(pty.ui()), 1);
}

/// A way out, and the exit status that it leads to.
struct Way {
    name: &'static str,
    status: i32,
    go: fn(&mut Pty),
}

const WAYS: &[Way] = &[
    Way {
        name: "q",
        status: 0,
        go: |pty| {
            pty.escape();
            pty.type_bytes(b"q");
        },
    },
    Way { name: "Ctrl-C", status: 0, go: |pty| pty.type_bytes(b"\x03") },
    Way { name: "SIGTERM", status: 143, go: |pty| send(pty.guardian(), Signal::SIGTERM) },
    Way { name: "SIGTERM to the UI", status: 143, go: |pty| send(pty.ui(), Signal::SIGTERM) },
    Way { name: "SIGHUP", status: 129, go: |pty| send(pty.guardian(), Signal::SIGHUP) },
    Way { name: "SIGINT", status: 130, go: |pty| send(pty.guardian(), Signal::SIGINT) },
    Way { name: "SIGQUIT", status: 131, go: |pty| send(pty.guardian(), Signal::SIGQUIT) },
    Way { name: "SIGABRT of the UI", status: 134, go: |pty| send(pty.ui(), Signal::SIGABRT) },
    Way { name: "closed terminal", status: 129, go: Pty::close },
    Way { name: "kill -9 of the UI", status: 137, go: |pty| send(pty.ui(), Signal::SIGKILL) },
    Way { name: "kill -9 of the guardian", status: 137, go: |pty| send(pty.guardian(), Signal::SIGKILL) },
];

/// Brings the agents into a situation.
type Prepare = fn(&mut Pty);

#[test]
fn a_session_leader_whose_terminal_is_closed_is_status_129() {
    let mut pty = Pty::start_command(CLASSIC, Command::new(env!("CARGO_BIN_EXE_tincans")));
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty.close();
    assert_eq!(pty.status(), 129);
    assert!(until(PATIENCE, || pty.left().is_empty()).is_some(), "{:?}", pty.left());
}

/// What the agents do when the end comes.
const SITUATIONS: &[(&str, Prepare)] = &[
    ("idle", |_| {}),
    ("asleep", |pty| statement(pty, "child1: read wire[1]", "unfinished")),
    ("stopped", |pty| statement(pty, "stop child1", "SIGSTOP")),
    ("just forked", |pty| {
        pty.escape();
        pty.type_bytes(b":fork late\r");
    }),
];

/// Ends one run in one way; how long until nothing of it was alive.
fn end(way: &Way, prepare: Prepare) -> Duration {
    let mut pty = start(CLASSIC);
    prepare(&mut pty);
    let agents = pty.agents().len();
    assert!(agents >= 3, "parent and two children are there: {:?}", pty.agents());
    let start = Instant::now();
    (way.go)(&mut pty);
    until(PATIENCE, || pty.left().is_empty()).unwrap_or_else(|| panic!("{}: left {:?}", way.name, pty.left()));
    let took = start.elapsed();
    assert_eq!(pty.status(), way.status, "{}", way.name);
    assert!(pty.has_its_modes_back(), "{}: termios", way.name);
    // Nobody can write to a terminal that is closed.
    if way.name != "closed terminal" {
        assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new(), "{}", way.name);
    }
    took
}

/// All ways out of one situation; `TINCANS_RUNS=10` for each of them ten times.
fn all_ways_out(situation: usize) {
    assert_within(GONE, || until_nothing_is_left(SITUATIONS[situation]));
}

/// How long something was there in the median of all ways.
fn until_nothing_is_left((name, prepare): (&str, Prepare)) -> Duration {
    let runs = std::env::var("TINCANS_RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut all = Vec::new();
    for way in WAYS {
        let mut times: Vec<Duration> = (0..runs).map(|_| end(way, prepare)).collect();
        times.sort();
        eprintln!("{name:12} {:24} nothing alive after {:?} … {:?}", way.name, times[0], times[times.len() - 1]);
        all.append(&mut times);
    }
    all.sort();
    all[all.len() / 2]
}

#[test]
fn every_way_out_leaves_nothing_when_agents_are_idle() {
    all_ways_out(0);
}

#[test]
fn every_way_out_leaves_nothing_when_an_agent_is_asleep() {
    all_ways_out(1);
}

#[test]
fn every_way_out_leaves_nothing_when_an_agent_is_stopped() {
    all_ways_out(2);
}

#[test]
fn every_way_out_leaves_nothing_when_an_agent_is_just_forked() {
    all_ways_out(3);
}

#[test]
fn a_shell_can_suspend_it_and_bring_it_back() {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: there is no bash");
        return;
    }
    let mut shell = Command::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]).env("PS1", "ready> ").env("BIN", env!("CARGO_BIN_EXE_tincans"));
    let mut pty = Pty::start_command(CLASSIC, shell);
    pty.wait("prompt", |screen| screen.contains("ready>"));
    pty.type_bytes(b"$BIN; echo status=$?\r");
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    for _ in 0..3 {
        pty.type_bytes(b"\x1a");
        pty.wait("the shell again", |screen| screen.contains("Stopped") && !screen.contains("SOCK_STREAM"));
        assert!(!pty.emulator().alternate_screen() && !pty.emulator().hide_cursor());
        pty.type_bytes(b"fg\r");
        pty.wait("the bench again", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
        assert!(pty.emulator().alternate_screen());
    }
    three_words(&mut pty);
    pty.type_bytes(b"\x03");
    pty.wait("the shell at last", |screen| !screen.contains("SOCK_STREAM") && screen.contains("ready>"));
    pty.type_bytes(b"exit\r");
    pty.status();
}

/// A UI with eight channels on which nothing happens.
fn idle_ui() -> Pty {
    let mut pty = start(WIDE);
    for number in 1..=6 {
        statement(&mut pty, &format!("channel stream c{number}"), &format!("c{number}"));
    }
    pty.pump(Duration::from_millis(500));
    pty
}

#[test]
fn an_idle_ui_writes_nothing() {
    let mut pty = idle_ui();
    assert_eq!(pty.pump_for(Duration::from_secs(3)), 0, "bytes to the terminal");
}

#[test]
fn an_idle_ui_makes_no_system_call() {
    let pty = idle_ui();
    let traced = Command::new("timeout")
        .args(["--signal=INT", "3", "strace", "-c", "-U", "name,calls", "-p", &pty.ui().to_string()])
        .output();
    let Ok(output) = traced else {
        eprintln!("skipped: there is no timeout(1)");
        return;
    };
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    if !report.contains("attached") {
        eprintln!("skipped: strace is not there or not allowed: {report}");
        return;
    }
    let total = report.lines().find_map(|line| line.trim().strip_prefix("total")?.trim().parse::<u32>().ok());
    eprintln!("{report}");
    // The poll that strace itself interrupted by attaching is begun again.
    assert!(total.unwrap_or(0) <= 1, "{report}");
}

#[test]
fn every_size_is_drawn_while_messages_flow() {
    let mut pty = start(CLASSIC);
    let rows = [1, 2, 3, 5, 9, 17, 18, 24, 36, 60, 100];
    let columns = [1, 2, 3, 7, 20, 41, 59, 60, 80, 120, 200, 300];
    for (turn, size) in rows.iter().flat_map(|row| columns.iter().map(move |column| (*row, *column))).enumerate() {
        pty.resize(size);
        pty.type_bytes(format!("w{turn}\r").as_bytes());
        if turn % 4 == 0 {
            pty.type_bytes(b"\r");
        }
        pty.pump(Duration::from_millis(2));
    }
    pty.resize(WIDE);
    pty.type_bytes(b"last\r\r");
    pty.wait("the last word", |screen| panel(screen, "SOCK_DGRAM").contains("last"));
    assert!(!String::from_utf8_lossy(pty.bytes()).contains("panicked"));
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
}

#[test]
fn a_terminal_too_small_is_told_so_in_one_line() {
    let mut pty = start(CLASSIC);
    for size in [(17, 80), (24, 59), (9, 41), (5, 30)] {
        pty.resize(size);
        pty.wait("one line with the size needed", |screen| {
            let lines = screen.lines().filter(|line| !line.trim().is_empty()).count();
            lines == 1 && screen.contains("60") && screen.contains("18")
        });
    }
    pty.resize(CLASSIC);
    pty.wait("the bench again", |screen| screen.contains("SOCK_STREAM"));
}

#[test]
fn hostile_bytes_are_shown_and_never_reach_the_terminal() {
    let mut pty = start(WIDE);
    statement(&mut pty, r#"write wire[0] "\x1b]0;pwned\x07\x9b31m\xe2\x80\xae\xff""#, "write(wire[0]");
    statement(&mut pty, r"drain wire[1] dontwait", "read");
    for range in [0_u8..=0x1f, 0x7f..=0x9f] {
        let data: Vec<String> = range.map(|byte| format!("\\x{byte:02x}")).collect();
        statement(&mut pty, &format!("write post[0] \"{}\"", data.concat()), "write(post[0]");
    }
    pty.escape();
    pty.type_bytes(b"i\r");
    pty.pump(Duration::from_millis(200));
    // Typed and pasted ones too: C1, a bidirectional override, half a character.
    pty.type_bytes("\x1b[200~\u{9b}31m\u{202e}abc\x07\x1b]0;pwned\x07\x1b[201~\r\r".as_bytes());
    pty.pump(Duration::from_millis(300));
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
    assert_eq!(unwelcome(pty.bytes()), Vec::<String>::new());
}

#[test]
fn a_pasted_megabyte_is_survived() {
    let mut pty = start(CLASSIC);
    pty.type_bytes(b"\x1b[200~");
    pty.type_bytes(&b"paste q k R : ".repeat(75_000));
    pty.type_bytes(b"\x1b[201~");
    pty.pump(Duration::from_millis(200));
    assert_eq!(pty.agents().len(), 3, "no letter of it was a command");
    pty.escape();
    statement(&mut pty, "write wire[0] alive", "alive");
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
}

#[test]
fn a_terminal_that_says_it_has_65535_columns_is_survived() {
    let mut pty = start(CLASSIC);
    // The emulator of the test keeps its own size.
    pty.resize_only((u16::MAX, u16::MAX));
    pty.pump(Duration::from_millis(200));
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
}

#[test]
fn text_pasted_without_brackets_is_taken_in_as_fast_as_it_comes() {
    let mut pty = start(CLASSIC);
    let started = Instant::now();
    pty.type_bytes(&b"letters ".repeat(25_000));
    pty.wait("what did not fit", |screen| screen.contains("did not fit"));
    eprintln!("200000 bytes in {:?}", started.elapsed());
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
}

#[test]
fn a_repeat_that_never_sleeps_and_a_bench_that_never_settles_can_be_acted_on_and_left() {
    for endless in [&["repeat 1000000000 tasks"][..], &["child2: echo post[1]", "ping post[0] 64 1000000000"]] {
        let mut pty = start(CLASSIC);
        for text in endless {
            pty.escape();
            pty.type_bytes(format!(":{text}\r").as_bytes());
        }
        // A person may not overtake at once, and presses the key again: what is stopped already stays so.
        pty.escape();
        let stopped = until(PATIENCE, || {
            pty.type_bytes(b"s");
            pty.pump_for(Duration::from_millis(400));
            panel(&pty.screen(), "SOCK_STREAM").contains("child1 stopped")
        });
        assert!(stopped.is_some(), "{}", pty.screen());
        pty.type_bytes(b":fds child1\r");
        pty.wait("an observation", |screen| screen.contains("fds(child1)"));
        pty.type_bytes(b"\x03");
        assert_eq!(pty.status(), 0);
    }
}

#[test]
fn a_panel_is_cut_out_of_its_screen() {
    let screen = "\
 tincans   parent idle
┌ 1 wire SOCK_STREAM ──────┐┌ trace ─────────────┐
│ ┌1──┐   ┌1──2──3────┐    ││ write(wire[0], one)│
│ └───┘   └───────────┘    ││ SOCK_DGRAM         │
└──────────────────────────┘│                    │
┌ 2 post SOCK_DGRAM ───────┐│                    │
│ one two three            ││                    │
└──────────────────────────┘└────────────────────┘";
    assert_eq!(panel(screen, "SOCK_DGRAM").lines().nth(1), Some("│ one two three            │"));
    assert!(!panel(screen, "SOCK_STREAM").contains("write"));
    assert_eq!(panel(screen, "SOCK_SEQPACKET"), "");
}

#[test]
fn modes_that_are_left_on_are_seen() {
    assert_eq!(modes_left_on(b"\x1b[?1049h\x1b[?25l\x1b[>1u..\x1b[<u\x1b[?1049l\x1b[?25h"), Vec::<String>::new());
    assert_eq!(modes_left_on(b"\x1b[?1000;1006h\x1b[?25l\x1b[?1000l\x1b[>1u").len(), 3);
}

#[test]
fn unwelcome_bytes_are_seen() {
    for bytes in ["\x1b[1mé漢👩‍🚀\r\n", "\x1b]52;c;dGFza3MK\x07", "\x1b]52;c;YQ==\x07\x1b[1m"] {
        assert_eq!(unwelcome(bytes.as_bytes()), Vec::<String>::new(), "{bytes:?}");
    }
    for bytes in [&b"\x1b]0;x\x07"[..], b"\x9b31m", "\u{9b}".as_bytes(), "\u{202e}".as_bytes(), b"\x7f", b"\0", b"\x07"]
    {
        assert!(!unwelcome(bytes).is_empty(), "{bytes:?}");
    }
    // A question for the clipboard, another one, none, one with more in it, one without an end.
    for rest in ["52;c;?\x07", "52;p;YQ==\x07", "52;c;\x07", "52;c;YQ==;\x07", "52;c;Y\x1b[1m\x07", "52;c;YQ=="] {
        assert!(!unwelcome(format!("\x1b]{rest}").as_bytes()).is_empty(), "{rest:?}");
    }
}

/// Frames that were written since `from`.
fn frames(pty: &Pty, from: usize) -> usize {
    const BEGIN: &[u8] = b"\x1b[?2026h";
    pty.bytes()[from..].windows(BEGIN.len()).filter(|window| *window == BEGIN).count()
}

/// As long as the program waits for the kernel before it draws what is there.
const FRAME: Duration = Duration::from_millis(16);

/// A key, and how many frames were written for it until the answer stood on the screen, none of which can be left out: where the
/// kernel has answered within the time that a frame may wait, one. Where it has not, because the machine is busy, nothing is known.
fn frames_of_a_key(pty: &mut Pty, key: &str, shows: impl Fn(&str) -> bool) -> Option<usize> {
    // What the preparation brought is drawn.
    pty.pump(Duration::from_millis(40));
    assert!(!shows(&pty.screen()), "before {key}:\n{}", pty.screen());
    let (from, pressed) = (pty.bytes().len(), Instant::now());
    pty.type_bytes(key.as_bytes());
    pty.wait(&format!("the answer to {key}"), &shows);
    let took = pressed.elapsed();
    pty.pump(Duration::from_millis(60));
    let count = frames(pty, from);
    (count == 1 || took < FRAME).then_some(count)
}

/// The key's statement, the kernel's answer and all that it changes in the panels come in the one frame that is written after the
/// key: every key of the bench, again until the machine has been idle enough to say so.
#[test]
fn a_key_reaches_kernel_and_screen_in_one_frame() {
    const MOST: usize = 60;
    let mut pty = start(CLASSIC);
    pty.escape();
    let stream = |screen: &str| panel(screen, "SOCK_STREAM");
    let mut known = [None; 6];
    for round in 0..MOST {
        let word = format!("word{round}x");
        let read = format!("child1  read(wire[1], \"{word}\"");
        // Written by the line, read by a key.
        let message = format!("i{word}");
        pty.type_bytes(message.as_bytes());
        pty.wait("the word in the line", |screen| screen.contains(&format!(" {word} ")));
        let written = format!("write(wire[0], \"{word}\"");
        let counts = [
            frames_of_a_key(&mut pty, "\r", |screen| screen.contains(&written)),
            {
                pty.escape();
                frames_of_a_key(&mut pty, "r", |screen| screen.contains(&read))
            },
            frames_of_a_key(&mut pty, "s", |screen| stream(screen).contains("child1 stopped")),
            frames_of_a_key(&mut pty, "S", |screen| !stream(screen).contains("child1 stopped")),
            frames_of_a_key(&mut pty, "k", |screen| stream(screen).contains("killed by SIGKILL")),
            frames_of_a_key(&mut pty, "x", |screen| stream(screen).contains("parent closed wire[0]")),
        ];
        for (known, count) in known.iter_mut().zip(counts) {
            assert!(count.is_none_or(|count| count == 1), "{counts:?} frames in round {round}");
            *known = known.or(count);
        }
        if known.iter().all(Option::is_some) {
            return;
        }
        // Of a bench on which much was done the first asks.
        pty.type_bytes(b"RR");
        pty.wait("a fresh bench", |screen| screen.contains("child1 idle") && !screen.contains(&written));
    }
    panic!("the machine was too busy in {MOST} rounds: {known:?}");
}

#[test]
fn the_past_is_stepped_through_by_keys_and_the_bench_run_again_to_there() {
    let mut pty = start(CLASSIC);
    pty.type_bytes(b"one\rtwo\r");
    pty.wait("the writes", |screen| screen.contains("write(post[0], \"two\", 3) = 3"));
    pty.type_bytes(b"\x1b");
    pty.pump(Duration::from_millis(100));
    let pids = |pty: &Pty| pty.agents().iter().map(|agent| agent.pid).collect::<Vec<_>>();
    let before = pids(&pty);
    for _ in 0..3 {
        pty.type_bytes(b"\x1b[D");
        pty.pump(Duration::from_millis(50));
    }
    pty.wait("the past", |screen| screen.contains("THE PAST") && panel(screen, "SOCK_STREAM").contains("▶ 1 write,"));
    pty.type_bytes(b"k");
    pty.wait("the reason", |screen| screen.contains("what has been cannot be changed"));
    assert_eq!(pids(&pty), before);
    pty.type_bytes(b"g");
    pty.wait("the bench of then", |screen| {
        !screen.contains("THE PAST")
            && screen.contains("run again")
            && panel(screen, "SOCK_STREAM").contains("▶ 1 write,")
    });
    assert!(pids(&pty).iter().all(|pid| !before.contains(pid)), "fresh processes");
}

#[test]
fn what_else_could_have_happened_is_run_for_real_and_leaves_nothing() {
    let mut pty = start(CLASSIC);
    pty.type_bytes(b"one\rtwo\r");
    pty.wait("the writes", |screen| screen.contains("write(post[0], \"two\", 3) = 3"));
    pty.type_bytes(b"\x1b");
    pty.pump(Duration::from_millis(100));
    let before = pty.agents().len();
    pty.type_bytes(b"e");
    pty.wait("three ways", |screen| screen.contains("2 writes ▶ 1 read ") && screen.contains("2 writes ▶ 2 reads"));
    assert!(until(PATIENCE, || pty.agents().len() == before).is_some(), "its processes stayed");
}

#[test]
fn what_is_typed_ahead_is_run_in_the_order_of_typing() {
    let mut pty = start(CLASSIC);
    pty.escape();
    // Busy for longer than keys that act from outside are patient with one statement.
    pty.type_bytes(&b":tasks\r".repeat(1000));
    pty.pump_for(Duration::from_millis(300));
    pty.type_bytes(b":fork late\r:kill late KILL\r:wait late\r:write wire[0] end\r");
    pty.wait("the end", |screen| screen.contains("write(wire[0], \"end\", 3) = 3"));
    let all = String::from_utf8_lossy(pty.bytes()).into_owned();
    assert!(!all.contains("refused"), "{}", pty.screen());
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
}
