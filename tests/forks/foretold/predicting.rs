//! Which sentences foretell something: by their words. A rule that says one must carry what it foretells as a value, which is tried.

use tincans::trace::Explanation;

use super::Rules;

/// Words of sentences about what comes.
const SIGNS: &[&str] = &[
    " wakes ",
    " wake it",
    " can wake ",
    "next read",
    "next write",
    "next send",
    "next call",
    "next wait",
    "a read would",
    "a read there returns",
    "a read takes",
    "a write would",
    "write there fails",
    "A write of up to",
    "would fail",
    "an accept would",
    "will fail",
    "will be told",
    "will get no",
    "can still be accepted",
    "is delivered when",
    "every time",
    "read makes room",
    "now gets",
];

/// Rules whose sentences have such words and foretell nothing that could be tried, each with the reason.
const EXEMPT: &[(&str, &str)] = &[
    ("eof-of-a-fifo", "when somebody opens it again hangs on who that is; the read itself is foretold"),
    ("fifo-has-no-reader", "what the same open would have done without its flag"),
    ("own-copy-keeps-epipe-away", "what the write would have met without that copy"),
    ("read-takes-what-is-there", "of a drain: what a read would have done before"),
    ("stopped-is-not-dead", "nothing happens until it is continued"),
];

/// Whether its text has words of a sentence about what comes.
pub(super) fn predicts(explained: &Explanation) -> bool {
    SIGNS.iter().any(|sign| explained.text.contains(sign))
}

/// The rules that were met with such a sentence and never with a value.
pub(super) fn without_values(rules: &Rules) -> Vec<(&str, &str)> {
    let is_exempt = |rule: &str| EXEMPT.iter().any(|row| row.0 == rule);
    rules
        .iter()
        .filter(|(rule, met)| met.predicts > 0 && met.valued == 0 && !is_exempt(rule))
        .map(|(rule, met)| (rule.as_str(), met.unvalued.as_str()))
        .collect()
}
