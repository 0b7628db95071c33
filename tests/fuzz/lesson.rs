//! Bytes as a lesson, as a pair of lesson and translation, as a file of progress: what loads keeps to its bounds and stands where it
//! says, can be walked, shown, and written as a lesson again; what does not has its place in the file.

use tincans::lesson::language::differences;
use tincans::lesson::load::{LessonError, load};
use tincans::lesson::merge;
use tincans::lesson::progress::{MAX_TEXT, Progress};
use tincans::lesson::write::{self, Done};
use tincans::lesson::{
    Action, Lesson, LessonPosition, LessonStep, MAX_HINTS, MAX_OPTIONS, MAX_STATEMENTS, MAX_STEPS, Next, TOPICS, goal,
    list,
};
use tincans::script::Statement;
use tincans::ui::prose;
use tincans::ui::theme::{Colours, Theme};
use tincans::world::World;
use unicode_width::UnicodeWidthStr;

use super::assert_harmless;

const FILE: &str = "01-fuzzed.md";
/// Between a lesson and its translation.
const BORDER: &[u8] = b"%%%\n";

pub fn check(data: &[u8]) {
    let border = data.windows(BORDER.len()).position(|window| window == BORDER);
    let (first, second) = border.map_or((data, None), |at| (&data[..at], Some(&data[at + BORDER.len()..])));
    let original = loaded(first);
    let translation = second.map(loaded);
    if let (Some(original), Some(Some(translation))) = (&original, &translation) {
        let there = differences(original, translation);
        assert_eq!(there.is_empty(), differences(translation, original).is_empty(), "both ways");
        assert!(there.iter().all(|(line, what)| *line >= 1 && !what.is_empty()));
    }
    if let Ok(text) = str::from_utf8(data) {
        progress(text, original.as_ref());
    }
}

fn loaded(source: &[u8]) -> Option<Lesson> {
    let lines: Vec<String> =
        source.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into()).collect();
    match load(FILE, source) {
        Ok(lesson) => {
            bounded(&lesson);
            in_place(&lesson, &lines);
            walked(&lesson);
            shown(&lesson);
            written(&lesson);
            assert_eq!(differences(&lesson, &lesson), []);
            Some(lesson)
        }
        Err(LessonError { file, line, message }) => {
            assert!(file == FILE && !message.is_empty());
            assert!((1..=lines.len()).contains(&(line as usize)), "line {line} of {}: {message}", lines.len());
            None
        }
    }
}

fn bounded(lesson: &Lesson) {
    assert!(!lesson.steps.is_empty() && lesson.steps.len() <= MAX_STEPS + 1);
    let statements = lesson.setup.len() + lesson.steps.iter().map(|step| step.statements().len()).sum::<usize>();
    assert!(statements <= MAX_STATEMENTS);
    assert!((1..=30).contains(&lesson.minutes) && !lesson.topics.is_empty());
    assert!(lesson.topics.iter().all(|topic| TOPICS.contains(&topic.as_str())));
    assert!(lesson.blocks() + 1 >= lesson.steps.len());
    // TOML has escapes of its own: what the file may not hold may not come in by them.
    assert_harmless(&lesson.title, "the title");
    lesson.after.iter().chain(&lesson.shows).for_each(|word| assert_harmless(word, "the front matter"));
}

/// Each statement and each option stands in the line that it says.
fn in_place(lesson: &Lesson, lines: &[String]) {
    let stands = |line: u32, text: &str| {
        let found = lines.get(line as usize - 1).map(String::as_str).unwrap_or_default();
        assert!(found.contains(text), "{text:?} in line {line}, which is {found:?}");
    };
    let statement = |statement: &Statement| stands(statement.line, &statement.text);
    lesson.setup.iter().for_each(statement);
    for step in &lesson.steps {
        assert!((1..=lines.len()).contains(&(step.line as usize)), "{}", step.line);
        step.statements().into_iter().for_each(statement);
        match &step.action {
            Action::Read | Action::Run(_) => {}
            Action::Predict(prediction) => {
                assert!((2..=MAX_OPTIONS).contains(&prediction.options.len()));
                assert_eq!(prediction.options.iter().filter(|option| option.ticked).count(), 1);
                assert!(prediction.statement.expectations.is_empty());
                prediction.options.iter().for_each(|option| stands(option.line, &option.text));
            }
            Action::Reach(reach) => {
                assert!(!reach.solution.is_empty() && !reach.conditions.is_empty());
                assert!((1..=MAX_HINTS).contains(&reach.hints.len()));
                reach.conditions.iter().for_each(statement);
                assert!(reach.conditions.iter().all(|condition| goal::objection(condition).is_none()));
                assert_eq!(reach.holding(&World::new(), &[]).len(), reach.conditions.len());
            }
        }
    }
}

/// From the beginning to the end, and the way to each place is one statement longer or not at all.
fn walked(lesson: &Lesson) {
    let mut walk = LessonPosition::default();
    let mut way = walk.way(lesson).len();
    assert_eq!(way, lesson.setup.len());
    while walk.next(lesson) != Next::Over {
        let further = walk.advance(lesson);
        assert!(further != walk, "a lesson goes on");
        let now = further.way(lesson).len();
        assert!(now >= way, "the way to a later place is no shorter");
        (walk, way) = (further, now);
    }
    let all: usize = lesson.steps.iter().map(|step| step.statements().len()).sum();
    assert_eq!(way, lesson.setup.len() + all);
}

fn shown(lesson: &Lesson) {
    let theme = Theme::with(Colours::None);
    let prose = |step: &LessonStep| [Some(step.prose.clone()), step.after.clone()];
    for text in lesson.steps.iter().flat_map(prose).flatten() {
        for width in [10, 60] {
            for line in prose::lines(&text, width, theme) {
                let text: String = line.spans.iter().map(|span| span.content.as_ref()).collect();
                assert_harmless(&text, "prose");
                let columns: usize = line.spans.iter().map(|span| span.content.width()).sum();
                assert!(columns <= usize::from(width) || text.len() < 80, "{columns} columns of {width}: {text:?}");
            }
        }
    }
    let printed = list::text(std::slice::from_ref(lesson), &Progress::default());
    printed.lines().for_each(|line| assert_harmless(line, "the list"));
}

/// What was done, written as a lesson, is one.
fn written(lesson: &Lesson) {
    let done = |statement: &Statement| Done {
        text: statement.text.clone(),
        expected: statement.expectations.iter().map(|expectation| expectation.text.clone()).collect(),
        is_refused: false,
    };
    let all: Vec<Done> =
        lesson.setup.iter().chain(lesson.steps.iter().flat_map(LessonStep::statements)).map(done).collect();
    let prose = lesson.steps.iter().map(|step| step.prose.trim()).find(|prose| !prose.is_empty());
    let why = prose.map(|prose| prose.split('\n').next().unwrap_or_default().trim()).filter(|line| !line.is_empty());
    let text = write::lesson(&lesson.title, &all, why, "6.18");
    if all.is_empty() {
        return;
    }
    let read = load(FILE, text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let again = read.setup.iter().chain(read.steps.iter().flat_map(LessonStep::statements));
    let texts: Vec<&str> = again.map(|statement| statement.text.as_str()).collect();
    assert_eq!(texts, all.iter().map(|done| done.text.as_str()).collect::<Vec<_>>());
}

fn progress(text: &str, lesson: Option<&Lesson>) {
    let Ok(progress) = Progress::read(text) else { return };
    assert!(text.len() <= MAX_TEXT);
    let written = progress.write().expect("what was read can be written");
    assert_eq!(Progress::read(&written).as_ref(), Ok(&progress), "{written}");
    let mut later = progress.clone();
    let merged = merge::merged(&progress, &progress, text).expect("it was read");
    assert_eq!(Progress::read(&merged).as_ref(), Ok(&progress), "what has not changed changes nothing");
    if let Some(lesson) = lesson {
        later.reach(&lesson.id, 1);
        later.finish(&lesson.id);
        assert_eq!(later.words(lesson), "done");
    }
}
