//! Practice as keys have it: the next problem is ordered, comes, is answered and counted. Its program is run only when the learner
//! has answered: before that the bench would give the answer away.

use std::rc::Rc;

use crate::lesson::{Lesson, LessonPosition, problem_wish};
use crate::script::Statement;

use super::action::Command;
use super::course::{CourseItem, RunningWork, Taking};
use super::past::SaidStatements;
use super::target::{PanelSide, Target};
use super::{App, Mode, View};

/// Begins, or comes back to the problem that has not been answered.
pub(super) fn begin(app: &mut App) -> Vec<Command> {
    let practice = &app.course.practice;
    let number = if practice.number == 0 || practice.is_counted { practice.number + 1 } else { practice.number };
    pose(app, number)
}

/// The next problem.
pub(super) fn next(app: &mut App) -> Vec<Command> {
    let number = app.course.practice.number + 1;
    let mut commands = vec![Command::Save];
    commands.extend(pose(app, number));
    commands
}

fn pose(app: &mut App, number: u32) -> Vec<Command> {
    if let Some(taking) = &mut app.course.taking {
        taking.running = Some(RunningWork::Bench);
    }
    let wish = app.course.wish();
    vec![Command::Pose { seed: app.course.practice.seed, number, wish }]
}

/// It is there, and the bench is empty.
pub(super) fn posed(app: &mut App, problem: Lesson) {
    app.forget_bench();
    app.said = SaidStatements::default();
    app.transcript.note(format!("-- problem {} --", problem.number));
    let practice = &mut app.course.practice;
    if practice.number != problem.number {
        practice.is_counted = false;
        practice.before = practice.problem.first().and_then(problem_wish::likeness);
    }
    practice.number = problem.number;
    let walk = LessonPosition::at(&problem, 0);
    practice.problem = Rc::new([problem]);
    app.course.taking = Some(Taking::new(CourseItem::Problem, walk));
    app.mode = Mode::Lesson;
    app.view = View::Bench;
    app.target = Target::Focused(PanelSide::Near);
}

/// It could not be made.
pub(super) fn not_posed(app: &mut App, reason: String) {
    app.notice = Some(reason);
    if let Some(taking) = &mut app.course.taking {
        taking.running = None;
        taking.strayed = true;
    } else {
        app.mode = Mode::Keys;
    }
}

/// The statements before the question, which are seen in the trace; what is explained is the answer.
pub(super) fn program(app: &mut App, problem: &Lesson) -> Vec<Command> {
    let mut commands = Vec::new();
    for statement in &problem.setup {
        let line = app.number();
        app.pending.push_back((line, statement.text.clone()));
        commands.push(Command::Run(Box::new(Statement { line, ..statement.clone() })));
    }
    app.unexplained_until = app.next_line;
    commands
}

/// A problem counts once, however often it is tried.
pub(super) fn count(app: &mut App) {
    let Some(taking) = app.course.taking.as_ref().filter(|taking| taking.lesson == CourseItem::Problem) else { return };
    let practice = &mut app.course.practice;
    if let (Some(answer), false) = (&taking.answer, practice.is_counted) {
        let is_right = answer.held.get(answer.guess) == Some(&true);
        practice.is_counted = true;
        practice.answered += 1;
        practice.right += u32::from(is_right);
        let topics = practice.problem.first().map(|problem| problem.topics.clone()).unwrap_or_default();
        app.course.progress.answer_problem(&topics, is_right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::{Action, Input, Learn};
    use crate::app::recorded_bench::RecordedBench;
    use crate::app::update::{practise, update};
    use crate::check::Verdict;
    use crate::lesson::load;
    use crate::lesson::problem_wish::ProblemWish;

    const PROBLEM: &str = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n```tin setup\nchannel stream c peer\n\
        write c[0] a\n```\n```predict\npeer: read c[1]\n- [ ] EOF\n- [x] \"a\"\n```\n```after\nBecause.\n```\n";

    /// The second problem is ordered.
    const NEXT: &str = "Pose { seed: 42, number: 2, wish: ProblemWish { topic: None, level: 0, unlike: Some(\"stream read \\\"a\\\"\") } }";

    /// The problem of this number has come.
    fn practising(number: u32) -> (App, RecordedBench) {
        let (mut app, stage) = (App::new(), RecordedBench::open());
        app.course = app.course.with_seed(42);
        assert_eq!(practise(&mut app), [Command::Pose { seed: 42, number: 1, wish: ProblemWish::default() }]);
        come(&mut app, &stage, number);
        (app, stage)
    }

    fn come(app: &mut App, stage: &RecordedBench, number: u32) {
        let problem = load::load(&format!("{number}-practice.md"), PROBLEM.as_bytes()).unwrap();
        update(app, &stage.world, Input::Posed(Box::new(problem)));
        app.settle();
        update(app, &stage.world, Input::Settled(Vec::new()));
    }

    fn key(app: &mut App, stage: &RecordedBench, key: Learn) -> Vec<String> {
        let commands = update(app, &stage.world, Input::Do(Action::Learn(key)));
        let text =
            |command| if let Command::Run(statement) = command { statement.text } else { format!("{command:?}") };
        commands.into_iter().map(text).collect()
    }

    fn answer(app: &mut App, stage: &RecordedBench, guess: u8) -> Vec<String> {
        key(app, stage, Learn::Choose(guess));
        let commands = key(app, stage, Learn::Step);
        app.settle();
        let verdict = |ok| Some(Verdict { want: String::new(), got: "\"a\"".to_owned(), ok });
        update(app, &stage.world, Input::Settled([false, true].map(verdict).into()));
        commands
    }

    #[test]
    fn the_program_is_run_only_with_the_answer_and_only_the_answer_is_explained() {
        let (mut app, stage) = practising(1);
        assert!(key(&mut app, &stage, Learn::Step).is_empty());
        assert!(app.notice.as_deref().unwrap_or_default().contains("1 to 2"));
        assert_eq!(answer(&mut app, &stage, 2), ["channel stream c peer", "write c[0] a", "peer: read c[1]"]);
        assert!(app.explains(app.next_line) && !app.explains(app.next_line - 1));
    }

    #[test]
    fn a_problem_counts_once_and_leads_to_the_next() {
        let (mut app, stage) = practising(1);
        answer(&mut app, &stage, 1);
        assert_eq!(app.course.practice.score(), "0 of 1 right");
        update(&mut app, &stage.world, Input::Do(Action::Reset));
        update(&mut app, &stage.world, Input::Settled(Vec::new()));
        answer(&mut app, &stage, 2);
        assert_eq!(app.course.practice.score(), "0 of 1 right");
        assert_eq!(key(&mut app, &stage, Learn::Step), ["Save", NEXT]);
        app.view = View::Diagram;
        come(&mut app, &stage, 2);
        assert_eq!((app.view, app.mode), (View::Bench, Mode::Lesson));
        answer(&mut app, &stage, 2);
        assert_eq!(
            app.course.farewell().unwrap(),
            "practice: 1 of 2 right; `tincans learn --practice --seed 42` has the same problems"
        );
    }

    #[test]
    fn again_before_the_answer_gives_nothing_away() {
        let (mut app, stage) = practising(1);
        app.course.taking.as_mut().unwrap().strayed = true;
        let commands = update(&mut app, &stage.world, Input::Do(Action::Reset));
        assert_eq!(commands.len(), 2, "cancel and reset: {commands:?}");
    }

    #[test]
    fn a_problem_that_cannot_be_made_is_said() {
        let (mut app, stage) = practising(1);
        answer(&mut app, &stage, 1);
        key(&mut app, &stage, Learn::Step);
        assert!(app.is_busy());
        update(&mut app, &stage.world, Input::NotPosed("no problem".to_owned()));
        assert!(!app.is_busy() && app.notice.as_deref() == Some("no problem"));
        assert_eq!(key(&mut app, &stage, Learn::Step), ["Save", NEXT]);
    }

    #[test]
    fn without_a_seed_the_practice_asks_about_what_is_weak_and_grows_harder() {
        let (mut app, stage) = (App::new(), RecordedBench::open());
        app.course = app.course.with_any_seed(42);
        for is_right in [false, false, true] {
            app.course.progress.answer_problem(&["poll".to_owned()], is_right);
            app.course.progress.answer_problem(&["errors".to_owned()], true);
        }
        practise(&mut app);
        come(&mut app, &stage, 1);
        assert_eq!(
            app.course.wish(),
            ProblemWish { topic: None, level: 0, unlike: Some("stream read \"a\"".to_owned()) }
        );
        app.course.practice.number = 2;
        app.course.practice.right = 4;
        let wish = app.course.wish();
        assert_eq!((wish.topic.as_deref(), wish.level), (Some("poll"), 1), "every second one");
    }
}
