//! The same script gives the same transcript each time, on a busy machine too: random programs that keep away from what the
//! kernel leaves open, run again and again beside two processes that spin.
//! `TINCANS_PROGRAMS`, `TINCANS_TIMES` and `TINCANS_SEED` choose how many, how often and from where; `TINCANS_REACHED` prints how
//! often each form of a statement was made.
#![expect(clippy::wildcard_enum_match_arm, reason = "only calls are compared")]

use std::process::{Child, Command, ExitCode};
use std::time::Instant;

use crate::support::forms::Reached;
use crate::support::programs::{Openness, Programs};
use crate::support::runs;
use tincans::order::Extra;
use tincans::trace::{CallEvent, Event, What, strace};

const STATEMENTS: usize = 60;
const PROGRAMS: u64 = 20;
const TIMES: u64 = 5;

/// Processes that leave nobody a quiet processor, until this is dropped.
struct Load(Vec<Child>);

impl Load {
    fn start() -> Self {
        let spin = || Command::new("sh").args(["-c", "while :; do :; done"]).spawn();
        Self((0..2).filter_map(|_| spin().ok()).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub fn all() -> ExitCode {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number("TINCANS_SEED").unwrap_or(1);
    let (programs, times) = (number("TINCANS_PROGRAMS").unwrap_or(PROGRAMS), number("TINCANS_TIMES").unwrap_or(TIMES));
    let start = Instant::now();
    let _load = Load::start();
    let (mut failed, mut reached) = (0, Reached::default());
    for seed in first..first + programs {
        let difference = make(seed).and_then(|program| {
            reached.add_all(program.iter().map(|(text, _)| text.as_str()));
            (1..times).try_for_each(|_| again(&program))
        });
        if let Err(what) = difference {
            failed += 1;
            println!("determinism: seed {seed}: {what}");
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("determinism: {programs} programs from seed {first}, {times} times each, {failed} differ, {seconds:.1} s");
    print!("{}", reached.table());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Statements, each with its transcript.
type Program = Vec<(String, Vec<String>)>;

fn make(seed: u64) -> Result<Program, String> {
    let mut session = runs::open()?;
    let mut programs = Programs::new(seed, Openness::OneOutcome);
    let mut program = Program::new();
    for line in 1..=STATEMENTS {
        let text = programs.next(session.world());
        let events = runs::perform(&mut session, &text, u32::try_from(line).unwrap_or(0))
            .map_err(|what| format!("{what}\n{}", listing(&program, &text)))?;
        program.push((text, transcript(events)));
    }
    Ok(program)
}

fn again(program: &Program) -> Result<(), String> {
    let mut session = runs::open()?;
    for (index, (text, before)) in program.iter().enumerate() {
        let events = runs::perform(&mut session, text, u32::try_from(index + 1).unwrap_or(0))?;
        let now = transcript(events);
        if now != *before {
            let (before, now) = (before.join("\n    "), now.join("\n    "));
            let listing = listing(&program[..index], text);
            return Err(format!("`{text}` gave\n    {before}\nand then\n    {now}\n{listing}"));
        }
    }
    Ok(())
}

fn listing(program: &[(String, Vec<String>)], last: &str) -> String {
    let lines: Vec<&str> = program.iter().map(|(text, _)| text.as_str()).collect();
    format!("{}\n{last}\n", lines.join("\n"))
}

/// The lines that `tincans run` prints, without the numbers that are another's each time.
fn transcript(events: Vec<Event>) -> Vec<String> {
    let masked = events.into_iter().map(|mut event| {
        match &mut event.what {
            What::Call(call) => mask(call),
            What::Burst(burst) => burst.first_calls.iter_mut().for_each(mask),
            What::Tasks(rows) => rows.iter_mut().for_each(|row| row.pid = 0),
            _ => {}
        }
        event
    });
    masked.flat_map(|event| strace::lines(&event)).map(|line| without_pids(&line)).collect()
}

/// Numbers of processes, and the names that the kernel gives to sockets by itself.
fn mask(call: &mut CallEvent) {
    let is_pid = call.call.makes_task() || call.call.returns_task();
    if is_pid && call.ret > Some(0) {
        let name = call.ret.and_then(|pid| call.names.task(pid)).unwrap_or_default().to_owned();
        call.names.tasks.push((1, name));
        call.ret = Some(1);
    }
    if let Extra::Name(name) = &mut call.outcome.extra
        && let [b'@', rest @ ..] = &mut name[..]
        && rest.len() == 5
        && rest.iter().all(u8::is_ascii_hexdigit)
    {
        rest.fill(b'x');
    }
}

/// `pid=4711 (k1)` without the number.
fn without_pids(line: &str) -> String {
    let mut parts = line.split("pid=");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + "pid=" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}
