//! Cells as SVG: grounds as rectangles, frames as lines, letters as text. Each piece of text says how wide it is, so that
//! columns stay columns whatever monospaced font the viewer has.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::cells::{Cell, CellStyle, Grid, Rgb};

/// A column's width, a row's height, and the letters in it, in tenths of a unit: whole numbers give the same file each time.
const COLUMN: usize = 84;
const ROW: usize = 170;
const FONT: usize = 140;
/// From a row's top to the line that letters stand on.
const BASELINE: usize = 125;
const MARGIN: usize = 120;

/// The picture, with a title and a description for those who do not see it.
pub fn draw(grid: &Grid, about: (&str, &str)) -> String {
    let mut svg = head(grid, about);
    screen(&mut svg, grid);
    svg.push_str("</svg>\n");
    svg
}

/// Screens of one size, one after the other without end, each for so many seconds. Where somebody wants nothing to move, and on
/// paper, it is the last.
pub fn moving(screens: &[(Grid, f64)], about: (&str, &str)) -> String {
    let Some((first, _)) = screens.first() else { return String::new() };
    let mut svg = head(first, about);
    let whole: f64 = screens.iter().map(|(_, seconds)| seconds).sum();
    svg.push_str(
        "<style>g{visibility:hidden}g:last-of-type{visibility:visible}@media (prefers-reduced-motion:no-preference){",
    );
    let mut from = 0.0;
    for (at, (_, seconds)) in screens.iter().enumerate() {
        let [begin, end] = [from, from + seconds].map(|seconds| 100.0 * seconds / whole);
        let _ = write!(
            svg,
            "#s{at}{{animation:k{at} {whole}s step-end infinite}}@keyframes k{at}{{0%{{visibility:hidden}}\
             {begin:.2}%{{visibility:visible}}{end:.2}%{{visibility:hidden}}}}"
        );
        from += seconds;
    }
    svg.push_str("}</style>\n");
    for (at, (grid, _)) in screens.iter().enumerate() {
        let _ = writeln!(svg, "<g id=\"s{at}\">");
        screen(&mut svg, grid);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// Size, title, description and ground.
fn head(grid: &Grid, (title, about): (&str, &str)) -> String {
    let columns = grid.rows.first().map_or(0, Vec::len);
    let (width, height) = (x_of(columns) + MARGIN, y_of(grid.rows.len()) + MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" \
         aria-labelledby=\"title about\" font-family=\"{FAMILY}\" font-size=\"{font}\">\n\
         <title id=\"title\">{title}</title>\n<desc id=\"about\">{about}</desc>\n\
         <rect width=\"{w}\" height=\"{h}\" rx=\"8\" fill=\"{ground}\"/>\n",
        w = Tenths(width),
        h = Tenths(height),
        font = Tenths(FONT),
        title = escaped(title),
        about = escaped(about),
        ground = hex(grid.ground),
    )
}

/// What is on a screen.
fn screen(svg: &mut String, grid: &Grid) {
    for (y, row) in grid.rows.iter().enumerate() {
        grounds(svg, row, (y, grid.ground));
    }
    frames(svg, grid);
    for (y, row) in grid.rows.iter().enumerate() {
        letters(svg, row, y);
    }
    if let Some((row, column)) = grid.cursor {
        let (x, y) = (Tenths(x_of(usize::from(column))), Tenths(y_of(usize::from(row))));
        let _ = writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"2\" height=\"{}\" fill=\"#dde1e8\"/>", Tenths(ROW));
    }
}

/// The first that the viewer has.
const FAMILY: &str = "DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace";

/// Pieces of one ground, where it is not the picture's own.
fn grounds(svg: &mut String, row: &[Cell], (y, ground): (usize, Rgb)) {
    let mut x = 0;
    for piece in row.chunk_by(|a, b| a.look.ground == b.look.ground) {
        if piece[0].look.ground != ground {
            let _ = writeln!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
                Tenths(x_of(x)),
                Tenths(y_of(y)),
                Tenths(piece.len() * COLUMN),
                Tenths(ROW),
                hex(piece[0].look.ground),
            );
        }
        x += piece.len();
    }
}

/// Frames are drawn, because a font's own pieces leave gaps between rows.
fn frames(svg: &mut String, grid: &Grid) {
    let mut paths: BTreeMap<(Rgb, bool), String> = BTreeMap::new();
    for (y, row) in grid.rows.iter().enumerate() {
        for (x, cell) in row.iter().enumerate() {
            let Some((arms, is_heavy)) = arms(cell) else { continue };
            let path = paths.entry((cell.look.letters, is_heavy)).or_default();
            let (left, top) = (x_of(x), y_of(y));
            let (middle, centre) = (left + COLUMN / 2, top + ROW / 2);
            let ends = [(middle, top), (left + COLUMN, centre), (middle, top + ROW), (left, centre)];
            for (end, _) in ends.into_iter().zip(arms).filter(|(_, is_there)| *is_there) {
                let (middle, centre) = (Tenths(middle), Tenths(centre));
                let _ = write!(path, "M{middle} {centre}L{} {}", Tenths(end.0), Tenths(end.1));
            }
        }
    }
    for ((colour, is_heavy), path) in paths {
        let width = if is_heavy { "2.4" } else { "1.2" };
        let colour = hex(colour);
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linecap=\"square\" fill=\"none\"/>"
        );
    }
}

/// Whether a piece of a frame goes up, right, down, left, and whether it is heavy; none for any other letter.
fn arms(cell: &Cell) -> Option<([bool; 4], bool)> {
    const PIECES: [(&str, &str, [u8; 4]); 11] = [
        ("─", "━", [0, 1, 0, 1]),
        ("│", "┃", [1, 0, 1, 0]),
        ("┌", "┏", [0, 1, 1, 0]),
        ("┐", "┓", [0, 0, 1, 1]),
        ("└", "┗", [1, 1, 0, 0]),
        ("┘", "┛", [1, 0, 0, 1]),
        ("├", "┣", [1, 1, 1, 0]),
        ("┤", "┫", [1, 0, 1, 1]),
        ("┬", "┳", [0, 1, 1, 1]),
        ("┴", "┻", [1, 1, 0, 1]),
        ("┼", "╋", [1, 1, 1, 1]),
    ];
    let piece = PIECES.iter().find(|(light, heavy, _)| cell.text == *light || cell.text == *heavy)?;
    Some((piece.2.map(|arm| arm == 1), cell.text == piece.1))
}

/// Words of one look; two blanks or more part them.
fn letters(svg: &mut String, row: &[Cell], y: usize) {
    let mut x = 0;
    while x < row.len() {
        let length = run(&row[x..]);
        if length > 0 {
            let text: String = row[x..x + length].iter().map(|cell| cell.text.as_str()).collect();
            let look = row[x].look;
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" textLength=\"{}\" fill=\"{}\"{}>{}</text>",
                Tenths(x_of(x)),
                Tenths(y_of(y) + BASELINE),
                Tenths(length * COLUMN),
                hex(look.letters),
                attributes(look),
                escaped(&text),
            );
        }
        x += length.max(1);
    }
}

/// How many columns the piece of text takes that begins here; 0 if none does.
fn run(row: &[Cell]) -> usize {
    let is_letter = |cell: &Cell| !cell.is_blank() && !cell.text.is_empty() && arms(cell).is_none();
    let is_wide = |at: usize| row.get(at + 1).is_some_and(|next| next.text.is_empty());
    let Some(first) = row.first().filter(|cell| is_letter(cell)) else { return 0 };
    if is_wide(0) {
        return 2;
    }
    let belongs = |at: usize| {
        row.get(at).is_some_and(|cell| is_letter(cell) && written(cell.look) == written(first.look)) && !is_wide(at)
    };
    let mut length = 1;
    loop {
        let is_one_gap = row.get(length).is_some_and(Cell::is_blank) && belongs(length + 1);
        match (belongs(length), is_one_gap) {
            (true, _) => length += 1,
            (false, true) => length += 2,
            (false, false) => return length,
        }
    }
}

/// What a piece of text has of a look: not its ground, which is drawn below it.
fn written(look: CellStyle) -> (Rgb, bool, bool, bool) {
    (look.letters, look.is_bold, look.is_italic, look.is_underlined)
}

fn attributes(look: CellStyle) -> String {
    let all = [
        (look.is_bold, " font-weight=\"bold\""),
        (look.is_italic, " font-style=\"italic\""),
        (look.is_underlined, " text-decoration=\"underline\""),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, attribute)| attribute).collect()
}

fn x_of(column: usize) -> usize {
    MARGIN + column * COLUMN
}

fn y_of(row: usize) -> usize {
    MARGIN + row * ROW
}

fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A length, counted in tenths.
struct Tenths(usize);

impl std::fmt::Display for Tenths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0 / 10, self.0 % 10) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, tenth) => write!(f, "{whole}.{tenth}"),
        }
    }
}
