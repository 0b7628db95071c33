//! The words around a lesson's text are in the language of the lesson.

use super::*;

#[test]
fn a_lesson_s_footer_is_in_its_own_language_and_every_word_of_it_is_translated() {
    let stage = RecordedBench::open();
    let mut app = taking(&stage, LESSON);
    let english = screen_of(&app, &stage, (200, 60));
    for language in ["ru", "zh"] {
        for binding in app.keymap.of_mode(Mode::Lesson) {
            let word = binding.row.short.1;
            assert!(word.is_empty() || crate::lesson::words::footer(language, word) != word, "{language}: {word}");
        }
    }
    assert_shows(&english, &[" Space next"]);
    let lesson = Lesson { language: "ru", ..app.course.lessons[0].clone() };
    app.course.lessons = vec![lesson].into();
    assert_shows(&screen_of(&app, &stage, (200, 60)), &[" Space дальше", "? помощь"]);
}

#[test]
fn what_a_lesson_asks_for_next_and_its_notices_are_in_its_own_language() {
    let stage = RecordedBench::open();
    let english = [
        "runs what",
        "Guess first",
        "asks the kernel",
        "This is yours",
        "goes on",
        "begins the",
        "the bench as",
        "would tell",
    ];
    for language in ["ru", "zh"] {
        let mut app = App::new();
        let all = course(LESSON).lessons.iter().map(|lesson| Lesson { language, ..lesson.clone() }).collect::<Vec<_>>();
        app.course = Course::new(all, Progress::default(), None);
        update::take(&mut app, &stage.world, Some(0));
        update::update(&mut app, &stage.world, Input::Settled(Vec::new()));
        // Through the lesson to its end; the question is chosen from too early, too late, and for nothing.
        let mut keys = vec![Learn::Choose(1), Learn::Step, Learn::Step, Learn::Step, Learn::Step, Learn::Choose(9)];
        keys.extend([
            Learn::Choose(2),
            Learn::Choose(2),
            Learn::Hint,
            Learn::Step,
            Learn::Step,
            Learn::Hint,
            Learn::Hint,
        ]);
        keys.extend([Learn::Solve, Learn::Step, Learn::Step, Learn::Step]);
        for key in keys {
            press(&mut app, &stage, &[key]);
            let screen = screen_of(&app, &stage, (120, 36));
            let said = english.iter().find(|words| screen.contains(**words));
            assert_eq!(said, None, "{language}, after {key:?}:\n{screen}");
            let notice = app.notice.take().unwrap_or_default();
            assert!(!notice.contains(" is ") && !notice.contains(" the "), "{language}, after {key:?}: {notice}");
        }
    }
}
