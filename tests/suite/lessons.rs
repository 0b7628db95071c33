//! The lessons that come with the program: all of them are in it, they hold on this kernel, and each altered one fails.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tincans::explain;
use tincans::lesson::{Action, CoursePart, INDEX, Lesson, TOPICS, builtin, language, load};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/en")
}

fn lessons() -> Vec<Lesson> {
    builtin::ENGLISH
        .iter()
        .map(|(name, text)| load::load(name, text.as_bytes()).expect("a built-in lesson loads"))
        .collect()
}

fn check(paths: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tincans")).arg("check").args(paths).output().expect("the binary starts")
}

#[test]
fn the_whole_folder_is_in_the_program() {
    let embedded: BTreeSet<String> = builtin::ENGLISH.iter().map(|(name, _)| (*name).to_owned()).collect();
    let entries = folder().read_dir().expect("the folder is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let files: BTreeSet<String> = names.filter(|name| name != INDEX).collect();
    assert_eq!(embedded, files, "the list is complete");
    assert_eq!(builtin::ENGLISH.len(), files.len(), "each is there once");
}

/// Widespread errors, as numbered in the project's facts on AF_UNIX.
const ERRORS: u32 = 36;

#[test]
fn every_widespread_error_is_shown() {
    let shown: BTreeSet<String> = lessons().into_iter().flat_map(|lesson| lesson.shows).collect();
    let all: BTreeSet<String> = (1..=ERRORS).map(|number| format!("M{number:02}")).collect();
    assert_eq!(shown, all);
}

#[test]
fn the_course_is_whole() {
    let lessons = lessons();
    assert!(lessons.len() >= 26, "{}", lessons.len());
    let numbers: BTreeSet<u32> = lessons.iter().map(|lesson| lesson.number).collect();
    assert_eq!(numbers.len(), lessons.len(), "each number stands for one lesson");
    assert!(lessons.is_sorted_by_key(|lesson| lesson.part), "the main course, the extras, the bug hunts");
    let track: Vec<u32> = lessons.iter().filter(|lesson| lesson.is_on_track).map(|lesson| lesson.number).collect();
    assert_eq!(track, [2, 3, 4, 9, 12, 14, 15, 17, 26]);
    for lesson in lessons {
        assert!((3..=10).contains(&lesson.minutes), "{} takes {} minutes", lesson.id, lesson.minutes);
        let goals = lesson.steps.iter().filter_map(|step| match &step.action {
            Action::Reach(goal) => Some(goal.solution.len()),
            Action::Read | Action::Run(_) | Action::Predict(_) => None,
        });
        // In a hunt the one word has to be found.
        let least = if lesson.part == CoursePart::Hunt { 1 } else { 2 };
        let fewest = goals.min().unwrap_or_else(|| panic!("{} has nothing to reach", lesson.id));
        assert!(fewest >= least, "{}: one word solves its goal", lesson.id);
    }
}

/// Each topic once, in the order of the topics, and under it each lesson about it, in the order of the course.
#[test]
fn the_index_names_every_topic_once_with_its_lessons() {
    let lessons = lessons();
    let mut index = String::new();
    for topic in TOPICS {
        index.extend(["\n## ", topic, "\n\n"]);
        let about = lessons.iter().filter(|lesson| lesson.topics.iter().any(|name| name == topic));
        let lines = about.map(|lesson| format!("- [{}]({:02}-{}.md)\n", lesson.title, lesson.number, lesson.id));
        index.extend(lines);
        assert!(index.ends_with(".md)\n"), "no lesson is about {topic}");
    }
    let written = std::fs::read_to_string(folder().join(INDEX)).expect("the index is there");
    let from = written.find("\n## ").expect("the index has topics");
    assert_eq!(&written[from..], index, "write this into {INDEX}:\n{index}");
}

#[test]
fn every_built_in_lesson_holds_on_this_kernel() {
    let output = check(&[]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(report.contains("expectations") && report.contains("predictions") && report.contains("Linux"), "{report}");
}

#[test]
fn every_rule_names_a_lesson_that_exists() {
    let ids: BTreeSet<String> = lessons().into_iter().map(|lesson| lesson.id).collect();
    for (rules, lesson) in explain::lessons() {
        assert!(ids.contains(*lesson), "{lesson} of {rules:?}");
    }
}

/// The heading of a lesson's last section: where its idea is met outside.
const MEET: &str = "## Where you meet it";

#[test]
fn every_lesson_has_c_a_place_where_it_is_met_and_a_word_for_each_wrong_answer() {
    for lesson in lessons() {
        let id = &lesson.id;
        assert!(lesson.know.as_ref().is_some_and(|know| !know.ends_with('.')), "{id} says what the learner knows");
        let lines: Vec<usize> = lesson.c.iter().map(|block| block.text.lines().count()).collect();
        assert!(
            lines.iter().sum::<usize>() >= 3 && lines.iter().all(|count| *count <= 14),
            "{id}: {lines:?} lines of C"
        );
        let last = lesson.steps.last().expect("a step");
        let is_met = matches!(last.action, Action::Read) && last.prose.starts_with(MEET);
        assert!(is_met, "{id} ends with {:?}", last.prose);
        for (step, prediction) in lesson.questions() {
            for option in prediction.options.iter().filter(|option| !option.ticked) {
                assert!(option.why.is_some(), "{id}, step {}: nothing is said of {}", step + 1, option.text);
            }
        }
    }
}

/// Whether a text has a year since the first Unix.
fn is_dated(text: &str) -> bool {
    let years = text.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| digits.len() == 4);
    years.filter_map(|year| year.parse::<u32>().ok()).any(|year| (1969..2100).contains(&year))
}

#[test]
fn where_a_lesson_is_met_is_dated_in_every_language() {
    for (language, (name, text)) in language::LANGUAGES
        .into_iter()
        .flat_map(|language| builtin::files(language).iter().map(move |file| (language, file)))
    {
        let lesson = load::load(name, text.as_bytes()).expect("a built-in lesson loads");
        let last = &lesson.steps.last().expect("a step").prose;
        assert!(is_dated(last), "{language}/{name}: no year in {last:?}");
    }
    assert!(is_dated("since 3.4 (2014, PEP 446)") && !is_dated("up to 4096 bytes, RFC 793, 20140"));
}

/// The claims that course texts make and the kernel does not keep; each is quoted where it is judged.
const CLAIMS: [&str; 5] = [
    "\"socketpair takes EFD_CLOEXEC and EFD_NONBLOCK.\"",
    "\"An address family that does not exist gives EINVAL.\"",
    "\"SOCK_DGRAM has no retransmission:",
    "\"For a pair of network sockets, write AF_INET instead of AF_UNIX.\"",
    "\"What `read` brings is a string: print it with %s.\"",
];

#[test]
fn wrong_claims_of_course_texts_are_quoted_and_judged() {
    let lesson = lessons().into_iter().find(|lesson| lesson.id == "true-or-false").expect("it is there");
    for claim in CLAIMS {
        let at = lesson.steps.iter().position(|step| step.prose.contains(claim));
        let behind = at.map_or(&[][..], |at| &lesson.steps[at..]);
        let is_asked = behind.iter().take(3).any(|step| matches!(step.action, Action::Predict(_)));
        assert!(is_asked, "{claim} is not followed by a question");
    }
}

/// All prose of a lesson, piece by piece.
fn prose(lesson: &Lesson) -> Vec<String> {
    let mut all: Vec<String> = lesson.know.iter().cloned().collect();
    for step in &lesson.steps {
        all.push(step.prose.clone());
        all.extend(step.after.clone());
        match &step.action {
            Action::Predict(prediction) => {
                all.extend(prediction.options.iter().filter_map(|option| option.why.clone()));
            }
            Action::Reach(goal) => all.extend(goal.hints.clone()),
            Action::Read | Action::Run(_) => {}
        }
    }
    all
}

/// Sentences of Markdown: code in the text counts as one word, blocks of code are none.
fn sentences(markdown: &str) -> Vec<String> {
    let without_blocks: String = markdown.split("```").step_by(2).collect();
    let without_code: String =
        without_blocks.split('`').enumerate().map(|(at, part)| if at % 2 == 0 { part } else { "code" }).collect();
    let mut all = Vec::new();
    for paragraph in without_code.split("\n\n").flat_map(|paragraph| paragraph.split("\n- ")) {
        let mut sentence = String::new();
        for word in paragraph.split_whitespace() {
            sentence.extend([word, " "]);
            if word.trim_end_matches(['*', '"', ')', '”']).ends_with(['.', '?', '!']) {
                all.push(std::mem::take(&mut sentence));
            }
        }
        all.push(sentence);
    }
    all
}

/// The longest sentence of a lesson, in words.
const LONGEST_SENTENCE: usize = 25;

#[test]
fn no_sentence_of_a_lesson_is_too_long() {
    for lesson in lessons() {
        for sentence in prose(&lesson).iter().flat_map(|piece| sentences(piece)) {
            let is_word = |word: &&str| word.contains(char::is_alphanumeric);
            let words = sentence.split_whitespace().filter(is_word).count();
            assert!(words <= LONGEST_SENTENCE, "{}: {words} words: {sentence}", lesson.id);
        }
    }
    assert_eq!(sentences("One `two. three` four. *Five?*\n\n- six\n- seven").len(), 5);
}

#[test]
fn every_lesson_asks_something() {
    for lesson in lessons() {
        let predicts = lesson.steps.iter().any(|step| matches!(step.action, Action::Predict(_)));
        assert!(predicts, "{} has no prediction", lesson.id);
    }
}

/// A lesson with one thing in it made wrong.
struct Mutant {
    /// The line that is another, from 0, and what it is.
    line: usize,
    text: String,
    /// Lines that no other mutant of a copy is about: the tick of its question, which goes, or the beginning of its goal, whose
    /// conditions are met in their order.
    alone_at: Vec<usize>,
    /// Whether something is done differently, so that what follows may come out differently too.
    acts: bool,
}

fn mutants(text: &str) -> Vec<Mutant> {
    let lines: Vec<&str> = text.lines().collect();
    let mut all = Vec::new();
    let mut fence = "";
    for (at, line) in lines.iter().enumerate() {
        let mut wrong = |text: String, alone_at: Vec<usize>, acts: bool| {
            all.push(Mutant { line: at, text, alone_at, acts });
        };
        if let Some(info) = line.strip_prefix("```") {
            fence = if fence.is_empty() { info } else { "" };
        } else if let Some((statement, wants)) =
            line.split_once(" => ").filter(|_| fence.starts_with("tin") || fence == "goal")
        {
            let goal = lines[..at].iter().rposition(|line| *line == "```goal").filter(|_| fence == "goal");
            for altered in altered(wants) {
                wrong(format!("{statement} => {altered}"), goal.into_iter().collect(), false);
            }
        } else if fence == "predict" && line.starts_with("- [ ] ") {
            // The right answer has no word of its own.
            let result = line.split(" -- ").next().unwrap_or_default();
            let start = lines[..at].iter().rposition(|line| line.starts_with("```")).unwrap_or(0);
            let end = lines[at..].iter().position(|line| *line == "```").map_or(lines.len(), |length| at + length);
            let ticked = (start..end).filter(|at| lines[*at].starts_with("- [x] ")).collect();
            wrong(result.replacen("[ ]", "[x]", 1), ticked, false);
        } else if fence == "solution" && !line.starts_with('#') && !line.is_empty() {
            wrong("tasks".to_owned(), Vec::new(), true);
        }
    }
    all
}

/// The lesson with all of these made wrong at once.
fn with(text: &str, wrong: &[&Mutant]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for mutant in wrong {
        lines[mutant.line].clone_from(&mutant.text);
        for at in &mutant.alone_at {
            lines[*at] = lines[*at].replacen("[x]", "[ ]", 1);
        }
    }
    lines.join("\n") + "\n"
}

/// The lesson without its blocks of C, each line at its place: a compiler has nothing to do with what is altered here.
fn without_c(text: &str) -> String {
    let mut is_c = false;
    let mut kept = String::new();
    for line in text.lines() {
        let is_fence = line == if is_c { "```" } else { "```c" };
        if !is_c && !is_fence {
            kept += line;
        }
        is_c ^= is_fence;
        kept.push('\n');
    }
    kept
}

/// Mutants that can be tried in one copy: none of them changes what another one's line sees, and a question has one tick.
fn together(mutants: &[Mutant]) -> Vec<Vec<&Mutant>> {
    let mut copies: Vec<Vec<&Mutant>> = Vec::new();
    for mutant in mutants {
        let is_free = |copy: &&mut Vec<&Mutant>| {
            let clashes = |other: &&Mutant| {
                other.acts || other.line == mutant.line || other.alone_at.iter().any(|at| mutant.alone_at.contains(at))
            };
            !mutant.acts && !copy.iter().any(clashes)
        };
        match copies.iter_mut().find(is_free) {
            Some(copy) => copy.push(mutant),
            None => copies.push(vec![mutant]),
        }
    }
    copies
}

/// Each expectation of a list made wrong, one at a time.
fn altered(wants: &str) -> Vec<String> {
    let parts: Vec<&str> = wants.split(", ").collect();
    let one = |at: usize| {
        let part = parts[at];
        let wrong = match part.parse::<i64>() {
            Ok(number) => (number + 1).to_string(),
            Err(_) if part.starts_with('"') => "\"something else\"".to_owned(),
            Err(_) if part.starts_with("wakes ") => {
                part.replacen("wakes", "still", 1).split(' ').take(2).collect::<Vec<_>>().join(" ")
            }
            Err(_) if part.starts_with("still ") => part.replacen("still", "wakes", 1),
            Err(_) if part.starts_with("> ") => part.replacen('>', "<=", 1),
            Err(_) if part.starts_with("< ") => part.replacen('<', ">=", 1),
            Err(_) if part.starts_with("!MSG_") => part.replacen('!', "", 1),
            Err(_) if part.starts_with("MSG_") => format!("!{part}"),
            Err(_) if part.starts_with("dead ") => part.replacen("dead", "stopped", 1),
            Err(_) if part.starts_with("held by") => "held by nobody-at-all".to_owned(),
            Err(_) => "ELIBBAD".to_owned(),
        };
        let mut copy: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        copy[at] = wrong;
        copy.join(", ")
    };
    (0..parts.len()).map(one).collect()
}

/// Every expectation, every tick and every step of a solution is made wrong. What cannot even be loaded has failed; the others are
/// checked many to a copy, and each must be told of at its own line.
#[test]
fn an_altered_lesson_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut copies: Vec<(String, &str, Vec<Mutant>)> = Vec::new();
    let mut total = 0;
    for (name, text) in builtin::ENGLISH {
        let text = without_c(text);
        let all = mutants(&text);
        total += all.len();
        let loads = |mutant: &Mutant| load::load(name, with(&text, &[mutant]).as_bytes()).is_ok();
        let loadable: Vec<Mutant> = all.into_iter().filter(loads).collect();
        for (number, copy) in together(&loadable).iter().enumerate() {
            let stem = name.trim_end_matches(".md");
            let file = format!("{stem}-copy-{number}.md");
            std::fs::write(folder.path().join(&file), with(&text, copy)).expect("a file");
            let copy = copy.iter().map(|mutant| Mutant { text: mutant.text.clone(), alone_at: Vec::new(), ..**mutant });
            copies.push((file, name, copy.collect()));
        }
    }
    let output = check(&[folder.path()]);
    let (report, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{errors}");
    let mut survivors = Vec::new();
    for (file, name, copy) in copies {
        let holds = report.contains(&format!("{}  holds\n", file.trim_end_matches(".md")));
        for mutant in copy {
            // A step that is not done shows wherever it was needed.
            let is_told = errors.contains(&format!("{file}:{}: ", mutant.line + 1));
            if holds || !mutant.acts && !is_told {
                survivors.push(format!("{name}, line {}: {}", mutant.line + 1, mutant.text));
            }
        }
    }
    // When this was written, none survived. A new survivor is a step that proves nothing: mend the lesson.
    assert!(survivors.len() * 50 <= total, "{} of {total} survive:\n{}", survivors.len(), survivors.join("\n"));
    let list = format!("{} of {total} survive\n{}\n", survivors.len(), survivors.join("\n"));
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("survivors.txt"), list)
        .expect("the list can be written");
}

#[test]
fn conditions_about_the_same_call_are_met_in_their_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let lesson = |first: &str, then: &str| {
        format!(
            "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 1\n+++\n\n```goal\nchild1: read m[1] => \"{first}\"\nchild1: read \
             m[1] => \"{then}\"\n```\n\n```hint\nH.\n```\n\n```solution\nchannel dgram m child1\nwrite m[0] one\nwrite m[0] two\nchild1: \
             read m[1]\nchild1: read m[1]\n```\n"
        )
    };
    for (first, then, status) in [("one", "two", 0), ("two", "one", 1), ("one", "one", 1)] {
        let file = folder.path().join("01-order.md");
        std::fs::write(&file, lesson(first, then)).expect("a file");
        let output = check(&[&file]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{first}, {then}: {errors}");
        // Who read one thing and wanted another is told so at the condition.
        assert!(status == 0 || errors.contains("01-order.md:9: "), "{errors}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrong");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let file = folder.join("01-wrong.md");
    let text = "+++\ntitle = \"W\"\ntopics = [\"basics\"]\nminutes = 1\nafter = [\"no-such\"]\n+++\n\n```tin\nchannel stream c child1\n\
                write c[0] x => 2\n```\n";
    std::fs::write(&file, text).expect("the file can be written");
    let output = check(&[&file]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors.contains("01-wrong.md:10: wanted 2, got 1"), "{errors}");
    assert!(errors.contains("01-wrong.md:1: wanted a lesson that exists after `after`, got no-such"), "{errors}");
    std::fs::write(&file, "no lesson").expect("the file can be written");
    assert_eq!(check(&[&file]).status.code(), Some(2));
}

#[test]
fn a_lesson_of_one_file_is_checked_in_less_than_a_second() {
    crate::support::assert_within(std::time::Duration::from_secs(1), || {
        let start = std::time::Instant::now();
        let output = check(&[&folder().join("03-a-stream-has-no-edges.md")]);
        assert_eq!(output.status.code(), Some(0));
        start.elapsed()
    });
}

/// The pieces on the page about writing lessons, one behind the other.
#[test]
fn the_example_of_the_authors_page_holds_and_has_every_block() {
    let page = std::fs::read_to_string(folder().with_file_name("AUTHORING.md")).expect("the page is there");
    let pieces: Vec<&str> =
        page.split("````markdown\n").skip(1).filter_map(|rest| rest.split("````\n").next()).collect();
    let text = pieces.join("\n");
    for fence in ["c", "tin setup", "tin", "predict", "after", "goal", "hint", "solution"] {
        assert!(text.contains(&format!("\n```{fence}\n")), "no {fence}");
        assert!(page.contains(&format!("`{fence}`")), "{fence} is not named");
    }
    for topic in TOPICS {
        assert!(page.contains(topic), "{topic} is not named");
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("01-example.md");
    std::fs::write(&file, text).expect("the file can be written");
    let output = check(&[&file]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_translation_is_built_in_and_the_same_lesson() {
    for language in language::LANGUAGES.into_iter().filter(|language| *language != language::ORIGINAL) {
        let entries = folder().with_file_name(language).read_dir().expect("the folder is there");
        let files: BTreeSet<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        let embedded = builtin::files(language);
        assert_eq!(embedded.iter().map(|file| file.0.to_owned()).collect::<BTreeSet<_>>(), files);
        for (name, text) in embedded {
            let original = builtin::ENGLISH.iter().find(|file| file.0 == *name).expect("an original");
            let load = |text: &str| load::load(name, text.as_bytes()).expect("it loads");
            assert_eq!(language::differences(&load(original.1), &load(text)), [], "{language}/{name}");
            assert_ne!(load(original.1).title, load(text).title, "{language}/{name} is translated");
        }
    }
}

#[test]
fn a_translation_with_other_blocks_is_told_with_its_place() {
    let base = tempfile::tempdir().expect("a folder");
    let name = "03-a-stream-has-no-edges.md";
    let text = builtin::ENGLISH.iter().find(|file| file.0 == name).expect("it is there").1;
    for language in ["en", "xx"] {
        std::fs::create_dir(base.path().join(language)).expect("a folder");
    }
    std::fs::write(base.path().join("en").join(name), text).expect("a file");
    let file = base.path().join("xx").join(name);
    std::fs::write(&file, text.replace("What does it get?", "Was bekommt es?")).expect("a file");
    let output = check(&[&base.path().join("xx")]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 translations were compared"));
    // It holds by itself, and is another lesson all the same.
    std::fs::write(&file, text.replace("write chat[0] three => 5", "write chat[0] three => > 1")).expect("a file");
    let output = check(&[&file]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    let line = 1 + text.lines().position(|line| line == "write chat[0] three => 5").expect("it is there");
    let want =
        format!("{name}:{line}: wanted write chat[0] three => 5 as in the original, got write chat[0] three => > 1");
    assert!(errors.contains(&want), "{errors}");
    std::fs::rename(&file, file.with_file_name("03-of-its-own.md")).expect("it is renamed");
    let output = check(&[&base.path().join("xx")]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("03-of-its-own.md:1: wanted an original of the same name in en, got none"), "{errors}");
}

/// The list of lessons in some environment.
fn list(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.arg("lessons").args(arguments).env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LANG");
    let output = command.envs(environment.iter().copied()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_language_is_the_one_that_is_asked_for_and_english_where_there_is_no_translation() {
    let (english, russian) = ("Three writes, one read", "Три записи, одно чтение");
    assert!(list(&[], &[]).contains(english));
    for text in [list(&["--lang", "ru"], &[]), list(&[], &[("LANG", "ru_RU.UTF-8")])] {
        assert!(text.contains(russian) && !text.contains(english), "{text}");
        assert!(text.contains("True or false?"), "not translated yet, and there in English:\n{text}");
        assert_eq!(text.lines().count(), list(&[], &[]).lines().count());
    }
    assert!(list(&["--lang", "en"], &[("LANG", "ru_RU.UTF-8")]).contains(english));
    assert!(list(&[], &[("LANG", "ru_RU.UTF-8"), ("LC_ALL", "C")]).contains(english));
    assert!(list(&[], &[("LANG", "fr_FR.UTF-8")]).contains(english));
}

#[test]
fn a_lesson_without_end_is_a_fault_and_those_behind_it_are_checked_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let front = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 1\n+++\n\n";
    let endless = format!("{front}```tin\nrepeat 20 sleep 3000\n```\n");
    std::fs::write(folder.path().join("01-endless.md"), endless).expect("a file");
    std::fs::write(folder.path().join("02-short.md"), format!("{front}```tin\ntasks => 1\n```\n")).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = command.args(["check", "--timeout", "3"]).arg(folder.path()).output().expect("the binary starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("01-endless.md:8: wanted a lesson that is over in 3 s, got one"), "{errors}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("02-short  holds"));
}

/// The lessons of the first course, by the names under which progress was kept then.
const FIRST_COURSE: &str = "first-hello a-socket-talks-both-ways a-stream-has-no-edges datagrams-keep-theirs what-does-not-fit \
    both-at-once no-better-datagram a-message-of-nothing close-your-unused-end who-still-holds-it three-ways-to-go \
    the-datagram-that-never-ends half-close unread-and-reset the-broken-pipe zombies-and-orphans the-full-buffer \
    only-a-part how-big-is-a-message what-is-charged whose-buffer what-poll-says two-writers-two-readers \
    a-star-of-children a-ring deadlock threads-share-the-table whose-flag-is-it what-exec-leaves-open \
    passing-descriptors room-for-a-descriptor who-is-there the-calls-that-fail from-a-pair-to-a-server out-of-band \
    true-or-false";

#[test]
fn progress_of_the_first_course_is_not_lost() {
    let state = tempfile::tempdir().expect("a folder");
    let lessons = FIRST_COURSE.split_whitespace().map(|id| format!("[lesson.{id}]\ndone = true\nstep = 0\n"));
    let text = format!("version = 1\nlast = \"deadlock\"\n{}", lessons.collect::<String>());
    std::fs::create_dir(state.path().join("tincans")).expect("a folder");
    std::fs::write(state.path().join("tincans/progress.toml"), text).expect("a file");
    let folder = state.path().to_str().expect("a path");
    assert!(list(&[], &[("XDG_STATE_HOME", folder)]).contains(" lessons, 36 done;"));
}

/// One line after the other of what a program writes, until one has these words.
fn read_until(lines: &mut impl Iterator<Item = std::io::Result<String>>, words: &str) -> Vec<String> {
    let mut read = Vec::new();
    for line in lines {
        read.push(line.expect("text"));
        if read.last().is_some_and(|line| line.contains(words)) {
            return read;
        }
    }
    read
}

#[test]
fn a_watched_lesson_is_checked_each_time_it_is_written_however_that_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("01-a.md");
    let text = |want: &str| {
        format!("+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 1\n+++\n\n```tin\ntasks => {want}\n```\n")
    };
    std::fs::write(&file, text("1")).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.args(["check", "--watch"]).arg(&file).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    assert!(read_until(&mut lines, "waiting for changes").contains(&"01-a  holds".to_owned()));
    std::fs::write(folder.path().join("notes.txt"), "of no concern").expect("a file");
    std::fs::write(&file, text("2")).expect("a file");
    assert!(read_until(&mut lines, "waiting for changes").contains(&"01-a  DOES NOT HOLD".to_owned()));
    // Many editors write another file and put it in this one's place.
    let other = folder.path().join("other");
    std::fs::write(&other, text("1")).expect("a file");
    std::fs::rename(&other, &file).expect("it is put in its place");
    assert!(read_until(&mut lines, "waiting for changes").contains(&"01-a  holds".to_owned()));
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).expect("it is there");
    let status = child.wait().expect("it ends");
    assert!(status.code() == Some(130) || status.signal() == Some(2), "{status}");
}

#[test]
fn a_folder_of_languages_is_checked_whole_and_one_without_lessons_is_an_error() {
    let lessons = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let (whole, english) = (check(&[&lessons]), check(&[&lessons.join("en")]));
    assert_eq!(whole.status.code(), Some(0), "{whole:?}");
    let held = |output: &Output| {
        String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.ends_with("  holds")).count()
    };
    assert!(held(&whole) > held(&english) && held(&english) > 30, "{whole:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let output = check(&[folder.path()]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no lesson in"), "{output:?}");
}

#[test]
fn who_asks_a_check_or_a_matrix_to_leave_is_told_nothing_false() {
    for arguments in [&["check"][..], &["matrix"]] {
        for signal in [nix::sys::signal::Signal::SIGTERM, nix::sys::signal::Signal::SIGKILL] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
            command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().expect("it starts");
            // While lesson after lesson, or cell after cell, is run; the matrix is printed at its end.
            std::thread::sleep(std::time::Duration::from_millis(300));
            let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a pid"));
            let start = std::time::Instant::now();
            nix::sys::signal::kill(pid, signal).expect("it is there");
            let status = child.wait().expect("it ends");
            let output = child.wait_with_output().expect("both streams are closed");
            let what = format!("{arguments:?}, {signal}: {output:?}");
            assert!(status.code() == Some(143) || status.signal() == Some(9), "{status}, {what}");
            assert!(!String::from_utf8_lossy(&output.stdout).contains("DOES NOT HOLD"), "{what}");
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{what}");
            // Who does not ask whether somebody has asked is ended after ten seconds.
            assert!(start.elapsed() < std::time::Duration::from_secs(8), "{:?}, {what}", start.elapsed());
        }
    }
}
