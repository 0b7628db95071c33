//! A million small writes with every call recorded, beside the same in plain C, run by run in turn: what does the recording
//! cost? The target is 0.85 of the bare rate. `cargo bench --bench flood`
#![expect(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

const SIZE: u64 = 64;
const COUNT: u64 = 1_000_000;
const ROUNDS: usize = 5;
const TARGET: f64 = 0.85;

type Failure = Box<dyn std::error::Error>;

/// One run: how long the writes took, and how long the whole.
#[derive(Clone, Copy)]
struct Run {
    writes_ns: u64,
    whole_ns: u64,
}

impl Run {
    /// Writes in a second.
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no more than 52 bits")]
    fn rate(self) -> f64 {
        COUNT as f64 * 1e9 / self.writes_ns.max(1) as f64
    }
}

fn main() -> Result<(), Failure> {
    let yardstick = build_yardstick()?;
    if yardstick.is_none() {
        println!("no C compiler (cc) here: the rates of tincans alone");
    }
    println!("{COUNT} writes of {SIZE} bytes, median of {ROUNDS} runs in turn\n");
    println!(
        "{:10} {:>14} {:>14} {:>7} {:>16}  of five ratios",
        "channel", "tincans /s", "C /s", "ratio", "wall tincans/C"
    );
    for kind in ["stream", "dgram", "seqpacket"] {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let bare = yardstick.as_deref().map(|program| run_bare(program, kind)).transpose()?;
            rounds.push((run_tincans(kind)?, bare));
        }
        report(kind, &rounds);
    }
    Ok(())
}

fn report(kind: &str, rounds: &[(Run, Option<Run>)]) {
    let ours = median(rounds.iter().map(|(run, _)| run.rate()));
    let wall = median(rounds.iter().map(|(run, _)| seconds(run.whole_ns)));
    let bare: Vec<(Run, Run)> = rounds.iter().filter_map(|(run, bare)| Some((*run, (*bare)?))).collect();
    if bare.is_empty() {
        println!("{kind:10} {ours:>14.0} {:>14} {:>7} {wall:>14.2} s", "-", "-");
        return;
    }
    let mut ratios: Vec<f64> = bare.iter().map(|(run, bare)| run.rate() / bare.rate()).collect();
    ratios.sort_by(f64::total_cmp);
    let ratio = median(ratios.iter().copied());
    let bare_rate = median(bare.iter().map(|(_, run)| run.rate()));
    let bare_wall = median(bare.iter().map(|(_, run)| seconds(run.whole_ns)));
    let all: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
    let verdict = if ratio >= TARGET { "met" } else { "MISSED" };
    println!(
        "{kind:10} {ours:>14.0} {bare_rate:>14.0} {ratio:>7.3} {wall:>7.2} / {bare_wall:.2} s  {} target {TARGET} {verdict}",
        all.join(" ")
    );
}

/// The release binary, with a script; the time is that between the first and the last record of the loop.
fn run_tincans(kind: &str) -> Result<Run, Failure> {
    // A datagram pair has no EOF, so its reader sleeps on when all is read: the next statement settles only then.
    let script = format!("channel {kind} b\nchild1: drain b[1] => sleeps\nflood b[0] {SIZE} {COUNT}\nclose b[0]\n");
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tincans"))
        .args(["run", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    child.stdin.take().ok_or("no stdin")?.write_all(script.as_bytes())?;
    let output = child.wait_with_output()?;
    let whole_ns = u64::try_from(start.elapsed().as_nanos())?;
    if !output.status.success() {
        return Err(format!("{kind}: {}: {}", output.status, String::from_utf8_lossy(&output.stdout)).into());
    }
    let objects: Vec<Value> = output.stdout.split(|byte| *byte == b'\n').flat_map(serde_json::from_slice).collect();
    let is_flood = |object: &&Value| object["event"] == "burst" && object["task"] == "parent";
    let burst = objects.iter().find(is_flood).ok_or("no burst")?;
    for (key, wanted) in [("calls", COUNT), ("recorded", COUNT), ("bytes", COUNT * SIZE), ("errors", 0)] {
        if burst[key] != wanted {
            return Err(format!("{kind}: {key} is {}, not {wanted}", burst[key]).into());
        }
    }
    let time = |key: &str| burst[key].as_u64().ok_or_else(|| format!("no {key}"));
    Ok(Run { writes_ns: time("last_ns")? - time("first_ns")?, whole_ns })
}

fn run_bare(program: &Path, kind: &str) -> Result<Run, Failure> {
    let start = Instant::now();
    let output = Command::new(program).args([kind, &SIZE.to_string(), &COUNT.to_string()]).output()?;
    let whole_ns = u64::try_from(start.elapsed().as_nanos())?;
    let text = String::from_utf8(output.stdout)?;
    let writes_ns = text.split_whitespace().next().ok_or("the yardstick failed")?.parse()?;
    Ok(Run { writes_ns, whole_ns })
}

/// Compiles `flood.c`; none where there is no compiler.
fn build_yardstick() -> Result<Option<PathBuf>, Failure> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (source, program) = (folder.join("flood.c"), folder.join("flood"));
    fs::write(&source, include_str!("flood.c"))?;
    match Command::new("cc").arg("-O2").arg("-o").arg(&program).arg(&source).status() {
        Ok(status) if status.success() => Ok(Some(program)),
        Ok(status) => Err(format!("cc: {status}").into()),
        Err(_) => Ok(None),
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

#[expect(clippy::cast_precision_loss, reason = "shown with two decimals")]
fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}
