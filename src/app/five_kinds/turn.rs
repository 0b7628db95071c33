//! A statement of a channel's history, to be made again on a channel of another kind.

use std::fmt::Write as _;

use crate::script::Statement;
use crate::world::kind::Kind;

/// A statement of the history: by which side, and its text with the ends' places left open.
pub(super) struct Turn {
    pub is_by_near: bool,
    /// `write`, and the rest in pieces: each but the last is followed by an end.
    pieces: Vec<String>,
    /// Whether each of those ends is the near one.
    ends: Vec<bool>,
}

/// Whether a statement is about one of the ends, or does something to who holds one.
pub(super) fn is_about(statement: &Statement, ends: &[String; 2], tasks: &[&str; 2]) -> bool {
    let pieces = unquoted(&statement.text);
    let names_end = pieces.iter().any(|(piece, is_quoted)| !is_quoted && ends.iter().any(|end| piece.contains(end)));
    names_end || signalled(&statement.text, tasks).is_some()
}

/// `kill child1 SIGKILL`: whether that is the one at the near end.
fn signalled(text: &str, tasks: &[&str; 2]) -> Option<bool> {
    let mut words = text.split_whitespace();
    let verb = words.next().filter(|verb| matches!(*verb, "kill" | "stop" | "cont"))?;
    let task = words.next().filter(|_| !verb.is_empty())?;
    tasks.iter().position(|other| *other == task).map(|at| at == 0)
}

/// A text in pieces, each with whether it stands in quotes.
fn unquoted(text: &str) -> Vec<(String, bool)> {
    let mut pieces = vec![(String::new(), false)];
    let mut is_escaped = false;
    for letter in text.chars() {
        let Some((piece, is_quoted)) = pieces.last_mut() else { break };
        piece.push(letter);
        let ends = letter == '"' && !is_escaped;
        is_escaped = *is_quoted && letter == '\\' && !is_escaped;
        if ends {
            let next = !*is_quoted;
            if next {
                piece.pop();
                pieces.push(("\"".to_owned(), true));
            } else {
                pieces.push((String::new(), false));
            }
        }
    }
    pieces
}

/// Verbs whose statements mean the same on any channel.
const VERBS: &[&str] = &[
    "read",
    "write",
    "recv",
    "send",
    "readv",
    "writev",
    "recvmsg",
    "sendmsg",
    "close",
    "shutdown",
    "poll",
    "getsockopt",
    "setsockopt",
    "nonblock",
    "flood",
    "drain",
    "queue",
];

impl Turn {
    /// A statement that no one has typed.
    pub fn own(verb: &str, is_near: bool, rest: &str) -> Self {
        Self { is_by_near: is_near, pieces: vec![format!("{verb} "), format!(" {rest}")], ends: vec![is_near] }
    }

    /// What a statement says, where it says the same on another channel.
    pub fn of(text: &str, ends: &[String; 2], tasks: &[&str; 2]) -> Option<Self> {
        let text = text.split(" => ").next().unwrap_or(text).trim();
        if let Some(is_near) = signalled(text, tasks) {
            let verb = text.split_whitespace().next()?;
            let rest = text.split_whitespace().skip(2).collect::<Vec<_>>().join(" ");
            return Some(Self {
                is_by_near: is_near,
                pieces: vec![format!("{verb} @"), format!(" {rest}")],
                ends: Vec::new(),
            });
        }
        // On the other bench the task that holds the end makes it, no matter who did here.
        let text = match text.split_once(':') {
            Some((task, rest)) if !task.contains(['"', ' ']) => rest.trim_start(),
            _ => text,
        };
        let verb = text.split_whitespace().find(|word| *word != "repeat" && word.parse::<u32>().is_err())?;
        let is_own = |word: &str| !word.starts_with("fds=") && !word.starts_with("to=") && !word.contains("]@");
        if !VERBS.contains(&verb) || !text.split_whitespace().all(is_own) {
            return None;
        }
        let (mut pieces, mut found) = (vec![String::new()], Vec::new());
        for (piece, is_quoted) in unquoted(text) {
            let mut rest = piece.as_str();
            while let Some((at, which)) = first_of(rest, ends).filter(|_| !is_quoted) {
                if let Some(last) = pieces.last_mut() {
                    last.push_str(&rest[..at]);
                }
                pieces.push(String::new());
                found.push(which == 0);
                rest = &rest[at + ends[which].len()..];
            }
            if let Some(last) = pieces.last_mut() {
                last.push_str(rest);
            }
        }
        let is_by_near = *found.first()?;
        // An end of another channel is not there.
        let names_other = unquoted(&pieces.concat()).iter().any(|(piece, is_quoted)| !is_quoted && piece.contains('['));
        (!names_other && found.iter().all(|near| *near == is_by_near)).then_some(Self {
            is_by_near,
            pieces,
            ends: found,
        })
    }

    /// Whether it closes an end, or kills who holds it.
    pub fn is_an_end(&self) -> bool {
        self.pieces[0].starts_with("close") || self.pieces[0].starts_with("kill")
    }

    /// The statement on one kind's channel; none where such a channel cannot carry it that way.
    pub fn on(&self, kind: Kind, name: &str) -> Option<String> {
        let near = usize::from(kind.is_pipe());
        let task = format!("{name}_{}", if self.is_by_near { "near" } else { "far" });
        if self.ends.is_empty() {
            let [verb, rest] = &self.pieces[..] else { return None };
            return Some(format!("{}{task}{rest}", verb.trim_end_matches('@')));
        }
        let writes = ["write", "send", "flood"].iter().any(|verb| self.pieces[0].contains(verb));
        let reads = ["read", "recv", "drain"].iter().any(|verb| self.pieces[0].contains(verb));
        if kind.is_pipe() && ((writes && !self.is_by_near) || (reads && self.is_by_near)) {
            return None;
        }
        let mut text = format!("{task}: ");
        for (at, piece) in self.pieces.iter().enumerate() {
            text.push_str(piece);
            if let Some(is_near) = self.ends.get(at) {
                let _ = write!(text, "{name}[{}]", if *is_near { near } else { 1 - near });
            }
        }
        Some(text)
    }
}

/// The first place at which one of these stands, and which.
fn first_of(text: &str, ends: &[String; 2]) -> Option<(usize, usize)> {
    let found = ends.iter().enumerate().filter(|(_, end)| !end.is_empty());
    found.filter_map(|(which, end)| text.find(end.as_str()).map(|at| (at, which))).min()
}
