//! Why something came out so, in sentences: the rule that says it, and what it foretells.

use super::Subject;
use super::foretold::Foretold;

/// Why something came out so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What it is about.
    pub subject: Subject,
    /// The name of what it is about: an end's, a task's.
    pub about: String,
    /// One to three sentences.
    pub text: String,
    /// The rule's name.
    pub rule: &'static str,
    /// The manual page and section that say so, where one does.
    pub page: Option<&'static str>,
    /// The lesson that shows it.
    pub lesson: Option<&'static str>,
    /// What its sentences say will happen.
    pub foretold: Vec<Foretold>,
}

impl Explanation {
    /// The rule's name where no rule has anything to say, and what happened is said instead.
    pub const NO_RULE: &str = "nothing-to-explain";

    /// What happened or stands there, without a reason.
    pub fn of_fact(text: String) -> Self {
        let (subject, about, rule) = (Subject::Other, String::new(), Self::NO_RULE);
        Self { subject, about, text, rule, page: None, lesson: None, foretold: Vec::new() }
    }

    /// Whether a rule gave a reason.
    pub fn has_rule(&self) -> bool {
        self.rule != Self::NO_RULE
    }

    /// The same, and one of its sentences foretells this.
    #[must_use]
    pub fn foretelling(mut self, foretold: impl IntoIterator<Item = Foretold>) -> Self {
        self.foretold.extend(foretold);
        self
    }
}
