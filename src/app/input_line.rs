//! One line being typed: text, a caret that stands between whole letters (é, 漢, 👩‍🚀), and what was entered before.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// The most bytes a line takes; what is beyond is dropped and said.
pub const MAX_INPUT: usize = 8 * 1024;
/// Entered lines that are remembered.
pub const MAX_HISTORY: usize = 200;

/// Editing keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edit {
    /// One letter left.
    Left,
    /// One letter right.
    Right,
    /// To the beginning.
    Start,
    /// To the end.
    End,
    /// Deletes the letter before the caret.
    Backspace,
    /// Deletes the letter under the caret.
    Delete,
    /// Deletes the word before the caret.
    DeleteWord,
    /// Deletes what is before the caret.
    DeleteToStart,
    /// What was entered before.
    Older,
    /// What was entered after that.
    Newer,
}

/// A line being typed.
#[derive(Debug, Clone, Default)]
pub struct InputLine {
    text: String,
    /// In bytes, on a grapheme's edge.
    caret: usize,
    history: Vec<String>,
    /// Where in the history, while looking back.
    at: Option<usize>,
    /// What was being typed before looking back.
    draft: String,
}

impl InputLine {
    /// What is typed so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The caret, in bytes.
    pub fn caret(&self) -> usize {
        self.caret
    }

    /// Whether something was entered before what is seen.
    pub fn has_older(&self) -> bool {
        self.at.unwrap_or(self.history.len()) > 0
    }

    /// Whether something comes after what is seen.
    pub fn has_newer(&self) -> bool {
        self.at.is_some()
    }

    /// Puts text at the caret. Gives the number of bytes that found no room.
    pub fn insert(&mut self, text: &str) -> usize {
        let room = MAX_INPUT.saturating_sub(self.text.len());
        let mut end = text.len().min(room);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.insert_str(self.caret, &text[..end]);
        self.caret += end;
        self.snap();
        text.len() - end
    }

    /// Replaces everything; the caret goes to the end.
    pub fn set(&mut self, text: &str) {
        self.text.clear();
        self.caret = 0;
        self.at = None;
        self.insert(text);
    }

    /// Takes what was typed, and remembers it.
    pub fn enter(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.caret = 0;
        self.at = None;
        if !text.is_empty() && self.history.last() != Some(&text) {
            self.history.push(text.clone());
        }
        if self.history.len() > MAX_HISTORY {
            self.history.remove(0);
        }
        text
    }

    /// An editing key.
    pub fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Left => self.caret = self.before(),
            Edit::Right => self.caret = self.after(),
            Edit::Start => self.caret = 0,
            Edit::End => self.caret = self.text.len(),
            Edit::Backspace => self.delete(self.before(), self.caret),
            Edit::Delete => self.delete(self.caret, self.after()),
            Edit::DeleteWord => self.delete(self.word_start(), self.caret),
            Edit::DeleteToStart => self.delete(0, self.caret),
            Edit::Older => self.look_back(),
            Edit::Newer => self.look_on(),
        }
    }

    fn delete(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.caret = from;
        self.snap();
    }

    fn before(&self) -> usize {
        self.text[..self.caret].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.caret..].graphemes(true).next().map_or(self.caret, |letter| self.caret + letter.len())
    }

    fn word_start(&self) -> usize {
        let head = &self.text[..self.caret];
        let trimmed = head.trim_end();
        trimmed.char_indices().rev().find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8())
    }

    /// What is put in may join with what follows into one letter: the caret goes behind it.
    fn snap(&mut self) {
        // Looks at the neighbours alone: a paste without brackets comes letter by letter.
        let mut cursor = GraphemeCursor::new(self.caret, self.text.len(), true);
        if cursor.is_boundary(&self.text, 0) != Ok(true) {
            self.caret = cursor.next_boundary(&self.text, 0).ok().flatten().unwrap_or(self.text.len());
        }
    }

    fn look_back(&mut self) {
        let at = match self.at {
            None => self.history.len(),
            Some(at) => at,
        };
        let Some(older) = at.checked_sub(1) else { return };
        if self.at.is_none() {
            self.draft.clone_from(&self.text);
        }
        let text = self.history[older].clone();
        self.set(&text);
        self.at = Some(older);
    }

    fn look_on(&mut self) {
        let Some(at) = self.at else { return };
        let newer = self.history.get(at + 1).cloned();
        let is_draft = newer.is_none();
        let text = newer.unwrap_or_else(|| std::mem::take(&mut self.draft));
        self.set(&text);
        self.at = (!is_draft).then_some(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_never_stands_inside_a_letter() {
        let mut line = InputLine::default();
        line.insert("a👩‍🚀e\u{301}");
        for want in ["a👩‍🚀", "a", ""] {
            line.edit(Edit::Left);
            assert_eq!(&line.text()[..line.caret()], want);
        }
        line.edit(Edit::Right);
        line.edit(Edit::Delete);
        assert_eq!(line.text(), "ae\u{301}");
        line.edit(Edit::End);
        line.edit(Edit::Backspace);
        assert_eq!(line.text(), "a");
    }

    #[test]
    fn words_and_heads_are_deleted_whole() {
        let mut line = InputLine::default();
        line.insert("one two  ");
        line.edit(Edit::DeleteWord);
        assert_eq!(line.text(), "one ");
        line.edit(Edit::DeleteToStart);
        assert_eq!((line.text(), line.caret()), ("", 0));
    }

    #[test]
    fn a_line_takes_so_much_and_says_what_it_dropped() {
        let mut line = InputLine::default();
        assert_eq!(line.insert(&"é".repeat(MAX_INPUT)), MAX_INPUT);
        assert_eq!(line.insert("x"), 1);
    }

    #[test]
    fn looking_back_keeps_the_draft() {
        let mut line = InputLine::default();
        for text in ["one", "two"] {
            line.insert(text);
            line.enter();
        }
        line.insert("draft");
        for (edit, want) in [
            (Edit::Older, "two"),
            (Edit::Older, "one"),
            (Edit::Older, "one"),
            (Edit::Newer, "two"),
            (Edit::Newer, "draft"),
            (Edit::Newer, "draft"),
        ] {
            line.edit(edit);
            assert_eq!(line.text(), want);
        }
    }
}
