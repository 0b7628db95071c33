//! A lesson's question on the other kinds of channel: the same statements with another type of socket. Where a wrong answer is what
//! another kind does, the learner is told so.

use super::{Lesson, LessonPosition};
use crate::script::{Statement, parse};

/// The types of sockets that stand in for one another: as a statement names them, and as a learner does.
const KINDS: [(&str, &str); 3] = [("stream", "SOCK_STREAM"), ("dgram", "SOCK_DGRAM"), ("seqpacket", "SOCK_SEQPACKET")];

/// The way to a question and its statement, on another kind of channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The kind, as a learner names it.
    pub kind: &'static str,
    /// From an empty bench; the last is the question's.
    pub statements: Vec<Statement>,
}

/// The question of a step, on each other kind of channel than its own; none where it is not about a channel of sockets.
pub fn variants(lesson: &Lesson, step: usize) -> Vec<Variant> {
    let Some((_, prediction)) = lesson.questions().find(|(at, _)| *at == step) else { return Vec::new() };
    let way: Vec<&Statement> = LessonPosition::at(lesson, step).way(lesson);
    let Some(name) = channel_of(&prediction.statement.text) else { return Vec::new() };
    let made = way.iter().position(|statement| kind_of(&statement.text, name).is_some());
    let Some((at, own)) = made.and_then(|at| Some((at, kind_of(&way[at].text, name)?))) else { return Vec::new() };
    let variant = |(kind, title): (&str, &'static str)| {
        let text = way[at].text.replacen(&format!(" {own} "), &format!(" {kind} "), 1);
        let other = parse::statement(&text, way[at].line).ok().flatten()?;
        let mut statements: Vec<Statement> = way.iter().map(|statement| (*statement).clone()).collect();
        statements[at] = Statement { expectations: Vec::new(), ..other };
        statements.push(prediction.statement.clone());
        Some(Variant { kind: title, statements })
    };
    KINDS.into_iter().filter(|(kind, _)| *kind != own).filter_map(variant).collect()
}

/// `chat` of `child1: read chat[1]`.
fn channel_of(text: &str) -> Option<&str> {
    let name = text.split_once('[')?.0;
    Some(name.rsplit([' ', '=', ',']).next().unwrap_or(name)).filter(|name| !name.is_empty())
}

/// The type of socket with which a statement makes the channel of this name.
fn kind_of(text: &str, name: &str) -> Option<&'static str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let verb = words.iter().position(|word| matches!(*word, "channel" | "socketpair"))?;
    let is_named = words.get(verb + 2) == Some(&name);
    let kind = words.get(verb + 1).filter(|_| is_named)?;
    KINDS.into_iter().map(|(kind, _)| kind).find(|known| known == kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::load;

    #[test]
    fn the_channel_that_is_asked_about_becomes_another_kind() {
        let text = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n```tin setup\nchannel stream a one\n\
                    channel stream chat two\n```\n```tin\nwrite chat[0] x => 1\n```\n```predict\ntwo: read chat[1]\n- [x] \"x\"\n- [ ] EOF\n```\n\
                    ```predict\nkill two\n- [x] killed two SIGTERM\n- [ ] sleeps\n```\n";
        let lesson = load::load("01-a.md", text.as_bytes()).unwrap();
        let found = variants(&lesson, 1);
        let texts = |variant: &Variant| variant.statements.iter().map(|it| it.text.clone()).collect::<Vec<_>>();
        assert_eq!(found.iter().map(|it| it.kind).collect::<Vec<_>>(), ["SOCK_DGRAM", "SOCK_SEQPACKET"]);
        let want = ["channel stream a one", "channel dgram chat two", "write chat[0] x", "two: read chat[1]"];
        assert_eq!(texts(&found[0]), want);
        assert_eq!((variants(&lesson, 0), variants(&lesson, 2)), (Vec::new(), Vec::new()));
    }
}
