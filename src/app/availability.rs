//! Whether a key can do now what it stands for, and if not, why. What is asked here before acting is what the palette shows; so
//! no key is silent, and none promises what it does not do.

use crate::lesson::words::{self, fill};
use crate::lesson::{Next, Prediction};
use crate::world::World;

use super::action::{Action, ChannelAction, Learn, Move};
use super::course::{CourseItem, RunningWork};
use super::input_line::Edit;
use super::input_line::InputLine;
use super::program::{Program, Stepping};
use super::{App, View, alternatives, channel_sides, copy, matrix_view, stepping, submit};

/// The reason why an action can do nothing now; none if it can.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all other actions can always be done, or say by themselves what came of it"
)]
pub fn objection(app: &App, world: &World, action: Action) -> Option<String> {
    if app.recording.is_some() && !looks(action) && !can_be_done_to_recordings(app, action) {
        return Some(past_objection(app));
    }
    match action {
        Action::Make(deed) => submit::channel_statement(app, world, deed).err(),
        Action::Learn(key) => of_lesson(app, key),
        Action::Edit(edit) => app.typed().and_then(|line| of_editing(line, edit)),
        Action::FocusNext | Action::FocusPrevious => of_focus(app, world),
        Action::NextSpeaker | Action::OtherSideSpeaks if app.focused(world).is_none() => Some(submit::no_channel(app)),
        Action::SaveLesson | Action::SaveRecording if app.is_busy() => {
            Some("the kernel is still at work; save it then".to_owned())
        }
        Action::Curtain if !app.present.is_on => {
            Some(format!("nothing is hidden but in present mode: {}", app.key(Action::Present)))
        }
        Action::TraceUp | Action::TraceDown | Action::TraceTo(_) => of_trace(app, action),
        Action::Go(Move::Back | Move::FarBack | Move::StatementBack | Move::First) => {
            let is_first = app.past.as_ref().is_some_and(|past| past.at <= past.oldest);
            is_first.then(|| "nothing older is known".to_owned())
        }
        Action::Go(Move::Forth | Move::FarForth | Move::StatementForth) if app.past.is_none() => {
            Some("this is now".to_owned())
        }
        Action::RunAgain => of_running_again(app),
        Action::Step(key) => stepping::objection(app, key),
        Action::Undo => of_undo(app),
        Action::OpenCell => in_lesson(app).or_else(|| matrix_view::objection(app)),
        Action::Copy(what) => copy::text(app, what).err(),
        Action::TryAlternatives if app.trying.is_some() => Some("it is being tried".to_owned()),
        Action::TryAlternatives if app.view == View::Alternatives => None,
        Action::TryAlternatives => alternatives::statements(app, world).err(),
        Action::Show(View::Bench) if app.view == View::Bench => Some(format!(
            "this is the bench; {} types a message, {} shows all actions",
            app.key(Action::EnterLine),
            app.key(Action::OpenPalette)
        )),
        Action::SidewaysLeft | Action::SidewaysRight | Action::ScrollViewTo(_) => of_sideways(app, world, action),
        Action::HelpTo(line) if line == app.help_scroll => Some("help goes no further".to_owned()),
        _ => None,
    }
}

/// Whether an action is one of the palette's own.
pub(super) fn is_of_palette(action: Action) -> bool {
    matches!(
        action,
        Action::OpenPalette
            | Action::ClosePalette
            | Action::PaletteUp
            | Action::PaletteDown
            | Action::PaletteAt(_)
            | Action::Perform
            | Action::Edit(_)
            | Action::Suspend
            | Action::Quit
    )
}

/// What is no change: to ask why, and to type what a program that is watched reads.
fn can_be_done_to_recordings(app: &App, action: Action) -> bool {
    let types = action == Action::EnterLine && app.program.as_ref().is_some_and(Program::is_running);
    types || action == Action::Make(ChannelAction::Why) || (app.program.is_some() && matches!(action, Action::Step(_)))
}

/// Whether a key acts on what is seen, as far as its footer is concerned.
pub fn is_of_use(app: &App, action: Action) -> bool {
    // Nobody comes to the others without a program.
    if matches!(action, Action::Step(Stepping::Go | Stepping::Choose | Stepping::All | Stepping::OpenUntil)) {
        return app.program.as_ref().is_some_and(Program::is_running);
    }
    app.recording.is_none() || looks(action) || can_be_done_to_recordings(app, action)
}

/// Nothing can be done to what has been: keys that look around act, all others say why they do not.
pub fn looks(action: Action) -> bool {
    is_of_palette(action)
        || matches!(
            action,
            Action::Go(_)
                | Action::ReturnToNow
                | Action::RunAgain
                | Action::OpenCopy
                | Action::CloseCopy
                | Action::Copy(_)
                | Action::TryAlternatives
                | Action::Show(_)
                | Action::SidewaysLeft
                | Action::SidewaysRight
                | Action::ScrollViewTo(_)
                | Action::OpenHelp
                | Action::CloseHelp
                | Action::HelpUp
                | Action::HelpDown
                | Action::HelpPageUp
                | Action::HelpPageDown
                | Action::HelpTo(_)
                | Action::FocusNext
                | Action::FocusPrevious
                | Action::TraceUp
                | Action::TraceTo(_)
                | Action::TraceDown
                | Action::OpenFilter
                | Action::KeepFilter
                | Action::ClearFilter
                | Action::Suspend
                | Action::Quit
                | Action::Present
                | Action::Curtain
                | Action::WholeExplanation
                | Action::ToggleMouse
                | Action::Focus(_)
                | Action::OpenMatrix
                | Action::MatrixRow(_)
                | Action::CloseMatrix
                | Action::MatrixUp
                | Action::MatrixDown
                | Action::MatrixLeft
                | Action::MatrixRight
        )
}

/// Why a key does nothing in the past.
pub(super) fn past_objection(app: &App) -> String {
    if let (Some(name), true) = (&app.recording, app.program.is_some()) {
        if !app.program.as_ref().is_some_and(Program::is_running) {
            let again = app.key(Action::RunAgain);
            return format!("{name} is over: what it did is looked at; {again} runs it again in the same order");
        }
        let keys = app.key(Action::EnterLine);
        return format!("{name} makes its own calls: it is looked at; {keys} types on its terminal");
    }
    if let Some(name) = &app.recording {
        let again = app.key(Action::RunAgain);
        let run = if app.said.last().is_some() { format!("; {again} runs it again, for real") } else { String::new() };
        return format!("{name} is a recording: nothing can be done to what has been{run}");
    }
    let (at, newest) = app.past.as_ref().map_or((0, 0), |past| (past.at, past.newest));
    let now = app.key(Action::ReturnToNow);
    format!(
        "this is event {at} of {newest}: what has been cannot be changed. {now} returns to now, where this key acts"
    )
}

fn of_focus(app: &App, world: &World) -> Option<String> {
    match channel_sides::shown(world).len() {
        0 => Some(submit::no_channel(app)),
        1 => Some("there is one channel alone".to_owned()),
        _ => None,
    }
}

/// Why no line of the trace is on the screen.
pub(super) fn without_trace(app: &App) -> Option<String> {
    if !app.view.traits().has_trace {
        return Some(format!(
            "there is no trace beside this view; {} goes back to the bench",
            app.key(Action::Show(View::Bench))
        ));
    }
    (app.present.is_on && app.view == View::Bench)
        .then(|| format!("there is no trace in present mode; {} ends it", app.key(Action::Present)))
}

fn of_trace(app: &App, action: Action) -> Option<String> {
    let is_up = action != Action::TraceDown;
    let diagram_goes_back = app.view == View::Diagram && is_up;
    if diagram_goes_back {
        return None;
    }
    if app.view == View::Diagram {
        return Some("this is now".to_owned());
    }
    if app.view == View::Processes {
        return None;
    }
    if let Some(reason) = without_trace(app) {
        return Some(reason);
    }
    let transcript = app.seen_transcript();
    let (scroll, rows) = (transcript.scroll(), transcript.seen_count());
    match is_up {
        true if scroll + 1 >= rows || action == Action::TraceTo(scroll) => Some("the trace begins here".to_owned()),
        false if scroll == 0 => Some("this is the newest line of the trace".to_owned()),
        _ => None,
    }
}

fn of_undo(app: &App) -> Option<String> {
    in_lesson(app).or_else(|| submit::undoable(app).err())
}

/// In a lesson its own keys lead back.
fn in_lesson(app: &App) -> Option<String> {
    app.course.shown().map(|_| {
        let (again, out) = (app.key(Action::Reset), app.key(Action::Learn(Learn::Out)));
        format!("in a lesson {again} begins the step again; {out} leaves it, to play")
    })
}

fn of_running_again(app: &App) -> Option<String> {
    if app.program.is_some() {
        return None;
    }
    if app.recording.is_some() && app.said.last().is_none() {
        return Some("no statements made this recording, so it cannot be run again".to_owned());
    }
    if app.past.is_none() && app.recording.is_none() {
        return Some(format!(
            "this is now; {} goes back, and then this key runs everything again to there",
            app.key(Action::Go(Move::Back))
        ));
    }
    in_lesson(app)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it is asked of three actions")]
fn of_sideways(app: &App, world: &World, action: Action) -> Option<String> {
    if app.view == View::Processes && matches!(action, Action::ScrollViewTo(_)) {
        let is_there = action == Action::ScrollViewTo(app.view_scroll);
        return is_there.then(|| "there are no more processes on this side".to_owned());
    }
    if app.view != View::Diagram {
        return Some(format!("the diagram alone moves sideways; {} shows it", app.key(Action::Show(View::Diagram))));
    }
    let last = world.tasks().count().saturating_sub(1);
    match action {
        Action::ScrollViewTo(place) if place == app.view_scroll => {
            Some("there is no more of it on this side".to_owned())
        }
        Action::SidewaysLeft if app.view_scroll == 0 => Some("the first process is seen".to_owned()),
        Action::SidewaysRight if usize::from(app.view_scroll) >= last => Some("the last process is seen".to_owned()),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all others have something to act on")]
fn of_editing(line: &InputLine, edit: Edit) -> Option<String> {
    let what = match edit {
        Edit::Left | Edit::Start if line.caret() == 0 => "this is the beginning",
        Edit::Right | Edit::End if line.caret() == line.text().len() => "this is the end",
        Edit::Backspace | Edit::DeleteWord | Edit::DeleteToStart if line.caret() == 0 => {
            "there is nothing before the caret"
        }
        Edit::Delete if line.caret() == line.text().len() => "there is nothing behind the caret",
        Edit::Older if !line.has_older() => "nothing was entered before that",
        Edit::Newer if !line.has_newer() => "nothing was entered after that",
        _ => return None,
    };
    Some(what.to_owned())
}

/// Whether a key does something to a lesson's text.
fn is_of_text(key: Learn) -> bool {
    use Learn::{AtEdge, Choose, Down, Hint, PageDown, PageUp, ReadFirst, ScrollTo, Up};
    matches!(key, Choose(_) | Up | Down | PageUp | PageDown | ScrollTo(_) | ReadFirst(_) | AtEdge | Hint)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys can always act")]
fn of_lesson(app: &App, key: Learn) -> Option<String> {
    let learn = |key| app.key(Action::Learn(key));
    let around = app.course.words();
    if is_of_text(key) && app.view != View::Bench {
        return Some(fill(around.behind, &[&app.key(Action::Show(View::Bench))]));
    }
    let next = app.course.current().map(|(lesson, taking)| taking.walk.next(lesson));
    let is_running = app.course.taking.as_ref().and_then(|taking| taking.running);
    match key {
        Learn::Step => of_step(app),
        Learn::Choose(number) => match next {
            Some(Next::Ask(_)) if is_running.is_some() => Some(around.at_work.to_owned()),
            Some(Next::Ask(prediction)) if !(1..=prediction.options.len()).contains(&usize::from(number)) => {
                let (first, last) = (app.keymap.choice(1), app.keymap.choice(prediction.options.len()));
                Some(fill(around.options, &[&first, &last]))
            }
            Some(Next::Ask(_)) => None,
            _ => Some(around.no_choice.to_owned()),
        },
        Learn::Up | Learn::Down => (is_running.is_some()).then(|| around.at_work.to_owned()),
        Learn::AtEdge => Some(around.at_edge.to_owned()),
        Learn::Hint => match next {
            Some(Next::Reach(goal)) => {
                let shown = app.course.current().map_or(0, |(_, taking)| taking.hints);
                let last = || fill(around.last_hint, &[&learn(Learn::Solve)]);
                (shown >= goal.hints.len()).then(last)
            }
            _ => Some(fill(around.no_hint, &[&learn(Learn::Step)])),
        },
        Learn::Solve => match next {
            Some(Next::Reach(_)) => None,
            _ => Some(fill(around.no_answer, &[&learn(Learn::Step)])),
        },
        Learn::Out if app.course.taking.is_none() => {
            Some(format!("no lesson is being taken; {} lists them", learn(Learn::List)))
        }
        Learn::Out => (is_running == Some(RunningWork::Statement)).then(|| around.at_work.to_owned()),
        Learn::List => app.course.lessons.is_empty().then(|| "there are no lessons".to_owned()),
        Learn::ListUp | Learn::ListDown => {
            (app.course.found().len() < 2).then(|| "there is no other lesson to be marked".to_owned())
        }
        Learn::Open => {
            let none = || format!("no lesson is called so; {} shows all", learn(Learn::LeaveSearch));
            app.course.found().is_empty().then(none)
        }
        _ => None,
    }
}

/// Of the one key that goes on.
fn of_step(app: &App) -> Option<String> {
    if app.is_busy() {
        return Some(fill(app.course.words().at_work_still, &[&app.key(Action::Reset)]));
    }
    let (lesson, taking) = app.course.current()?;
    let around = words::of(lesson.language);
    match taking.walk.next(lesson) {
        Next::Ask(prediction) if taking.chosen.is_none() => Some(choice_help(app, prediction)),
        Next::Reach(_) => Some(goal_help(app)),
        Next::Over => {
            let is_last = |at| at + 1 >= app.course.lessons.len();
            let is_over = matches!(taking.lesson, CourseItem::Lesson(at) if is_last(at));
            let list = app.key(Action::Learn(Learn::List));
            (is_over && app.course.due().is_none()).then(|| fill(around.was_last, &[&list]))
        }
        Next::Run(_) | Next::Ask(_) | Next::Rest => None,
    }
}

/// How an option is chosen.
pub(super) fn choice_help(app: &App, prediction: &Prediction) -> String {
    let (first, last) = (app.keymap.choice(1), app.keymap.choice(prediction.options.len()));
    fill(app.course.words().choose_first, &[&first, &last, &app.key(Action::Learn(Learn::Down))])
}

/// What can be done towards a goal.
pub fn goal_help(app: &App) -> String {
    let learn = |key| app.key(Action::Learn(key));
    let (prompt, line) = (app.key(Action::OpenPrompt), app.key(Action::EnterLine));
    let (hint, answer) = (learn(Learn::Hint), learn(Learn::Solve));
    fill(app.course.words().try_goal, &[&prompt, &line, &hint, &answer, &app.key(Action::Reset)])
}
