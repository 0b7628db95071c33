//! The mouse on the real program: what is switched on for it, what a click does, and that nothing of it stays; and how many
//! bytes a typed letter costs.

use std::time::Duration;

use crate::support::pty::{Pty, modes_left_on, unwelcome};

const ON: &[u8] = b"\x1b[?1000h";
const OFF: &[u8] = b"\x1b[?1000l";

fn count(pty: &Pty, wanted: &[u8]) -> usize {
    pty.bytes().windows(wanted.len()).filter(|window| *window == wanted).count()
}

fn start(size: (u16, u16), arguments: &[&str]) -> Pty {
    let mut pty = Pty::start_with(size, arguments, |_| {});
    pty.wait("two channels", |screen| screen.contains("1 wire") && screen.contains("2 post"));
    pty
}

/// A lone escape is told from the beginning of a sequence by the time that passes.
#[test]
fn a_click_focuses_and_the_mouse_can_be_given_back_while_running() {
    let mut pty = start((24, 80), &[]);
    assert_eq!((count(&pty, ON), count(&pty, OFF)), (1, 0));
    pty.escape();
    let row = pty.screen().lines().position(|line| line.contains("2 post")).map_or(0, |row| row + 1);
    pty.type_bytes(format!("\x1b[<0;10;{row}M\x1b[<0;10;{row}m").as_bytes());
    pty.wait("post has the focus", |screen| {
        screen.lines().any(|line| line.starts_with('┏') && line.contains("2 post"))
    });
    pty.type_bytes(b"m");
    pty.wait("it says so", |screen| screen.contains("mouse off"));
    assert_eq!((count(&pty, ON), count(&pty, OFF)), (1, 1));
    pty.type_bytes(b"m");
    pty.wait("it says so", |screen| screen.contains("mouse on"));
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
    assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new());
}

#[test]
fn without_a_mouse_none_is_asked_for() {
    let mut pty = start((24, 80), &["--no-mouse"]);
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
    assert_eq!(count(&pty, ON), 0);
}

#[test]
fn wide_combining_and_turning_letters_leave_every_border_where_it_is() {
    let mut pty = start((24, 80), &["--ascii"]);
    pty.type_bytes("漢字 e\u{301} 👩‍🚀 \u{202e}abc".as_bytes());
    pty.type_bytes(b"\x1b[200~\t\x01\x1b[201~\r");
    pty.wait("written", |screen| screen.contains("+1---") && screen.contains("漢字"));
    for line in pty.screen().lines().filter(|line| line.starts_with('|')) {
        assert_eq!(unicode_width::UnicodeWidthStr::width(line.trim_end()), 80, "{line}");
        assert!(line.trim_end().ends_with('|'), "{line}");
    }
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
    assert_eq!(unwelcome(pty.bytes()), Vec::<String>::new());
}

#[test]
fn a_letter_typed_costs_at_most_400_bytes_with_eight_channels() {
    let mut pty = start((60, 200), &[]);
    pty.escape();
    for number in 0..6 {
        pty.type_bytes(format!(":channel stream more{number} kid{number}\r").as_bytes());
        pty.wait("a channel", |screen| screen.contains(&format!("more{number}")));
    }
    pty.type_bytes(b"i");
    pty.pump(Duration::from_millis(300));
    let (letters, before) = (b"what does one letter cost", pty.bytes().len());
    for letter in letters {
        pty.type_bytes(&[*letter]);
        pty.pump(Duration::from_millis(40));
    }
    let average = (pty.bytes().len() - before) / letters.len();
    eprintln!("{average} bytes a letter");
    assert!(average > 0 && average <= 400, "{average} bytes a letter");
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
}
