//! Languages that lessons are written in: which one a learner reads, and whether a translation is the same lesson. Only words
//! may differ; what is run, asked and wanted is the same in every language.

use super::{Action, Choice, Goal, Lesson, LessonStep, Prediction};
use crate::script::Statement;

/// The language in which every lesson is there; the others have some, and those are the same.
pub const ORIGINAL: &str = "en";
/// All that the program brings lessons in.
pub const LANGUAGES: [&str; 3] = [ORIGINAL, "ru", "zh"];

/// Line, and what was wanted and what came.
type Wrong = (u32, String);

/// The language of a locale (`ru_RU.UTF-8`), where there are lessons in it.
pub fn of_locale(locale: &str) -> Option<&'static str> {
    let word = locale.split(['_', '.', '@', '-']).next().unwrap_or_default();
    LANGUAGES.into_iter().find(|language| word.eq_ignore_ascii_case(language))
}

/// Whether the locale's letters are UTF-8, as setlocale(3) finds it. Where nothing is set, nothing is known against it.
pub fn has_utf8(variable: &impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    set.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// By the environment, as setlocale(3) has it: the first that is set decides; what is not known, or could not be
/// shown without UTF-8, is [`ORIGINAL`].
pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> &'static str {
    if !has_utf8(&variable) {
        return ORIGINAL;
    }
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    set.and_then(|locale| of_locale(&locale)).unwrap_or(ORIGINAL)
}

/// Where a translation is another lesson than its original: line, wanted, got. Behind a block of another kind nothing more is
/// compared.
pub fn differences(original: &Lesson, translation: &Lesson) -> Vec<Wrong> {
    let mut found = Vec::new();
    let mut front = |what: &str, want: String, got: String| {
        if want != got {
            found.push((1, format!("wanted {what} {want} as in the original, got {got}")));
        }
    };
    front("topics", format!("{:?}", original.topics), format!("{:?}", translation.topics));
    front("after", format!("{:?}", original.after), format!("{:?}", translation.after));
    front("shows", format!("{:?}", original.shows), format!("{:?}", translation.shows));
    front("part", format!("{:?}", original.part), format!("{:?}", translation.part));
    front("track", original.is_on_track.to_string(), translation.is_on_track.to_string());
    let has_know = |lesson: &Lesson| if lesson.know.is_some() { "there" } else { "not there" }.to_owned();
    front("know", has_know(original), has_know(translation));
    let blocks = |lesson: &Lesson| format!("{} c blocks", lesson.c.len());
    front("with", blocks(original), blocks(translation));
    front("minutes", original.minutes.to_string(), translation.minutes.to_string());
    statements("tin setup", (&original.setup, &translation.setup), 1, &mut found);
    let end = translation.steps.last().map_or(1, |step| step.line);
    for at in 0..original.steps.len().max(translation.steps.len()) {
        match (original.steps.get(at), translation.steps.get(at)) {
            (Some(want), Some(got)) if kind(want) == kind(got) => step(want, got, &mut found),
            (want, got) => {
                let name = |step: Option<&LessonStep>| step.map_or("the end", kind);
                let line = got.map_or(end, |step| step.line);
                found.push((line, format!("wanted {} as in the original, got {}", name(want), name(got))));
                break;
            }
        }
    }
    found
}

fn kind(step: &LessonStep) -> &'static str {
    match &step.action {
        Action::Read => "only prose",
        Action::Run(_) => "a tin block",
        Action::Predict(_) => "a predict block",
        Action::Reach(_) => "a goal block",
    }
}

/// Two steps of one kind.
fn step(original: &LessonStep, translation: &LessonStep, found: &mut Vec<Wrong>) {
    let line = translation.line;
    match (&original.action, &translation.action) {
        (Action::Run(want), Action::Run(got)) => statements("tin", (want, got), line, found),
        (Action::Predict(want), Action::Predict(got)) => prediction((want, got), found),
        (Action::Reach(want), Action::Reach(got)) => goal((want, got), line, found),
        // Of two kinds only the kinds are told.
        (Action::Read | Action::Run(_) | Action::Predict(_) | Action::Reach(_), _) => {}
    }
    let name = |step: &LessonStep| if step.after.is_some() { "an after block" } else { "no after block" };
    if name(original) != name(translation) {
        let (want, got) = (name(original), name(translation));
        found.push((line, format!("wanted {want} behind this as in the original, got {got}")));
    }
}

fn statements(block: &str, (original, translation): (&[Statement], &[Statement]), line: u32, found: &mut Vec<Wrong>) {
    for at in 0..original.len().max(translation.len()) {
        let (want, got) = (original.get(at), translation.get(at));
        let name =
            |statement: Option<&Statement>| statement.map_or_else(|| format!("the end of the {block} block"), written);
        if name(want) != name(got) {
            let line = got.or(translation.last()).map_or(line, |statement| statement.line);
            found.push((line, format!("wanted {} as in the original, got {}", name(want), name(got))));
            break;
        }
    }
}

fn written(statement: &Statement) -> String {
    let wants: Vec<&str> = statement.expectations.iter().map(|expectation| expectation.text.as_str()).collect();
    if wants.is_empty() { statement.text.clone() } else { format!("{} => {}", statement.text, wants.join(", ")) }
}

fn prediction((original, translation): (&Prediction, &Prediction), found: &mut Vec<Wrong>) {
    let (want, got) = (&original.statement.text, &translation.statement.text);
    if want != got {
        found.push((translation.statement.line, format!("wanted {want} as in the original, got {got}")));
    }
    for at in 0..original.options.len().max(translation.options.len()) {
        let name = |choice: Option<&Choice>| match choice {
            Some(Choice { ticked, text, why, .. }) => {
                let mark = if *ticked { 'x' } else { ' ' };
                format!("- [{mark}] {text}{}", if why.is_some() { " -- and why it is wrong" } else { "" })
            }
            None => "no more options".to_owned(),
        };
        let (want, got) = (name(original.options.get(at)), name(translation.options.get(at)));
        if want != got {
            let line = translation.options.get(at).map_or(translation.statement.line, |choice| choice.line);
            found.push((line, format!("wanted {want} as in the original, got {got}")));
            break;
        }
    }
}

fn goal((original, translation): (&Goal, &Goal), line: u32, found: &mut Vec<Wrong>) {
    statements("goal", (&original.conditions, &translation.conditions), line, found);
    if original.hints.len() != translation.hints.len() {
        let (want, got) = (original.hints.len(), translation.hints.len());
        found.push((line, format!("wanted {want} hint blocks as in the original, got {got}")));
    }
    statements("solution", (&original.solution, &translation.solution), line, found);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::load;

    const BODY: &str = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\nWords.\n```tin setup\nchannel stream c peer\n```\n\
        ```tin\nwrite c[0] a => 1\nwrite c[0] b => 1\n```\n```predict\npeer: read c[1]\n- [ ] \"a\"\n- [x] \"ab\"\n```\n\
        ```after\nWhy.\n```\n```goal\nqueue c[1] => 2\n```\n```hint\nOne.\n```\n```hint\nTwo.\n```\n\
        ```solution\nwrite c[0] xy\n```\nThe end.\n";

    fn compared(from: &str, to: &str) -> Vec<Wrong> {
        assert!(from.is_empty() || BODY.contains(from), "{from}");
        let translation = if from.is_empty() { BODY.to_owned() } else { BODY.replacen(from, to, 1) };
        let load = |text: &str| load::load("01-a.md", text.as_bytes()).unwrap();
        differences(&load(BODY), &load(&translation))
    }

    #[test]
    fn without_utf8_lessons_are_in_the_language_that_needs_none() {
        let of = |value: &'static str| of_environment(move |name| (name == "LANG").then(|| value.to_owned()));
        assert_eq!((of("ru_RU.UTF-8"), of("ru_RU.KOI8-R"), of("zh_CN.utf8"), of("C")), ("ru", "en", "zh", "en"));
    }

    #[test]
    fn other_words_and_comments_make_no_difference() {
        for (from, to) in [
            ("", ""),
            ("title = \"T\"", "title = \"У потока нет краёв\""),
            ("Words.", "Слова.\n\nИ ещё слова.\n"),
            ("write c[0] b => 1", "write c[0] b   => 1 # и ещё"),
            ("Why.", "因为。"),
            ("One.", "Один."),
            ("The end.", "Конец."),
        ] {
            let found = compared(from, to);
            assert_eq!(found, [], "{from} → {to}");
        }
    }

    #[test]
    fn whatever_else_differs_is_told_with_its_line() {
        for (from, to, line, what) in [
            ("basics", "errors", 1, "wanted topics [\"basics\"] as in the original, got [\"errors\"]"),
            ("minutes = 5", "minutes = 6", 1, "wanted minutes 5 as in the original, got 6"),
            (
                "channel stream",
                "channel dgram",
                8,
                "wanted channel stream c peer as in the original, got channel dgram c peer",
            ),
            (
                "write c[0] b => 1",
                "write c[0] b => > 0",
                12,
                "wanted write c[0] b => 1 as in the original, got write c[0] b => > 0",
            ),
            (
                "write c[0] b => 1\n",
                "",
                11,
                "wanted write c[0] b => 1 as in the original, got the end of the tin block",
            ),
            ("- [ ] \"a\"", "- [ ] \"b\"", 16, "wanted - [ ] \"a\" as in the original, got - [ ] \"b\""),
            (
                "- [ ] \"a\"\n- [x] \"ab\"",
                "- [x] \"ab\"\n- [ ] \"a\"",
                16,
                "wanted - [ ] \"a\" as in the original, got - [x] \"ab\"",
            ),
            (
                "```after\nWhy.\n```\n",
                "",
                14,
                "wanted an after block behind this as in the original, got no after block",
            ),
            (
                "queue c[1] => 2",
                "queue c[1] => 1",
                23,
                "wanted queue c[1] => 2 as in the original, got queue c[1] => 1",
            ),
            ("```hint\nTwo.\n```\n", "", 22, "wanted 2 hint blocks as in the original, got 1"),
            ("write c[0] xy", "write c[0] yx", 32, "wanted write c[0] xy as in the original, got write c[0] yx"),
            (
                "```predict",
                "```tin\ntasks => 2\n```\n```predict",
                14,
                "wanted a predict block as in the original, got a tin block",
            ),
            ("The end.\n", "", 22, "wanted only prose as in the original, got the end"),
        ] {
            assert_eq!(compared(from, to), [(line, what.to_owned())], "{from} → {to}");
        }
    }

    #[test]
    fn a_learner_reads_what_the_locale_says() {
        let of = |all: &[(&str, &str)]| {
            of_environment(|name| all.iter().find(|row| row.0 == name).map(|row| row.1.to_owned()))
        };
        assert_eq!(of(&[("LANG", "ru_RU.UTF-8")]), "ru");
        assert_eq!(of(&[("LANG", "ru_RU.UTF-8"), ("LC_ALL", "zh_CN.UTF-8")]), "zh");
        assert_eq!(of(&[("LANG", "ru_RU.UTF-8"), ("LC_ALL", ""), ("LC_MESSAGES", "C")]), "en");
        assert_eq!((of(&[("LANG", "fr_FR")]), of(&[])), ("en", "en"));
        assert_eq!((of_locale("ru"), of_locale("rural"), of_locale("")), (Some("ru"), None, None));
    }
}
