//! A lesson's text beside the bench, at every size; the list.

mod language;

use super::*;
use crate::app::action::{Action, ChannelAction, Move};
use crate::app::course::{Course, TextScroll};
use crate::check::Verdict;
use crate::lesson::load;
use crate::lesson::progress::Progress;
use crate::trace::{Explanation, Subject};

const LESSON: &str = "+++\ntitle = \"The lesson\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n# The lesson\n\
    A **stream** has `no edges`.\n```tin\nwrite wire[0] a => 1\nwrite wire[0] b => 1\n```\nWhat comes?\n\
    ```predict\nchild1: read wire[1]\n- [ ] \"a\"\n- [x] \"ab\"\n```\n```after\nBecause bytes are bytes.\n```\n\
    ```goal\nqueue wire[1] => 2\n```\n```hint\nWrite.\n```\n```solution\nwrite wire[0] xy\n```\n";

fn press(app: &mut App, stage: &RecordedBench, keys: &[Learn]) {
    for key in keys {
        update::update(app, &stage.world, Input::Do(Action::Learn(*key)));
        app.settle();
        app.why = None;
        let verdict = |ok| Some(Verdict { want: String::new(), got: "\"ab\"".to_owned(), ok });
        update::update(app, &stage.world, Input::Settled([false, true].map(verdict).into()));
    }
}

fn course(text: &str) -> Course {
    let lessons = ["01-a.md", "02-b.md"].map(|name| load::load(name, text.as_bytes()).unwrap());
    Course::new(lessons.into(), Progress::default(), None)
}

/// In the first lesson.
fn taking(stage: &RecordedBench, text: &str) -> App {
    let mut app = App::new();
    app.course = course(text);
    update::take(&mut app, &stage.world, Some(0));
    press(&mut app, stage, &[]);
    update::update(&mut app, &stage.world, Input::Settled(Vec::new()));
    app
}

#[test]
fn prose_statements_and_bench_are_seen_together_at_every_size() {
    let stage = RecordedBench::open();
    let mut app = taking(&stage, LESSON);
    press(&mut app, &stage, &[Learn::Step]);
    for size in SIZES {
        let screen = screen_of(&app, &stage, size);
        let want =
            ["1 The lesson", "step 1 of 3", "A stream has `no edges`.", "✓ write wire[0] a", "▸ write wire[0] b"];
        assert_shows(&screen, &want);
        assert_shows(&screen, &["wire SOCK_STREAM", "post SOCK_DGRAM", " Space next", "? help", "q quit"]);
    }
}

#[test]
fn the_text_stands_beside_the_bench_on_a_wide_screen() {
    let stage = RecordedBench::open();
    insta::assert_snapshot!(screen_of(&taking(&stage, LESSON), &stage, (120, 36)));
}

#[test]
fn the_text_stands_above_the_bench_at_80_by_24() {
    let stage = RecordedBench::open();
    insta::assert_snapshot!(screen_of(&taking(&stage, LESSON), &stage, (80, 24)));
}

#[test]
fn a_wrong_guess_is_told_in_words_with_the_reason() {
    let stage = RecordedBench::open();
    let mut app = taking(&stage, LESSON);
    press(&mut app, &stage, &[Learn::Step, Learn::Step, Learn::Step, Learn::Choose(1)]);
    assert_shows(&screen_of(&app, &stage, (80, 24)), &["▸ 1 \"a\"", "  2 \"ab\"", "Space: ask the kernel."]);
    press(&mut app, &stage, &[Learn::Step]);
    for size in SIZES {
        let want = ["WRONG: you said \"a\", the kernel answered", "Because bytes are bytes."];
        assert_shows(&screen_of(&app, &stage, size), &want);
    }
    let want = ["1 \"a\"  ← your guess", "✓ 2 \"ab\"  ← what came"];
    assert_shows(&screen_of(&app, &stage, (120, 36)), &want);
}

#[test]
fn a_goal_has_ticks_and_hints() {
    let mut stage = RecordedBench::open();
    let mut app = taking(&stage, LESSON);
    press(&mut app, &stage, &[Learn::Step, Learn::Step, Learn::Step, Learn::Choose(2), Learn::Step, Learn::Step]);
    assert_shows(&screen_of(&app, &stage, (80, 24)), &["GOAL", "[ ] queue wire[1] => 2"]);
    press(&mut app, &stage, &[Learn::Hint]);
    assert_shows(&screen_of(&app, &stage, (60, 18)), &["Hint 1 of 1", "Write."]);
    stage.write(PARENT, 3, b"xy");
    update::update(&mut app, &stage.world, Input::Settled(Vec::new()));
    assert_shows(&screen_of(&app, &stage, (80, 24)), &["REACHED", "[✓] queue wire[1] => 2"]);
    press(&mut app, &stage, &[Learn::Step]);
    assert_shows(&screen_of(&app, &stage, (80, 24)), &["This lesson is done.", "the next lesson"]);
}

#[test]
fn the_key_that_goes_on_first_shows_what_was_not_read() {
    let stage = RecordedBench::open();
    let long = LESSON.replace("A **stream**", &"Much more is to be read here.\n\n".repeat(30));
    let mut app = taking(&stage, &long);
    for size in SIZES {
        app.course.taking.as_mut().unwrap().scroll = TextScroll::Top;
        assert_shows(&screen_of(&app, &stage, size), &[" more ↓"]);
        let mut pages = 0;
        loop {
            let context = ViewContext { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
            let key = turned(context, size, Action::Learn(Learn::Step));
            if key == Action::Learn(Learn::Step) {
                break;
            }
            update::update(&mut app, &stage.world, Input::Do(key));
            pages += 1;
        }
        assert!((1..20).contains(&pages), "{pages}");
        assert_shows(&screen_of(&app, &stage, size), &["▸ write wire[0] a"]);
        let context = ViewContext { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
        let up = turned(context, size, Action::Learn(Learn::PageUp));
        assert!(matches!(up, Action::Learn(Learn::ScrollTo(_))), "{up:?}");
    }
}

#[test]
fn an_explanation_that_is_cut_stands_as_a_whole_below_the_text() {
    let stage = RecordedBench::open();
    let mut app = taking(&stage, LESSON);
    press(&mut app, &stage, &[Learn::Step]);
    let (mut text, last) = ("Many words that explain it. ".repeat(20), "Ω-the-end.");
    text += last;
    let why = |text: &str| Explanation {
        subject: Subject::Other,
        about: String::new(),
        text: text.to_owned(),
        rule: "r",
        page: None,
        lesson: None,
        foretold: Vec::new(),
    };
    // A question comes next, so the explanation is shown only to a learner who asks for it.
    update::update(&mut app, &stage.world, Input::Do(Action::Make(ChannelAction::Why)));
    app.why = Some(why(&text));
    for size in [(60, 18), (80, 24)] {
        app.course.taking.as_mut().unwrap().scroll = TextScroll::Top;
        assert_shows(&screen_of(&app, &stage, size), &["… Page Down", " more ↓", "▸ write wire[0] b"]);
        for _ in 0..9 {
            let context = ViewContext { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
            let key = turned(context, size, Action::Learn(Learn::PageDown));
            update::update(&mut app, &stage.world, Input::Do(key));
        }
        assert_eq!(app.notice.take().as_deref(), Some("the text goes no further"));
        assert_shows(&screen_of(&app, &stage, size), &[last]);
        // It need not be read: the key that goes on goes on.
        let context = ViewContext { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
        assert_eq!(turned(context, size, Action::Learn(Learn::Step)), Action::Learn(Learn::Step));
    }
    app.why = Some(why(last));
    let screen = screen_of(&app, &stage, (80, 24));
    assert!(!screen.contains("Page Down") && screen.matches(last).count() == 1, "{screen}");
}

#[test]
fn progress_that_is_not_kept_is_seen() {
    let stage = RecordedBench::open();
    let mut app = taking(&stage, LESSON);
    update::update(&mut app, &stage.world, Input::NotKept("progress is not kept: read-only".to_owned()));
    for size in SIZES {
        assert_shows(&screen_of(&app, &stage, size), &["NOT SAVED", "NOTE", "progress is not kept"]);
    }
}

#[test]
fn the_list_has_marks_and_is_searched() {
    let stage = RecordedBench::open();
    let mut app = App::new();
    app.course = course(LESSON);
    app.course.progress.finish("a");
    press(&mut app, &stage, &[Learn::List]);
    for size in SIZES {
        assert_shows(&screen_of(&app, &stage, size), &["1 of 2 done", "The lesson", "5 min  done", "▸  2"]);
    }
    press(&mut app, &stage, &[Learn::Search]);
    update::update(&mut app, &stage.world, Input::Text("nothing".to_owned()));
    assert_shows(&screen_of(&app, &stage, (60, 18)), &["0 found", "no lesson has these words", " search  nothing"]);
}

#[test]
fn the_footer_names_what_this_step_needs_first() {
    let stage = RecordedBench::open();
    let mut app = taking(&stage, LESSON);
    let named = |app: &App, width| {
        let context = ViewContext { app, world: &stage.world, theme: Theme::with(Colours::None) };
        let keys = panel::prompt::named(context, Rect::new(0, 17, width, 1)).into_iter();
        keys.map(|named| named.action).collect::<Vec<_>>()
    };
    let (hint, solve, out) = (Action::Learn(Learn::Hint), Action::Learn(Learn::Solve), Action::Learn(Learn::Out));
    let first_deed = |keys: &[Action]| keys.iter().position(|key| matches!(key, Action::Make(_)));
    for width in [60, 80, 120, 200] {
        let keys = named(&app, width);
        assert_eq!(keys[0], Action::Learn(Learn::Step), "{width}");
        assert!(!keys.contains(&hint) && !keys.contains(&solve), "no goal, no hint: {keys:?}");
    }
    let place = |keys: &[Action], action| keys.iter().position(|key| *key == action);
    let wide = named(&app, 400);
    assert!(
        first_deed(&wide).is_some() && place(&wide, Action::Go(Move::Back)) < first_deed(&wide),
        "the lesson's keys before the bench's: {wide:?}"
    );
    press(&mut app, &stage, &[Learn::Step, Learn::Step, Learn::Step, Learn::Choose(2), Learn::Step, Learn::Step]);
    let goal = named(&app, 80);
    assert!(goal.contains(&hint) && goal.contains(&solve), "{goal:?}");
    assert!(first_deed(&goal).is_none_or(|deed| place(&goal, solve) < Some(deed)), "{goal:?}");
    let mut free = app_of(&stage);
    free.mode = Mode::Keys;
    assert!(!named(&free, 200).contains(&out), "no lesson, no way back to one");
}

#[test]
fn no_size_panics_wherever_one_is_in_a_lesson() {
    let stage = RecordedBench::open();
    let mut app = taking(&stage, LESSON);
    let keys = [Learn::Step, Learn::Step, Learn::Step, Learn::Choose(1), Learn::Step, Learn::Step, Learn::Hint];
    for key in keys {
        press(&mut app, &stage, &[key]);
        for mode in [Mode::Lesson, Mode::Line, Mode::Prompt, Mode::List, Mode::Search, Mode::Help] {
            app.mode = mode;
            for size in
                [(0, 0), (1, 1), (1, 300), (300, 1), (59, 18), (60, 17), (60, 18), (119, 20), (120, 18), (300, 100)]
            {
                terminal(&app, &stage, size, Colours::True);
                let context = ViewContext { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
                turned(context, size, Action::Learn(Learn::Step));
                turned(context, size, Action::Learn(Learn::PageUp));
            }
        }
        app.mode = Mode::Lesson;
    }
}

#[test]
fn behind_the_curtain_a_question_has_no_answer_yet() {
    let stage = RecordedBench::open();
    let mut app = taking(&stage, LESSON);
    press(&mut app, &stage, &[Learn::Step, Learn::Step, Learn::Step, Learn::Choose(1), Learn::Step]);
    app.present.is_on = true;
    for size in SIZES {
        assert_shows(&screen_of(&app, &stage, size), &["WRONG", "Because bytes are bytes."]);
        app.present.is_hidden = true;
        let screen = screen_of(&app, &stage, size);
        assert_shows(&screen, &["What comes?", "child1: read wire[1]", "H shows it"]);
        assert!(!screen.contains("WRONG") && !screen.contains('✓') && !screen.contains("Because"), "{screen}");
        app.present.is_hidden = false;
    }
}

/// A problem of practice before it is answered: a long program, and no channel.
const PROBLEM: &str = "+++\ntitle = \"What happens next?\"\ntopics = [\"basics\"]\nminutes = 5\n+++\nA stream. What does the \
    last statement bring?\n```tin setup\nchannel stream c peer\n```\n```text\nchannel stream c peer\nsignal PIPE ignore\n\
    nonblock c[0] on\nfork third\nclose c[1]\nwrite c[0] one\nwrite c[0] two\n```\n```predict\npeer: read c[1]\n- [ ] EOF\n\
    - [x] \"onetwo\"\n- [ ] \"one\"\n- [ ] sleeps\n```\n```after\nBecause.\n```\n";

#[test]
fn the_seed_of_a_problem_is_whole_at_the_floor() {
    let empty = RecordedBench::bare();
    let app = taking(&empty, &PROBLEM.replace("What happens next?", "What happens next? (seed 321084)"));
    assert_shows(&screen_of(&app, &empty, (60, 18)), &["─ 1 What", "(seed 321084)", "more ↓"]);
}

#[test]
fn no_answer_is_chosen_before_all_of_the_question_was_seen() {
    let empty = RecordedBench::bare();
    let mut app = taking(&empty, PROBLEM);
    assert_shows(&screen_of(&app, &empty, (60, 18)), &[" more ↓", "no channel yet"]);
    for is_last in [false, true] {
        let context = ViewContext { app: &app, world: &empty.world, theme: Theme::with(Colours::None) };
        let key = turned(context, (60, 18), Action::Learn(Learn::Choose(2)));
        assert_eq!(matches!(key, Action::Learn(Learn::ReadFirst(_))), !is_last, "{key:?}");
        update::update(&mut app, &empty.world, Input::Do(key));
        let taking = app.course.taking.as_ref().unwrap();
        assert_eq!(taking.chosen, is_last.then_some(1));
        let answers = ["1 EOF", "2 \"onetwo\"", "3 \"one\"", "4 sleeps", "peer: read c[1]", "write c[0] two"];
        assert_shows(&screen_of(&app, &empty, (60, 18)), &answers);
        assert_eq!(app.notice.is_some(), !is_last, "{:?}", app.notice);
    }
    // Where there is nothing more to see, and where no such answer is, keys are what they are.
    for (size, number) in [((120, 36), 2), ((60, 18), 7)] {
        let app = taking(&empty, PROBLEM);
        let context = ViewContext { app: &app, world: &empty.world, theme: Theme::with(Colours::None) };
        let key = Action::Learn(Learn::Choose(number));
        assert_eq!(turned(context, size, key), key);
    }
}

#[test]
fn where_no_channel_is_the_text_has_its_rows() {
    let (empty, some) = (RecordedBench::bare(), RecordedBench::open());
    let rows = |stage: &RecordedBench| {
        let screen = screen_of(&taking(stage, PROBLEM), stage, (60, 18));
        let found = |text: &str| screen.lines().position(|line| line.contains(text)).unwrap();
        (screen.lines().filter(|line| line.starts_with("   ")).count(), found("─ trace"), found(" q quit"))
    };
    let ((program, trace, keys), beside) = (rows(&empty), rows(&some));
    assert!(program > beside.0, "{program} rows of the program, {} beside channels", beside.0);
    assert_eq!((trace, keys), (beside.1, beside.2));
}

#[test]
fn every_question_of_every_lesson_shows_all_its_answers_at_the_floor() {
    let stage = RecordedBench::open();
    let lessons = crate::lesson::builtin::lessons();
    let mut asked = 0;
    for (at, lesson) in lessons.iter().enumerate() {
        for step in 0..lesson.steps.len() {
            let mut progress = Progress::default();
            progress.reach(&lesson.id, step);
            let mut app = App::new();
            app.course = Course::new(lessons.clone(), progress, None);
            update::take(&mut app, &stage.world, Some(at));
            press(&mut app, &stage, &[]);
            let crate::lesson::Action::Predict(prediction) = &lesson.steps[step].action else { continue };
            update::update(&mut app, &stage.world, Input::Settled(Vec::new()));
            press(&mut app, &stage, &[Learn::Down]);
            let screen = screen_of(&app, &stage, (60, 18));
            for (number, option) in prediction.options.iter().enumerate() {
                assert!(screen.contains(&format!("{} {}", number + 1, option.text)), "{}: {screen}", lesson.id);
            }
            asked += 1;
        }
    }
    assert!(asked > 30, "{asked}");
}

/// Asks what the headings and the first line of a bench say at any other time.
fn asking(question: &str, right: &str) -> String {
    LESSON.replace("child1: read wire[1]", question).replace("- [ ] \"a\"", "- [ ] 77").replace("\"ab\"", right)
}

#[test]
fn who_holds_an_end_and_who_is_dead_is_not_told_while_it_is_asked() {
    let mut stage = RecordedBench::bare();
    stage.pair(abi::SOCK_STREAM, "wire", [3, 4]);
    stage.child("anna", 3, &[]);
    stage.kill(CHILD1);
    for (question, right, told) in [("holders wire[1]", "1", "parent wrote"), ("tasks", "zombie anna", "killed by")] {
        let mut app = taking(&stage, &asking(question, right));
        press(&mut app, &stage, &[Learn::Step, Learn::Step, Learn::Step]);
        for size in SIZES {
            let screen = screen_of(&app, &stage, size);
            assert_shows(&screen, &[question, "wire SOCK_STREAM"]);
            assert!(!screen.contains(told), "{question}: {screen}");
        }
        press(&mut app, &stage, &[Learn::Choose(1), Learn::Step]);
        assert_shows(&screen_of(&app, &stage, (120, 36)), &["WRONG", told]);
    }
}
