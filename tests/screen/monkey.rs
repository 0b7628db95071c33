//! Keys, pastes, mouse reports and sizes at random, on the real program: it neither ends nor hangs, what it writes is never
//! anything that a terminal would act on but its own sequences, and when it is told to leave, nothing stays.
//! `TINCANS_KEYS` says how many, `TINCANS_SEED` where to begin.

use std::time::Duration;

use crate::support::pty::{Pty, modes_left_on, unwelcome};
use crate::support::random::Random;
use crate::support::{PATIENCE, until};

const KEYS: usize = 4000;
/// Keys that are sent together, as fast as the terminal takes them.
const TOGETHER: usize = 40;
/// The program leaves the alternate screen.
const LEAVE: &[u8] = b"\x1b[?1049l";
/// Ctrl-C, Ctrl-Z and Ctrl-\, which would mean the shell's stand-in once the program has left.
const SIGNALS: [u8; 3] = [0x03, 0x1a, 0x1c];
/// What a terminal sends for keys without a letter, for the mouse, and what no terminal should send.
const SEQUENCES: &[&str] = &[
    "\x1b",
    "\x1b[A",
    "\x1b[B",
    "\x1b[C",
    "\x1b[D",
    "\x1b[H",
    "\x1b[F",
    "\x1b[5~",
    "\x1b[6~",
    "\x1b[3~",
    "\x1b[Z",
    "\x1bOP",
    "\x1b[1;5C",
    "\x1b[<0;10;5M",
    "\x1b[<0;10;5m",
    "\x1b[<64;3;9M",
    "\x1b[<65;500;500M",
    "\x1b[200~",
    "\x1b[201~",
    "\x1b[I",
    "\x1b[O",
    "\x1b[?1;2c",
    "\x1b]11;rgb:0000/0000/0000\x1b\\",
    "\x1b[999999999999A",
    "\x1b[;;;;;;",
    "\x1bP1\x1b\\",
    "\t",
    "\r",
    "\r",
    "\r",
    "\x7f",
    "\x01",
    "\x05",
    "\x15",
    "\x17",
];
/// What people type, and what nobody should.
const TEXTS: &[&str] = &["one", "漢字", "e\u{301}", "👩‍🚀", "\u{202e}abc", "\u{9b}31m", "a\tb", "\0\x01\x02"];
const STATEMENTS: &[&str] = &[
    "channel seqpacket mail",
    "channel pipe tube",
    "fork lone",
    "flood wire[0] 64 2000",
    "write wire[0] 300KiB*z",
    "write post[0] \"\\x1b]0;x\\x07\\x9b\\xe2\\x80\\xae\\xff\"",
    "child1: reader wire[1]",
    "child1: read wire[1]",
    "stop child1",
    "cont child1",
    "wait",
    "reset",
    "why",
    "why wire[1]",
    "tasks",
    "fds child1",
    "holders wire[0]",
    "queue wire[1]",
    "sleep 5",
    "sendmsg wire[0] x fds=post[0]",
    "recvmsg wire[1] fds=2",
    "nonblock wire[0] on",
    "close wire[0]",
    "exec",
    "kill parent",
    "shutdown wire[0] wr",
    "poll wire[0] post[0]",
    "thread t2",
    "nonsense",
    "write nowhere[0] x",
    "\"",
];

/// One thing that a cat on the keyboard does.
fn antic(random: &mut Random) -> Vec<u8> {
    match random.below(20) {
        0..7 => vec![b' ' + u8::try_from(random.below(95)).expect("a letter")],
        7..11 => random.word(SEQUENCES).as_bytes().to_vec(),
        11 => random.word(TEXTS).as_bytes().to_vec(),
        12..15 => format!(":{}\r", random.word(STATEMENTS)).into_bytes(),
        15 => format!("\x1b[200~{}\n{}\x1b[201~", random.word(TEXTS), random.word(STATEMENTS)).into_bytes(),
        16 => vec![u8::try_from(random.below(256)).expect("a byte")],
        _ => b"dvzteclpwrbsSnxk,.?o<>R\tPHmgL"[random.below(29)..][..1].to_vec(),
    }
}

/// A program in a terminal, with folders of its own.
fn start(random: &mut Random, folder: &std::path::Path) -> Pty {
    let arguments: &[&str] =
        random.pick(&[&[][..], &[], &["learn"], &["learn", "--practice", "--seed", "3"]]).expect("one");
    let mut pty = Pty::start_with(size(random), arguments, |command| {
        command.current_dir(folder).env("XDG_STATE_HOME", folder).env("XDG_CONFIG_HOME", folder);
    });
    until(PATIENCE, || {
        pty.pump_for(Duration::from_millis(5));
        !pty.bytes().is_empty()
    })
    .expect("a first frame");
    pty
}

fn size(random: &mut Random) -> (u16, u16) {
    let up_to = |limit: usize, random: &mut Random| u16::try_from(1 + random.below(limit)).expect("small");
    match random.below(4) {
        0 => (up_to(200, random), up_to(500, random)),
        1 => (up_to(20, random), up_to(60, random)),
        2 => (24, 80),
        _ => (36, 120),
    }
}

/// What it wrote is only what it may write, and when it ends everything is as before.
fn assert_fair(pty: &mut Pty, story: &str) {
    let status = pty.status();
    assert!(status == 0, "{story}: status {status}; the screen:\n{}", pty.screen());
    // What was typed after it had given the terminal back is echoed by the kernel.
    let own = pty.bytes().windows(LEAVE.len()).position(|window| window == LEAVE).unwrap_or(pty.bytes().len());
    assert_eq!(unwelcome(&pty.bytes()[..own]), Vec::<String>::new(), "{story}");
    assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new(), "{story}");
    assert!(pty.has_its_modes_back(), "{story}");
    let left = until(PATIENCE, || pty.left().is_empty());
    assert!(left.is_some(), "{story}: {:?}", pty.left());
}

#[test]
fn a_cat_on_the_keyboard_breaks_nothing() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let keys = number("TINCANS_KEYS").map_or(KEYS, |keys| usize::try_from(keys).expect("a number"));
    let seed = number("TINCANS_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    let mut random = Random::new(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let mut pty = start(&mut random, folder.path());
    let mut pressed = 0;
    while pressed < keys {
        let story = format!("TINCANS_SEED={seed}, after {pressed} keys");
        for _ in 0..=random.below(TOGETHER) {
            let bytes: Vec<u8> = antic(&mut random).into_iter().filter(|byte| !SIGNALS.contains(byte)).collect();
            if pty.has_left() {
                break;
            }
            pty.type_bytes(&bytes);
            pressed += 1;
        }
        if random.chance(30) && !pty.has_left() {
            pty.resize(size(&mut random));
        }
        pty.pump_for(Duration::from_millis(2));
        if pty.has_left() {
            assert_fair(&mut pty, &story);
            pty = start(&mut random, folder.path());
        }
    }
    eprintln!("{pressed} keys");
    let story = format!("TINCANS_SEED={seed}, at the end");
    pty.pump_for(Duration::from_millis(100));
    if !pty.has_left() {
        pty.type_bytes(b"\x1b[201~\x03");
    }
    assert_fair(&mut pty, &story);
}

/// The cat may miss one: each view in turn, with bytes on the bench that a terminal would act on.
#[test]
fn every_view_of_hostile_bytes_is_visited_and_none_lets_them_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut pty = Pty::start_with((36, 120), &[], |command| {
        command.env("XDG_STATE_HOME", folder.path()).env("XDG_CONFIG_HOME", folder.path());
    });
    pty.wait("the bench", |screen| screen.contains("2 post SOCK_DGRAM"));
    for text in [r#"write wire[0] "\x1b[2J\x1b]0;pwned\x07\x9b31m\xe2\x80\xae\xff""#, "drain wire[1] dontwait"] {
        pty.type_bytes(b"\x1b");
        pty.pump(Duration::from_millis(100));
        pty.type_bytes(format!(":{text}\r").as_bytes());
        pty.pump(Duration::from_millis(100));
    }
    pty.type_bytes("\x1b[200~\u{9b}31m\u{202e}abc\x07\x1b]0;pwned\x07\x1b[201~\r\x1b".as_bytes());
    pty.pump(Duration::from_millis(100));
    for (key, shows) in [
        ("d", "time ▼"),
        ("e", "what else could have happened"),
        ("e", "1 wire SOCK_STREAM"),
        ("v", "─ five kinds: "),
        ("z", "POLLOUT"),
        ("t", "processes and their descriptors"),
        ("c", "all channels"),
        ("c", "1 wire SOCK_STREAM"),
        ("P", "present mode: few panels"),
        ("H", "H shows it"),
        ("H", "in the kernel"),
        ("P", "─ trace"),
        ("?", "─ help"),
        ("\x1b", "1 wire SOCK_STREAM"),
        ("\x1b[D", "THE PAST"),
        ("\x1b", "1 wire SOCK_STREAM"),
        ("l", "─ lessons"),
        ("\r", "step 1 of"),
        (":", " statement : "),
    ] {
        pty.type_bytes(key.as_bytes());
        pty.wait(&format!("{shows:?} after {key:?}"), |screen| screen.contains(shows));
        pty.pump(Duration::from_millis(60));
    }
    pty.type_bytes(b"\x03");
    assert_fair(&mut pty, "all views");
}
