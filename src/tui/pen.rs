//! The colours and marks that a terminal writes with, and the shortest SGR that changes them: ECMA-48 8.3.117, console_codes(4).

use std::io::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// What can be seen of a blank, too.
const SEEN_ON_BLANKS: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);

/// What letters are written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pen {
    /// The letters' colour.
    pub fg: Color,
    /// What is behind them.
    pub bg: Color,
    /// Bold and the like.
    pub modifier: Modifier,
}

impl Pen {
    /// What a cell is drawn with, as far as it can be seen: of a blank that is only what is behind it.
    pub fn of(cell: &Cell) -> Self {
        if cell.symbol() == " " && !cell.modifier.intersects(SEEN_ON_BLANKS) {
            Self { bg: cell.bg, ..Self::default() }
        } else {
            Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
        }
    }

    /// Whether a blank of these looks is a blank and nothing else.
    pub fn leaves_blanks(self) -> bool {
        !self.modifier.intersects(SEEN_ON_BLANKS)
    }

    /// The nearest pen that draws a plain blank on this ground.
    pub fn for_blanks(self, bg: Color) -> Self {
        Self { bg, modifier: self.modifier.difference(SEEN_ON_BLANKS), ..self }
    }

    /// From one pen (none: an unknown one) to this in as few bytes as there can be.
    pub fn take_up(self, from: Option<Self>, out: &mut Vec<u8>) {
        let Some(from) = from else { return self.begin_anew(out) };
        if from == self {
            return;
        }
        let (mut anew, mut step) = (Vec::new(), Vec::new());
        self.begin_anew(&mut anew);
        self.step_from(from, &mut step);
        out.extend(if step.len() <= anew.len() { step } else { anew });
    }

    fn begin_anew(self, out: &mut Vec<u8>) {
        let mut codes = Codes::default();
        codes.put("0");
        self.put_differences(Self::default(), &mut codes);
        codes.finish(out);
    }

    fn step_from(self, from: Self, out: &mut Vec<u8>) {
        let mut codes = Codes::default();
        let gone = from.modifier.difference(self.modifier);
        let mut had = from;
        for (modifiers, code) in OFF {
            if gone.intersects(modifiers) {
                codes.put(code);
                had.modifier = had.modifier.difference(modifiers);
            }
        }
        self.put_differences(had, &mut codes);
        codes.finish(out);
    }

    /// What this has and the other has not.
    fn put_differences(self, had: Self, codes: &mut Codes) {
        for (modifier, code) in ON {
            if self.modifier.contains(modifier) && !had.modifier.contains(modifier) {
                codes.put(code);
            }
        }
        if self.fg != had.fg {
            codes.colour(self.fg, 30);
        }
        if self.bg != had.bg {
            codes.colour(self.bg, 40);
        }
    }
}

/// What switches each mark on.
const ON: [(Modifier, &str); 7] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::SLOW_BLINK, "5"),
    (Modifier::REVERSED, "7"),
    (Modifier::CROSSED_OUT, "9"),
];

/// What switches them off; bold and dim have one code together.
const OFF: [(Modifier, &str); 6] = [
    (Modifier::BOLD.union(Modifier::DIM), "22"),
    (Modifier::ITALIC, "23"),
    (Modifier::UNDERLINED, "24"),
    (Modifier::SLOW_BLINK, "25"),
    (Modifier::REVERSED, "27"),
    (Modifier::CROSSED_OUT, "29"),
];

/// The numbers of one SGR.
#[derive(Debug, Default)]
struct Codes(Vec<u8>);

impl Codes {
    fn put(&mut self, code: &str) {
        if !self.0.is_empty() {
            self.0.push(b';');
        }
        self.0.extend_from_slice(code.as_bytes());
    }

    /// A colour; `base` is 30 for letters, 40 for what is behind them.
    fn colour(&mut self, colour: Color, base: u8) {
        let code = match colour {
            Color::Reset => format!("{}", base + 9),
            Color::Rgb(r, g, b) => match indexed(r, g, b) {
                Some(index) => format!("{};5;{index}", base + 8),
                None => format!("{};2;{r};{g};{b}", base + 8),
            },
            Color::Indexed(index) => format!("{};5;{index}", base + 8),
            Color::Black => format!("{base}"),
            Color::Red => format!("{}", base + 1),
            Color::Green => format!("{}", base + 2),
            Color::Yellow => format!("{}", base + 3),
            Color::Blue => format!("{}", base + 4),
            Color::Magenta => format!("{}", base + 5),
            Color::Cyan => format!("{}", base + 6),
            Color::Gray => format!("{}", base + 7),
            // The bright ones as of aixterm.
            Color::DarkGray => format!("{}", base + 60),
            Color::LightRed => format!("{}", base + 61),
            Color::LightGreen => format!("{}", base + 62),
            Color::LightYellow => format!("{}", base + 63),
            Color::LightBlue => format!("{}", base + 64),
            Color::LightMagenta => format!("{}", base + 65),
            Color::LightCyan => format!("{}", base + 66),
            Color::White => format!("{}", base + 67),
        };
        self.put(&code);
    }

    fn finish(self, out: &mut Vec<u8>) {
        match self.0.as_slice() {
            [] => {}
            b"0" => out.extend_from_slice(b"\x1b[m"),
            codes => {
                let _ = out.write_all(b"\x1b[").and_then(|()| out.write_all(codes)).and_then(|()| out.write_all(b"m"));
            }
        }
    }
}

/// Which of xterm's colours above the sixteen this is exactly, if any: those a terminal does not change, and they are shorter.
fn indexed(r: u8, g: u8, b: u8) -> Option<u8> {
    let level = |value: u8| match value {
        0 => Some(0),
        95..=255 if (value - 55).is_multiple_of(40) => Some((value - 55) / 40),
        _ => None,
    };
    if let (Some(r), Some(g), Some(b)) = (level(r), level(g), level(b)) {
        return Some(16 + 36 * r + 6 * g + b);
    }
    let is_gray = r == g && g == b && (8..=238).contains(&r) && (r - 8).is_multiple_of(10);
    is_gray.then(|| 232 + (r - 8) / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_that_has_a_number_is_named_by_it() {
        assert_eq!(indexed(0, 0, 0), Some(16));
        assert_eq!(indexed(255, 255, 255), Some(231));
        assert_eq!(indexed(215, 155, 255), None);
        assert_eq!(indexed(215, 175, 255), Some(183));
        assert_eq!(indexed(158, 158, 158), Some(247));
        assert_eq!(indexed(228, 228, 228), Some(254));
        assert_eq!(indexed(8, 8, 8), Some(232));
        assert_eq!(indexed(238, 238, 238), Some(255));
        assert_eq!(indexed(230, 230, 230), None);
        assert_eq!(indexed(55, 55, 55), None);
    }

    fn sgr(from: Option<Pen>, to: Pen) -> String {
        let mut out = Vec::new();
        to.take_up(from, &mut out);
        String::from_utf8(out).unwrap().replace('\x1b', "^")
    }

    #[test]
    fn only_what_differs_is_said_unless_all_anew_is_shorter() {
        let plain = Pen::default();
        let bold = Pen { modifier: Modifier::BOLD, ..plain };
        let red = Pen { fg: Color::Red, bg: Color::Black, modifier: Modifier::BOLD | Modifier::REVERSED };
        assert_eq!(sgr(Some(bold), bold), "");
        assert_eq!(sgr(None, plain), "^[m");
        assert_eq!(sgr(Some(plain), bold), "^[1m");
        assert_eq!(sgr(Some(bold), plain), "^[m");
        assert_eq!(sgr(Some(red), Pen { modifier: Modifier::BOLD, ..red }), "^[27m");
        assert_eq!(sgr(Some(red), plain), "^[m");
        assert_eq!(sgr(None, Pen { fg: Color::Indexed(7), bg: Color::LightRed, ..plain }), "^[0;38;5;7;101m");
    }

    #[test]
    fn bold_is_said_again_when_dim_goes() {
        let both = Pen { modifier: Modifier::BOLD | Modifier::DIM, fg: Color::Red, bg: Color::Blue };
        let bold = Pen { modifier: Modifier::BOLD, ..both };
        assert_eq!(sgr(Some(both), bold), "^[22;1m");
    }
}
