//! How things look: a hue for each write, and a few styles. Nothing is told by colour alone, and all of it holds on a light
//! and on a dark ground: hues are grounds of their own with black letters on them.

use ratatui::style::{Color, Modifier, Style};

use crate::app::transcript::Tone;

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    /// None: NO_COLOR.
    None,
    /// The terminal's own sixteen.
    Sixteen,
    /// Twenty-four bits: COLORTERM says so.
    True,
}

/// The looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    colours: Colours,
}

/// Grounds that black letters can be read on (at least 7:1), apart for the colour-blind too (after Okabe and Ito).
const TRUE: [(u8, u8, u8); 6] =
    [(118, 196, 240), (240, 190, 60), (90, 200, 160), (226, 150, 200), (240, 228, 66), (255, 160, 122)];
/// The same from the terminal's own palette.
const SIXTEEN: [Color; 6] =
    [Color::Cyan, Color::Yellow, Color::Green, Color::LightMagenta, Color::LightBlue, Color::LightRed];

impl Theme {
    /// By the environment: NO_COLOR and COLORTERM, as they are set.
    pub fn of_environment(no_color: Option<&str>, colorterm: Option<&str>) -> Self {
        let colours = match (no_color, colorterm) {
            (Some(value), _) if !value.is_empty() => Colours::None,
            (_, Some("truecolor" | "24bit")) => Colours::True,
            _ => Colours::Sixteen,
        };
        Self { colours }
    }

    /// With these colours.
    pub fn with(colours: Colours) -> Self {
        Self { colours }
    }

    /// The bytes of one write.
    pub fn hue(self, write: u64) -> Style {
        let at = usize::try_from(write.saturating_sub(1) % TRUE.len() as u64).unwrap_or(0);
        match self.colours {
            Colours::None => Style::new(),
            Colours::Sixteen => Style::new().fg(Color::Black).bg(SIXTEEN[at]),
            Colours::True => {
                let (r, g, b) = TRUE[at];
                Style::new().fg(Color::Rgb(0, 0, 0)).bg(Color::Rgb(r, g, b))
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

    /// What matters less.
    pub fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Code in prose: a colour that holds on both grounds, else the backticks stay.
    pub fn code(self) -> Style {
        self.tinted(Color::Magenta)
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
        self.tinted(Color::Red).add_modifier(Modifier::BOLD)
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
            Tone::Alarm => self.tinted(Color::Red),
        }
    }

    fn tinted(self, colour: Color) -> Style {
        match self.colours {
            Colours::None => Style::new(),
            Colours::Sixteen | Colours::True => Style::new().fg(colour),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
    }

    #[test]
    fn black_letters_can_be_read_on_every_hue() {
        for hue in TRUE {
            assert!((luminance(hue) + 0.05) / 0.05 >= 7.0, "{hue:?}");
        }
    }

    #[test]
    fn no_color_leaves_no_colour_and_keeps_bold() {
        let theme = Theme::of_environment(Some("1"), Some("truecolor"));
        for style in [theme.hue(1), theme.alarm(), theme.strong(), theme.tone(Tone::Alarm), theme.shout()] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
        assert!(theme.alarm().add_modifier.contains(Modifier::BOLD));
        assert_eq!(Theme::of_environment(Some(""), None), Theme::with(Colours::Sixteen));
    }

    #[test]
    fn neighbouring_writes_differ_in_hue() {
        for colours in [Colours::Sixteen, Colours::True] {
            let theme = Theme::with(colours);
            assert!((1..20).all(|write| theme.hue(write) != theme.hue(write + 1)));
        }
    }
}
