//! What the next problem of the practice is to be like: about a weak topic, harder after right answers, and unlike the one before.

use super::Lesson;
use crate::script::Statement;

/// Right answers that lead to a harder level.
const RIGHT_PER_LEVEL: u32 = 4;
/// The hardest level.
const HARDEST: u8 = 3;

/// What a problem is to be like.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProblemWish {
    /// The topic it is to be about, of [`super::TOPICS`]; any unless told.
    pub topic: Option<String>,
    /// From 0: more statements, and more wrong answers to choose from.
    pub level: u8,
    /// What the problem before was like, by [`likeness`].
    pub unlike: Option<String>,
}

/// The level after so many right and wrong answers.
pub fn level(right: u32, wrong: u32) -> u8 {
    let steps = right.saturating_sub(wrong) / RIGHT_PER_LEVEL;
    u8::try_from(steps).unwrap_or(HARDEST).min(HARDEST)
}

/// What makes two problems nearly the same: the kind of channel, the call that is asked about, and the answer.
pub fn likeness_of(setup: &str, question: &Statement, answer: &str) -> String {
    let kind = setup.split_whitespace().nth(1).unwrap_or_default();
    let verb = question.text.rsplit(": ").next().and_then(|text| text.split_whitespace().next()).unwrap_or_default();
    format!("{kind} {verb} {answer}")
}

/// The same of a problem that is a lesson of one question.
pub fn likeness(problem: &Lesson) -> Option<String> {
    let (_, prediction) = problem.questions().next()?;
    let answer = prediction.options.iter().find(|option| option.ticked)?;
    let setup = problem.setup.first().map(|statement| statement.text.as_str()).unwrap_or_default();
    Some(likeness_of(setup, &prediction.statement, &answer.text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::load;

    #[test]
    fn problems_are_alike_by_kind_call_and_answer() {
        let problem = |kind: &str, word: &str| {
            let front = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n";
            let body = format!(
                "```tin setup\nchannel {kind} c peer\nwrite c[0] {word}\n```\n```predict\npeer: read c[1]\n- [x] EOF\n- [ ] 3\n```\n"
            );
            likeness(&load::load("1-a.md", format!("{front}{body}").as_bytes()).unwrap()).unwrap()
        };
        assert_eq!(problem("stream", "a"), "stream read EOF");
        assert_eq!(problem("stream", "a"), problem("stream", "b"));
        assert_ne!(problem("stream", "a"), problem("dgram", "a"));
        assert_eq!([level(0, 0), level(3, 0), level(4, 0), level(9, 1), level(99, 0)], [0, 0, 1, 2, 3]);
    }
}
