//! What a search finds beside keys: statements with an example each, lessons by their whole text and rows of the matrix.

use crate::lesson::list;
use crate::script::parse;
use crate::situation::MatrixRow;

use super::action::{Action, Learn};
use super::action_entry::ActionEntry;
pub use super::search_rank::{SCATTERED, rank};
use super::signature::DATA;
use super::{App, matrix_view};

/// The shortest query that is searched for in whole texts.
const SHORTEST: usize = 2;
/// What else people call what a statement is about.
const KEYWORDS: &[(&str, &str)] = &[
    ("sendmsg", "SCM_RIGHTS SCM_CREDENTIALS pass descriptors ancillary control"),
    ("recvmsg", "SCM_RIGHTS SCM_CREDENTIALS MSG_CTRUNC ancillary control"),
    ("shutdown", "SHUT_RD SHUT_WR SHUT_RDWR half-close"),
    ("recv", "MSG_PEEK MSG_DONTWAIT MSG_WAITALL MSG_TRUNC MSG_OOB"),
    ("send", "MSG_DONTWAIT MSG_NOSIGNAL MSG_OOB MSG_EOR MSG_MORE sendto"),
    ("nonblock", "EAGAIN EWOULDBLOCK"),
    ("wait", "zombie reap waitpid"),
    ("channel", "new socketpair pipe fork"),
];
/// Letters shown before a word that was found.
const BEFORE: usize = 30;

/// Statements, lessons and rows of the matrix in which all words occur.
pub fn others(app: &App, query: &str) -> Vec<(u32, ActionEntry)> {
    if query.trim().len() < SHORTEST {
        return Vec::new();
    }
    let found = statements(query).into_iter().chain(lessons(app, query)).chain(matrix_rows(query));
    found.filter(|(rank, _)| *rank < SCATTERED).collect()
}

fn statements(query: &str) -> Vec<(u32, ActionEntry)> {
    let of_verb = |(at, verb): (usize, &parse::VerbHelp)| {
        let words = KEYWORDS.iter().find(|(name, _)| *name == verb.name).map_or("", |(_, words)| words);
        let data = if verb.synopsis.contains(" DATA") { DATA } else { "" };
        let text = format!("{} {} {words} {data}", verb.synopsis, verb.about).to_lowercase();
        let rank = rank(verb.name, &text, "", query)?;
        let action = Action::TypeStatement(u16::try_from(at).ok()?);
        let data = if data.is_empty() { String::new() } else { format!(" · {data}") };
        let detail = format!("{} · {}{data} · for example: {}", verb.synopsis, verb.about, verb.example);
        let long = format!("{}: {}", verb.name, verb.about);
        Some((
            rank,
            ActionEntry {
                name: verb.name,
                keys: ":".to_owned(),
                detail: Some(detail),
                ..ActionEntry::of(action, long)
            },
        ))
    };
    parse::verbs().iter().enumerate().filter_map(of_verb).collect()
}

fn lessons(app: &App, query: &str) -> Vec<(u32, ActionEntry)> {
    let texts = app.course.texts();
    let of_lesson = |at: usize| {
        let (lesson, (text, small)) = (app.course.lessons.get(at)?, texts.get(at)?);
        let rank = rank("", &list::heading(lesson).to_lowercase(), small, query)?;
        let action = Action::Learn(Learn::TakeAt(u16::try_from(at).ok()?));
        let long = format!("lesson {}: {}", lesson.number, lesson.title);
        // Where small letters are as long as large ones, the text is shown as it is.
        let detail = passage(small, if text.len() == small.len() { text } else { small }, query);
        Some((
            rank,
            ActionEntry {
                name: "lesson",
                keys: "lesson".to_owned(),
                detail: Some(detail),
                ..ActionEntry::of(action, long)
            },
        ))
    };
    (0..app.course.lessons.len()).filter_map(of_lesson).collect()
}

fn matrix_rows(query: &str) -> Vec<(u32, ActionEntry)> {
    let of_row = |(rank, at, row): (u32, usize, &'static MatrixRow)| {
        let action = Action::MatrixRow(u16::try_from(at).ok()?);
        let questions = row.questions().join("; ");
        let detail = format!("what each kind of channel answers to: {questions}");
        let long = format!("matrix, {}: {}", row.id, row.title);
        let keys = "matrix".to_owned();
        Some((rank, ActionEntry { name: "matrix", keys, detail: Some(detail), ..ActionEntry::of(action, long) }))
    };
    matrix_view::rows_with(query).filter_map(of_row).collect()
}

/// The words around the first one that was found.
fn passage(small: &str, text: &str, query: &str) -> String {
    let at = query.split_whitespace().find_map(|word| small.find(word)).unwrap_or(0);
    let mut start = at.saturating_sub(BEFORE);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let words: Vec<&str> = text[start..].split_whitespace().skip(usize::from(start > 0)).take(40).collect();
    format!("... {} ...", words.join(" "))
}
