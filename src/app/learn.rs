//! What keys do to a lesson: step, choose, ask for help, leave and come back, find another. The lesson's own statements become
//! commands like any other; a bench on which the learner has played is made anew before the lesson goes on.

use std::rc::Rc;

use crate::check::Verdict;
use crate::lesson::words::{self, fill};
use crate::lesson::{Lesson, LessonPosition, Next, other_kinds, review};
use crate::script::{Statement, Verb};
use crate::world::World;
use crate::world::kind::ChannelId;

use super::action::{Action, Command, Learn};
use super::course::{CourseItem, QuestionResult, Review, RunningWork, StatementResult, Taking, TextScroll};
use super::target::{PanelSide, Target};
use super::{App, Mode, availability, channel_sides, practice};

/// What a key does.
pub(super) fn act(app: &mut App, world: &World, key: Learn) -> Vec<Command> {
    match key {
        Learn::List => open_list(app),
        Learn::ListUp => select(app, -1),
        Learn::ListDown => select(app, 1),
        Learn::CloseList => app.mode = app.course.list.back,
        Learn::Search => app.mode = Mode::Search,
        Learn::LeaveSearch => {
            app.course.list.query.set("");
            app.mode = Mode::List;
        }
        Learn::Open => return open_selected(app),
        Learn::Out => return out_and_back(app),
        Learn::TakeAt(at) => return take(app, usize::from(at)),
        Learn::Practice => return practice::begin(app),
        Learn::Step
        | Learn::Choose(_)
        | Learn::Up
        | Learn::Down
        | Learn::PageUp
        | Learn::PageDown
        | Learn::ScrollTo(_)
        | Learn::ReadFirst(_)
        | Learn::AtEdge
        | Learn::Hint
        | Learn::Solve => return in_lesson(app, world, key),
    }
    Vec::new()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys belong to the list")]
fn in_lesson(app: &mut App, world: &World, key: Learn) -> Vec<Command> {
    let Some((lessons, at)) = app.course.book() else { return Vec::new() };
    let Some(taking) = &mut app.course.taking else { return Vec::new() };
    let Some(lesson) = lessons.get(at) else { return Vec::new() };
    match key {
        Learn::Step => return step(app, world, lesson),
        Learn::Solve => return solve(app, lesson),
        Learn::Choose(number) => choose(app, lesson, |_, _| usize::from(number).checked_sub(1)),
        // Without options the view has turned these into `ScrollTo`.
        Learn::Up => choose(app, lesson, |chosen, count| Some((chosen.unwrap_or(0) + count - 1) % count)),
        Learn::Down => choose(app, lesson, |chosen, count| Some(chosen.map_or(0, |at| at + 1) % count)),
        Learn::ScrollTo(line) => taking.scroll = TextScroll::At(line),
        Learn::ReadFirst(line) => {
            taking.scroll = TextScroll::At(line);
            app.notice = Some(words::of(lesson.language).read_first.to_owned());
        }
        Learn::Hint => hint(app),
        _ => {}
    }
    Vec::new()
}

/// The one key that goes on.
fn step(app: &mut App, world: &World, lesson: &Lesson) -> Vec<Command> {
    let Some(taking) = &mut app.course.taking else { return Vec::new() };
    match taking.walk.next(lesson) {
        Next::Run(statement) => run(app, world, lesson, statement),
        Next::Ask(prediction) if taking.chosen.is_none() => {
            app.notice = Some(availability::choice_help(app, prediction));
            Vec::new()
        }
        Next::Ask(prediction) => run(app, world, lesson, &prediction.statement),
        Next::Reach(_) => Vec::new(),
        Next::Rest | Next::Over if taking.lesson == CourseItem::Problem => practice::next(app),
        Next::Rest | Next::Over if taking.lesson == CourseItem::Review => after_review(app),
        Next::Rest => go_on(app, lesson),
        Next::Over => match taking.lesson {
            CourseItem::Lesson(at) => after_lesson(app, at),
            CourseItem::Problem | CourseItem::Review => Vec::new(),
        },
    }
}

/// To the next step; the lesson may be over.
fn go_on(app: &mut App, lesson: &Lesson) -> Vec<Command> {
    let Some(taking) = &mut app.course.taking else { return Vec::new() };
    let is_unlike = match taking.walk.current(lesson).map(|step| &step.action) {
        Some(crate::lesson::Action::Reach(goal)) => taking.solved != goal.solution.len(),
        _ => false,
    };
    let walk = taking.walk.advance(lesson);
    taking.strayed |= is_unlike;
    taking.enter(walk);
    app.why = None;
    if walk.next(lesson) == Next::Over {
        app.course.progress.finish(&lesson.id);
        return vec![Command::Save];
    }
    app.course.progress.reach(&lesson.id, walk.step());
    let mut commands = vec![Command::Save];
    if app.course.taking.as_ref().is_some_and(|taking| taking.strayed) {
        commands.extend(rebuild(app, lesson));
    }
    commands
}

/// Behind a lesson: a question that was missed, if one is due, else the next lesson.
fn after_lesson(app: &mut App, at: usize) -> Vec<Command> {
    let due = app.course.due().map(str::to_owned);
    let asked = due.and_then(|name| review::lesson(&app.course.lessons, &name).map(|lesson| (name, lesson)));
    let Some((name, lesson)) = asked else { return take(app, at + 1) };
    let asked = app.course.review.asked + 1;
    app.course.review = Review { name, after: at, asked, lesson: Rc::new([lesson]) };
    app.course.taking = Some(Taking::new(CourseItem::Review, LessonPosition::default()));
    app.mode = Mode::Lesson;
    let lessons = app.course.review.lesson.clone();
    lessons.first().map(|lesson| rebuild(app, lesson)).unwrap_or_default()
}

/// Behind a question that came back: the next one, or the next lesson.
fn after_review(app: &mut App) -> Vec<Command> {
    let after = app.course.review.after;
    let mut commands = vec![Command::Save];
    if after + 1 >= app.course.lessons.len() && app.course.due().is_none() {
        app.course.taking = None;
        open_list(app);
        return commands;
    }
    commands.extend(after_lesson(app, after));
    commands
}

/// A statement of the lesson's own, on a bench that is as the lesson made it.
fn run(app: &mut App, world: &World, lesson: &Lesson, statement: &Statement) -> Vec<Command> {
    let is_strayed = app.course.taking.as_ref().is_some_and(|taking| taking.strayed);
    let mut commands = if is_strayed { rebuild(app, lesson) } else { Vec::new() };
    if app.course.is_practising() {
        commands.extend(practice::program(app, lesson));
    }
    if let Some(channel) = channel_of(world, statement).filter(|_| !is_strayed) {
        app.focus = Some(channel);
    }
    app.follow = true;
    app.begin();
    let line = app.number();
    app.pending.push_back((line, statement.text.clone()));
    commands.push(Command::Run(Box::new(Statement { line, ..statement.clone() })));
    if let Some(taking) = &mut app.course.taking {
        taking.running = Some(RunningWork::Statement);
        taking.made.push(StatementResult { got: None, instead_of: None, wanted: None });
        taking.scroll = TextScroll::Active;
    }
    commands
}

/// The channel of the end that a statement names.
fn channel_of(world: &World, statement: &Statement) -> Option<ChannelId> {
    let channel = world.end_named(&statement.verb.first_end_name()?)?.channel?;
    channel_sides::listed(world).contains(&channel).then_some(channel)
}

/// The bench as the lesson has it at this place, without a word of it in the trace.
fn rebuild(app: &mut App, lesson: &Lesson) -> Vec<Command> {
    let Some(taking) = &mut app.course.taking else { return Vec::new() };
    taking.strayed = false;
    taking.solved = 0;
    taking.since.clear();
    taking.running = Some(RunningWork::Bench);
    let (walk, step) = (taking.walk, taking.walk.step() + 1);
    let is_problem = taking.lesson == CourseItem::Problem;
    let is_secret = is_problem && taking.answer.is_none();
    let mut commands = vec![Command::Cancel];
    app.forget_bench();
    let line = app.number();
    let reset = Statement { line, text: "reset".to_owned(), task: None, verb: Verb::Reset, expectations: Vec::new() };
    commands.push(Command::Run(Box::new(reset)));
    // A problem that is not answered has an empty bench.
    let way = if is_secret { Vec::new() } else { walk.way(lesson) };
    for statement in way {
        let line = app.number();
        commands.push(Command::Run(Box::new(Statement { line, ..statement.clone() })));
    }
    app.silent_until = app.next_line;
    let note = if is_problem {
        format!("-- problem {} --", lesson.number)
    } else {
        fill(words::of(lesson.language).bench_built, &[&lesson.number, &step])
    };
    app.transcript.note(note);
    commands
}

/// The step again, from its beginning.
pub(super) fn again(app: &mut App) -> Vec<Command> {
    let Some((lessons, at)) = app.course.book() else { return Vec::new() };
    let Some(taking) = &mut app.course.taking else { return Vec::new() };
    let Some(lesson) = lessons.get(at) else { return Vec::new() };
    taking.enter(LessonPosition::at(lesson, taking.walk.step()));
    rebuild(app, lesson)
}

/// Begins a lesson, or goes on where it was left.
pub(super) fn take(app: &mut App, at: usize) -> Vec<Command> {
    let lessons = app.course.lessons.clone();
    let Some(lesson) = lessons.get(at) else { return Vec::new() };
    let step = app.course.progress.of(&lesson.id).step;
    // A lesson that has become shorter is begun anew.
    let step = if step < lesson.steps.len() { step } else { 0 };
    app.course.taking = Some(Taking::new(CourseItem::Lesson(at), LessonPosition::at(lesson, step)));
    app.course.review.asked = 0;
    if step == 0 {
        app.course.progress.begin(&lesson.id);
    }
    app.course.progress.reach(&lesson.id, step);
    app.mode = Mode::Lesson;
    app.target = Target::Focused(PanelSide::Near);
    let mut commands = rebuild(app, lesson);
    commands.push(Command::Save);
    commands
}

/// Marks an option, where there is a question.
fn choose(app: &mut App, lesson: &Lesson, which: impl FnOnce(Option<usize>, usize) -> Option<usize>) {
    let Some(taking) = &mut app.course.taking else { return };
    let Next::Ask(prediction) = taking.walk.next(lesson) else {
        app.notice = Some(words::of(lesson.language).no_choice.to_owned());
        return;
    };
    let count = prediction.options.len();
    let chosen = which(taking.chosen, count).filter(|at| *at < count);
    // There may be one option alone.
    if chosen == taking.chosen {
        app.notice = Some(words::of(lesson.language).chosen_already.to_owned());
    }
    taking.chosen = chosen;
    taking.scroll = TextScroll::Active;
}

fn hint(app: &mut App) {
    if let Some(taking) = &mut app.course.taking {
        taking.hints += 1;
        taking.scroll = TextScroll::Active;
    }
}

/// The solution's next statement, in the prompt. After something else than the solution, the bench is made anew for it.
fn solve(app: &mut App, lesson: &Lesson) -> Vec<Command> {
    let Some(taking) = &mut app.course.taking else { return Vec::new() };
    let Next::Reach(goal) = taking.walk.next(lesson) else { return Vec::new() };
    let is_strayed = taking.strayed || taking.solved >= goal.solution.len();
    let commands = if is_strayed { rebuild(app, lesson) } else { Vec::new() };
    if let Some(taking) = &mut app.course.taking {
        taking.is_solving = true;
    }
    offer(app);
    commands
}

/// While the solution is in the prompt: its next statement.
pub(super) fn offer(app: &mut App) {
    let Some((lessons, at)) = app.course.book() else { return };
    let Some(taking) = app.course.taking.as_mut().filter(|taking| taking.is_solving) else { return };
    let next = match lessons.get(at).map(|lesson| taking.walk.next(lesson)) {
        Some(Next::Reach(goal)) if !taking.strayed => goal.solution.get(taking.solved),
        _ => None,
    };
    taking.is_solving = next.is_some();
    if let Some(statement) = next {
        app.open_prompt(&statement.text);
    }
}

/// Leaves for free play; back to the same place.
fn out_and_back(app: &mut App) -> Vec<Command> {
    let book = app.course.book();
    let around = app.course.words();
    let Some(taking) = &mut app.course.taking else { return Vec::new() };
    taking.is_out = !taking.is_out;
    if taking.is_out {
        app.mode = Mode::Keys;
        let back = app.key(Action::Learn(Learn::Out));
        app.notice = Some(fill(around.free_play, &[&back]));
        return Vec::new();
    }
    app.mode = Mode::Lesson;
    match book.as_ref().and_then(|(lessons, at)| lessons.get(*at)) {
        Some(lesson) if taking.strayed => rebuild(app, lesson),
        _ => Vec::new(),
    }
}

fn open_list(app: &mut App) {
    let course = &mut app.course;
    course.list.back = app.mode;
    course.list.query.set("");
    let taken = course.taking.as_ref().and_then(|taking| match taking.lesson {
        CourseItem::Lesson(at) => Some(at),
        CourseItem::Review => Some(course.review.after),
        CourseItem::Problem => None,
    });
    course.list.selected = taken.or_else(|| course.progress.resume(&course.lessons)).unwrap_or(0);
    app.mode = Mode::List;
}

fn select(app: &mut App, step: isize) {
    let count = app.course.found().len();
    if count > 0 {
        let now = app.course.list.selected.min(count - 1);
        app.course.list.selected = now.wrapping_add_signed(step + count.cast_signed()) % count;
    }
}

/// The marked lesson; the one being taken is simply returned to.
fn open_selected(app: &mut App) -> Vec<Command> {
    let Some(at) = app.course.found().get(app.course.list.selected).copied() else { return Vec::new() };
    app.course.list.query.set("");
    match &app.course.taking {
        Some(taking) if taking.lesson == CourseItem::Lesson(at) && taking.is_out => out_and_back(app),
        Some(taking) if taking.lesson == CourseItem::Lesson(at) => {
            app.mode = Mode::Lesson;
            Vec::new()
        }
        _ => take(app, at),
    }
}

/// Nothing is on its way any more: the lesson takes note of what came.
pub(super) fn settled(app: &mut App, world: &World, verdicts: Vec<Option<Verdict>>) -> Vec<Command> {
    let mut commands = Vec::new();
    let Some((lessons, at)) = app.course.book() else { return commands };
    let Some(taking) = &mut app.course.taking else { return commands };
    let Some(lesson) = lessons.get(at) else { return commands };
    let running = taking.running.take();
    let next = taking.walk.next(lesson);
    let comes = match next {
        Next::Run(statement) => Some(statement),
        Next::Ask(prediction) => Some(&prediction.statement),
        Next::Reach(_) | Next::Rest | Next::Over => None,
    };
    if let Some(statement) = comes.filter(|_| running == Some(RunningWork::Bench)) {
        app.focus = channel_of(world, statement).or(app.focus);
    } else if running == Some(RunningWork::Statement) {
        if let (Next::Ask(prediction), Some(guess)) = (next, taking.chosen) {
            let got = verdicts.iter().flatten().map(|verdict| verdict.got.clone()).next().unwrap_or_default();
            let held: Vec<bool> =
                verdicts.into_iter().map(|verdict| verdict.is_some_and(|verdict| verdict.ok)).collect();
            let is_right = held.get(guess) == Some(&true);
            if !is_right && taking.lesson != CourseItem::Problem {
                let step = taking.walk.step();
                let variants = other_kinds::variants(lesson, step);
                let guess = prediction.options.get(guess).map(|option| option.expectations.clone()).unwrap_or_default();
                commands.push(Command::AskOtherKinds { step, guess, variants });
            }
            taking.answer = Some(QuestionResult { guess, held, got, other_kinds: Vec::new() });
            app.course.score(is_right);
            commands.push(Command::Save);
        }
        if let Some(taking) = &mut app.course.taking {
            taking.walk = taking.walk.advance(lesson);
        }
        practice::count(app);
    } else if let (Next::Reach(goal), false) = (next, taking.is_out) {
        taking.states = goal.states(world, &taking.since);
        if taking.states.iter().all(|state| state.holds) {
            taking.walk = taking.walk.advance(lesson);
            taking.scroll = TextScroll::Active;
            if std::mem::take(&mut taking.is_solving) && app.mode == Mode::Prompt {
                app.mode = Mode::Lesson;
            }
            app.course.repaired();
            commands.push(Command::Save);
        }
    }
    commands
}

#[cfg(test)]
mod tests;
