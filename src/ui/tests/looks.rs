//! Whole screens in every theme: what is drawn can be read, and ASCII is ASCII.

use ratatui::style::Modifier;

use super::*;
use crate::ui::theme::{self, Ground};

const VIEWS: [View; 7] =
    [View::Bench, View::Diagram, View::Lens, View::Xray, View::Processes, View::Otherwise, View::Grid];

/// Every view of a bench on which much has happened, and help.
fn screens(theme: Theme, mut look: impl FnMut(&Buffer)) {
    let mut stage = three_words();
    stage.write(PARENT, 3, b"wa\x1biting");
    for size in SIZES {
        for view in VIEWS {
            for mode in [Mode::Keys, Mode::Line, Mode::Help] {
                let mut app = app_of(&stage);
                (app.mode, app.view) = (mode, view);
                app.notice = Some("refused: something".to_owned());
                let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
                let scene = Scene { app: &app, world: &stage.world, theme };
                terminal.draw(|frame| draw(frame, scene)).unwrap();
                look(terminal.backend().buffer());
            }
        }
    }
}

#[test]
fn every_pair_of_colours_on_the_screen_can_be_read() {
    for (ground, least) in [(Ground::Dark, 4.5), (Ground::Light, 4.5), (Ground::Room, 7.0)] {
        for colours in [Colours::Sixteen, Colours::Indexed, Colours::True] {
            screens(Theme::with(colours).on(ground), |buffer| {
                for cell in &buffer.content {
                    assert!(!cell.modifier.contains(Modifier::DIM), "how dim is the terminal's affair: {cell:?}");
                    let contrast = theme::contrast(cell.fg, cell.bg).expect("a colour of ours");
                    assert!(contrast >= least, "{ground:?} {colours:?} {contrast:.1}: {cell:?}");
                }
            });
        }
        for style in [Theme::code, Theme::alarm, Theme::faint] {
            for colours in [Colours::Sixteen, Colours::Indexed, Colours::True] {
                let theme = Theme::with(colours).on(ground);
                let behind = theme.base().bg.unwrap();
                assert!(theme::contrast(style(theme).fg.unwrap(), behind).unwrap() >= least, "{ground:?} {colours:?}");
            }
        }
    }
}

#[test]
fn ascii_has_no_other_border_and_no_other_mark() {
    screens(Theme::with(Colours::None).in_ascii(), |buffer| {
        for cell in &buffer.content {
            assert!(cell.symbol().is_ascii(), "{:?}", cell.symbol());
        }
    });
}

#[test]
fn without_colours_no_cell_has_one() {
    screens(Theme::with(Colours::None), |buffer| {
        assert!(buffer.content.iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
    });
}
