//! Random programs over the whole language: after every statement the ledger's law holds, and what the world believes is what
//! the kernel says. `TINCANS_PROGRAMS` and `TINCANS_SEED` choose how many and from where;
//! `TINCANS_REACHED` prints how often each form of a statement was made.

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::support::forms::Reached;
use crate::support::programs::{Openness, Programs};
use crate::support::{kernel, runs};
use tincans::session::Session;
use tincans::sys::descriptors;

const STATEMENTS: usize = 60;
/// Programs of a run in CI.
const PROGRAMS: u64 = 150;
/// Runs that shrinking may take.
const SHRINKS: usize = 400;

/// And how long it may take.
const SHRINKING: Duration = Duration::from_secs(20);

/// A program that broke something, up to the statement that did.
struct Failure {
    program: Vec<String>,
    what: String,
}

pub fn all() -> ExitCode {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    // Twice: the second time with the limit as the first has raised it, which is how each session will find it.
    let base = match descriptors::settle_numbers().and_then(|_| descriptors::settle_numbers()) {
        Ok(numbers) => numbers.base,
        Err(error) => {
            println!("property: {error}");
            return ExitCode::FAILURE;
        }
    };
    let (first, programs) = (number("TINCANS_SEED").unwrap_or(1), number("TINCANS_PROGRAMS").unwrap_or(PROGRAMS));
    let keeps_going = std::env::var_os("TINCANS_KEEP_GOING").is_some();
    let start = Instant::now();
    let mut failed = u32::from(!corpus_holds(base));
    let (mut statements, mut reached) = (0, Reached::default());
    for seed in first..first + programs {
        match generate(seed, base) {
            Ok(program) => {
                statements += program.len();
                reached.add_all(program.iter().map(String::as_str));
            }
            Err(failure) => {
                failed += 1;
                report(seed, failure, base);
                if !keeps_going {
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    println!(
        "property: {programs} programs, {statements} statements, seeds {first}..{}, {failed} failed, {:.1} s",
        first + programs,
        start.elapsed().as_secs_f64()
    );
    print!("{}", reached.table());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The programs in `tests/programs` each broke something once.
fn corpus_holds(base: i32) -> bool {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs");
    let mut files: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path()).collect();
    files.sort();
    let mut all = !files.is_empty();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let program: Vec<String> = text.lines().map(str::to_owned).collect();
        if let Some((line, what)) = replay(&program, base) {
            println!("property: {}:{line}: {what}", file.display());
            all = false;
        }
    }
    all
}

/// Makes a program while it runs, each statement for the world as it has become.
fn generate(seed: u64, base: i32) -> Result<Vec<String>, Failure> {
    let mut program = Vec::new();
    let failed = |program: &Vec<String>, what| Failure { program: program.clone(), what };
    let mut session = runs::open().map_err(|what| failed(&program, what))?;
    let mut programs = Programs::new(seed, Openness::Anything);
    for _ in 0..STATEMENTS {
        let text = programs.next(session.world());
        program.push(text.clone());
        step(&mut session, &program, &text, base).map_err(|what| failed(&program, what))?;
    }
    Ok(program)
}

/// The last statement of a program, and the look at the kernel after it; a panic is a fault like any other.
fn step(session: &mut Session, program: &[String], text: &str, base: i32) -> Result<(), String> {
    let line = u32::try_from(program.len()).unwrap_or(0);
    let work = AssertUnwindSafe(|| {
        runs::perform(session, text, line)?;
        check(session, program, base)
    });
    std::panic::catch_unwind(work).unwrap_or_else(|_| Err("panic".to_owned()))
}

/// What happens by itself (a time-out, a reader's tick) may come between the world and the look at the kernel: then once more.
fn check(session: &mut Session, program: &[String], base: i32) -> Result<(), String> {
    const BY_ITSELF: &[&str] = &["rcvtimeo ", "every=", "timerfd "];
    let by_itself = program.iter().any(|text| BY_ITSELF.iter().any(|word| text.contains(word)));
    let mut result = kernel::agrees(session.world(), base);
    for _ in 0..if by_itself { 40 } else { 0 } {
        if result.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
        session.disarm(true);
        runs::settle(session)?;
        result = kernel::agrees(session.world(), base);
    }
    result
}

/// The same statements again: after how many of them something is wrong, and what.
fn replay(program: &[String], base: i32) -> Option<(usize, String)> {
    let mut session = match runs::open() {
        Ok(session) => session,
        Err(what) => return Some((0, what)),
    };
    for (index, text) in program.iter().enumerate() {
        if let Err(what) = step(&mut session, &program[..=index], text, base) {
            return Some((index + 1, what));
        }
    }
    None
}

/// Leaves out statements, many and then one by one, as long as something is still wrong.
fn shrink(failure: Failure, base: i32) -> Failure {
    let Failure { mut program, mut what } = failure;
    let mut left = SHRINKS;
    let until = Instant::now() + SHRINKING;
    let mut size = program.len() / 2;
    while size > 0 {
        let mut at = 0;
        let before = program.len();
        while at < program.len() && left > 0 && Instant::now() < until {
            let mut fewer = program.clone();
            fewer.drain(at..(at + size).min(program.len()));
            left -= 1;
            match replay(&fewer, base) {
                Some((length, still)) => {
                    fewer.truncate(length);
                    (program, what) = (fewer, still);
                }
                None => at += size,
            }
        }
        if size > 1 || program.len() == before || left == 0 {
            size /= 2;
        }
    }
    Failure { program, what }
}

fn report(seed: u64, failure: Failure, base: i32) {
    println!("property: seed {seed}: after {} statements: {}", failure.program.len(), failure.what);
    let failure = shrink(failure, base);
    println!("# shrunk: {}", failure.what);
    for text in failure.program {
        println!("{text}");
    }
    println!();
}
