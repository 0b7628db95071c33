//! What a learner has done: which lessons, and how far in the others. Text becomes this and back; where the text is kept is
//! somebody else's business.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::score::{Missed, Score};
use super::{Lesson, review};

/// The largest text, in bytes.
pub const MAX_TEXT: usize = 256 * 1024;
/// The layout of the text.
const VERSION: u32 = 1;

/// What is done of all lessons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    /// The lesson taken last, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<String>,
    /// By which the options of questions are put in order for this learner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    /// Questions answered in all, of lessons and of the practice.
    #[serde(default, skip_serializing_if = "is_default")]
    answered: u64,
    #[serde(default, rename = "lesson")]
    lessons: BTreeMap<String, LessonProgress>,
    /// Answers by topic.
    #[serde(default, rename = "topic", skip_serializing_if = "BTreeMap::is_empty")]
    topics: BTreeMap<String, Score>,
    /// Questions that come back, by [`review::name`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    missed: BTreeMap<String, Missed>,
    /// The fewest statements with which a bug hunt's program was repaired, by the lesson's id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    best: BTreeMap<String, u32>,
    /// First steps that are no longer offered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    steps: BTreeMap<String, bool>,
}

/// What is done of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LessonProgress {
    /// It was taken to its end.
    #[serde(default)]
    pub done: bool,
    /// The step that comes next, from 0.
    #[serde(default)]
    pub step: usize,
    /// Answers of the last time it was taken.
    #[serde(flatten)]
    pub score: Score,
    /// Questions up to this step, from 0, are counted in `score`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub counted: usize,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A question of a lesson.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The lesson.
    pub lesson: &'a Lesson,
    /// Its step, from 0.
    pub step: usize,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            version: VERSION,
            last: None,
            seed: None,
            answered: 0,
            lessons: BTreeMap::new(),
            topics: BTreeMap::new(),
            missed: BTreeMap::new(),
            best: BTreeMap::new(),
            steps: BTreeMap::new(),
        }
    }
}

impl Progress {
    /// Reads it; the error says what is wrong.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.len() > MAX_TEXT {
            return Err(format!("it has {} bytes, {MAX_TEXT} are the most", text.len()));
        }
        let progress: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        if progress.version != VERSION {
            return Err(format!("it is of version {}, this program knows version {VERSION}", progress.version));
        }
        Ok(progress)
    }

    /// Whether a newer program has written it: this one must leave it alone.
    pub fn is_newer(text: &str) -> bool {
        let version = toml::from_str::<toml::Table>(text).ok().and_then(|table| table.get("version")?.as_integer());
        version.is_some_and(|version| version > i64::from(VERSION))
    }

    /// Writes it.
    pub fn write(&self) -> Result<String, String> {
        toml::to_string(self).map_err(|error| error.to_string())
    }

    /// Of one lesson.
    pub fn of(&self, id: &str) -> LessonProgress {
        self.lessons.get(id).copied().unwrap_or_default()
    }

    /// The learner stands at a step of a lesson.
    pub fn reach(&mut self, id: &str, step: usize) {
        self.last = Some(id.to_owned());
        self.lessons.entry(id.to_owned()).or_default().step = step;
    }

    /// The learner is through with a lesson; taken again, it begins at its beginning.
    pub fn finish(&mut self, id: &str) {
        self.last = Some(id.to_owned());
        let entry = self.lessons.entry(id.to_owned()).or_default();
        (entry.done, entry.step) = (true, 0);
    }

    /// A lesson is taken from its beginning: its answers count anew.
    pub fn begin(&mut self, id: &str) {
        let entry = self.lessons.entry(id.to_owned()).or_default();
        (entry.score, entry.counted) = (Score::default(), 0);
    }

    /// A question of a lesson was answered. Only the first answer counts until the lesson is taken again.
    pub fn answer(&mut self, question: Question<'_>, is_right: bool) {
        let Question { lesson, step } = question;
        let entry = self.lessons.entry(lesson.id.clone()).or_default();
        if step < entry.counted {
            return;
        }
        entry.counted = step + 1;
        entry.score.add(is_right);
        let number = lesson.questions().take_while(|(at, _)| *at <= step).count();
        self.count(&review::name(&lesson.id, number), &lesson.topics, is_right);
    }

    /// A question that came back was answered.
    pub fn answer_again(&mut self, name: &str, topics: &[String], is_right: bool) {
        self.count(name, topics, is_right);
    }

    /// A problem of the practice was answered.
    pub fn answer_problem(&mut self, topics: &[String], is_right: bool) {
        self.answered = self.answered.saturating_add(1);
        for topic in topics {
            self.topics.entry(topic.clone()).or_default().add(is_right);
        }
    }

    fn count(&mut self, name: &str, topics: &[String], is_right: bool) {
        self.answer_problem(topics, is_right);
        match Missed::after(self.missed.get(name).copied(), is_right, self.answered) {
            Some(missed) => drop(self.missed.insert(name.to_owned(), missed)),
            None => drop(self.missed.remove(name)),
        }
    }

    /// The missed question that comes back now; of several the one that is due longest.
    pub fn due(&self, lessons: &[Lesson]) -> Option<&str> {
        let is_there = |name: &str| review::find(lessons, name).is_some();
        let due = self.missed.iter().filter(|(name, missed)| missed.due <= self.answered && is_there(name));
        due.min_by_key(|(_, missed)| missed.due).map(|(name, _)| name.as_str())
    }

    /// Names of all questions that will come back.
    pub fn missed(&self) -> impl Iterator<Item = &str> {
        self.missed.keys().map(String::as_str)
    }

    /// Answers by topic.
    pub fn topics(&self) -> impl Iterator<Item = (&str, Score)> {
        self.topics.iter().map(|(topic, score)| (topic.as_str(), *score))
    }

    /// The topic with the fewest right answers in a hundred, if any is below nine in ten.
    pub fn weakest(&self) -> Option<&str> {
        let known = self.topics().filter_map(|(topic, score)| Some((topic, score.percent().filter(|it| *it < 90)?)));
        known.min_by_key(|(_, percent)| *percent).map(|(topic, _)| topic)
    }

    /// A bug hunt's program was repaired with so many statements; gives the fewest so far.
    pub fn repaired(&mut self, id: &str, statements: u32) -> u32 {
        let best = self.best.entry(id.to_owned()).or_insert(statements);
        *best = statements.min(*best);
        *best
    }

    /// The fewest statements with which a bug hunt's program was repaired.
    pub fn best(&self, id: &str) -> Option<u32> {
        self.best.get(id).copied()
    }

    /// A first step was done or refused: it is no longer offered.
    pub fn pass_step(&mut self, name: &str) {
        self.steps.insert(name.to_owned(), true);
    }

    /// Whether a first step is no longer offered.
    pub fn is_step_gone(&self, name: &str) -> bool {
        self.steps.get(name).copied().unwrap_or(false)
    }

    /// The seed for the order of options; the first one that is offered is kept.
    pub fn seed_or(&mut self, seed: u64) -> u64 {
        *self.seed.get_or_insert(seed)
    }

    /// The lesson to go on with: the last one unless it is over, else the first that is not done.
    pub fn resume(&self, lessons: &[Lesson]) -> Option<usize> {
        let last = self.last.as_ref().and_then(|id| lessons.iter().position(|lesson| lesson.id == *id));
        let is_open = |at: &usize| {
            let entry = self.of(&lessons[*at].id);
            !entry.done || entry.step > 0
        };
        last.filter(is_open).or_else(|| (0..lessons.len()).find(|at| !self.of(&lessons[*at].id).done))
    }

    /// In words, for the list: `done`, `step 3 of 8`, or nothing.
    pub fn words(&self, lesson: &Lesson) -> String {
        let entry = self.of(&lesson.id);
        match (entry.done, entry.step) {
            (true, 0) => "done".to_owned(),
            (false, 0) => String::new(),
            (_, step) => format!("step {} of {}", (step + 1).min(lesson.steps.len()), lesson.steps.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::load;

    fn lessons() -> Vec<Lesson> {
        let text =
            "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n```tin\ntasks\n```\n```tin\ntasks\n```\n";
        ["01-a.md", "02-b.md"].map(|name| load::load(name, text.as_bytes()).unwrap()).into()
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut progress = Progress::default();
        progress.reach("half-close", 3);
        progress.finish("deadlock");
        let text = progress.write().unwrap();
        assert_eq!(Progress::read(&text), Ok(progress));
        assert_eq!(Progress::read("version = 1\n"), Ok(Progress::default()));
    }

    #[test]
    fn what_is_no_progress_is_an_error_and_no_panic() {
        for text in ["", "version = 2\n", "version = 1\nlesson = 3\n", "\0", "version = 1\n[lesson.a]\nstep = -1\n"] {
            assert!(Progress::read(text).is_err(), "{text:?}");
        }
        assert!(Progress::read(&"#".repeat(MAX_TEXT + 1)).is_err());
    }

    #[test]
    fn one_goes_on_where_one_was_and_then_with_the_first_that_is_not_done() {
        let lessons = lessons();
        let mut progress = Progress::default();
        assert_eq!(progress.resume(&lessons), Some(0));
        progress.reach("b", 1);
        assert_eq!(progress.resume(&lessons), Some(1));
        progress.finish("b");
        assert_eq!(progress.resume(&lessons), Some(0));
        progress.finish("a");
        assert_eq!(progress.resume(&lessons), None);
        progress.reach("a", 1);
        assert_eq!((progress.resume(&lessons), progress.of("a").done), (Some(0), true));
    }

    #[test]
    fn progress_in_words() {
        let lessons = lessons();
        let mut progress = Progress::default();
        assert_eq!(progress.words(&lessons[0]), "");
        progress.reach("a", 1);
        assert_eq!(progress.words(&lessons[0]), "step 2 of 2");
        progress.finish("a");
        assert_eq!(progress.words(&lessons[0]), "done");
    }
}
