//! The same random programs twice: by the program itself, and by plain C calls in processes forked here, which know nothing of
//! it. Return values, errno and data must be equal.
#![expect(clippy::wildcard_enum_match_arm, reason = "only calls are compared")]

use std::process::ExitCode;

use crate::plain::{Plain, Reply};
use crate::support::forms::Reached;
use crate::support::programs::{Openness, Programs};
use crate::support::runs;
use tincans::order::{Call, Extra, KEEP, hash};
use tincans::session::Session;
use tincans::trace::{Brought, CallEvent, CallState, Death, What};

// Not compared are thread (the processes of the plain path have one), exec (they would have to be a program of their own), what is
// made of calls that are compared one by one, what needs a sleeper or stops a process, and what is no task's call.
// `TINCANS_REACHED=1` prints how often each form of the others was.
const STATEMENTS: usize = 60;
const PROGRAMS: u64 = 100;

pub fn all() -> ExitCode {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (first, programs) = (number("TINCANS_SEED").unwrap_or(1), number("TINCANS_PROGRAMS").unwrap_or(PROGRAMS));
    let (mut compared, mut failed) = (0, 0);
    let mut reached = Reached::default();
    for seed in first..first + programs {
        match compare(seed, &mut reached) {
            Ok(calls) => compared += calls,
            Err(what) => {
                failed += 1;
                println!("differential: seed {seed}: {what}");
            }
        }
    }
    println!("differential: {programs} programs from seed {first}, {compared} calls compared, {failed} failed");
    print!("{}", reached.table());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is done once more.
enum Step {
    /// A call, by the statement of this line.
    Call(Box<CallEvent>, u32),
    /// A task exits.
    Exit { task: String, code: i32 },
}

/// Runs a program by the session, then its calls by the plain path; how many calls were compared.
fn compare(seed: u64, reached: &mut Reached) -> Result<usize, String> {
    let (steps, program) = record(seed)?;
    let mut plain = Plain::start()?;
    for (index, step) in steps.iter().enumerate() {
        let (call, line) = match step {
            Step::Call(call, line) => (call, *line),
            Step::Exit { task, code } => {
                plain.exit(task, *code)?;
                reached.add("exit");
                continue;
            }
        };
        let made = call.names.made.as_deref().unwrap_or_default();
        let name = |pid: i32| call.names.task(pid);
        let reply = plain.make(&call.task, &plain.with_own_numbers(&call.call, name)?, made)?;
        if let Some(difference) = difference(call, &reply, &plain) {
            return Err(format!("call {index}: {}: {difference}\n{}\n", call.task, program.join("\n")));
        }
        reached.add(statement_of(&program, line));
    }
    Ok(steps.len())
}

/// The statement in a line.
fn statement_of(program: &[String], line: u32) -> &str {
    let text = usize::try_from(line).ok().and_then(|line| program.get(line.saturating_sub(1)));
    text.map_or("", String::as_str)
}

/// The calls of a random program, up to the first that sleeps.
fn record(seed: u64) -> Result<(Vec<Step>, Vec<String>), String> {
    let mut session = runs::open()?;
    let mut programs = Programs::new(seed, Openness::NoSleep);
    let (mut steps, mut program) = (Vec::new(), vec!["signal SIGPIPE ignore".to_owned()]);
    runs::perform(&mut session, &program[0], 1)?;
    for line in 2..=STATEMENTS {
        program.push(programs.next(session.world()));
        let text = &program[program.len() - 1];
        let events = runs::perform(&mut session, text, u32::try_from(line).unwrap_or(0))?;
        for event in events {
            match event.what {
                What::Call(call) if call.state == CallState::Returned => steps.push(Step::Call(call, event.line)),
                What::Call(call) if matches!(call.call, Call::Exit { .. }) => {}
                What::Death { task, death: Death::Exited(code), .. } => steps.push(Step::Exit { task, code }),
                What::Call(_) | What::Death { .. } => return Ok((steps, program)),
                _ => {}
            }
        }
        if is_over(&session) {
            break;
        }
    }
    Ok((steps, program))
}

fn is_over(session: &Session) -> bool {
    !session.world().asleep().is_empty()
}

/// What is not equal.
fn difference(call: &CallEvent, reply: &Reply, plain: &Plain) -> Option<String> {
    let (ret, errno) = (i64::from(call.ret.unwrap_or(0)), call.errno.0);
    if matches!(call.call, Call::Fork | Call::Setsid) && ret > 0 && reply.ret > 0 {
        return None;
    }
    if call.call.returns_task() && ret > 0 && reply.ret > 0 {
        let (ours, theirs) = (call.ret.and_then(|ret| call.names.task(ret)), name_of(reply, plain));
        let is_same = ours == theirs.as_deref() && call.outcome.extra == reply.extra;
        return (!is_same).then(|| format!("{:?}: {ours:?}, plain C {theirs:?}: {:?}", call.call, reply.extra));
    }
    let name = |side: &str, ret, errno| format!("{side} {ret} (errno {errno})");
    if (ret, errno) != (reply.ret, reply.errno) {
        let (here, there) = (name("tincans", ret, errno), name("plain C", reply.ret, reply.errno));
        return Some(format!("{:?}: {here}, {there}", call.call));
    }
    let mut kept = reply.data[..reply.data.len().min(KEEP)].to_vec();
    let mut ours = call.outcome.data.clone();
    if let Some(Brought::Signals(_)) = call.names.brought {
        // Who sent it, in each signalfd_siginfo.
        [&mut kept, &mut ours].into_iter().flat_map(|data| data.chunks_mut(128)).for_each(|one| one[12..16].fill(0));
    }
    let all = if reply.data.len() > KEEP { Some(hash(reply.data.iter().copied())) } else { None };
    if kept != ours || all != call.outcome.hash {
        return Some(format!("{:?}: data {:?}, plain C {kept:?}", call.call, call.outcome.data));
    }
    let theirs = with_names(reply.extra.clone(), |pid| plain.name_of(pid));
    let ours = with_names(call.outcome.extra.clone(), |pid| call.names.task(pid).map(str::to_owned));
    (theirs != ours).then(|| format!("{:?}: {ours:?}, plain C {theirs:?}", call.call))
}

/// The process that a reply is the number of.
fn name_of(reply: &Reply, plain: &Plain) -> Option<String> {
    plain.name_of(i32::try_from(reply.ret).ok()?)
}

/// What came beside the value, with names for numbers of processes.
fn with_names(mut extra: Extra, name: impl Fn(i32) -> Option<String>) -> (Extra, Option<String>) {
    let mut who = None;
    if let Extra::Name(name) | Extra::From(name) = &mut extra
        && let [b'@', rest @ ..] = &mut name[..]
        && rest.len() == 5
        && rest.iter().all(u8::is_ascii_hexdigit)
    {
        // A name that the kernel gave by itself: five digits of its own choice.
        rest.fill(b'x');
    }
    if let Extra::Peer(creds) | Extra::Message { creds: Some(creds), .. } = &mut extra {
        who = Some(name(creds.pid).unwrap_or_else(|| creds.pid.to_string()));
        creds.pid = 0;
    }
    (extra, who)
}
