//! Markdown becomes a lesson. Strict: what has no meaning is an error with its place, and the first error is the only one.

mod blocks;
mod front;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::goal::Goal;
use super::{Action, CodeBlock, Lesson, LessonStep, MAX_HINTS, MAX_SOURCE, MAX_STEPS, language};
use crate::script::Statement;
use crate::text::is_hidden;

/// How deep lists and quotes of the prose may stand in one another.
const MAX_NESTING: usize = 8;
/// Fences that belong to the prose: shown as they are, never run.
const SHOWN: &[&str] = &["c", "console", "text"];

/// Why a file is no lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonError {
    /// The file as given.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl std::fmt::Display for LessonError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for LessonError {}

/// An error without its file.
type Wrong = (u32, String);

/// The lesson in a file's text. `file` is its name or path: the id is made of it.
pub fn load(file: &str, source: &[u8]) -> Result<Lesson, LessonError> {
    read(file, source).map_err(|(line, message)| LessonError { file: file.to_owned(), line, message })
}

fn read(file: &str, source: &[u8]) -> Result<Lesson, Wrong> {
    if source.len() > MAX_SOURCE {
        return Err((1, format!("the lesson has {} bytes, {MAX_SOURCE} are the most", source.len())));
    }
    let text = str::from_utf8(source)
        .map_err(|error| (line_of(source, error.valid_up_to()), "this is not UTF-8".to_owned()))?;
    let breaks = |letter: char| matches!(letter, '\n' | '\r' | '\t');
    if let Some((at, letter)) = text.char_indices().find(|(_, letter)| is_harmful(*letter) && !breaks(*letter)) {
        let message = format!("U+{:04X} may not stand in a lesson, write \\xNN in a string", u32::from(letter));
        return Err((line_of(source, at), message));
    }
    let (id, number) = name_of(file).ok_or_else(|| (1, "a lesson's file is named NN-name.md".to_owned()))?;
    let (front, body_at) = front::read(text)?;
    let mut reader = Reader { text, body_at, ..Reader::default() };
    reader.walk()?;
    let reader = reader.finish()?;
    Ok(Lesson {
        id,
        number,
        file: file.to_owned(),
        title: front.title,
        topics: front.topics,
        after: front.after,
        minutes: front.minutes,
        shows: front.shows,
        know: front.know,
        part: front.part,
        is_on_track: front.track,
        language: language_of(file),
        c: reader.c,
        setup: reader.setup,
        steps: reader.steps,
        links: reader.links,
    })
}

/// Whether a lesson's file may be called so.
pub fn is_name(file: &str) -> bool {
    name_of(file).is_some()
}

/// By the folder that the file is in; the original's where that is no language's.
fn language_of(file: &str) -> &'static str {
    let folder = std::path::Path::new(file).parent().and_then(|folder| folder.file_name()?.to_str());
    language::LANGUAGES.into_iter().find(|language| folder == Some(language)).unwrap_or(language::ORIGINAL)
}

/// What a terminal acts on, and marks that turn the direction of writing round or have no width.
fn is_harmful(letter: char) -> bool {
    is_hidden(letter) || matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}')
}

fn line_of(text: &[u8], at: usize) -> u32 {
    let lines = text[..at.min(text.len())].split(|byte| *byte == b'\n').count();
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// `a-stream-has-no-edges` and 1 of `lessons/en/01-a-stream-has-no-edges.md`.
fn name_of(file: &str) -> Option<(String, u32)> {
    let stem = std::path::Path::new(file).file_name()?.to_str()?.strip_suffix(".md")?;
    let (number, id) = stem.split_once('-')?;
    let plain = |id: &str| {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    plain(id).then_some(())?;
    Some((id.to_owned(), number.parse().ok()?))
}

/// Everything after the front matter, read from above.
#[derive(Debug, Default)]
struct Reader<'a> {
    text: &'a str,
    body_at: usize,
    /// Prose that belongs to no step yet, and where its open part begins.
    prose: String,
    prose_from: Option<usize>,
    setup: Vec<Statement>,
    steps: Vec<LessonStep>,
    statements: usize,
    links: Vec<(String, u32)>,
    c: Vec<CodeBlock>,
    /// The last goal's solution has been given.
    solved: bool,
}

/// A fence on its way.
struct Fence {
    info: String,
    line: u32,
    content: String,
}

impl Reader<'_> {
    fn walk(&mut self) -> Result<(), Wrong> {
        let body = &self.text[self.body_at..];
        let ends: Vec<usize> = self.text.match_indices('\n').map(|(at, _)| at).collect();
        let mut depth = 0_usize;
        let mut fence: Option<Fence> = None;
        for (event, range) in Parser::new_ext(body, Options::empty()).into_offset_iter() {
            let at = self.body_at + range.start;
            let line = u32::try_from(ends.partition_point(|end| *end < at))
                .map_or(u32::MAX, |before| before.saturating_add(1));
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    if depth > 0 {
                        return Err((line, "a block of code stands by itself, not in a list or a quote".to_owned()));
                    }
                    let CodeBlockKind::Fenced(info) = kind else {
                        return Err((line, "code is fenced by ```, not indented".to_owned()));
                    };
                    self.end_prose(at);
                    fence = Some(Fence { info: info.trim().to_owned(), line, content: String::new() });
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some(fence) = fence.take() {
                        self.block(&fence, at, self.body_at + range.end)?;
                    }
                }
                Event::Text(text) => {
                    if let Some(fence) = &mut fence {
                        fence.content.push_str(&text);
                    } else {
                        self.begin_prose(at);
                    }
                }
                Event::Html(_) | Event::InlineHtml(_) => return Err((line, "a lesson has no HTML".to_owned())),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    self.begin_prose(at);
                    self.link(&dest_url, line)?;
                    depth += 1;
                }
                Event::Start(Tag::Image { .. }) => return Err((line, "a lesson has no images".to_owned())),
                Event::Start(_) => {
                    self.begin_prose(at);
                    depth += 1;
                    if depth > MAX_NESTING {
                        return Err((line, "this is nested too deep".to_owned()));
                    }
                }
                Event::End(_) => depth = depth.saturating_sub(1),
                Event::Code(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_)
                | Event::FootnoteReference(_)
                | Event::SoftBreak
                | Event::HardBreak
                | Event::Rule
                | Event::TaskListMarker(_) => {}
            }
        }
        self.end_prose(self.text.len());
        Ok(())
    }

    fn link(&mut self, url: &str, line: u32) -> Result<(), Wrong> {
        if url.starts_with("https://") {
            return Ok(());
        }
        let (id, _) = name_of(url).ok_or_else(|| (line, format!("{url:?} is neither a lesson's file nor https://")))?;
        self.links.push((id, line));
        Ok(())
    }

    fn begin_prose(&mut self, at: usize) {
        self.prose_from.get_or_insert(at);
    }

    fn end_prose(&mut self, at: usize) {
        let Some(from) = self.prose_from.take() else { return };
        let part = self.text.get(from..at).unwrap_or_default().trim();
        if !self.prose.is_empty() && !part.is_empty() {
            self.prose.push_str("\n\n");
        }
        self.prose.push_str(part);
    }

    /// A fence that has closed; `from..to` is its place in the text.
    fn block(&mut self, fence: &Fence, from: usize, to: usize) -> Result<(), Wrong> {
        let kind = fence.info.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.is_unsolved() && !matches!(kind.as_str(), "hint" | "solution") {
            return Err((fence.line, "the goal before this has no solution".to_owned()));
        }
        match kind.as_str() {
            "tin setup" => self.set_up(fence),
            "tin" => {
                let statements = blocks::statements(&fence.content, fence.line)?;
                self.count(statements.len(), fence.line)?;
                self.step(fence.line, Action::Run(statements))
            }
            "predict" => {
                let prediction = blocks::prediction(&fence.content, fence.line)?;
                self.count(1, fence.line)?;
                self.step(fence.line, Action::Predict(prediction))
            }
            "goal" => {
                let conditions = blocks::conditions(&fence.content, fence.line)?;
                self.solved = false;
                self.step(fence.line, Action::Reach(Goal { conditions, hints: Vec::new(), solution: Vec::new() }))
            }
            "hint" => self.hint(fence),
            "solution" => self.solve(fence),
            "after" => self.afterwards(fence),
            shown if SHOWN.contains(&shown) => {
                self.prose_from = Some(from);
                self.end_prose(to);
                if shown == "c" {
                    self.c.push(CodeBlock { line: fence.line, text: fence.content.clone() });
                }
                Ok(())
            }
            other => Err((
                fence.line,
                format!(
                    "{other:?} is no block of a lesson: tin, tin setup, predict, goal, hint, solution, after; or c, console, text to be shown"
                ),
            )),
        }
    }

    fn count(&mut self, more: usize, line: u32) -> Result<(), Wrong> {
        self.statements += more;
        if self.statements > super::MAX_STATEMENTS {
            return Err((line, format!("a lesson has at most {} statements", super::MAX_STATEMENTS)));
        }
        Ok(())
    }

    fn step(&mut self, line: u32, action: Action) -> Result<(), Wrong> {
        if self.steps.len() >= MAX_STEPS {
            return Err((line, format!("a lesson has at most {MAX_STEPS} steps")));
        }
        let prose = std::mem::take(&mut self.prose);
        self.steps.push(LessonStep { line, prose, action, after: None });
        Ok(())
    }

    fn set_up(&mut self, fence: &Fence) -> Result<(), Wrong> {
        if !self.steps.is_empty() || !self.setup.is_empty() {
            return Err((fence.line, "tin setup comes once, before the first step".to_owned()));
        }
        self.setup = blocks::statements(&fence.content, fence.line)?;
        self.count(self.setup.len(), fence.line)
    }

    fn is_unsolved(&self) -> bool {
        matches!(self.steps.last(), Some(LessonStep { action: Action::Reach(_), .. })) && !self.solved
    }

    fn last_goal(&mut self, line: u32, what: &str) -> Result<&mut Goal, Wrong> {
        let is_solved = self.solved;
        match self.steps.last_mut().map(|step| &mut step.action) {
            Some(Action::Reach(goal)) if !is_solved => Ok(goal),
            _ => Err((line, format!("{what} belongs to a goal right before it"))),
        }
    }

    fn hint(&mut self, fence: &Fence) -> Result<(), Wrong> {
        let text = blocks::prose(&fence.content, fence.line, "a hint")?;
        let goal = self.last_goal(fence.line, "a hint")?;
        if goal.hints.len() >= MAX_HINTS {
            return Err((fence.line, format!("a goal has at most {MAX_HINTS} hints")));
        }
        goal.hints.push(text);
        Ok(())
    }

    fn solve(&mut self, fence: &Fence) -> Result<(), Wrong> {
        let statements = blocks::statements(&fence.content, fence.line)?;
        self.count(statements.len(), fence.line)?;
        let goal = self.last_goal(fence.line, "a solution")?;
        if goal.hints.is_empty() {
            return Err((fence.line, "a goal has at least one hint before its solution".to_owned()));
        }
        goal.solution = statements;
        self.solved = true;
        Ok(())
    }

    fn afterwards(&mut self, fence: &Fence) -> Result<(), Wrong> {
        let text = blocks::prose(&fence.content, fence.line, "after")?;
        let step = self.steps.last_mut().filter(|step| step.after.is_none());
        let step = step.ok_or_else(|| (fence.line, "after comes once, behind a step".to_owned()))?;
        step.after = Some(text);
        Ok(())
    }

    fn finish(mut self) -> Result<Self, Wrong> {
        let end = line_of(self.text.as_bytes(), self.text.len());
        if self.is_unsolved() {
            return Err((self.steps.last().map_or(end, |step| step.line), "this goal has no solution".to_owned()));
        }
        if self.steps.is_empty() {
            return Err((end, "the lesson has no step, write a tin block".to_owned()));
        }
        let prose = std::mem::take(&mut self.prose);
        if !prose.is_empty() {
            self.steps.push(LessonStep { line: end, prose, action: Action::Read, after: None });
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
