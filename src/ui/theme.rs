//! How things look: a ground, a hue for each write, and a few styles. Nothing is told by colour alone. Every pair of colours
//! that is used can be read: at least 4.5:1, and 7:1 where a room looks on; the terminal is never asked what it has.

use std::borrow::Cow;

use ratatui::style::{Color, Modifier, Style};

use super::ascii::Letters;
use super::direction::{Direction, Mark};
use crate::app::transcript::Tone;
use crate::lesson::language;

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// None: NO_COLOR.
    None,
    /// The terminal's own sixteen.
    Sixteen,
    /// The 256 of xterm: TERM says so.
    Indexed,
    /// Twenty-four bits: COLORTERM says so.
    True,
}

/// What stands behind the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Light letters on black.
    Dark,
    /// Dark letters on white.
    Light,
    /// Dark letters on white, nothing faint: for a projector.
    Room,
}

/// The looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    colours: Colours,
    ground: Ground,
    letters: Letters,
}

type Rgb = (u8, u8, u8);

/// The colours of one ground, each with the terminal's own that comes nearest.
struct Palette {
    ground: (Rgb, Color),
    text: (Rgb, Color),
    faint: (Rgb, Color),
    alarm: (Rgb, Color),
    code: (Rgb, Color),
}

const BLACK: (Rgb, Color) = ((0, 0, 0), Color::Black);
const WHITE: (Rgb, Color) = ((255, 255, 255), Color::White);

const DARK: Palette = Palette {
    ground: BLACK,
    text: ((228, 228, 228), Color::White),
    faint: ((158, 158, 158), Color::Gray),
    alarm: ((255, 135, 135), Color::LightRed),
    code: ((215, 135, 255), Color::LightMagenta),
};
const LIGHT: Palette = Palette {
    ground: WHITE,
    text: BLACK,
    faint: ((88, 88, 88), Color::Black),
    alarm: ((160, 0, 0), Color::Red),
    code: ((110, 0, 130), Color::Blue),
};
const ROOM: Palette = Palette {
    ground: WHITE,
    text: BLACK,
    faint: ((48, 48, 48), Color::Black),
    alarm: ((140, 0, 0), Color::Black),
    code: ((88, 0, 110), Color::Blue),
};

/// Grounds that black letters can be read on (at least 7:1), apart for the colour-blind too (after Okabe and Ito). All are
/// among xterm's 256, whose numbers are the shorter way to say them.
const TRUE: [Rgb; 6] =
    [(135, 215, 255), (255, 175, 0), (95, 215, 175), (215, 135, 215), (255, 255, 95), (255, 135, 95)];
/// The same from the terminal's own palette, in the order in which neighbours are furthest apart for everybody and no light shade
/// is within two of its dark one (`ui/tests/blind.rs`).
const SIXTEEN: [Color; 6] =
    [Color::Green, Color::LightYellow, Color::Cyan, Color::White, Color::Yellow, Color::LightCyan];

impl Colours {
    /// As the command line has it; `auto` is none of them.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "never" => Some(Self::None),
            "16" => Some(Self::Sixteen),
            "256" => Some(Self::Indexed),
            "always" => Some(Self::True),
            _ => None,
        }
    }
}

impl Theme {
    /// By the environment, NO_COLOR, COLORTERM, TERM, TINCANS_THEME and COLORFGBG; what was asked for on the command line
    /// comes before that. No terminal is asked.
    pub fn chosen(asked: Option<Ground>, is_ascii: bool, environment: impl Fn(&str) -> Option<String>) -> Self {
        let is = |name: &str, wanted: &[&str]| environment(name).is_some_and(|value| wanted.contains(&value.as_str()));
        let colours = if environment("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            Colours::None
        } else if is("COLORTERM", &["truecolor", "24bit"]) {
            Colours::True
        } else if environment("TERM").is_some_and(|term| term.contains("256color")) {
            Colours::Indexed
        } else {
            Colours::Sixteen
        };
        let of_environment = || environment("TINCANS_THEME").and_then(|name| Ground::named(&name));
        // Some terminals tell their children: "0;15" is black on white.
        let has_light = || {
            let behind = environment("COLORFGBG").and_then(|value| value.rsplit(';').next().map(str::to_owned));
            matches!(behind.as_deref(), Some("7" | "15"))
        };
        let ground = asked.or_else(of_environment).unwrap_or(if has_light() { Ground::Light } else { Ground::Dark });
        let told = environment("TINCANS_ASCII").filter(|value| !value.is_empty());
        let is_forced = told.as_deref() == Some("0");
        let letters = if !is_forced && !language::has_utf8(&environment) {
            Letters::Ascii
        } else if is_ascii || (told.is_some() && !is_forced) {
            Letters::NoMarks
        } else {
            Letters::All
        };
        Self { colours, ground, letters }
    }

    /// With these colours, on a dark ground.
    pub fn with(colours: Colours) -> Self {
        Self { colours, ground: Ground::Dark, letters: Letters::All }
    }

    /// The same with these colours.
    #[must_use]
    pub fn in_colours(self, colours: Colours) -> Self {
        Self { colours, ..self }
    }

    /// The same on another ground.
    #[must_use]
    pub fn on(self, ground: Ground) -> Self {
        Self { ground, ..self }
    }

    /// The same for a terminal that shows these letters.
    #[must_use]
    pub fn with_letters(self, letters: Letters) -> Self {
        Self { letters, ..self }
    }

    /// Which letters of other people's text are shown.
    pub fn letters(self) -> Letters {
        self.letters
    }

    /// Text that people or the program wrote, as it is shown: nothing in it is taken for a mark.
    pub fn spelled(self, text: &str) -> Cow<'_, str> {
        self.letters.text(text)
    }

    /// Whether borders and marks are to be ASCII.
    pub fn is_ascii(self) -> bool {
        self.letters != Letters::All
    }

    /// What every cell has unless something else is drawn there.
    pub fn base(self) -> Style {
        match self.colours {
            Colours::None => Style::new(),
            Colours::Sixteen | Colours::Indexed | Colours::True => {
                Style::new().fg(self.colour(self.palette().text)).bg(self.colour(self.palette().ground))
            }
        }
    }

    /// The bytes of one write. The first of one direction look other than the first of the other.
    pub fn hue(self, mark: Mark) -> Style {
        let first = if mark.direction == Direction::Right { 0 } else { TRUE.len() as u64 / 2 };
        let at = mark.number.saturating_sub(1).wrapping_add(first) % TRUE.len() as u64;
        let at = usize::try_from(at).unwrap_or(0);
        match self.colours {
            Colours::None => Style::new(),
            Colours::Sixteen | Colours::Indexed | Colours::True => {
                Style::new().fg(self.colour(BLACK)).bg(self.colour((TRUE[at], SIXTEEN[at])))
            }
        }
    }

    /// A write's mark.
    pub fn mark(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Names, titles, counts.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What matters less. Where there are colours it is one, because how much a terminal dims is its own affair.
    pub fn faint(self) -> Style {
        match self.colours {
            Colours::None => Style::new().add_modifier(Modifier::DIM),
            Colours::Sixteen | Colours::Indexed | Colours::True => self.tinted(self.palette().faint),
        }
    }

    /// Code in prose: a colour, else the backticks stay.
    pub fn code(self) -> Style {
        self.tinted(self.palette().code)
    }

    /// Whether there are no colours at all.
    pub fn is_plain(self) -> bool {
        self.colours == Colours::None
    }

    /// What is hidden in bytes.
    pub fn escape(self, base: Style) -> Style {
        base.add_modifier(Modifier::UNDERLINED)
    }

    /// Death, loss, failure, refusal.
    pub fn alarm(self) -> Style {
        self.tinted(self.palette().alarm).add_modifier(Modifier::BOLD)
    }

    /// A word that must be seen from the last row: EOF, a refusal's label.
    pub fn shout(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED)
    }

    /// A line of the trace.
    pub fn tone(self, tone: Tone) -> Style {
        match tone {
            Tone::Statement => self.faint(),
            Tone::Plain => Style::new(),
            Tone::Alarm => self.tinted(self.palette().alarm),
        }
    }

    fn palette(self) -> &'static Palette {
        match self.ground {
            Ground::Dark => &DARK,
            Ground::Light => &LIGHT,
            Ground::Room => &ROOM,
        }
    }

    fn tinted(self, pair: (Rgb, Color)) -> Style {
        match self.colours {
            Colours::None => Style::new(),
            Colours::Sixteen | Colours::Indexed | Colours::True => Style::new().fg(self.colour(pair)),
        }
    }

    fn colour(self, ((r, g, b), own): (Rgb, Color)) -> Color {
        match self.colours {
            Colours::None => Color::Reset,
            Colours::Sixteen => own,
            Colours::Indexed => Color::Indexed(nearest((r, g, b))),
            Colours::True => Color::Rgb(r, g, b),
        }
    }
}

impl Ground {
    /// As it is named on the command line.
    pub fn named(name: &str) -> Option<Self> {
        [("dark", Self::Dark), ("light", Self::Light), ("room", Self::Room)]
            .into_iter()
            .find_map(|(known, ground)| (known == name).then_some(ground))
    }
}

/// Of xterm's colours above the sixteen, whose values a terminal does not change, the nearest.
fn nearest(wanted: Rgb) -> u8 {
    let away = |index: &u8| {
        let (r, g, b) = indexed(*index);
        [(r, wanted.0), (g, wanted.1), (b, wanted.2)].iter().map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum::<u32>()
    };
    // A cube has its nearest colour where each part is nearest.
    let part = |value: u8| (0..6).min_by_key(|at| level(*at).abs_diff(value)).unwrap_or(0);
    let in_cube = 16 + 36 * part(wanted.0) + 6 * part(wanted.1) + part(wanted.2);
    std::iter::once(in_cube).chain(FIRST_GRAY..=u8::MAX).min_by_key(away).unwrap_or(u8::MAX)
}

/// The first of xterm's grays, which come after the cube.
const FIRST_GRAY: u8 = 232;

/// One of the six levels of each part in the cube.
fn level(at: u8) -> u8 {
    if at == 0 { 0 } else { 55 + 40 * at }
}

/// What xterm's colours from 16 on are: a cube of six levels, then grays.
fn indexed(index: u8) -> Rgb {
    match index.saturating_sub(16) {
        at @ 0..216 => (level(at / 36), level(at / 6 % 6), level(at % 6)),
        at => (8 + 10 * (at - 216), 8 + 10 * (at - 216), 8 + 10 * (at - 216)),
    }
}

/// How well letters of one colour can be read on another, by WCAG 2: from 1 to 21; none for the terminal's own default. The
/// sixteen are taken as xterm has them.
pub fn contrast(letters: Color, ground: Color) -> Option<f64> {
    let (one, other) = (luminance(rgb(letters)?), luminance(rgb(ground)?));
    Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
}

fn luminance((r, g, b): Rgb) -> f64 {
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
}

/// What a colour is made of; none for the terminal's own default. The sixteen are taken as xterm has them.
pub fn rgb(colour: Color) -> Option<(u8, u8, u8)> {
    Some(match colour {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(index) => indexed(index),
        Color::Black => (0, 0, 0),
        Color::Red => (205, 0, 0),
        Color::Green => (0, 205, 0),
        Color::Yellow => (205, 205, 0),
        Color::Blue => (0, 0, 238),
        Color::Magenta => (205, 0, 205),
        Color::Cyan => (0, 205, 205),
        Color::Gray => (229, 229, 229),
        Color::DarkGray => (127, 127, 127),
        Color::LightRed => (255, 0, 0),
        Color::LightGreen => (0, 255, 0),
        Color::LightYellow => (255, 255, 0),
        Color::LightBlue => (92, 92, 255),
        Color::LightMagenta => (255, 0, 255),
        Color::LightCyan => (0, 255, 255),
        Color::White => (255, 255, 255),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &'static [(&str, &str)]) -> Theme {
        Theme::chosen(None, false, move |name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned()))
    }

    #[test]
    fn the_nearest_of_xterm_s_colours_is_the_nearest_of_all() {
        let away = |index: u8, (r, g, b): Rgb| {
            let (red, green, blue) = indexed(index);
            [(red, r), (green, g), (blue, b)].iter().map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum::<u32>()
        };
        for step in 0..1000_u32 {
            let part = |factor: u32| u8::try_from(step * factor % 256).unwrap();
            let wanted = (part(37), part(101), part(211));
            assert_eq!(Some(nearest(wanted)), (16..=u8::MAX).min_by_key(|index| away(*index, wanted)), "{wanted:?}");
        }
    }

    #[test]
    fn black_letters_can_be_read_on_every_hue() {
        for colours in [Colours::Sixteen, Colours::Indexed, Colours::True] {
            for write in 1..=6 {
                let hue = Theme::with(colours).hue(Direction::Right.mark(write));
                assert!(contrast(hue.fg.unwrap(), hue.bg.unwrap()).unwrap() >= 7.0, "{hue:?}");
            }
        }
    }

    #[test]
    fn no_color_leaves_no_colour_and_keeps_bold() {
        let theme = of(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]);
        let styles = [
            theme.base(),
            theme.hue(Direction::Right.mark(1)),
            theme.alarm(),
            theme.strong(),
            theme.tone(Tone::Alarm),
            theme.shout(),
        ];
        for style in styles {
            assert_eq!((style.fg, style.bg), (None, None));
        }
        assert!(theme.alarm().add_modifier.contains(Modifier::BOLD));
    }

    #[test]
    fn the_environment_says_how_many_colours_there_are_and_on_what() {
        assert_eq!(of(&[("NO_COLOR", "")]), Theme::with(Colours::Sixteen));
        assert_eq!(of(&[("TERM", "xterm-256color")]), Theme::with(Colours::Indexed));
        assert_eq!(of(&[("TERM", "xterm-256color"), ("COLORTERM", "24bit")]), Theme::with(Colours::True));
        assert_eq!(of(&[("COLORFGBG", "0;15")]), Theme::with(Colours::Sixteen).on(Ground::Light));
        let named = of(&[("COLORFGBG", "0;15"), ("TINCANS_THEME", "room"), ("TINCANS_ASCII", "1")]);
        assert_eq!(named, Theme::with(Colours::Sixteen).on(Ground::Room).with_letters(Letters::NoMarks));
    }

    #[test]
    fn letters_that_the_locale_has_not_are_not_used() {
        let letters = |pairs| of(pairs).letters();
        assert_eq!(letters(&[("LANG", "C")]), Letters::Ascii);
        assert_eq!(letters(&[("LC_ALL", "ru_RU.KOI8-R"), ("LANG", "ru_RU.UTF-8")]), Letters::Ascii);
        assert_eq!(letters(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]), Letters::All);
        assert_eq!(letters(&[("LANG", "C"), ("TINCANS_ASCII", "0")]), Letters::All);
        assert_eq!(letters(&[("LANG", "C"), ("TINCANS_ASCII", "1")]), Letters::Ascii);
        assert_eq!(Theme::chosen(None, true, |_| None).letters(), Letters::NoMarks);
    }

    #[test]
    fn what_the_command_line_says_of_colours_comes_before_the_environment() {
        let named = ["never", "16", "256", "always", "auto"].map(Colours::named);
        let wanted = [Colours::None, Colours::Sixteen, Colours::Indexed, Colours::True].map(Some);
        assert_eq!((&named[..4], named[4]), (&wanted[..], None));
        let theme = of(&[("NO_COLOR", "1")]).in_colours(Colours::True);
        assert_eq!(theme, Theme::with(Colours::True));
    }

    #[test]
    fn neighbouring_writes_differ_in_hue() {
        for colours in [Colours::Sixteen, Colours::Indexed, Colours::True] {
            let theme = Theme::with(colours);
            let hue = |write| theme.hue(Direction::Right.mark(write));
            assert!((1..20).all(|write| hue(write) != hue(write + 1)));
            let back = |write| theme.hue(Direction::Left.mark(write));
            assert!((1..=3).all(|write| (1..=3).all(|other| hue(write) != back(other))));
        }
    }
}
