//! Stepping a program that is watched: each of its tasks stands before its next call, and a person lets one go, or all until
//! something comes.

use std::fmt::Write;

use crate::abi::{Errno, Signal};
use crate::trace::{CallState, Event, Explanation, What};
use crate::world::World;

use super::action::{Action, Command};
use super::program::{Does, Goal, Program, Standing, StepOrder, Stepping, Until};
use super::transcript::Transcript;
use super::{App, Mode};

/// Why one of the keys for stepping can do nothing; none if it can.
pub(super) fn objection(app: &App, action: Stepping) -> Option<String> {
    let Some(program) = &app.program else {
        return Some("no program is watched: `tincans watch PROGRAM` steps one".to_owned());
    };
    if !program.is_running() {
        return Some("the program is over".to_owned());
    }
    let standing = program.standing.len();
    match action {
        Stepping::All if !program.is_stepped => Some("all go as they like".to_owned()),
        Stepping::Choose if !program.is_stepped => {
            let stop = app.key(Action::Step(Stepping::Go));
            Some(format!("nobody stands before a call; {stop} stops each there"))
        }
        Stepping::Go if !program.is_stepped => None,
        Stepping::Go | Stepping::Choose if standing == 0 => {
            Some("nobody stands before a call on a channel: all are asleep, or compute".to_owned())
        }
        Stepping::Choose if standing == 1 => Some("one task alone stands before a call".to_owned()),
        Stepping::Go
        | Stepping::Choose
        | Stepping::All
        | Stepping::OpenUntil
        | Stepping::CloseUntil
        | Stepping::Until(_) => None,
    }
}

/// One of the keys for stepping.
pub(super) fn act(app: &mut App, world: &World, key: Stepping) -> Vec<Command> {
    match key {
        Stepping::OpenUntil => app.mode = Mode::Until,
        Stepping::CloseUntil => app.mode = app.home(),
        Stepping::Until(until) => {
            app.mode = app.home();
            return go_until(app, world, until);
        }
        Stepping::Go => return app.program.as_mut().map_or_else(Vec::new, go_or_stop),
        Stepping::All => return app.program.as_mut().map_or_else(Vec::new, all_go),
        Stepping::Choose => {
            if let Some(program) = &mut app.program {
                program.chosen = (program.chosen + 1) % program.standing.len().max(1);
            }
        }
    }
    Vec::new()
}

fn go_or_stop(program: &mut Program) -> Vec<Command> {
    program.goal = None;
    if program.is_stepped {
        return let_go(program, program.chosen);
    }
    program.is_stepped = true;
    vec![Command::StepProgram(StepOrder::Hold)]
}

fn all_go(program: &mut Program) -> Vec<Command> {
    (program.goal, program.is_stepped, program.standing) = (None, false, Vec::new());
    vec![Command::StepProgram(StepOrder::AllGo)]
}

/// The kernel cannot undo anything: the program is run once more, its tasks come to their calls in the same order up to what is
/// looked at, and then each stands before its next one.
pub(super) fn run_again(app: &mut App) -> Vec<Command> {
    let moment = app.past.as_ref().map_or(u64::MAX, |past| past.at);
    app.return_to_now();
    app.forget_bench();
    app.transcript = Transcript::default();
    app.program = Some(Program { is_stepped: true, ..Program::default() });
    let name = app.recording.clone().unwrap_or_default();
    let go = app.key(Action::Step(Stepping::Go));
    app.notice = Some(if moment == u64::MAX {
        format!("{name} runs again, its calls in the same order")
    } else {
        format!("{name} runs again, its calls in the same order up to event {moment}; from there {go} lets one task go")
    });
    vec![Command::RunProgramAgain(moment)]
}

/// These stand before these calls now. Where the program goes on until something comes, the next one is let go.
pub(super) fn stands(app: &mut App, standing: Vec<Standing>) -> Vec<Command> {
    let Some(program) = &mut app.program else { return Vec::new() };
    (program.is_stepped, program.standing, program.chosen) = (true, standing, 0);
    let Some(goal) = &program.goal else { return Vec::new() };
    if let Some(at) = program.standing.iter().position(|standing| is_goal(goal, standing)) {
        let next = &program.standing[at];
        app.notice = Some(format!("{} is about to {}", next.name, next.call));
        (program.chosen, program.goal) = (at, None);
        return Vec::new();
    }
    let after = program.standing.iter().position(|standing| goal.last.is_none_or(|last| standing.task > last));
    let_go(program, after.unwrap_or(0))
}

/// Whether one of these events is what the program goes on until.
pub(super) fn look_at(program: &mut Program, events: &[Event]) -> Option<String> {
    let until = program.goal.as_ref()?.until;
    let words = events.iter().rev().find_map(|event| met(until, event))?;
    program.goal = None;
    Some(words)
}

/// What is said of the tasks that stand, instead of what is explained otherwise.
pub(super) fn explanation(app: &App) -> Option<Explanation> {
    let program = app.program.as_ref().filter(|program| program.is_stepped && app.past.is_none())?;
    let next = program.next()?;
    let key = |action| app.key(Action::Step(action));
    let mut text = format!("Next, by {}: {} {}.", key(Stepping::Go), next.name, next.call);
    let others: Vec<String> = program
        .standing
        .iter()
        .filter(|standing| standing.task != next.task)
        .map(|standing| format!("{} before {}", standing.name, standing.call))
        .collect();
    if !others.is_empty() {
        _ = write!(text, " Others stand: {}; {} chooses.", others.join(", "), key(Stepping::Choose));
    }
    _ = write!(text, " {}: all go on; {}: until something comes.", key(Stepping::All), key(Stepping::OpenUntil));
    Some(Explanation::of_fact(text))
}

fn go_until(app: &mut App, world: &World, until: Until) -> Vec<Command> {
    let ends = app.focused(world).map(|facing| vec![facing.near, facing.far]).unwrap_or_default();
    let Some(program) = &mut app.program else { return Vec::new() };
    program.goal = Some(Goal { until, ends, last: None });
    if program.is_stepped {
        return if program.standing.is_empty() { Vec::new() } else { let_go(program, program.chosen) };
    }
    program.is_stepped = true;
    vec![Command::StepProgram(StepOrder::Hold)]
}

fn let_go(program: &mut Program, at: usize) -> Vec<Command> {
    let Some(next) = program.standing.get(at) else { return Vec::new() };
    let task = next.task;
    if let Some(goal) = &mut program.goal {
        goal.last = Some(task);
    }
    (program.standing, program.chosen) = (Vec::new(), 0);
    vec![Command::StepProgram(StepOrder::LetGo(task))]
}

/// Where the focused channel is not made yet, any end will do.
fn is_goal(goal: &Goal, standing: &Standing) -> bool {
    let is_there = goal.ends.is_empty() || standing.end.is_some_and(|end| goal.ends.contains(&end));
    let does = match goal.until {
        Until::Read => Does::Reads,
        Until::Write => Does::Writes,
        Until::Close => Does::Closes,
        Until::Sleep | Until::Eof | Until::Broken => return false,
    };
    is_there && standing.does == does
}

fn met(until: Until, event: &Event) -> Option<String> {
    match (&event.what, until) {
        (What::Call(call), Until::Sleep) if call.state == CallState::Asleep => {
            Some(format!("{} has fallen asleep in {}", call.task, call.call.name()))
        }
        (What::Call(call), Until::Eof) if call.eof == Some(true) => Some(format!("{} has read EOF", call.task)),
        (What::Call(call), Until::Broken) if call.errno == Errno::EPIPE => Some(format!("{} has met EPIPE", call.task)),
        (What::Signal { signal, .. }, Until::Broken) if *signal == Signal::PIPE => Some("SIGPIPE has come".to_owned()),
        _ => None,
    }
}
