//! What watching costs: the same work by the program, every call recorded, and in plain C, run by run in turn; and what the
//! program takes as a whole. Prints the table of docs/promises.md. `cargo bench --bench cost`, or a part of it: `-- flood`.
//! A row that was measured while others used the machine says so, and such a table is not written into the docs.
#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the terminal it runs the program in is the tests', and fails as they do"
)]

#[path = "cost/keys.rs"]
mod keys;
#[path = "cost/latency.rs"]
mod latency;
#[path = "cost/machine.rs"]
mod machine;
#[path = "cost/recording.rs"]
mod recording;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "cost/table.rs"]
mod table;
#[path = "cost/whole.rs"]
mod whole;
#[path = "cost/yardstick.rs"]
mod yardstick;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use serde_json::Value;

use table::{Table, median};

const ROUNDS: usize = 5;
/// The longest start of a whole run, milliseconds.
const RUN_MS: f64 = 15.0;
const FRAME_MS: f64 = 20.0;
/// From a key to its letter, in the median and in 99 of 100.
const KEY_MS: f64 = 2.0;
const KEY_MOST_MS: f64 = 8.0;
const BYTES: f64 = 400.0;
const TASK_MIB: f64 = 2.0;
const UI_MIB: f64 = 40.0;
const DRAWING: f64 = 1.5;
/// Under strace a work is done so much shorter, and its time multiplied.
const STRACE_SHARE: u64 = 100;
/// Opening a recording, beside the run.
const OPENING: f64 = 0.5;
/// The largest program, mebibytes.
const BINARY_MIB: f64 = 9.0;

type Failure = Box<dyn std::error::Error>;

/// Work that both sides can do.
struct Race {
    name: &'static str,
    /// For the yardstick.
    arguments: String,
    /// For the program.
    script: String,
    /// Which of the events say how long it took, nanoseconds.
    time: fn(&[Value]) -> Option<u64>,
    /// Both on one processor: how the kernel places two tasks that wake each other is chance otherwise.
    is_pinned: bool,
    /// C's time by ours must be at least so much.
    target: f64,
}

fn main() -> Result<(), Failure> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    let yardstick = yardstick::build()?;
    if yardstick.is_none() {
        println!("no C compiler (cc) here: nothing to hold the program against");
    }
    let mut table = Table::default();
    println!("{}\n", machine::told());
    table.line(&format!(
        "| work, median of {ROUNDS} runs in turn | C's time ÷ ours | target | all runs | under `strace -f` |"
    ));
    table.line("| --- | --- | --- | --- | --- |");
    for race in races() {
        if let Some(program) = yardstick.as_deref().filter(|_| is_wanted(race.name)) {
            run_race(&race, program, &mut table)?;
        }
    }
    table.line("");
    whole_program(&mut table, yardstick.as_deref(), is_wanted)?;
    println!("{}", machine::told());
    if wanted.is_empty() { table.put_into("docs/promises.md") } else { Ok(()) }
}

fn whole_program(table: &mut Table, yardstick: Option<&Path>, is_wanted: impl Fn(&str) -> bool) -> Result<(), Failure> {
    table.line("| the program as a whole | | target |\n| --- | --- | --- |");
    if is_wanted("run") {
        let ms = median((0..10 * ROUNDS).map(|_| ten_lines()).collect::<Result<Vec<f64>, Failure>>()?);
        table.row("`tincans run` of ten lines, ms", ms, RUN_MS);
    }
    if is_wanted("open") {
        let mut opened = (0..ROUNDS).map(|_| recording::opening()).collect::<Result<Vec<_>, Failure>>()?;
        opened.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (ratio, calls) = opened[ROUNDS / 2];
        table.row(&format!("to open a recording ÷ to run it ({calls:.0} calls a second)"), ratio, OPENING);
    }
    if is_wanted("frame") {
        let bare = yardstick.map(|program| median(whole::first_frame(Some(program))));
        let bare = bare.map_or_else(String::new, |ms| format!("; plain C's first word {ms:.1}"));
        table.row(&format!("the first frame after exec, ms{bare}"), median(whole::first_frame(None)), FRAME_MS);
    }
    if is_wanted("latency") {
        for (has_flood, beside) in [(false, "on a quiet bench"), (true, "beside a flood")] {
            let times = latency::measure(has_flood);
            let echo = yardstick.map(|program| latency::measure_echo(program, has_flood));
            for (of, share, most) in [("median", 50, KEY_MS), ("99 in 100", 99, KEY_MOST_MS)] {
                let at = |times: &[f64]| times[times.len() * share / 100];
                let bare =
                    echo.as_deref().map_or_else(String::new, |echo| format!("; an echo in plain C {:.2}", at(echo)));
                table.row(&format!("a key to its letter {beside}, ms, {of}{bare}"), at(&times), most);
            }
        }
    }
    if is_wanted("written") {
        bytes_for_keys(table);
    }
    if is_wanted("idle") || is_wanted("memory") {
        let idle = whole::idle();
        table.row("idle for 10 s, 200 children asleep: times that a process ran", count(idle.switches), 0.0);
        table.row("the same: bytes to the terminal", count(idle.bytes as u64), 0.0);
        table.row("private memory of a task, MiB, the most of 200", *idle.task_mib.last().unwrap_or(&0.0), TASK_MIB);
        table.row("private memory of the UI then, MiB", idle.ui_mib, UI_MIB);
    }
    if is_wanted("drawing") {
        match whole::drawing() {
            Some([to_few, to_seen]) => {
                table.row("instructions to draw 200 channels ÷ 8 channels", to_few, DRAWING);
                table.row("the same ÷ 16 channels, as many as are seen of 200", to_seen, DRAWING);
            }
            None => table.line("| instructions to draw: no valgrind here | | |"),
        }
    }
    if is_wanted("binary") {
        let bytes = fs::metadata(env!("CARGO_BIN_EXE_tincans"))?.len();
        table.row("the binary, MiB", f64::from(u32::try_from(bytes)?) / 1024.0 / 1024.0, BINARY_MIB);
    }
    Ok(())
}

fn bytes_for_keys(table: &mut Table) {
    let (kinds, all) = keys::measure();
    table.row(
        &format!("bytes to a 200×60 terminal with 8 channels, for each of {} keys", all.keys),
        count(all.mean() as u64),
        BYTES,
    );
    let kinds: Vec<String> =
        kinds.iter().map(|(kind, share)| format!("{kind}: {} × {}", share.keys, share.mean())).collect();
    table.line(&format!("| of these, keys × bytes: {} | | |", kinds.join("; ")));
}

impl Table {
    /// The verdict of a row that has just been measured.
    fn verdict(&mut self, is_met: bool) -> String {
        let verdict = if is_met { "met" } else { "MISSED" };
        self.mark().map_or_else(|| verdict.to_owned(), |mark| format!("{verdict}, {mark}"))
    }

    fn row(&mut self, name: &str, value: f64, most: f64) {
        let verdict = self.verdict(value <= most);
        let value = if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.2}") };
        self.line(&format!("| {name} | {value} | ≤ {most}, {verdict} |"));
    }
}

fn races() -> Vec<Race> {
    let flood = |name, kind: &str, size: u64, count: u64| Race {
        name,
        arguments: format!("flood {kind} {size} {count}"),
        // A datagram pair has no EOF, so its reader sleeps on when all is read: the next statement settles only then.
        script: format!(
            "channel {kind} b\nchild1: drain b[1] => sleeps\nflood b[0] {size} {count} => {}\nclose b[0]\n",
            size * count
        ),
        time: |events| loop_of(events, "flood"),
        is_pinned: false,
        target: 0.9,
    };
    vec![
        flood("flood of 1,000,000 × 64 bytes, stream", "stream", 64, 1_000_000),
        flood("flood of 1,000,000 × 64 bytes, dgram", "dgram", 64, 1_000_000),
        flood("flood of 1,000,000 × 64 bytes, seqpacket", "seqpacket", 64, 1_000_000),
        Race { is_pinned: true, ..flood("bulk: 20,000 × 64 KiB, stream, pinned", "stream", 65536, 20_000) },
        Race {
            name: "ping: 100,000 round trips of 64 bytes, pinned",
            arguments: "ping 64 100000".to_owned(),
            script: "channel stream p\nchild1: echo p[1] => sleeps\nping p[0] 64 100000\n".to_owned(),
            time: |events| loop_of(events, "ping"),
            is_pinned: true,
            target: 1.0 / 1.1,
        },
        Race {
            name: "channel: pair, fork, close, close, 1,000 times",
            arguments: "pairs 1000".to_owned(),
            script: "channel stream c x\nkill x KILL\nwait x\nclose c[0]\n".repeat(1000),
            time: channels,
            is_pinned: false,
            target: 0.25,
        },
    ]
}

fn run_race(race: &Race, yardstick: &Path, table: &mut Table) -> Result<(), Failure> {
    let mut bares = Vec::new();
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let Some(mut bare) = pinned(yardstick, race.is_pinned) else {
            table.line(&format!("| {} | no taskset(1) here | | | |", race.name));
            return Ok(());
        };
        let output = bare.args(race.arguments.split(' ')).output()?;
        let bare: u64 = String::from_utf8(output.stdout)?.trim().parse()?;
        let program = Path::new(env!("CARGO_BIN_EXE_tincans"));
        let Some(mut ours) = pinned(program, race.is_pinned) else { return Ok(()) };
        let output = feed(ours.args(["run", "--json", "-"]), &race.script)?;
        let events: Vec<Value> = output.stdout.split(|byte| *byte == b'\n').flat_map(serde_json::from_slice).collect();
        if !output.status.success() {
            return Err(format!("{}: {}", race.name, output.status).into());
        }
        let ours = (race.time)(&events).ok_or_else(|| format!("{}: not every call was recorded", race.name))?;
        ratios.push(ratio(bare, ours));
        bares.push(count(bare));
    }
    let middle = median(ratios.clone());
    ratios.sort_by(f64::total_cmp);
    let all: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    let verdict = table.verdict(middle >= race.target);
    let traced = match under_strace(race, yardstick)? {
        Some(traced) => format!("{:.3}", median(bares) / traced),
        None => "no strace(1) here".to_owned(),
    };
    let all = all.join(" ");
    table.line(&format!("| {} | {middle:.3} | ≥ {:.2}, {verdict} | {all} | {traced} |", race.name, race.target));
    Ok(())
}

/// Nanoseconds that plain C would take under strace, from a hundredth of the work; none where there is no strace.
fn under_strace(race: &Race, yardstick: &Path) -> Result<Option<f64>, Failure> {
    if !machine::can_run("strace", &["-V"]) {
        return Ok(None);
    }
    let (work, times) = race.arguments.rsplit_once(' ').ok_or("a race has a count")?;
    let times = times.parse::<u64>()? / STRACE_SHARE;
    let Some(mut strace) = pinned(Path::new("strace"), race.is_pinned) else { return Ok(None) };
    strace.args(["-f", "-qq", "-o", "/dev/null"]).arg(yardstick).args(work.split(' ')).arg(times.to_string());
    let output = strace.output()?;
    Ok(Some(String::from_utf8(output.stdout)?.trim().parse::<f64>()? * count(STRACE_SHARE)))
}

/// From the first record of a loop to its last, if every call of every loop was recorded and none failed.
fn loop_of(events: &[Value], verb: &str) -> Option<u64> {
    let is_whole = |event: &&Value| event["calls"] == event["recorded"] && event["errors"] == 0;
    let bursts: Vec<&Value> = events.iter().filter(|event| event["event"] == "burst").collect();
    let burst = bursts.iter().find(|event| event["verb"] == verb)?;
    bursts.iter().all(is_whole).then_some(())?;
    Some(burst["last_ns"].as_u64()? - burst["first_ns"].as_u64()?)
}

/// From the end of what came before to the last close of a `channel`, all of them together.
fn channels(events: &[Value]) -> Option<u64> {
    let calls: Vec<(&str, &str, u64)> = events
        .iter()
        .filter(|event| event["event"] == "call")
        .map(|event| Some((event["call"].as_str()?, event["task"].as_str()?, event["t_ns"].as_u64()?)))
        .collect::<Option<_>>()?;
    // The first has nothing before it.
    let begins = calls.windows(2).filter(|pair| pair[1].0 == "socketpair").map(|pair| pair[0].2);
    let ends = calls.iter().filter(|call| call.0 == "close" && call.1 == "x").map(|call| call.2).skip(1);
    Some(begins.zip(ends).map(|(begin, end)| end - begin).sum())
}

/// Milliseconds of a whole run, from fork to wait.
fn ten_lines() -> Result<f64, Failure> {
    const SCRIPT: &str = "channel stream chat child1\nwrite chat[0] one => 3\nwrite chat[0] two => 3\n\
                          child1: read chat[1] => \"onetwo\"\nchild1: read chat[1] => sleeps\nqueue chat[1] => 0\nfds => 1\n\
                          holders chat[0] => 1\nclose chat[0] => 0, wakes child1 EOF\ntasks => 2\n";
    let start = Instant::now();
    let output = feed(Command::new(env!("CARGO_BIN_EXE_tincans")).args(["run", "-"]), SCRIPT)?;
    let time = start.elapsed();
    if output.status.success() { Ok(time.as_secs_f64() * 1000.0) } else { Err(output.status.to_string().into()) }
}

fn feed(command: &mut Command, script: &str) -> Result<Output, Failure> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("no stdin")?.write_all(script.as_bytes())?;
    Ok(child.wait_with_output()?)
}

/// The program, all of its processes on one processor if so wanted; none where that cannot be had.
fn pinned(program: &Path, is_pinned: bool) -> Option<Command> {
    if !is_pinned {
        return Some(Command::new(program));
    }
    let can = machine::can_run("taskset", &["-c", "0", "true"]);
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(program);
    can.then_some(command)
}

#[expect(clippy::cast_precision_loss, reason = "a ratio needs no more than 52 bits")]
fn count(number: u64) -> f64 {
    number as f64
}

fn ratio(bare: u64, ours: u64) -> f64 {
    count(bare) / count(ours.max(1))
}
