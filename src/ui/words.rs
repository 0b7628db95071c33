//! Text into the space there is: cutting, wrapping, and lines with something at both ends. Widths are columns, not characters.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::text;
use crate::world::task::Task;

/// Columns of some text, escapes written out.
pub fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// Whether a text has only letters of one column that stand for themselves beside any other: nearly all that panels say has.
fn is_simple(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' '..='~' | '─'..='╿' | '▶' | '◀' | '›' | '‹' | '·' | '…'))
}

/// The same text, where it is simple and has room as it is: then it need not be taken apart.
fn as_it_is(text: &str, limit: u16) -> Option<String> {
    // A letter has three bytes at most.
    let may_fit = text.len() <= 3 * usize::from(limit);
    (may_fit && is_simple(text) && text.chars().count() <= usize::from(limit)).then(|| text.to_owned())
}

/// As [`cut`], between two words: of the last one nothing stays, unless it is the only one, or half the columns long.
pub fn cut_between(text: &str, limit: u16) -> String {
    let cut = cut(text, limit);
    let begun = cut.strip_suffix('…').filter(|begun| cut != text && text.starts_with(begun));
    let Some(begun) = begun else { return cut };
    let is_between = text[begun.len()..].starts_with(' ');
    let end = if is_between { Some(begun.len()) } else { begun.rfind(' ') };
    let whole = end.map(|end| begun[..end].trim_end()).filter(|whole| width(whole) * 2 >= limit);
    let dots = |whole: &str| if width(whole) + 2 <= limit { " …" } else { "…" };
    whole.map_or_else(|| cut.clone(), |whole| whole.to_owned() + dots(whole))
}

/// The text in at most `limit` columns, with `…` where it was cut.
pub fn cut(text: &str, limit: u16) -> String {
    if let Some(text) = as_it_is(text, limit) {
        return text;
    }
    let letters = text::text(text);
    let total: usize = letters.iter().map(|letter| usize::from(letter.width)).sum();
    if total <= usize::from(limit) {
        return letters.into_iter().map(|letter| letter.text).collect();
    }
    let mut left = limit.saturating_sub(1);
    let mut out = String::new();
    for letter in letters {
        if letter.width > left {
            break;
        }
        left -= letter.width;
        out.push_str(&letter.text);
    }
    if limit > 0 {
        out.push('…');
    }
    out
}

/// `child2 (head)`: a task, with the program that it runs where that is not the bench's own.
pub fn task_label(task: &Task) -> String {
    match &task.program {
        Some(program) => format!("{} ({})", task.name, program.rsplit('/').next().unwrap_or(program)),
        None => task.name.clone(),
    }
}

/// The same in at most `limit` columns.
pub fn task(task: &Task, limit: u16) -> String {
    name(&task_label(task), limit)
}

/// A name in at most `limit` columns: of one that is too long both ends stay, for what tells two apart is often a number at the end.
pub fn name(text: &str, limit: u16) -> String {
    if let Some(text) = as_it_is(text, limit) {
        return text;
    }
    let letters = text::text(text);
    let total: usize = letters.iter().map(|letter| usize::from(letter.width)).sum();
    if total <= usize::from(limit) || limit < 5 {
        return cut(text, limit);
    }
    let (mut head, mut tail) = (String::new(), Vec::new());
    let mut left = limit / 2;
    for letter in letters.iter().take_while(|letter| fits(letter.width, &mut left)) {
        head.push_str(&letter.text);
    }
    let mut left = limit - 1 - limit / 2;
    for letter in letters.iter().rev().take_while(|letter| fits(letter.width, &mut left)) {
        tail.push(letter.text.as_str());
    }
    tail.reverse();
    format!("{head}…{}", tail.concat())
}

/// Takes so many columns of what is left, if there are so many.
fn fits(width: u16, left: &mut u16) -> bool {
    let rest = left.checked_sub(width);
    *left = rest.unwrap_or(0);
    rest.is_some()
}

/// The text in lines of at most `limit` columns, broken between words where that is possible; later lines are indented.
pub fn wrap(text: &str, limit: u16, indent: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    let indent = if indent < limit / 2 { indent } else { 0 };
    let pad = " ".repeat(usize::from(indent));
    let clean = text::string(text);
    for word in clean.split_inclusive(' ') {
        let bare = width(word.trim_end_matches(' '));
        let least = if lines.is_empty() { 0 } else { indent };
        if used > least && used.saturating_add(bare) > limit {
            lines.push(std::mem::replace(&mut line, pad.clone()).trim_end().to_owned());
            used = indent;
        }
        for letter in text::text(word) {
            if used.saturating_add(letter.width) > limit && letter.text != " " {
                lines.push(std::mem::replace(&mut line, pad.clone()));
                used = indent;
            }
            used = used.saturating_add(letter.width);
            line.push_str(&letter.text);
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// Columns of some spans.
pub fn spans_width(spans: &[Span<'_>]) -> u16 {
    spans.iter().fold(0, |sum: u16, span| sum.saturating_add(width(&span.content)))
}

/// Spans in at most `limit` columns.
pub fn clip(spans: Vec<Span<'static>>, limit: u16) -> Vec<Span<'static>> {
    let mut left = limit;
    let mut out = Vec::new();
    for span in spans {
        let wide = width(&span.content);
        if wide <= left {
            left -= wide;
            out.push(span);
            continue;
        }
        if left > 0 {
            out.push(Span::styled(cut(&span.content, left), span.style));
        }
        break;
    }
    out
}

/// Something at the left, something at the right, and a fill between. Where there is not room for both, the left is cut, and a right
/// that would take more than two thirds is left out.
pub fn between(left: Vec<Span<'static>>, right: Vec<Span<'static>>, limit: u16, fill: (&str, Style)) -> Line<'static> {
    let fits = spans_width(&left).saturating_add(spans_width(&right)) <= limit;
    let right = if !fits && spans_width(&right) > limit - limit / 3 { Vec::new() } else { right };
    let right_width = spans_width(&right);
    let mut spans = clip(left, limit.saturating_sub(right_width));
    let gap = limit.saturating_sub(spans_width(&spans)).saturating_sub(right_width);
    spans.push(Span::styled(fill.0.repeat(usize::from(gap)), fill.1));
    spans.extend(right);
    Line::from(spans)
}

/// `1 write`, `3 writes`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_words_where_there_are_some() {
        let text = "EINVAL EAFNOSUPPORT EOPNOTSUPP";
        assert_eq!(cut_between(text, 30), text);
        assert_eq!(cut_between(text, 29), "EINVAL EAFNOSUPPORT …");
        assert_eq!(cut_between(text, 21), "EINVAL EAFNOSUPPORT …");
        assert_eq!(cut_between(text, 20), "EINVAL EAFNOSUPPORT…");
        assert_eq!(cut_between("EOPNOTSUPP", 6), "EOPNO…");
        assert_eq!(cut_between("EINVAL EAFNO…", 13), "EINVAL EAFNO…", "a text that ends so is not cut");
        assert_eq!(cut_between("a EOPNOTSUPP", 6), "a EOP…");
        assert_eq!(cut_between("一二三四五六", 7), "一二三…");
        for limit in 0..32 {
            assert!(width(&cut_between(text, limit)) <= limit, "{limit}");
        }
    }

    #[test]
    fn what_is_taken_as_it_is_is_what_letters_would_have_made_of_it() {
        for text in ["◀ child1 wrote nothing yet", "a\u{301}b", "a\x1bb", "─│╿", "", "…·›‹", "漢", "a\u{200d}b", "é"]
        {
            let letters: String = text::text(text).into_iter().map(|letter| letter.text).collect();
            assert_eq!(cut(text, 40), letters, "{text:?}");
            assert!(
                as_it_is(text, 40).is_none_or(|same| usize::from(width(&same)) == text.chars().count()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn cutting_respects_wide_letters() {
        assert_eq!(cut("漢漢漢", 5), "漢漢…");
        assert_eq!(cut("漢漢漢", 4), "漢…");
        assert_eq!(cut("one", 3), "one");
        assert_eq!(cut("one", 0), "");
    }

    #[test]
    fn a_name_that_is_too_long_keeps_both_its_ends() {
        assert_eq!(name("a_child_with_a_long_name_6", 12), "a_chil…ame_6");
        assert_eq!(name("channel_1[0]", 11), "chann…_1[0]");
        assert_eq!(
            (name("child1", 6), name("child1", 4), name("漢漢漢漢", 6)),
            ("child1".into(), "chi…".into(), "漢…漢".into())
        );
        for limit in 0..40 {
            assert!(width(&name("漢a_child_with_a_long_name_漢", limit)) <= limit);
        }
    }

    #[test]
    fn wrapping_breaks_between_words_and_inside_one_that_is_too_long() {
        assert_eq!(wrap("one two three", 8, 2), ["one two", "  three"]);
        assert_eq!(wrap("abcdefgh", 4, 0), ["abcd", "efgh"]);
        assert_eq!(wrap("", 4, 0), [""]);
    }

    #[test]
    fn both_ends_stand_at_their_edges() {
        let line = between(vec!["left".into()], vec!["right".into()], 12, ("-", Style::new()));
        assert_eq!(line.to_string(), "left---right");
        let line = between(vec!["left".into()], vec!["right".into()], 6, ("-", Style::new()));
        assert_eq!(line.to_string(), "left--");
        // What fits is there, however much of the line it takes.
        let line = between(vec!["l".into()], vec!["right".into()], 6, ("-", Style::new()));
        assert_eq!(line.to_string(), "lright");
    }
}
