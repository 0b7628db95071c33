//! Whole screens in every theme: what is drawn can be read, and ASCII is ASCII.

use ratatui::style::Modifier;

use super::*;
use crate::abi::SOCK_STREAM;
use crate::app::action::ChannelAction;
use crate::trace::{Explanation, Subject};
use crate::ui::ascii::Letters;
use crate::ui::theme::{self, Ground};

/// Every view of a bench on which much has happened, and help.
fn screens(theme: Theme, mut look: impl FnMut(&Buffer)) {
    let mut stage = three_words();
    stage.write(PARENT, 3, b"wa\x1biting");
    for size in SIZES {
        for view in View::ALL.iter().copied() {
            for mode in [Mode::Keys, Mode::Line, Mode::Help] {
                let mut app = app_of(&stage);
                (app.mode, app.view) = (mode, view);
                app.notice = Some("refused: something".to_owned());
                let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
                let context = ViewContext { app: &app, world: &stage.world, theme };
                show(&mut terminal, context);
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
    screens(Theme::with(Colours::None).with_letters(Letters::Ascii), |buffer| {
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

/// A screen for a room, with this many columns and rows.
fn room(stage: &RecordedBench, size: (u16, u16), prepare: impl FnOnce(&mut App)) -> String {
    let mut app = app_of(stage);
    app.present.is_on = true;
    prepare(&mut app);
    screen_of(&app, stage, size)
}

#[test]
fn in_a_large_room_letters_are_drawn_big_in_every_panel_or_in_none() {
    let stage = three_words();
    // The `n` of `one`: in the writes and the reads of both channels.
    let has_big = |screen: &str| screen.matches("▟▀▙ █▀▙ ▟▀▙").count();
    for size in [(160, 45), (200, 60)] {
        let screen = room(&stage, size, |_| ());
        assert_eq!(has_big(&screen), 4, "{screen}");
    }
    assert_eq!(has_big(&room(&stage, (100, 36), |_| ())), 0, "one read of three words has no room");
    // For a letter that no font has, nothing is drawn big.
    let mut stage = three_words();
    stage.write(PARENT, 3, "漢".as_bytes());
    assert_eq!(has_big(&room(&stage, (200, 60), |_| ())), 0);
}

#[test]
fn a_room_sees_all_that_matters_in_the_upper_two_thirds() {
    let stage = three_words();
    for size in SIZES {
        let screen = room(&stage, size, |app| app.present.keys.extend(["Esc".to_owned(), "k".to_owned()]));
        let upper: Vec<&str> = screen.lines().take(usize::from(size.1) * 2 / 3).collect();
        assert_shows(&upper.join("\n"), &["TRY", "1 wire SOCK_STREAM", "▶ 3 writes, 1 read"]);
        assert_shows(&screen, &["2 post SOCK_DGRAM", "3 writes, 3 reads"]);
        // Letters are spaced where there is room for that, and boxes are high everywhere.
        let boxes =
            if size.0 < 120 { "│one││two││three│" } else { "│o n e ││t w o ││t h r e e │" };
        assert_shows(&upper.join("\n"), &[boxes]);
        let at = upper.iter().position(|row| row.contains(boxes)).unwrap();
        assert!(upper[at - 2].contains("┌1") && upper[at + 2].contains('└'), "{screen}");
        let blank = screen.lines().rev().take_while(|line| line.trim().is_empty()).count();
        assert!(size.1 > 18 || blank < 3, "{blank} rows are not used:\n{screen}");
        assert_shows(&screen, &["keys  Esc  k", "parent ▶ all"]);
        assert!(!screen.contains("trace") && !screen.contains("held by"), "{screen}");
    }
}

#[test]
fn behind_the_curtain_nothing_says_what_came_of_it() {
    let mut stage = three_words();
    stage.kill(CHILD1);
    let look = stage.history.look(stage.history.newest(), 100);
    for size in SIZES {
        for view in View::ALL.iter().copied() {
            for is_past in [false, true] {
                let screen = room(&stage, size, |app| {
                    app.mode = Mode::Keys;
                    update::alternatives(app, Ok(stage.world.clone()));
                    app.recent.clone_from(&look.moments);
                    if is_past {
                        update::looked(app, Some(look.clone()));
                    }
                    (app.view, app.present.is_hidden) = (view, true);
                    app.notice = Some("refused: child2 is asleep in read(post[1])".to_owned());
                    app.why = Some(why("Because of this."));
                });
                assert_shows(&screen, &["H shows it", "a note is hidden"]);
                for answer in ["onetwo", "READ", "killed", "SIGKILL", "idle", "asleep", "Because", "recv"] {
                    assert!(!screen.contains(answer), "{answer} {view:?} {size:?}\n{screen}");
                }
            }
        }
    }
    // A mistake in a statement gives nothing away, and has to be mended.
    let screen = room(&stage, (60, 18), |app| {
        (app.mode, app.present.is_hidden) = (Mode::Prompt, true);
        app.notice = Some("column 7: there is no such verb".to_owned());
    });
    assert_shows(&screen, &["column 7: there is no such verb"]);
}

fn why(text: &str) -> Explanation {
    Explanation {
        subject: Subject::Other,
        about: "wire[0]".to_owned(),
        text: text.to_owned(),
        rule: "rule",
        page: None,
        lesson: None,
        foretold: Vec::new(),
    }
}

#[test]
fn a_room_of_any_theme_has_seven_to_one_in_every_cell() {
    for exhibit in gallery::gallery(b"wa\x1biting").into_iter().filter(gallery::Exhibit::is_for_a_room) {
        for colours in [Colours::Sixteen, Colours::Indexed, Colours::True] {
            for size in SIZES {
                for cell in &exhibit.buffer(size, Theme::with(colours)).content {
                    let contrast = theme::contrast(cell.fg, cell.bg).expect("a colour of ours");
                    assert!(contrast >= 7.0, "{} {colours:?} {contrast:.1}: {cell:?}", exhibit.name);
                }
            }
        }
    }
}

#[test]
fn in_ascii_what_is_marked_is_no_arrow_and_what_was_typed_is_neither() {
    let stage = three_words();
    let mut app = app_of(&stage);
    app.transcript.push_statement("sleep 1".to_owned());
    app.transcript.flush();
    let theme = Theme::with(Colours::None).with_letters(Letters::NoMarks);
    let shown = |app: &App| {
        let area = Rect::new(0, 0, 80, 24);
        let mut buffer = Buffer::empty(area);
        draw(ViewContext { app, world: &stage.world, theme }, &mut buffer);
        let row = |y| (0..80).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..24).map(row).collect::<Vec<_>>().join("\n")
    };
    assert_shows(&shown(&app), &[" $ sleep 1", "> 3 writes, 1 read"]);
    app.view = View::Grid;
    assert_shows(&shown(&app), &["*  1 wire ", " stream      3>0>1", "   2 post "]);
}

#[test]
fn a_click_focuses_what_is_under_it_and_the_wheel_scrolls() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let stage = three_words();
    let mut app = app_of(&stage);
    app.mode = Mode::Keys;
    let pointed = |app: &App, kind, (column, row)| {
        let context = ViewContext { app, world: &stage.world, theme: Theme::with(Colours::None) };
        pointer::action(context, (80, 24), MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    };
    let click = MouseEventKind::Down(MouseButton::Left);
    let screen = screen_of(&app, &stage, (80, 24));
    let row = |text: &str| u16::try_from(screen.lines().position(|line| line.contains(text)).unwrap()).unwrap();
    assert_eq!(pointed(&app, click, (5, row("2 post"))), Some(Action::Focus(1)));
    assert_eq!(pointed(&app, click, (5, row("1 wire") + 1)), Some(Action::Focus(0)));
    assert_eq!(pointed(&app, click, (5, 0)), None);
    // The wheel scrolls what is under it: the trace, not the first line, nor channels that are all seen.
    assert_eq!(pointed(&app, MouseEventKind::ScrollUp, (5, row("─ trace") + 1)), Some(Action::TraceUp));
    assert_eq!(pointed(&app, MouseEventKind::ScrollUp, (5, 0)), None);
    assert_eq!(pointed(&app, MouseEventKind::ScrollUp, (5, row("2 post"))), None);
    // A key that the footer names can be clicked.
    let line = screen.lines().find(|line| line.contains(" k kill ")).unwrap();
    let column = |text: &str| u16::try_from(line[..line.find(text).unwrap()].chars().count() + 1).unwrap();
    for (text, want) in [
        (" k kill ", Action::Make(ChannelAction::Kill)),
        (" / all ", Action::OpenPalette),
        (" ? help ", Action::OpenHelp),
        (" i say ", Action::EnterLine),
    ] {
        assert_eq!(pointed(&app, click, (column(text), row(" k kill "))), Some(want), "{text}");
    }
    update::update(&mut app, &stage.world, Input::Do(Action::Focus(1)));
    let name = app.focused(&stage.world).unwrap().channel(&stage.world).unwrap().name.clone();
    assert_eq!(name, "post");
    app.mode = Mode::Help;
    assert_eq!(pointed(&app, MouseEventKind::ScrollDown, (5, 5)), Some(Action::HelpDown));
    assert_eq!(pointed(&app, click, (5, row("2 post"))), None);
}

#[test]
fn what_came_back_is_told_where_a_channel_has_one_line() {
    let mut stage = RecordedBench::bare();
    for number in 0..8 {
        stage.pair(SOCK_STREAM, &format!("c{number}"), [3 + number, 1000]);
        stage.child(&format!("kid{number}"), 1000, &[]);
    }
    stage.write(TaskId(2), 1000, b"hello");
    stage.read(PARENT, 4, b"hello");
    let told = ["▶ nothing ━ ◀ 1 write, 1 read", " ◀ [a hello]", " ▶ nothing yet"];
    assert_shows(&screen(&stage, (80, 24)), &told);
    stage.write(PARENT, 4, b"and you");
    let told = ["▶ 1 write, 0 reads ━ ◀ 1 write, 1 read", " ▶ [1 and you]"];
    assert_shows(&screen(&stage, (80, 24)), &told);
}

#[test]
fn a_channel_of_one_line_says_what_matters_most_in_its_title() {
    let mut stage = RecordedBench::open();
    for number in 0..4 {
        stage.pair(SOCK_STREAM, &format!("c{number}"), [10 + number, 1000]);
        stage.child(&format!("kid{number}"), 1000, &[]);
    }
    stage.kill(CHILD2);
    stage.kill(TaskId(4));
    let shown = screen(&stage, (80, 24));
    let title = |name: &str| shown.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{shown}"));
    assert_shows(title(" 2 post SOCK_DGRAM"), &["no EOF comes"]);
    assert_shows(title(" 4 c1 SOCK_STREAM"), &["━ EOF: kid2's next read returns 0 ━"]);
}

#[test]
fn what_has_no_room_on_the_lower_edge_is_counted_there() {
    let mut stage = RecordedBench::bare();
    stage.pair(SOCK_STREAM, "wire", [3, 1000]);
    for name in ["a_child_with_a_long_name", "another_with_a_name", "one_more_with_a_name"] {
        stage.child(name, 3, &[]);
    }
    for id in 1..4 {
        stage.sleep_in_read(TaskId(id), 1000);
    }
    let screen = screen(&stage, (60, 18));
    assert!(
        screen.lines().any(|line| line.starts_with('┗') && line.ends_with(" ┛") && line.contains(" +")),
        "{screen}"
    );
}

/// Words that may be red: what died, and what failed.
const RED: &str = "killed by|exited with|is dead|died";

#[test]
fn red_is_for_errors_and_deaths_only() {
    let mut stage = three_words();
    stage.write(PARENT, 3, b"wa\x1biting");
    stage.fail_write(PARENT, 4, b"x", Errno::ECONNREFUSED);
    stage.recv_short(CHILD2, 5, b"th");
    stage.stop(CHILD2);
    let theme = Theme::with(Colours::True);
    let red = theme.alarm().fg.unwrap();
    let mut before_death = app_of(&stage);
    before_death.notice = Some("refused: something".to_owned());
    let world = stage.world.clone();
    let mut seen = 0;
    stage.kill(CHILD1);
    let after_death = app_of(&stage);
    for (app, world) in [(&before_death, &world), (&after_death, &stage.world)] {
        for view in View::ALL.iter().copied() {
            for size in SIZES {
                let mut app = app.clone();
                app.view = view;
                let area = Rect::new(0, 0, size.0, size.1);
                let mut buffer = Buffer::empty(area);
                draw(ViewContext { app: &app, world, theme }, &mut buffer);
                for y in 0..size.1 {
                    let letters = (0..size.0).filter(|x| buffer[(*x, y)].fg == red);
                    let text: String = letters.map(|x| buffer[(x, y)].symbol()).collect();
                    if text.trim().is_empty() {
                        continue;
                    }
                    seen += 1;
                    let is_error = text.contains(" E") || text.starts_with('E') || text.contains("-1 E");
                    let is_death = RED.split('|').any(|word| text.contains(word)) || text.contains("SIGKILL");
                    assert!(is_error || is_death, "{view:?} {size:?}: {text:?} is red");
                }
            }
        }
    }
    assert!(seen > 10);
}

#[test]
fn only_characters_are_drawn_that_common_fonts_have() {
    // ASCII, Latin-1, box drawing and blocks, and signs of WGL4 or of every monospaced font that was looked at (DejaVu Sans Mono,
    // Liberation Mono, Noto Sans Mono, the Linux console's Unifont).
    let is_known = |c: char| c.is_ascii() || "×·«»─│┌┐└┘├┤┬┴┼━┃┏┓┗┛╭╮╰╯╳┆┇█▒▏▶◀▲▼▸›‹→←↑↓…•†‖≠✓✗⊕".contains(c);
    screens(Theme::with(Colours::None), |buffer| {
        for cell in &buffer.content {
            assert!(cell.symbol().chars().all(is_known), "{:?}", cell.symbol());
        }
    });
}
