//! Makes the README's pictures anew, from the real program in a real terminal: `cargo bench --bench picture` types what a person
//! would, waits until the screen is still, and writes it to `assets/` as SVG. Pids are masked, so the same screen gives the same
//! file.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the terminal it runs the program in is the tests', and fails as they do"
)]
#![expect(clippy::print_stdout, reason = "it says what it wrote")]

use std::fs;
use std::path::Path;
use std::time::Duration;

#[path = "picture/grid.rs"]
mod grid;
#[path = "../tests/support/mod.rs"]
mod support;

use support::pty::Pty;
use tincans::picture::cells::Grid;
use tincans::picture::svg;

/// Rows and columns.
const SIZE: (u16, u16) = (36, 120);
/// Those of a screen for a room.
const ROOM: (u16, u16) = (40, 160);
/// Nothing more comes after so long.
const STILL: Duration = Duration::from_millis(400);

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    bench()?;
    views()?;
    room()
}

/// The program in a terminal with colours, and its processes.
fn start(size: (u16, u16)) -> (Pty, Vec<i32>) {
    let mut pty = Pty::start_with(size, &[], |command| {
        command.env_remove("NO_COLOR").env("COLORTERM", "truecolor");
    });
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    let pids = pids(&pty);
    (pty, pids)
}

fn pids(pty: &Pty) -> Vec<i32> {
    pty.agents().iter().map(|process| process.pid).collect()
}

/// Three writes, and the reads of both children.
fn say_three_words(pty: &mut Pty) {
    pty.type_bytes(b"one\rtwo\rthree\r\r");
    pty.wait("one read of three writes", |screen| screen.contains("onetwothree") && screen.contains("3 reads"));
}

/// The views that cover the bench.
fn views() -> Result<(), Failure> {
    let (mut pty, first) = start(SIZE);
    say_three_words(&mut pty);
    pty.escape();
    pty.type_bytes(b"d");
    pty.wait("the diagram", |screen| screen.contains("time ▼"));
    let about = "A line a process, downwards in time. Three messages on the stream leave the parent one by one and arrive at \
                 child1 together; the three datagrams arrive at child2 one by one.";
    take(&mut pty, &first, "diagram.svg", ("Who sent what to whom, and where it waited", about))?;

    pty.type_bytes(b"v");
    let is_done = |screen: &str| screen.contains("pipe O_DIRECT") && !screen.contains("being run");
    pty.wait("the same on all kinds", is_done);
    let about = "A table with a column for each kind of channel. On the stream and the pipe one read took three writes, which is \
                 picked out; on the others each read took one.";
    take(&mut pty, &first, "lens.svg", ("The same three messages on five kinds of channel", about))?;

    pty.escape();
    pty.type_bytes(b"t");
    pty.wait("the processes", |screen| screen.contains("processes and their descriptors"));
    let about = "The parent and its two children as a tree, each with its state and its descriptors; below them who holds the \
                 focused channel's ends, what poll says of them, and why no end of file comes.";
    take(&mut pty, &first, "holders.svg", ("The processes, their descriptors, and who holds an end", about))?;
    leave(pty)
}

fn leave(mut pty: Pty) -> Result<(), Failure> {
    pty.type_bytes(b"q");
    match pty.status() {
        0 => Ok(()),
        status => Err(format!("the program ended with {status}").into()),
    }
}

/// The bench before and after two deaths.
fn bench() -> Result<(), Failure> {
    let (mut pty, pids) = start(SIZE);
    let mut screens = vec![(still(&mut pty, &pids), 1.5)];
    let steps: [(&[u8], &str, f64); 4] =
        [(b"one\r", "│one│", 1.0), (b"two\r", "│two│", 1.0), (b"three\r", "│three│", 2.0), (b"\r", "onetwothree", 6.0)];
    for (keys, shows, seconds) in steps {
        pty.type_bytes(keys);
        pty.wait(shows, |screen| screen.contains(shows));
        screens.push((still(&mut pty, &pids), seconds));
    }
    pty.wait("one read of three writes", |screen| screen.contains("onetwothree") && screen.contains("3 reads"));
    let about = "Two panels. On the stream channel the parent made three writes, one, two and three, and the child's one read \
                 returned onetwothree. On the datagram channel the same three writes were three reads.";
    let about = ("Three writes: one read on a stream, three on a datagram pair", about);
    write("bench.svg", &svg::moving(&screens, about))?;

    pty.escape();
    pty.type_bytes(b"k");
    pty.wait("the stream's end", |screen| screen.contains("killed by SIGKILL") && screen.contains("EOF"));
    pty.type_bytes(b"\tk");
    pty.wait("the other death", |screen| screen.matches("killed by SIGKILL").count() > 2);
    let about = "The same two panels after both children were killed. The stream channel says that the next read returns EOF; the \
                 datagram channel says that no EOF comes.";
    take(&mut pty, &pids, "kill.svg", ("Both children killed: EOF on the stream, none on the datagram pair", about))?;

    leave(pty)
}

/// Present mode, where letters are drawn big.
fn room() -> Result<(), Failure> {
    let (mut pty, pids) = start(ROOM);
    say_three_words(&mut pty);
    pty.escape();
    pty.type_bytes(b"P\r");
    pty.wait("big letters", |screen| screen.contains("▟▀▙ █▀▙ ▟▀▙") && screen.contains("parent ▶ all"));
    let about = "The two panels in present mode, on a light ground: the letters of each message are four columns and four rows \
                 large.";
    take(&mut pty, &pids, "room.svg", ("Present mode, for the last row of a class", about))?;
    pty.escape();
    leave(pty)
}

/// Writes the screen as it is, once it is still.
fn take(pty: &mut Pty, pids: &[i32], name: &str, about: (&str, &str)) -> Result<(), Failure> {
    write(name, &svg::draw(&still(pty, pids), about))?;
    println!("{}\nassets/{name} has this screen", pty.screen());
    Ok(())
}

/// The screen, once it is still.
fn still(pty: &mut Pty, pids: &[i32]) -> Grid {
    pty.pump(STILL);
    let mut grid = grid::of(pty.emulator());
    grid::mask_pids(&mut grid, pids);
    grid
}

fn write(name: &str, picture: &str) -> Result<(), Failure> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    Ok(fs::write(&path, picture)?)
}
