//! The edges of a channel's panel: above its number, name and kind, and the counts of both directions; below what is to be said of it.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::ui::direction::Lane;
use crate::ui::panel::status::{Remark, RemarkTone};
use crate::ui::{ViewContext, words};
use crate::world::channel::Channel;
use crate::world::kind::Kind;

/// The signs of an edge: corners, sides, lines.
pub(super) struct Edge {
    pub corners: [&'static str; 4],
    pub side: &'static str,
    pub line: &'static str,
}

pub(super) const PLAIN: Edge = Edge { corners: ["┌", "┐", "└", "┘"], side: "│", line: "─" };
pub(super) const FOCUSED: Edge = Edge { corners: ["┏", "┓", "┗", "┛"], side: "┃", line: "━" };

/// Columns around a remark in a title: a line and a blank at both sides.
const AROUND: u16 = 4;
/// Columns of a channel's name, however little room there is.
const LEAST_NAME: u16 = 6;

/// What a title is drawn into.
pub(super) struct Frame<'a> {
    pub edge: &'a Edge,
    pub width: u16,
    /// What stands between name and counts.
    pub told: Option<&'a Remark>,
}

/// Name and kind at the left, the counts of both directions at the right; less of it where there is less room.
pub(super) fn title(
    context: ViewContext<'_>,
    number: usize,
    (channel, lanes): (&Channel, &[Lane<'_>; 2]),
    Frame { edge, width, told }: Frame<'_>,
) -> Line<'static> {
    let strong = context.theme.strong();
    let number = format!(" {number} ");
    let fixed = words::width(&number) + 2;
    let whole_name = words::width(&channel.name);
    let forms = title_forms(context, channel.kind, lanes);
    // What is to be told has room before the counts are in full.
    let least = told.map_or(0, |remark| words::width(remark.shortest()) + AROUND);
    let fits = |name: u16, (kind, counts): &(String, String), beside: u16| {
        fixed + name + words::width(kind) + words::width(counts) + beside <= width
    };
    // A name may be shortened before the counts are.
    let names = [20, 12, LEAST_NAME].map(|most| whole_name.min(most));
    let with = |beside: u16| {
        names.into_iter().find_map(|name| forms.iter().take(WORDED).find(|form| fits(name, form, beside)))
    };
    let form = with(least).or_else(|| with(0)).or_else(|| forms.iter().find(|form| fits(LEAST_NAME, form, 0)));
    let (kind, counts) = form.or(forms.last()).cloned().unwrap_or_default();
    let taken = fixed + words::width(&kind) + words::width(&counts);
    let name = words::name(&channel.name, width.saturating_sub(taken).clamp(LEAST_NAME, (width / 3).max(LEAST_NAME)));
    let mut left = vec![Span::raw(edge.corners[0]), Span::styled(number + &name + &kind, strong)];
    let mut gap = width.saturating_sub(words::spans_width(&left) + words::width(&counts) + 1);
    if let Some((remark, text)) = told.and_then(|remark| Some((remark, remark.fitting(gap.saturating_sub(AROUND))?))) {
        left.push(Span::raw(format!("{} ", edge.line)));
        left.extend(styled(context, &Shown { remark, text }));
        left.push(Span::raw(" "));
        gap -= words::width(text) + 3;
    }
    left.push(Span::raw(edge.line.repeat(usize::from(gap))));
    left.extend(counts.split_inclusive('━').flat_map(|part| match part.strip_suffix('━') {
        Some(part) => vec![Span::styled(part.to_owned(), strong), Span::raw(edge.line)],
        None => vec![Span::styled(part.to_owned(), strong)],
    }));
    left.push(Span::raw(edge.corners[1]));
    Line::from(words::clip(left, width))
}

/// Forms of a title whose counts are in words.
const WORDED: usize = 3;

/// Kind and counts, in full and in less and less.
fn title_forms(context: ViewContext<'_>, kind: Kind, lanes: &[Lane<'_>; 2]) -> Vec<(String, String)> {
    let possible: Vec<&Lane<'_>> = lanes.iter().filter(|lane| lane.is_possible()).collect();
    let of = |lane: &Lane<'_>, form: Counts| {
        let (totals, arrow) = (lane.flow().totals, lane.direction.arrow());
        let writes = words::count(totals.writes, "write", "writes");
        let is_hidden = context.app.present.is_hidden;
        let reads = if is_hidden { "? reads".to_owned() } else { words::count(totals.reads, "read", "reads") };
        match form {
            Counts::Letters if is_hidden => format!(" {arrow}{}w ?r ", totals.writes),
            Counts::Brief if totals.writes == 0 && totals.reads == 0 => format!(" {arrow} nothing "),
            Counts::Full | Counts::Brief => format!(" {arrow} {writes}, {reads} "),
            Counts::Letters => format!(" {arrow}{}w {}r ", totals.writes, totals.reads),
        }
    };
    let counts = |form: Counts, gap: &str| possible.iter().map(|lane| of(lane, form)).collect::<Vec<_>>().join(gap);
    let (long, short) = (format!(" {} ", kind.title()), format!(" {} ", kind.short()));
    vec![
        (long.clone(), counts(Counts::Full, "━")),
        (long, counts(Counts::Brief, "━")),
        (short.clone(), counts(Counts::Full, "━")),
        (short, counts(Counts::Letters, "")),
        (" ".to_owned(), counts(Counts::Letters, "")),
    ]
}

/// How the title counts a direction.
#[derive(Debug, Clone, Copy)]
enum Counts {
    /// `▶ 3 writes, 1 read`.
    Full,
    /// The same; `◀ nothing` where there is none of both.
    Brief,
    /// `▶3w 1r`.
    Letters,
}

/// A remark in the words that fit.
pub(super) struct Shown<'a> {
    pub remark: &'a Remark,
    pub text: &'a str,
}

/// Which remarks stand on the lower edge, in which words, and which do not. One that would be shortened there stands in full in a
/// row above, if there are free ones.
pub(super) fn choose(remarks: &[Remark], (on_edge, above): (u16, u16), free: usize) -> (Vec<Shown<'_>>, Vec<&Remark>) {
    let (mut shown, mut rest, mut left) = (Vec::new(), Vec::new(), on_edge);
    for remark in remarks {
        // A blank at both sides; between two a point.
        let around = if shown.is_empty() { 2 } else { 3 };
        let has_row = rest.len() < free && words::width(remark.text()) <= above;
        let room = left.saturating_sub(around);
        match remark.fitting(room).filter(|text| *text == remark.text() || !has_row) {
            Some(text) => {
                left -= words::width(text) + around;
                shown.push(Shown { remark, text });
            }
            None => rest.push(remark),
        }
    }
    (shown, rest)
}

/// Remarks on the edge, and at its right how many more there would be.
pub(super) fn lower_edge(
    context: ViewContext<'_>,
    (shown, unsaid): (&[Shown<'_>], usize),
    edge: &Edge,
    width: u16,
) -> Line<'static> {
    let mut spans = vec![Span::raw(edge.corners[2])];
    for (index, one) in shown.iter().enumerate() {
        spans.push(Span::raw(if index == 0 { " " } else { "· " }));
        spans.extend(styled(context, one));
        spans.push(Span::raw(" "));
    }
    let more = if unsaid > 0 { format!(" +{unsaid} ") } else { String::new() };
    let has_room = words::spans_width(&spans) + words::width(&more) < width;
    let more = Span::styled(if has_room { more } else { String::new() }, context.theme.faint());
    words::between(spans, vec![more, Span::raw(edge.corners[3])], width, (edge.line, Style::new()))
}

/// `EOF` is seen from the last row.
pub(super) fn styled(context: ViewContext<'_>, shown: &Shown<'_>) -> Vec<Span<'static>> {
    let theme = context.theme;
    let style = match shown.remark.tone {
        RemarkTone::Alarm => theme.alarm(),
        RemarkTone::Plain => theme.strong(),
    };
    match shown.text.split_once("EOF") {
        Some((before, after)) => vec![
            Span::styled(before.to_owned(), style),
            Span::styled("EOF", theme.shout()),
            Span::styled(after.to_owned(), style),
        ],
        None => vec![Span::styled(shown.text.to_owned(), style)],
    }
}
