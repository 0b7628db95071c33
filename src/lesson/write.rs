//! The other way round: what goes into a lesson file. What is written here is read back by `lesson::load`.

use std::fmt::Write as _;

use crate::check::AnswerWords;
use crate::script::{Number, Statement, Verb, Want, parse};

/// Numbers from here on belong to one kernel and its settings; a lesson says relations.
const LARGE: i64 = 4096;
/// What a loop took out, if it is more than this, is likely all that a full buffer held.
const FEW: i64 = 64;

/// A statement that was made, and what may be expected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// As it was written, without expectations.
    pub text: String,
    /// What stands after `=>`; none where nothing is certain.
    pub expected: Vec<String>,
    /// It was not made at all.
    pub is_refused: bool,
}

/// What may be expected of a statement when it is made again, on a bench on which the same was done before: what its author
/// expected, if that held; else what came, without what is another number each time or on each kernel.
#[expect(clippy::wildcard_enum_match_arm, reason = "of all other statements the results are kept")]
pub fn expected(statement: &Statement, held: bool, answer: &AnswerWords) -> Vec<String> {
    let own = || statement.expectations.iter().map(|expectation| expectation.text.clone());
    if held {
        return own().collect();
    }
    // What is remembered here is used further down.
    let captures = statement.expectations.iter().filter(|expectation| matches!(expectation.want, Want::Capture(_)));
    let captures: Vec<String> = captures.map(|expectation| expectation.text.clone()).collect();
    if answer.expected.first().is_some_and(|word| word == "refused") {
        return vec!["refused".to_owned()];
    }
    let split = answer.expected.len().saturating_sub(answer.others);
    let (of_itself, of_others) = answer.expected.split_at(split);
    let of_itself: Vec<String> = match &statement.verb {
        // A pid; several rounds; the time.
        Verb::Fork { .. } => vec!["> 0".to_owned()],
        Verb::Thread { .. } | Verb::Repeat { .. } | Verb::Reader { .. } | Verb::Sleep { .. } | Verb::Exec => Vec::new(),
        Verb::Channel { .. }
        | Verb::Kill { .. }
        | Verb::KillGroup { .. }
        | Verb::Stop { .. }
        | Verb::Cont { .. }
        | Verb::Interrupt { .. } => of_itself.iter().filter(|word| *word != "0").cloned().collect(),
        verb => of_itself.iter().map(|word| relation(verb, word)).collect(),
    };
    let of_others = of_others.iter().map(|word| match word.rsplit_once(' ') {
        Some((wakes, number)) if number.parse::<i64>().is_ok_and(|number| number > LARGE) => wakes.to_owned(),
        _ => word.clone(),
    });
    let all = captures.into_iter().chain(of_itself).chain(of_others).filter(|word| word != "_");
    // What does not read back as an expectation is none.
    let verb = if let Verb::Repeat { body, .. } = &statement.verb { &body.verb } else { &statement.verb };
    all.filter(|word| parse::expectations(word, verb, 1).is_ok()).collect()
}

/// A number in its place.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the numbers of all other statements are the same each time, unless they are large"
)]
fn relation(verb: &Verb, word: &str) -> String {
    let Ok(number) = word.parse::<i64>() else { return word.to_owned() };
    match verb {
        Verb::Flood { .. } | Verb::Pipesize { .. } if number > 0 => "> 0".to_owned(),
        Verb::Call(call) if call.returns_task() && number > 0 => "> 0".to_owned(),
        Verb::Getsockopt { option, .. } if number > 0 && matches!(option.as_str(), "sndbuf" | "rcvbuf") => {
            "> 0".to_owned()
        }
        Verb::Write { data, .. } | Verb::Send { data, .. } | Verb::Sendmsg { data, .. } => match &data.times {
            Number::Literal(times) => {
                let whole = times.saturating_mul(i64::try_from(data.word.len()).unwrap_or(i64::MAX));
                if number < whole { format!("< {whole}") } else { word.to_owned() }
            }
            Number::Captured(..) => "> 0".to_owned(),
        },
        Verb::Drain { .. } if number > FEW => "> 0".to_owned(),
        _ if number > LARGE => "> 0".to_owned(),
        _ => word.to_owned(),
    }
}

/// A lesson of what was done on the bench, with places for its author's words.
pub fn lesson(title: &str, done: &[Done], why: Option<&str>, kernel: &str) -> String {
    let is_setup = |done: &&Done| {
        let verb = done.text.split(": ").last().and_then(|text| text.split(' ').next()).unwrap_or_default();
        !done.is_refused && matches!(verb, "signal" | "channel" | "socketpair" | "pipe" | "fork" | "nonblock")
    };
    let setup_length = done.iter().take_while(is_setup).count();
    // A lesson has something to step through.
    let (setup, steps) = done.split_at(if setup_length < done.len() { setup_length } else { 0 });
    let mut text = front(title, &["basics"]);
    let _ = write!(
        text,
        "# {title}\n\nThis was done on the bench; the results are those of Linux {}. Say here what is to be seen, and what one \
         would have thought.\n\n",
        escaped(kernel)
    );
    if !setup.is_empty() {
        text += &block("tin setup", setup);
    }
    text += &block("tin", steps);
    if let Some(why) = why {
        let _ = write!(text, "```after\n{}\n```\n", escaped(why));
    }
    text
}

fn block(fence: &str, done: &[Done]) -> String {
    let lines = done.iter().map(|Done { text, expected, .. }| match &expected[..] {
        [] => format!("{text}\n"),
        all => format!("{text} => {}\n", all.join(", ")),
    });
    format!("```{fence}\n{}```\n\n", lines.collect::<String>())
}

/// The front matter.
pub fn front(title: &str, topics: &[&str]) -> String {
    let topics: Vec<String> = topics.iter().map(|topic| format!("{topic:?}")).collect();
    let title = title.replace(['\\', '"'], "'");
    format!("+++\ntitle = \"{title}\"\ntopics = [{}]\nminutes = 5\n+++\n\n", topics.join(", "))
}

/// Text in which every letter means itself; marks are escaped only where they would be marks.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let in_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let is_mark = match letter {
            '\\' | '`' | '*' | '<' | '>' | '#' | '&' | '~' => true,
            '_' => !(in_word(before) && in_word(letters.peek().copied())),
            ']' => matches!(letters.peek(), Some('(' | '[')),
            _ => false,
        };
        if is_mark {
            escaped.push('\\');
        }
        escaped.push(letter);
        before = Some(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{Action, load};
    use pulldown_cmark::{Event, Parser};

    #[test]
    fn every_letter_means_itself() {
        let text = "a*b* _c_ <b>d</b> [e](f) `g` \\h ~~i~~ &amp; #j | 3*ab ![k](l)";
        let read: String = Parser::new(&escaped(text))
            .filter_map(|event| if let Event::Text(text) = event { Some(text.to_string()) } else { None })
            .collect();
        assert_eq!(read, text);
        assert!(
            Parser::new(&escaped(text)).all(|event| matches!(event, Event::Text(_) | Event::Start(_) | Event::End(_)))
        );
    }

    fn kept(text: &str, held: bool, got: &[&str], others: usize) -> Vec<String> {
        let statement = parse::statement(text, 1).unwrap().unwrap();
        let got: Vec<String> = got.iter().map(|word| (*word).to_owned()).collect();
        expected(&statement, held, &AnswerWords { shown: got.clone(), expected: got, others })
    }

    #[test]
    fn what_its_author_expected_is_kept_where_it_held() {
        assert_eq!(kept("write c[0] abc => > 1, _", true, &["3"], 0), ["> 1", "_"]);
        assert_eq!(kept("write c[0] abc => 4", false, &["3"], 0), ["3"]);
        assert_eq!(kept("getsockopt c[0] sndbuf => $n, 7", false, &["212992"], 0), ["$n", "> 0"]);
    }

    #[test]
    fn numbers_of_one_run_or_one_kernel_become_relations() {
        for (text, got, others, want) in [
            ("fork x", &["4711"][..], 0, &["> 0"][..]),
            ("flood c[0] 1 1000", &["278", "EAGAIN"], 0, &["> 0", "EAGAIN"]),
            ("drain c[0]", &["278", "EOF"], 0, &["> 0", "EOF"]),
            ("drain c[0]", &["11"], 0, &["11"]),
            ("write c[0] 300000*x", &["219264"], 0, &["< 300000"]),
            ("write c[0] abc", &["3", "wakes peer \"abc\""], 1, &["3", "wakes peer \"abc\""]),
            ("close c[0]", &["0", "wakes peer 219264"], 1, &["0", "wakes peer"]),
            ("close c[0]", &["refused", "still peer"], 1, &["refused"]),
            ("kill peer", &["0", "killed peer SIGTERM"], 1, &["killed peer SIGTERM"]),
            ("repeat 3 write c[0] x", &["1"], 0, &[]),
            ("read c[0]", &["_"], 0, &[]),
        ] {
            assert_eq!(kept(text, false, got, others), want, "{text}");
        }
    }

    #[test]
    fn what_was_done_becomes_a_lesson_with_its_scene_apart() {
        let done = |text: &str, expected: &[&str]| {
            let expected = expected.iter().map(|word| (*word).to_owned()).collect();
            Done { text: text.to_owned(), expected, is_refused: false }
        };
        let all = [
            done("channel stream c peer", &[]),
            done("nonblock c[0] on", &["0"]),
            done("peer: read c[1]", &["sleeps"]),
        ];
        let text = lesson("a *title*", &all, Some("c[0] is `so`."), "6.18");
        let read = load::load("01-a.md", text.as_bytes()).unwrap();
        assert_eq!((read.setup.len(), read.steps.len(), read.title.as_str()), (2, 1, "a *title*"));
        assert_eq!(read.steps[0].after.as_deref(), Some("c[0] is \\`so\\`."));
        let text = lesson("t", &all[..2], None, "6.18");
        let read = load::load("01-a.md", text.as_bytes()).unwrap();
        assert!(read.setup.is_empty() && matches!(&read.steps[0].action, Action::Run(all) if all.len() == 2));
    }
}
