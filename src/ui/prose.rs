//! A lesson's Markdown as lines of a given width: headings, lists, quotes, shown code, bold and code in the text. Every letter
//! passes the sanitiser; a word is never broken where a line can be.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::theme::{Colours, Theme};
use super::words;
use crate::text::{self, Letter};

/// The text in lines of at most `width` columns.
pub fn lines(markdown: &str, width: u16, theme: Theme) -> Vec<Line<'static>> {
    Setter::new(theme, width.max(4)).set(markdown)
}

/// The same as plain text: in lines of at most `width` columns, or each paragraph as one; code keeps its lines as they are.
pub fn text(markdown: &str, width: Option<u16>) -> Vec<String> {
    let mut setter = Setter::new(Theme::with(Colours::None), width.unwrap_or(u16::MAX).max(4));
    (setter.cuts_code, setter.has_plain_marks) = (false, true);
    let lines = setter.set(markdown).into_iter().map(|line| line.to_string());
    // What is set as one line needs no blank one to end it.
    lines.filter(|line| width.is_some() || !line.is_empty()).collect()
}

/// Letters that stay together.
#[derive(Debug, Default)]
struct Word(Vec<(Letter, Style)>);

impl Word {
    fn width(&self) -> u16 {
        self.0.iter().fold(0, |sum, (letter, _)| sum.saturating_add(letter.width))
    }
}

/// What stands before the next letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wide {
    No,
    Yes,
    /// A wide letter, and the end of its line in the source.
    Broken,
}

/// What is set so far.
struct Setter {
    theme: Theme,
    width: u16,
    lines: Vec<Line<'static>>,
    /// The line on its way, and its columns.
    spans: Vec<Span<'static>>,
    used: u16,
    word: Word,
    /// A blank stands before the next word, in this style.
    blank: Option<Style>,
    /// Of the letters before: whether the last is wide, as Chinese ones are, and a line of the source has ended behind it.
    wide: Wide,
    /// What stands before each line: of lists, of quotes.
    indents: Vec<String>,
    /// What stands before the next line instead: a list's mark.
    first: Option<String>,
    /// Columns of what stands before this line.
    start: u16,
    bold: usize,
    is_code_block: bool,
    /// Marks of lists and quotes are ASCII.
    has_plain_marks: bool,
    /// Lines of code that are too long are cut.
    cuts_code: bool,
    /// A number for each open list; none of a list without numbers.
    lists: Vec<Option<u64>>,
}

impl Setter {
    fn new(theme: Theme, width: u16) -> Self {
        Self {
            theme,
            width,
            lines: Vec::new(),
            spans: Vec::new(),
            used: 0,
            word: Word::default(),
            blank: None,
            wide: Wide::No,
            indents: Vec::new(),
            first: None,
            start: 0,
            bold: 0,
            is_code_block: false,
            has_plain_marks: theme.is_ascii(),
            cuts_code: true,
            lists: Vec::new(),
        }
    }

    fn set(mut self, markdown: &str) -> Vec<Line<'static>> {
        for event in Parser::new_ext(markdown, Options::empty()) {
            self.take(event);
        }
        self.end_block();
        while self.lines.last().is_some_and(|line| line.spans.is_empty()) {
            self.lines.pop();
        }
        self.lines
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_code_block => self.shown(&text),
            Event::Text(text) => self.text(&text, self.style()),
            Event::Code(text) => {
                self.wide = Wide::No;
                let tick = if self.theme.is_plain() { "`" } else { "" };
                self.whole(&format!("{tick}{text}{tick}"), self.style().patch(self.theme.code()));
            }
            Event::SoftBreak => {
                let was_wide = self.wide;
                self.text(" ", self.style());
                self.wide = if was_wide == Wide::No { Wide::No } else { Wide::Broken };
            }
            Event::HardBreak => self.end_line(),
            Event::Rule => self.end_block(),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.text(&text, self.style());
            }
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other marks have no looks of their own")]
    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { .. } | Tag::Strong => self.bold += 1,
            Tag::List(number) => self.lists.push(*number),
            Tag::Item => {
                self.end_line();
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ if self.has_plain_marks => "- ".to_owned(),
                    _ => "• ".to_owned(),
                };
                self.first = Some(format!("{}{mark}", self.indents.concat()));
                self.indents.push(" ".repeat(text::text(&mark).len()));
            }
            Tag::BlockQuote(_) => {
                self.indents.push(if self.has_plain_marks { "| " } else { "│ " }.to_owned());
            }
            Tag::CodeBlock(_) => self.is_code_block = true,
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other marks have no looks of their own")]
    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.end_block();
                self.bold = self.bold.saturating_sub(1);
            }
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Paragraph => self.end_block(),
            TagEnd::List(_) => {
                self.lists.pop();
                self.end_block();
            }
            TagEnd::Item => {
                self.end_line();
                self.indents.pop();
                self.first = None;
            }
            TagEnd::BlockQuote(_) => drop(self.indents.pop()),
            TagEnd::CodeBlock => {
                self.is_code_block = false;
                self.end_block();
            }
            _ => {}
        }
    }

    fn style(&self) -> Style {
        if self.bold > 0 { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() }
    }

    fn text(&mut self, text: &str, style: Style) {
        for letter in self.letters(&text.replace(['\n', '\t'], " ")) {
            if letter.text == " " {
                self.end_word();
                self.blank = Some(style);
                continue;
            }
            // Between wide letters a line may end anywhere, and where it does there is no blank.
            let is_wide = letter.width > 1;
            if is_wide && self.wide == Wide::Broken {
                self.blank = None;
            }
            self.wide = if is_wide { Wide::Yes } else { Wide::No };
            if is_wide {
                self.end_word();
            }
            self.word.0.push((letter, style));
            if is_wide {
                self.end_word();
            }
        }
    }

    /// Code stays together where it fits on a line.
    fn whole(&mut self, text: &str, style: Style) {
        let letters = self.letters(&text.replace('\n', " "));
        if letters.len() > usize::from(self.width / 2) {
            self.text(text, style);
            return;
        }
        self.word.0.extend(letters.into_iter().map(|letter| (letter, style)));
    }

    /// The letters as they are shown; an escape is wider than many a line, so it may be broken.
    fn letters(&self, text: &str) -> Vec<Letter> {
        let shown = self.theme.letters();
        let spelled = text::text(text).into_iter().map(|letter| shown.spell(letter));
        spelled.flat_map(|letter| if letter.is_escape { text::text(&letter.text) } else { vec![letter] }).collect()
    }

    /// Lines of a block of code, cut by nothing but the width.
    fn shown(&mut self, text: &str) {
        for line in text.lines() {
            let room = if self.cuts_code { self.width.saturating_sub(2) } else { u16::MAX };
            let cut = words::cut(&self.theme.spelled(line), room);
            self.lines.push(Line::from(vec![Span::raw("  "), Span::styled(cut, self.theme.code())]));
        }
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.0.is_empty() {
            return;
        }
        let blank = u16::from(self.blank.is_some() && !self.spans.is_empty());
        if self.used > 0 && self.used.saturating_add(blank).saturating_add(word.width()) > self.width {
            self.end_line_kept();
        }
        self.begin_line();
        if let Some(style) = self.blank.take().filter(|_| self.used > self.start) {
            self.spans.push(Span::styled(" ", style));
            self.used += 1;
        }
        for (letter, style) in word.0 {
            if self.used.saturating_add(letter.width) > self.width {
                self.end_line_kept();
                self.begin_line();
            }
            self.used = self.used.saturating_add(letter.width);
            match self.spans.last_mut() {
                Some(span) if span.style == style => span.content.to_mut().push_str(&letter.text),
                _ => self.spans.push(Span::styled(letter.text, style)),
            }
        }
    }

    fn begin_line(&mut self) {
        if self.spans.is_empty() {
            let mark = self.first.take().unwrap_or_else(|| self.indents.concat());
            let mark = if words::width(&mark) > self.width / 2 { String::new() } else { mark };
            self.start = words::width(&mark);
            self.used = self.start;
            self.spans.push(Span::raw(mark));
        }
    }

    /// The line is full; the word on its way stays.
    fn end_line_kept(&mut self) {
        if !self.spans.is_empty() {
            self.lines.push(Line::from(std::mem::take(&mut self.spans)));
        }
        self.used = 0;
        self.blank = None;
    }

    fn end_line(&mut self) {
        self.end_word();
        self.end_line_kept();
    }

    /// A blank line after it.
    fn end_block(&mut self) {
        self.end_line();
        let is_loose = self.lines.last().is_some_and(|line| !line.spans.is_empty());
        if is_loose && self.lists.is_empty() {
            self.lines.push(Line::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(markdown: &str, width: u16) -> Vec<String> {
        lines(markdown, width, Theme::with(Colours::None)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn paragraphs_headings_and_lists_are_set() {
        let got = set("# Title\n\nOne **two** `three four`\nfive.\n\n- a\n- b c d e f\n\n1. x\n2. y\n", 12);
        let want = ["Title", "", "One two", "`three four`", "five.", "", "• a", "• b c d e f", "", "1. x", "2. y"];
        assert_eq!(got, want);
    }

    #[test]
    fn what_is_bold_is_bold_and_nothing_else() {
        let all = lines("a **b** c", 40, Theme::with(Colours::Sixteen));
        let bold: String = all[0]
            .spans
            .iter()
            .filter(|span| span.style.add_modifier.contains(Modifier::BOLD))
            .map(|span| span.content.as_ref())
            .collect();
        assert_eq!((bold.trim(), all[0].to_string().as_str()), ("b", "a b c"));
    }

    #[test]
    fn shown_code_keeps_its_lines_and_wide_letters_wrap_anywhere() {
        assert_eq!(set("x\n\n```c\nint sv[2];\n  f(sv);\n```\n", 20), ["x", "", "  int sv[2];", "    f(sv);"]);
        assert_eq!(set("漢字漢字漢字", 5), ["漢字", "漢字", "漢字"]);
        assert_eq!(set("漢字\n漢字\n`a`\n漢", 20), ["漢字漢字 `a` 漢"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_hidden_comes_out(text in "[ -~\n漢é*`>#]{0,200}|\\PC{0,60}", width in 12_u16..60) {
            for line in lines(&text, width, Theme::with(Colours::Sixteen)) {
                prop_assert!(line.width() <= usize::from(width), "{line}");
                prop_assert!(!line.to_string().chars().any(text::is_hidden));
            }
        }
    }
}
