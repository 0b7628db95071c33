//! What a terminal gets first: a whole frame, though it answers nothing, and no question at all, whatever is pressed. And only
//! letters that its locale has.

use std::time::Duration;

use crate::support::pty::{Pty, Size};

const SIZE: Size = (36, 120);

/// The sequences in these bytes that ask a terminal for something: what it is, where its cursor stands, its modes, its colours, its
/// size, what it is able to.
fn questions(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = Vec::new();
    for sequence in text.split('\x1b').skip(1) {
        let is_question = if let Some(rest) = sequence.strip_prefix('[') {
            let end = rest.find(|c: char| ('@'..='~').contains(&c)).unwrap_or(rest.len());
            let (parameters, last) = (&rest[..end], rest[end..].chars().next());
            match last {
                Some('c' | 'n' | 'x' | 't') => true,
                Some('p') => parameters.ends_with('$'),
                Some('q') => parameters.starts_with('>'),
                Some('u') => parameters.starts_with('?'),
                _ => false,
            }
        } else if let Some(rest) = sequence.strip_prefix(']') {
            rest.split(['\x07']).next().is_some_and(|rest| rest.ends_with('?'))
        } else {
            // DCS: of settings and capabilities. ENQ has no escape, and is looked for below. DECID.
            sequence.starts_with("P$q") || sequence.starts_with("P+q") || sequence.starts_with('Z')
        };
        if is_question {
            found.push(sequence.chars().take(12).collect());
        }
    }
    if bytes.contains(&0x05) {
        found.push("ENQ".to_owned());
    }
    found
}

#[test]
fn a_question_to_the_terminal_is_seen() {
    for question in [
        "\x1b[c",
        "\x1b[>0c",
        "\x1b[6n",
        "\x1b[?2026$p",
        "\x1b[?u",
        "\x1b[>q",
        "\x1b]11;?\x07",
        "\x1b]10;?\x1b\\",
        "\x1b[18t",
        "\x1bP+q544e\x1b\\",
        "\x1bZ",
        "\x05",
    ] {
        assert_eq!(questions(format!("a{question}b").as_bytes()).len(), 1, "{question:?}");
    }
    let ours = "\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[?2026h\x1b[1;1H\x1b[38;2;1;2;3m─\x1b[0m\x1b[?2026l\x1b[?1000h\x1b[?1006h\x1b[?25h";
    assert_eq!(questions(ours.as_bytes()), Vec::<String>::new());
}

#[test]
fn the_first_frame_comes_though_the_terminal_answers_nothing_and_nothing_is_ever_asked() {
    let mut pty = Pty::start(SIZE);
    // Nobody types, nobody answers.
    pty.wait("the bench", |screen| screen.contains("1 wire SOCK_STREAM") && screen.contains("2 post SOCK_DGRAM"));
    assert_eq!(questions(pty.bytes()), Vec::<String>::new());
    pty.type_bytes(b"one\rtwo\r\r\x1b");
    pty.pump(Duration::from_millis(100));
    for key in [
        "d", "v", "z", "t", "c", "e", "e", "P", "H", "H", "P", "?", "\x1b", "l", "\x1b", "\x1b[D", "\x1b", "m", "m",
        ":",
    ] {
        pty.type_bytes(key.as_bytes());
        pty.pump(Duration::from_millis(60));
    }
    pty.resize((24, 80));
    pty.pump(Duration::from_millis(60));
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
    assert_eq!(questions(pty.bytes()), Vec::<String>::new());
}

#[test]
fn a_locale_without_utf8_gets_ascii_alone() {
    for arguments in [&[][..], &["learn", "1"], &["learn", "--plain", "1"]] {
        let state = tempfile::tempdir().expect("a folder");
        let folder = state.path().to_owned();
        let mut pty = Pty::start_with(SIZE, arguments, move |command| {
            command.env("LC_ALL", "POSIX").env("XDG_STATE_HOME", folder);
        });
        pty.wait("something", |screen| screen.contains("wire") || screen.contains("Two tin cans"));
        pty.type_bytes("\u{1b}:write wire[0] 漢─\r".as_bytes());
        pty.pump(Duration::from_millis(300));
        pty.type_bytes(b"\x03");
        pty.status();
        let own = pty.bytes();
        // A terminal in cooked mode echoes what is typed by itself.
        if !arguments.contains(&"--plain") {
            assert!(own.is_ascii(), "{:?}", own.iter().position(|byte| !byte.is_ascii()));
            assert!(pty.bytes().windows(12).any(|window| window == b"\\xe6\\xbc\\xa2"), "{}", pty.screen());
        }
    }
}
