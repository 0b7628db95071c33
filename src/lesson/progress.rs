//! What a learner has done: which lessons, and how far in the others. Text becomes this and back; where the text is kept is
//! somebody else's business.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Lesson;

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
    #[serde(default, rename = "lesson")]
    lessons: BTreeMap<String, Entry>,
}

/// What is done of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Entry {
    /// It was taken to its end.
    #[serde(default)]
    pub done: bool,
    /// The step that comes next, from 0.
    #[serde(default)]
    pub step: usize,
}

impl Default for Progress {
    fn default() -> Self {
        Self { version: VERSION, last: None, lessons: BTreeMap::new() }
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

    /// Writes it.
    pub fn write(&self) -> Result<String, String> {
        toml::to_string(self).map_err(|error| error.to_string())
    }

    /// Of one lesson.
    pub fn of(&self, id: &str) -> Entry {
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
        self.lessons.insert(id.to_owned(), Entry { done: true, step: 0 });
    }

    /// Marks that another terminal may have left meanwhile.
    pub fn add_done(&mut self, other: &Self) {
        for (id, entry) in other.lessons.iter().filter(|(_, entry)| entry.done) {
            self.lessons.entry(id.clone()).or_insert(*entry).done = true;
        }
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
    fn done_marks_of_another_terminal_are_kept() {
        let (mut one, mut other) = (Progress::default(), Progress::default());
        one.reach("a", 1);
        other.finish("a");
        other.finish("b");
        one.add_done(&other);
        assert_eq!((one.of("a"), one.of("b").done), (Entry { done: true, step: 1 }, true));
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
