//! A lesson taken by keys, on a bench that is told what happened.

use super::*;
use crate::app::action::{Action, Input};
use crate::app::course::Course;
use crate::app::recorded_bench::RecordedBench;
use crate::app::update::update;
use crate::lesson::load;
use crate::lesson::progress::Progress;
use crate::trace::{Event, What};

const LESSON: &str = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n\
    ```tin setup\nchannel stream wire child1\n```\nOne.\n```tin\nwrite wire[0] a => 1\nwrite wire[0] b => 1\n```\n\
    ```predict\nchild1: read wire[1]\n- [ ] \"a\"\n- [x] \"ab\"\n```\n```after\nBecause.\n```\n\
    ```goal\nqueue wire[1] => 2\n```\n```hint\nWrite.\n```\n```hint\nTwice.\n```\n\
    ```solution\nwrite wire[0] x\nwrite wire[0] y\n```\nThe end.\n";

struct Table {
    stage: RecordedBench,
    app: App,
}

impl Table {
    fn new() -> Self {
        let lessons = ["01-a.md", "02-b.md"].map(|name| load::load(name, LESSON.as_bytes()).unwrap());
        let mut table = Self { stage: RecordedBench::open(), app: App::new() };
        table.app.course = Course::new(lessons.into(), Progress::default(), None);
        table
    }

    /// In the first lesson, with its bench.
    fn taking() -> Self {
        let mut table = Self::new();
        take(&mut table.app, 0);
        table.settle(vec![]);
        table
    }

    fn keys(&mut self, keys: &[Learn]) -> Vec<String> {
        keys.iter().flat_map(|key| self.input(Input::Do(Action::Learn(*key)))).collect()
    }

    fn input(&mut self, input: Input) -> Vec<String> {
        update(&mut self.app, &self.stage.world, input).into_iter().map(name).collect()
    }

    /// A statement at the prompt.
    fn statement(&mut self, text: &str) {
        self.input(Input::Do(Action::OpenPrompt));
        self.input(Input::Text(text.to_owned()));
        self.input(Input::Do(Action::Run));
    }

    fn settle(&mut self, holds: Vec<bool>) {
        self.app.settle();
        let verdict = |ok| Some(Verdict { want: String::new(), got: "got".to_owned(), ok });
        self.input(Input::Settled(holds.into_iter().map(verdict).collect()));
    }

    /// The next statement of the lesson comes to its end.
    fn step(&mut self) -> Vec<String> {
        let commands = self.keys(&[Learn::Step]);
        self.settle(vec![]);
        commands
    }

    fn place(&self) -> (usize, usize) {
        let walk = self.app.course.taking.as_ref().unwrap().walk;
        (walk.step(), walk.made())
    }

    fn notice(&self) -> &str {
        self.app.notice.as_deref().unwrap_or_default()
    }
}

fn name(command: Command) -> String {
    if let Command::Run(statement) = command { statement.text } else { format!("{command:?}").to_lowercase() }
}

#[test]
fn a_lesson_begins_with_its_own_bench_and_tells_nothing_of_it() {
    let mut table = Table::new();
    let commands: Vec<String> = take(&mut table.app, 0).into_iter().map(name).collect();
    assert_eq!(commands, ["cancel", "reset", "channel stream wire child1", "save"]);
    assert!(!table.app.explains(table.app.next_line));
    assert_eq!(table.app.mode, Mode::Lesson);
}

#[test]
fn the_first_answer_counts_and_a_missed_question_comes_back_behind_a_lesson() {
    let mut table = Table::taking();
    table.step();
    table.step();
    table.keys(&[Learn::Step, Learn::Choose(1), Learn::Step]);
    table.settle(vec![false, true]);
    let entry = table.app.course.progress.of("a");
    assert_eq!((entry.score.right, entry.score.wrong), (0, 1));
    // Again, and rightly: the score stays.
    table.input(Input::Do(Action::Reset));
    table.settle(vec![]);
    table.keys(&[Learn::Choose(2), Learn::Step]);
    table.settle(vec![false, true]);
    assert_eq!(table.app.course.progress.of("a").score.right, 0);
    assert_eq!(table.app.course.progress.missed().collect::<Vec<_>>(), ["a/1"]);
    assert_eq!(table.app.course.due(), None, "not at once");
    for _ in 0..3 {
        table.app.course.progress.answer_problem(&[], true);
    }
    let lesson = table.app.course.lessons[0].clone();
    table.app.course.taking.as_mut().unwrap().walk = LessonPosition::at(&lesson, 9);
    assert_eq!(
        table.app.course.summary(&lesson),
        ["Right at the first answer: 0 of 1. What you missed will come back."]
    );
    let commands = table.keys(&[Learn::Step]);
    assert_eq!(commands, ["cancel", "reset", "channel stream wire child1", "write wire[0] a", "write wire[0] b"]);
    table.settle(vec![]);
    table.keys(&[Learn::Choose(2), Learn::Step]);
    table.settle(vec![false, true]);
    assert_eq!(table.app.course.due(), None);
    table.keys(&[Learn::Step]);
    assert_eq!(table.app.course.taking.as_ref().unwrap().lesson, CourseItem::Lesson(1));
}

#[test]
fn one_key_runs_statement_after_statement_and_then_turns_to_the_next_step() {
    let mut table = Table::taking();
    assert_eq!(table.step(), ["write wire[0] a"]);
    assert_eq!(table.step(), ["write wire[0] b"]);
    assert_eq!(table.place(), (0, 2));
    assert_eq!(table.step(), ["save"]);
    assert_eq!(table.place(), (1, 0));
    assert_eq!(table.app.course.progress.of("a").step, 1);
}

#[test]
fn while_the_kernel_is_at_work_the_key_does_nothing_and_says_so() {
    let mut table = Table::taking();
    assert_eq!(table.keys(&[Learn::Step, Learn::Step]), ["write wire[0] a"]);
    assert!(table.notice().starts_with("the kernel is still at work"));
}

#[test]
fn what_came_stands_at_its_statement() {
    let mut table = Table::taking();
    table.keys(&[Learn::Step]);
    let expect = What::Expect { want: "1".to_owned(), got: "EPIPE".to_owned(), ok: false };
    table.app.take(&[Event { line: table.app.next_line, task: None, what: expect }]);
    table.settle(vec![]);
    let made = &table.app.course.taking.as_ref().unwrap().made;
    assert_eq!(
        made[..],
        [StatementResult { got: Some("EPIPE".to_owned()), instead_of: Some("1".to_owned()), wanted: None }]
    );
}

#[test]
fn a_question_is_asked_of_the_kernel_only_after_a_guess() {
    let mut table = Table::taking();
    for _ in 0..3 {
        table.step();
    }
    assert!(table.keys(&[Learn::Step]).is_empty());
    assert!(table.notice().contains("1 to 2"));
    assert!(table.keys(&[Learn::Choose(3)]).is_empty());
    assert_eq!(table.notice(), "the options are 1 to 2");
    table.keys(&[Learn::Down, Learn::Down, Learn::Up]);
    assert_eq!(table.app.course.taking.as_ref().unwrap().chosen, Some(0));
    assert_eq!(table.keys(&[Learn::Step]), ["child1: read wire[1]"]);
    table.settle(vec![false, true]);
    let answer = table.app.course.taking.as_ref().unwrap().answer.clone().unwrap();
    assert_eq!((answer.guess, answer.held), (0, vec![false, true]));
    assert_eq!(table.place(), (1, 1));
}

/// In front of the goal, on a bench that the lesson made.
fn at_the_goal() -> Table {
    let mut table = Table::taking();
    for _ in 0..3 {
        table.step();
    }
    table.keys(&[Learn::Choose(1)]);
    table.step();
    table.step();
    assert_eq!(table.place(), (2, 0));
    table
}

#[test]
fn a_goal_is_the_learner_s_and_hints_come_one_by_one() {
    let mut table = at_the_goal();
    assert!(table.keys(&[Learn::Step]).is_empty());
    assert!(table.notice().starts_with("This is yours"));
    table.keys(&[Learn::Hint, Learn::Hint]);
    assert_eq!((table.app.course.taking.as_ref().unwrap().hints, table.notice()), (2, ""));
    table.keys(&[Learn::Hint]);
    assert!(table.notice().starts_with("that was the last hint"));
}

#[test]
fn the_solution_is_offered_statement_by_statement_and_run_only_by_enter() {
    let mut table = at_the_goal();
    assert!(table.keys(&[Learn::Solve]).is_empty());
    assert_eq!((table.app.mode, table.app.prompt.text()), (Mode::Prompt, "write wire[0] x"));
    assert_eq!(table.input(Input::Do(Action::Run)), ["write wire[0] x"]);
    assert_eq!((table.app.mode, table.app.prompt.text()), (Mode::Prompt, "write wire[0] y"));
    assert_eq!(table.input(Input::Do(Action::Run)), ["write wire[0] y"]);
    assert_eq!(table.app.mode, Mode::Lesson);
    table.stage.write(crate::app::recorded_bench::PARENT, 3, b"xy");
    table.settle(vec![]);
    assert_eq!(table.place(), (2, 1));
    assert_eq!(table.step(), ["save"], "the solution leaves the bench as the next step wants it");
}

#[test]
fn a_goal_reached_otherwise_has_the_bench_made_anew_for_the_next_step() {
    let mut table = at_the_goal();
    table.statement("write wire[0] zz");
    table.stage.write(crate::app::recorded_bench::PARENT, 3, b"zz");
    table.settle(vec![]);
    assert_eq!(table.place(), (2, 1));
    let commands = table.keys(&[Learn::Step]);
    assert_eq!(commands[..3], ["save", "cancel", "reset"]);
    assert_eq!(commands.last().map(String::as_str), Some("write wire[0] y"));
}

#[test]
fn after_playing_the_lesson_goes_on_with_its_own_bench_and_looking_is_no_playing() {
    let mut table = Table::taking();
    table.statement("queue wire[0]");
    table.settle(vec![]);
    assert_eq!(table.step(), ["write wire[0] a"]);
    table.statement("write wire[0] other");
    table.settle(vec![]);
    let want = ["cancel", "reset", "channel stream wire child1", "write wire[0] a", "write wire[0] b"];
    assert_eq!(table.step(), want);
}

#[test]
fn one_leaves_for_free_play_and_comes_back_to_the_same_place() {
    let mut table = Table::taking();
    table.step();
    table.keys(&[Learn::Out]);
    assert_eq!(table.app.mode, Mode::Keys);
    assert!(table.app.course.shown().is_none());
    table.input(Input::Do(Action::Reset));
    table.settle(vec![]);
    let want = ["cancel", "reset", "channel stream wire child1", "write wire[0] a"];
    assert_eq!(table.keys(&[Learn::Out]), want);
    assert_eq!((table.place(), table.app.mode), ((0, 1), Mode::Lesson));
}

#[test]
fn again_is_the_step_s_beginning() {
    let mut table = at_the_goal();
    table.keys(&[Learn::Hint]);
    let commands = table.input(Input::Do(Action::Reset));
    assert_eq!(commands.len(), 2 + 1 + 2 + 1);
    assert_eq!((table.place(), table.app.course.taking.as_ref().unwrap().hints), ((2, 0), 0));
}

#[test]
fn the_end_is_kept_and_leads_to_the_next_lesson() {
    let mut table = at_the_goal();
    table.keys(&[Learn::Solve]);
    table.input(Input::Do(Action::Run));
    table.input(Input::Do(Action::Run));
    table.stage.write(crate::app::recorded_bench::PARENT, 3, b"xy");
    table.settle(vec![]);
    table.step();
    assert!(!table.app.course.progress.of("a").done);
    assert_eq!(table.step(), ["save"]);
    assert!(table.app.course.progress.of("a").done);
    assert!(table.app.course.farewell().unwrap().contains("is done"));
    table.step();
    assert_eq!((table.app.course.taking.as_ref().unwrap().lesson, table.place()), (CourseItem::Lesson(1), (0, 0)));
}

#[test]
fn the_list_is_searched_by_letters_and_opens_what_is_marked() {
    let mut table = Table::new();
    table.keys(&[Learn::List, Learn::ListUp]);
    assert_eq!((table.app.mode, table.app.course.list.selected), (Mode::List, 1));
    table.keys(&[Learn::Search]);
    table.input(Input::Text("no such".to_owned()));
    assert!(table.keys(&[Learn::Open]).is_empty());
    assert!(table.notice().starts_with("no lesson"));
    table.keys(&[Learn::LeaveSearch, Learn::Search]);
    table.input(Input::Text("2".to_owned()));
    assert_eq!(table.keys(&[Learn::Open])[0], "cancel");
    assert_eq!(table.app.course.taking.as_ref().unwrap().lesson, CourseItem::Lesson(1));
}

#[test]
fn a_place_beyond_a_lesson_that_became_shorter_is_its_beginning() {
    let mut table = Table::new();
    table.app.course.progress.reach("a", 77);
    take(&mut table.app, 0);
    assert_eq!(table.place(), (0, 0));
}

#[test]
fn progress_that_is_not_kept_is_said() {
    let mut table = Table::taking();
    table.input(Input::NotKept("progress is not kept: x".to_owned()));
    assert_eq!(table.notice(), "progress is not kept: x");
    assert_eq!(table.app.course.farewell().as_deref(), Some("progress is not kept: x"));
}

#[test]
fn the_focus_follows_the_end_that_a_statement_names_and_not_a_name_within_a_name() {
    let lesson =
        LESSON.replace("write wire[0] a => 1\nwrite wire[0] b => 1", "write ba[0] \"a[0]\" => 4\nqueue a[1] => 0");
    let lessons = vec![load::load("01-a.md", lesson.as_bytes()).unwrap()];
    let mut table = Table { stage: RecordedBench::bare(), app: App::new() };
    table.stage.pair(crate::abi::SOCK_STREAM, "a", [3, 4]);
    table.stage.pair(crate::abi::SOCK_STREAM, "ba", [5, 6]);
    table.app.course = Course::new(lessons, Progress::default(), None);
    take(&mut table.app, 0);
    table.settle(vec![]);
    let focused = |table: &Table| {
        let facing = table.app.focused(&table.stage.world).unwrap();
        facing.channel(&table.stage.world).unwrap().name.clone()
    };
    assert_eq!(focused(&table), "ba", "the next statement's channel is shown before it is made");
    assert_eq!(table.step(), ["write ba[0] \"a[0]\""]);
    assert_eq!(focused(&table), "ba");
    assert_eq!(table.step(), ["queue a[1]"]);
    assert_eq!(focused(&table), "a");
}
