//! Random programs over the whole language: after every statement the ledger's law holds, and what the world believes is what
//! the kernel says. It forks, so it has no libtest. `TINCANS_PROGRAMS` and `TINCANS_SEED` choose how many and from where.
#![expect(clippy::print_stdout, reason = "this is the test runner")]

mod support;

use std::process::ExitCode;
use std::time::Instant;

use support::programs::{Openness, Programs};
use support::{kernel, runs};
use tincans::sys::descriptors;

const STATEMENTS: usize = 60;
/// Programs of a run in CI.
const PROGRAMS: u64 = 150;
/// Runs that shrinking may take.
const SHRINKS: usize = 400;

/// A program that broke something, up to the statement that did.
struct Failure {
    program: Vec<String>,
    what: String,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == tincans::agent::AGENT_ARGUMENT) {
        tincans::agent::resume_after_exec(&words[1..]);
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let base = match descriptors::settle_numbers() {
        Ok(numbers) => numbers.base,
        Err(error) => {
            println!("property: {error}");
            return ExitCode::FAILURE;
        }
    };
    let (first, programs) = (number("TINCANS_SEED").unwrap_or(1), number("TINCANS_PROGRAMS").unwrap_or(PROGRAMS));
    let keeps_going = std::env::var_os("TINCANS_KEEP_GOING").is_some();
    let start = Instant::now();
    let mut failed = 0;
    let mut statements = 0;
    for seed in first..first + programs {
        match generate(seed, base) {
            Ok(made) => statements += made,
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
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Makes a program while it runs, each statement for the world as it has become.
fn generate(seed: u64, base: i32) -> Result<usize, Failure> {
    let mut program = Vec::new();
    let failed = |program: &Vec<String>, what| Failure { program: program.clone(), what };
    let mut session = runs::open().map_err(|what| failed(&program, what))?;
    let mut programs = Programs::new(seed, Openness::Anything);
    for line in 1..=STATEMENTS {
        let text = programs.next(session.world());
        program.push(text.clone());
        let line = u32::try_from(line).unwrap_or(0);
        runs::perform(&mut session, &text, line).map_err(|what| failed(&program, what))?;
        check(&mut session, &program, base).map_err(|what| failed(&program, what))?;
    }
    Ok(program.len())
}

/// What happens by itself (a time-out, a reader's tick) may come between the world and the look at the kernel: then once more.
fn check(session: &mut tincans::session::Session, program: &[String], base: i32) -> Result<(), String> {
    const BY_ITSELF: &[&str] = &["rcvtimeo ", "every="];
    let by_itself = program.iter().any(|text| BY_ITSELF.iter().any(|word| text.contains(word)));
    let mut result = kernel::agrees(session.world(), base);
    for _ in 0..if by_itself { 5 } else { 0 } {
        if result.is_ok() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        runs::settle(session)?;
        result = kernel::agrees(session.world(), base);
    }
    result
}

/// The same statements again; the first thing that is wrong.
fn replay(program: &[String], base: i32) -> Option<String> {
    let mut session = match runs::open() {
        Ok(session) => session,
        Err(what) => return Some(what),
    };
    for (index, text) in program.iter().enumerate() {
        let line = u32::try_from(index + 1).unwrap_or(0);
        let result = runs::perform(&mut session, text, line);
        if let Err(what) = result.and_then(|_| check(&mut session, program, base)) {
            return Some(what);
        }
    }
    None
}

/// Leaves out statements, many and then one by one, as long as something is still wrong.
fn shrink(failure: Failure, base: i32) -> Failure {
    let Failure { mut program, mut what } = failure;
    let mut left = SHRINKS;
    let mut size = program.len() / 2;
    while size > 0 {
        let mut at = 0;
        let before = program.len();
        while at < program.len() && left > 0 {
            let mut fewer = program.clone();
            fewer.drain(at..(at + size).min(program.len()));
            left -= 1;
            match replay(&fewer, base) {
                Some(still) => (program, what) = (fewer, still),
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
