//! An emulator that is fed what the painter writes shows what the buffer has, whatever it showed before.

use proptest::prelude::*;
use proptest::sample::select;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::*;

/// An emulator of this size.
pub fn emulator(area: Rect) -> vt100::Parser {
    let cells = |number: u16| std::num::NonZeroU16::new(number).unwrap();
    vt100::Parser::new(cells(area.height), cells(area.width), 0)
}

/// Says where the emulator shows anything else than the buffer.
pub fn differences(screen: &vt100::Screen, buffer: &Buffer) -> Vec<String> {
    let mut found = Vec::new();
    for (y, row) in (0..).zip(buffer.content.chunks(usize::from(buffer.area.width))) {
        for (x, column) in (0..).zip(columns(row)) {
            let Column::Letter { cell, .. } = column else { continue };
            let there = screen.cell(y, x).unwrap();
            let wanted = looks_of(cell);
            if looks_at(there) != wanted {
                found.push(format!("{x},{y}: {:?} instead of {wanted:?}", looks_at(there)));
                if found.len() > 3 {
                    return found;
                }
            }
        }
    }
    found
}

type Looks = (char, [vt100::Color; 2], [bool; 5]);

fn looks_at(cell: &vt100::Cell) -> Looks {
    let letter = cell.contents().chars().next().unwrap_or(' ');
    let modifiers = [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()];
    visible((letter, [cell.fgcolor(), cell.bgcolor()].map(same_by_value), modifiers))
}

/// What xterm shows for a number above the sixteen.
fn same_by_value(colour: vt100::Color) -> vt100::Color {
    let level = |at: u8| [0, 95, 135, 175, 215, 255][usize::from(at)];
    match colour {
        vt100::Color::Idx(at @ 16..=231) => {
            vt100::Color::Rgb(level((at - 16) / 36), level((at - 16) / 6 % 6), level((at - 16) % 6))
        }
        vt100::Color::Idx(at @ 232..) => {
            vt100::Color::Rgb(8 + 10 * (at - 232), 8 + 10 * (at - 232), 8 + 10 * (at - 232))
        }
        vt100::Color::Default | vt100::Color::Idx(_) | vt100::Color::Rgb(..) => colour,
    }
}

fn looks_of(cell: &Cell) -> Looks {
    let has = |modifier| cell.modifier.contains(modifier);
    let modifiers =
        [Modifier::BOLD, Modifier::DIM, Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED].map(has);
    let letter = cell.symbol().chars().next().unwrap_or(' ');
    visible((letter, [colour(cell.fg), colour(cell.bg)], modifiers))
}

/// Of a blank only what is behind it can be seen.
fn visible((letter, colours, modifiers): Looks) -> Looks {
    if letter == ' ' && !modifiers[3] && !modifiers[4] {
        (letter, [vt100::Color::Default, colours[1]], [false; 5])
    } else {
        (letter, colours, modifiers)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others are not used here")]
fn colour(colour: Color) -> vt100::Color {
    match colour {
        Color::Reset => vt100::Color::Default,
        Color::Indexed(index) => same_by_value(vt100::Color::Idx(index)),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        Color::Red => vt100::Color::Idx(1),
        Color::White => vt100::Color::Idx(15),
        other => panic!("{other:?} is not used here"),
    }
}

/// Some text somewhere, or a stretch of blanks.
#[derive(Debug, Clone)]
struct Stroke {
    x: u16,
    y: u16,
    text: String,
    style: Style,
}

fn style() -> impl Strategy<Value = Style> {
    let colours =
        [Color::Reset, Color::Red, Color::White, Color::Indexed(117), Color::Rgb(0, 0, 0), Color::Rgb(1, 2, 3)];
    let modifiers = [
        Modifier::empty(),
        Modifier::BOLD,
        Modifier::DIM,
        Modifier::ITALIC,
        Modifier::UNDERLINED,
        Modifier::REVERSED | Modifier::BOLD,
    ];
    (select(colours.to_vec()), select(colours.to_vec()), select(modifiers.to_vec()))
        .prop_map(|(fg, bg, modifier)| Style::new().fg(fg).bg(bg).add_modifier(modifier).remove_modifier(!modifier))
}

fn stroke() -> impl Strategy<Value = Stroke> {
    let piece = prop_oneof![
        4 => "[a-z]{1,12}",
        3 => " {1,40}",
        2 => "[─│┌┐▶…]{1,9}",
        2 => select(vec!["漢字", "e\u{301}", "👩\u{200d}🚀", "漢", "❤\u{fe0f}x", "🇩🇪"]).prop_map(str::to_owned),
    ];
    let text = proptest::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat());
    (0..40_u16, 0..8_u16, text, style()).prop_map(|(x, y, text, style)| Stroke { x, y, text, style })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_shows_what_the_buffer_has(
        size in (1..40_u16, 1..8_u16),
        ground in style(),
        frames in proptest::collection::vec((proptest::collection::vec(stroke(), 0..6), 0..4_u8), 1..8),
        term in select(vec!["xterm-256color", "screen-256color"]),
    ) {
        let area = Rect::new(0, 0, size.0, size.1);
        let (mut parser, mut painter) = (emulator(area), Painter::new(term));
        let (mut shown, mut bytes) = (Buffer::empty(area), Vec::new());
        painter.begin_anew(&mut bytes);
        for (strokes, kind) in frames {
            // Anew, as it was, or moved up by a row or two.
            let mut next = if kind == 0 { Buffer::empty(area) } else { shown.clone() };
            if kind == 0 {
                next.set_style(area, ground);
            }
            let by = usize::from(kind.saturating_sub(1)) * usize::from(area.width);
            let by = by.min(next.content.len());
            next.content.rotate_left(by);
            for stroke in strokes {
                if stroke.x < area.width && stroke.y < area.height {
                    next.set_string(stroke.x, stroke.y, &stroke.text, stroke.style);
                }
            }
            painter.paint(&shown, &next, &mut bytes);
            parser.process(&bytes);
            prop_assert_eq!(differences(parser.screen(), &next), Vec::<String>::new(), "{:?}", String::from_utf8_lossy(&bytes));
            bytes.clear();
            shown = next;
        }
    }
}

fn painted(term: &str, before: &str, after: &str) -> String {
    let area = Rect::new(0, 0, 40, 1);
    let buffer = |text: &str| {
        let mut buffer = Buffer::empty(area);
        buffer.set_string(0, 0, text, Style::new());
        buffer
    };
    let (mut painter, mut bytes) = (Painter::new(term), Vec::new());
    painter.begin_anew(&mut bytes);
    painter.paint(&buffer(""), &buffer(before), &mut bytes);
    bytes.clear();
    painter.paint(&buffer(before), &buffer(after), &mut bytes);
    String::from_utf8(bytes).unwrap().replace('\x1b', "^")
}

#[test]
fn rows_that_have_only_moved_are_moved_by_the_terminal() {
    let area = Rect::new(0, 0, 40, 12);
    let rows = |from: u16| {
        let mut buffer = Buffer::empty(area);
        buffer.set_string(0, 0, "a heading", Style::new());
        for y in 1..11 {
            let text = format!("{} is row {} of many others", from + y, from + y);
            buffer.set_string(0, y, text, Style::new().fg(Color::Red));
        }
        buffer.set_string(0, 11, "a footer", Style::new());
        buffer
    };
    let (mut parser, mut painter, mut bytes) = (emulator(area), Painter::new("xterm"), Vec::new());
    painter.begin_anew(&mut bytes);
    painter.paint(&Buffer::empty(area), &rows(0), &mut bytes);
    parser.process(&bytes);
    bytes.clear();
    painter.paint(&rows(0), &rows(2), &mut bytes);
    parser.process(&bytes);
    assert_eq!(differences(parser.screen(), &rows(2)), Vec::<String>::new());
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("\x1b[2M") && text.contains("\x1b[2L") && text.len() < 120, "{text:?}");
}

#[test]
fn the_next_letter_is_one_byte() {
    assert_eq!(painted("xterm", "hell", "hello"), "o");
    assert_eq!(painted("xterm", "hello", "hell"), "\x08 ");
}

#[test]
fn a_short_gap_is_written_again_and_a_long_one_jumped_over() {
    assert_eq!(painted("xterm", "one two", "ONE tWO"), "\rONE tWO");
    assert_eq!(painted("xterm", "one two", "ONe Two"), "\rONe T");
    assert_eq!(painted("xterm", "1 4 6 8", "2 4 6 9"), "\r2^[5C9");
}

#[test]
fn what_is_blank_to_the_edge_is_erased_and_on_an_unknown_terminal_only_without_a_colour() {
    assert_eq!(painted("xterm", "hello world", "he"), "^[9D^[K");
    let area = Rect::new(0, 0, 12, 1);
    let (mut before, mut after) = (Buffer::empty(area), Buffer::empty(area));
    before.set_string(0, 0, "hello world", Style::new().bg(Color::Red));
    after.set_style(area, Style::new().bg(Color::Red));
    for (term, wanted) in [("tmux-256color", "^[m^[H^[41m^[K"), ("screen", "^[m^[H^[41m            ")] {
        let (mut painter, mut bytes) = (Painter::new(term), b"\x1b[m\x1b[H".to_vec());
        (painter.pen, painter.caret) = (Some(Pen::default()), Some(Position::ORIGIN));
        painter.paint(&before, &after, &mut bytes);
        let text = String::from_utf8(bytes).unwrap().replace('\x1b', "^");
        assert_eq!(text, wanted, "{term}");
    }
}

#[test]
fn whatever_a_cell_holds_no_control_reaches_the_terminal() {
    let area = Rect::new(0, 0, 6, 1);
    let mut next = Buffer::empty(area);
    for (x, symbol) in ["\x1b[2J", "\u{9b}2J", "\u{202e}", "a\u{200b}", "漢\x07", "b"].into_iter().enumerate() {
        next.content[x].set_symbol(symbol);
    }
    let mut out = Vec::new();
    let mut painter = Painter::new("xterm");
    painter.begin_anew(&mut out);
    let begun = out.len();
    painter.paint(&Buffer::empty(area), &next, &mut out);
    let text = std::str::from_utf8(&out[begun..]).unwrap();
    let rest = text.replace("\x1b[", "");
    assert!(!rest.contains(|c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{200b}')), "{text:?}");
    assert!(!text.contains("2J"), "{text:?}");
}
