//! A lesson's text beside the bench, at every size; the list.

use super::*;
use crate::app::course::{Course, Scroll};
use crate::lesson::load;
use crate::lesson::progress::Progress;
use crate::script::check::Verdict;
use crate::trace::Explanation;

const LESSON: &str = "+++\ntitle = \"The lesson\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n# The lesson\n\
    A **stream** has `no edges`.\n```tin\nwrite wire[0] a => 1\nwrite wire[0] b => 1\n```\nWhat comes?\n\
    ```predict\nchild1: read wire[1]\n- [ ] \"a\"\n- [x] \"ab\"\n```\n```after\nBecause bytes are bytes.\n```\n\
    ```goal\nqueue wire[1] => 2\n```\n```hint\nWrite.\n```\n```solution\nwrite wire[0] xy\n```\n";

fn press(app: &mut App, stage: &Stage, keys: &[Learn]) {
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
fn taking(stage: &Stage, text: &str) -> App {
    let mut app = App::new();
    app.course = course(text);
    update::take(&mut app, &stage.world, Some(0));
    press(&mut app, stage, &[]);
    update::update(&mut app, &stage.world, Input::Settled(Vec::new()));
    app
}

#[test]
fn prose_statements_and_bench_are_seen_together_at_every_size() {
    let stage = Stage::open();
    let mut app = taking(&stage, LESSON);
    press(&mut app, &stage, &[Learn::Step]);
    for size in SIZES {
        let screen = screen_of(&app, &stage, size);
        let want =
            ["1 The lesson", "step 1 of 3", "A stream has `no edges`.", "✓ write wire[0] a", "▶ write wire[0] b"];
        assert_shows(&screen, &want);
        assert_shows(&screen, &["wire SOCK_STREAM", "post SOCK_DGRAM", " Space next", "? help", "q quit"]);
    }
}

#[test]
fn the_text_stands_beside_the_bench_on_a_wide_screen() {
    let stage = Stage::open();
    insta::assert_snapshot!(screen_of(&taking(&stage, LESSON), &stage, (120, 36)));
}

#[test]
fn the_text_stands_above_the_bench_at_80_by_24() {
    let stage = Stage::open();
    insta::assert_snapshot!(screen_of(&taking(&stage, LESSON), &stage, (80, 24)));
}

#[test]
fn a_wrong_guess_is_told_in_words_with_the_reason() {
    let stage = Stage::open();
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
    let mut stage = Stage::open();
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
    let stage = Stage::open();
    let long = LESSON.replace("A **stream**", &"Much more is to be read here.\n\n".repeat(30));
    let mut app = taking(&stage, &long);
    for size in SIZES {
        app.course.taking.as_mut().unwrap().scroll = Scroll::Top;
        assert_shows(&screen_of(&app, &stage, size), &[" more ↓"]);
        let mut pages = 0;
        loop {
            let scene = Scene { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
            let key = turned(scene, size, Action::Learn(Learn::Step));
            if key == Action::Learn(Learn::Step) {
                break;
            }
            update::update(&mut app, &stage.world, Input::Do(key));
            pages += 1;
        }
        assert!((1..20).contains(&pages), "{pages}");
        assert_shows(&screen_of(&app, &stage, size), &["▶ write wire[0] a"]);
        let scene = Scene { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
        let up = turned(scene, size, Action::Learn(Learn::PageUp));
        assert!(matches!(up, Action::Learn(Learn::ScrollTo(_))), "{up:?}");
    }
}

#[test]
fn an_explanation_that_is_cut_stands_as_a_whole_below_the_text() {
    let stage = Stage::open();
    let mut app = taking(&stage, LESSON);
    press(&mut app, &stage, &[Learn::Step]);
    let (mut text, last) = ("Many words that explain it. ".repeat(20), "Ω-the-end.");
    text += last;
    let why =
        |text: &str| Explanation { about: String::new(), text: text.to_owned(), rule: "r", page: None, lesson: None };
    app.why = Some(why(&text));
    for size in [(60, 18), (80, 24)] {
        app.course.taking.as_mut().unwrap().scroll = Scroll::Top;
        assert_shows(&screen_of(&app, &stage, size), &["… Page Down", " more ↓", "▶ write wire[0] b"]);
        for _ in 0..9 {
            let scene = Scene { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
            let key = turned(scene, size, Action::Learn(Learn::PageDown));
            update::update(&mut app, &stage.world, Input::Do(key));
        }
        assert_eq!(app.notice.take().as_deref(), Some("the text goes no further"));
        assert_shows(&screen_of(&app, &stage, size), &[last]);
        // It need not be read: the key that goes on goes on.
        let scene = Scene { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
        assert_eq!(turned(scene, size, Action::Learn(Learn::Step)), Action::Learn(Learn::Step));
    }
    app.why = Some(why(last));
    let screen = screen_of(&app, &stage, (80, 24));
    assert!(!screen.contains("Page Down") && screen.matches(last).count() == 1, "{screen}");
}

#[test]
fn progress_that_is_not_kept_is_seen() {
    let stage = Stage::open();
    let mut app = taking(&stage, LESSON);
    update::update(&mut app, &stage.world, Input::NotKept("progress is not kept: read-only".to_owned()));
    for size in SIZES {
        assert_shows(&screen_of(&app, &stage, size), &["NOT SAVED", "NOTE", "progress is not kept"]);
    }
}

#[test]
fn the_list_has_marks_and_is_searched() {
    let stage = Stage::open();
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
fn no_size_panics_wherever_one_is_in_a_lesson() {
    let stage = Stage::open();
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
                let scene = Scene { app: &app, world: &stage.world, theme: Theme::with(Colours::None) };
                turned(scene, size, Action::Learn(Learn::Step));
                turned(scene, size, Action::Learn(Learn::PageUp));
            }
        }
        app.mode = Mode::Lesson;
    }
}

#[test]
fn behind_the_curtain_a_question_has_no_answer_yet() {
    let stage = Stage::open();
    let mut app = taking(&stage, LESSON);
    press(&mut app, &stage, &[Learn::Step, Learn::Step, Learn::Step, Learn::Choose(1), Learn::Step]);
    app.room.is_on = true;
    for size in SIZES {
        assert_shows(&screen_of(&app, &stage, size), &["WRONG", "Because bytes are bytes."]);
        app.room.is_hidden = true;
        let screen = screen_of(&app, &stage, size);
        assert_shows(&screen, &["What comes?", "child1: read wire[1]", "H shows it"]);
        assert!(!screen.contains("WRONG") && !screen.contains('✓') && !screen.contains("Because"), "{screen}");
        app.room.is_hidden = false;
    }
}
