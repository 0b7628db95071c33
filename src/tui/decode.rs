//! Bytes of the terminal become events, without reading anything: termina's parser behind crossterm's types, with bounds. Any
//! chunking gives the same events; rubbish and an idle moment leave nothing behind; a paste is kept up to a limit.

use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use termina::Parser;
use termina::event as from;

/// Bytes of a paste that are kept; the rest is counted.
pub const MAX_PASTE: usize = 64 * 1024;
/// Bytes that may belong to one sequence.
const MAX_SEQUENCE: usize = 1024;
/// How long an unfinished sequence (a lone Esc) is waited for.
const SEQUENCE_PATIENCE: Duration = Duration::from_millis(25);
/// How long an unfinished paste is waited for.
const PASTE_PATIENCE: Duration = Duration::from_secs(1);
const PASTE_START: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

/// An event, and how many bytes of a paste were dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The event.
    pub event: Event,
    /// Bytes of a paste beyond [`MAX_PASTE`].
    pub dropped: u64,
}

/// The decoder.
#[derive(Debug, Default)]
pub struct Decoder {
    parser: Parser,
    /// Bytes since the last event.
    unresolved: usize,
    /// The last bytes, in which the beginning of a paste is looked for.
    recent: Vec<u8>,
    paste: Option<Paste>,
    ready: VecDeque<Decoded>,
}

/// A paste on its way.
#[derive(Debug, Default)]
struct Paste {
    kept: Vec<u8>,
    total: u64,
    recent: Vec<u8>,
}

impl Decoder {
    /// Takes bytes in.
    pub fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.feed_one(byte);
        }
    }

    /// The next event.
    pub fn pop(&mut self) -> Option<Decoded> {
        self.ready.pop_front()
    }

    /// How long to wait for more bytes before [`Self::idle`] is to be called; none if nothing is unfinished.
    pub fn patience(&self) -> Option<Duration> {
        match &self.paste {
            Some(_) => Some(PASTE_PATIENCE),
            None => (self.unresolved > 0).then_some(SEQUENCE_PATIENCE),
        }
    }

    /// Nothing more came: what is unfinished is taken for what it is (a lone Esc), or dropped.
    pub fn idle(&mut self) {
        if let Some(paste) = self.paste.take() {
            self.finish_paste(paste, 0);
            return;
        }
        self.parser.parse(&[], false);
        self.take_parsed();
        self.forget();
    }

    fn feed_one(&mut self, byte: u8) {
        if let Some(paste) = &mut self.paste {
            if paste.push(byte) {
                let paste = self.paste.take().unwrap_or_default();
                self.finish_paste(paste, PASTE_END.len());
            }
            return;
        }
        self.unresolved += 1;
        slide(&mut self.recent, byte);
        self.parser.parse(&[byte], true);
        if self.take_parsed() {
            self.unresolved = 0;
        }
        if self.recent == PASTE_START {
            self.forget();
            self.paste = Some(Paste::default());
        } else if self.unresolved > MAX_SEQUENCE {
            self.forget();
        }
    }

    /// A fresh parser: the old one may wait for ever for the end of a sequence it does not know.
    fn forget(&mut self) {
        self.parser = Parser::default();
        self.recent.clear();
        self.unresolved = 0;
    }

    fn take_parsed(&mut self) -> bool {
        let mut any = false;
        while let Some(event) = self.parser.pop() {
            any = true;
            self.convert(event);
        }
        any
    }

    fn convert(&mut self, event: from::Event) {
        match event {
            from::Event::Key(key) => self.convert_key(key),
            from::Event::Paste(text) => self.push(Event::Paste(text), 0),
            from::Event::Mouse(mouse) => self.convert_mouse(mouse),
            from::Event::FocusIn => self.push(Event::FocusGained, 0),
            from::Event::FocusOut => self.push(Event::FocusLost, 0),
            from::Event::WindowResized(_) | from::Event::Csi(_) | from::Event::Osc(_) | from::Event::Dcs(_) => {}
        }
    }

    /// Presses of the first button and the wheel: nothing else means anything.
    fn convert_mouse(&mut self, mouse: from::MouseEvent) {
        use from::MouseEventKind as K;
        let kind = match mouse.kind {
            K::Down(from::MouseButton::Left) => MouseEventKind::Down(MouseButton::Left),
            K::ScrollUp => MouseEventKind::ScrollUp,
            K::ScrollDown => MouseEventKind::ScrollDown,
            K::Down(_) | K::Up(_) | K::Drag(_) | K::Moved | K::ScrollLeft | K::ScrollRight => return,
        };
        let (column, row, modifiers) = (mouse.column, mouse.row, KeyModifiers::NONE);
        self.push(Event::Mouse(MouseEvent { kind, column, row, modifiers }), 0);
    }

    /// Alt with a letter is Esc and a letter typed quickly: nothing is bound to Alt.
    fn convert_key(&mut self, key: from::KeyEvent) {
        let Some(mut code) = code(key.code) else { return };
        if key.kind == from::KeyEventKind::Release {
            return;
        }
        let mut modifiers = KeyModifiers::empty();
        for (theirs, ours) in [
            (from::Modifiers::SHIFT, KeyModifiers::SHIFT),
            (from::Modifiers::CONTROL, KeyModifiers::CONTROL),
            (from::Modifiers::ALT, KeyModifiers::ALT),
        ] {
            if key.modifiers.contains(theirs) {
                modifiers |= ours;
            }
        }
        // What was typed before raw mode came through ICRNL, which made a line feed, Ctrl-J, of each Enter.
        if code == KeyCode::Char('j') && modifiers == KeyModifiers::CONTROL {
            (code, modifiers) = (KeyCode::Enter, KeyModifiers::NONE);
        }
        let is_text = matches!(code, KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace);
        if is_text && modifiers.contains(KeyModifiers::ALT) {
            self.push(Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE)), 0);
            modifiers -= KeyModifiers::ALT;
        }
        self.push(Event::Key(KeyEvent::new(code, modifiers)), 0);
    }

    fn finish_paste(&mut self, mut paste: Paste, marker: usize) {
        let content = paste.total.saturating_sub(marker as u64);
        let keep = usize::try_from(content).unwrap_or(usize::MAX).min(MAX_PASTE);
        paste.kept.truncate(keep);
        let dropped = content.saturating_sub(paste.kept.len() as u64);
        let text = String::from_utf8_lossy(&paste.kept).into_owned();
        self.forget();
        // A terminal sends a line break of a paste as a carriage return.
        self.push(Event::Paste(text.replace("\r\n", "\n").replace('\r', "\n")), dropped);
    }

    fn push(&mut self, event: Event, dropped: u64) {
        self.ready.push_back(Decoded { event, dropped });
    }
}

impl Paste {
    /// Says whether the end has come.
    fn push(&mut self, byte: u8) -> bool {
        self.total += 1;
        if self.kept.len() < MAX_PASTE + PASTE_END.len() {
            self.kept.push(byte);
        }
        slide(&mut self.recent, byte);
        self.recent == PASTE_END
    }
}

/// Keeps the last bytes, as many as a marker has.
fn slide(recent: &mut Vec<u8>, byte: u8) {
    if recent.len() == PASTE_START.len() {
        recent.remove(0);
    }
    recent.push(byte);
}

fn code(code: from::KeyCode) -> Option<KeyCode> {
    use from::KeyCode as K;
    Some(match code {
        K::Char(c) => KeyCode::Char(c),
        K::Enter => KeyCode::Enter,
        K::Backspace => KeyCode::Backspace,
        K::Tab => KeyCode::Tab,
        K::BackTab => KeyCode::BackTab,
        K::Escape => KeyCode::Esc,
        K::Left => KeyCode::Left,
        K::Right => KeyCode::Right,
        K::Up => KeyCode::Up,
        K::Down => KeyCode::Down,
        K::Home => KeyCode::Home,
        K::End => KeyCode::End,
        K::PageUp => KeyCode::PageUp,
        K::PageDown => KeyCode::PageDown,
        K::Insert => KeyCode::Insert,
        K::Delete => KeyCode::Delete,
        K::Function(number) => KeyCode::F(number),
        K::KeypadBegin
        | K::CapsLock
        | K::ScrollLock
        | K::NumLock
        | K::PrintScreen
        | K::Pause
        | K::Menu
        | K::Null
        | K::Modifier(_)
        | K::Media(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(decoder: &mut Decoder) -> Vec<Decoded> {
        std::iter::from_fn(|| decoder.pop()).collect()
    }

    fn key(code: KeyCode) -> Decoded {
        Decoded { event: Event::Key(KeyEvent::new(code, KeyModifiers::NONE)), dropped: 0 }
    }

    fn decode(bytes: &[u8]) -> Vec<Decoded> {
        let mut decoder = Decoder::default();
        decoder.feed(bytes);
        decoder.idle();
        all(&mut decoder)
    }

    #[test]
    fn words_and_enters_of_one_read_come_in_order() {
        let got = decode(b"one\rtwo\r\r");
        let want = ['o', 'n', 'e', '\r', 't', 'w', 'o', '\r', '\r'];
        let want = want.map(|c| key(if c == '\r' { KeyCode::Enter } else { KeyCode::Char(c) }));
        assert_eq!(got, want);
    }

    #[test]
    fn a_line_feed_is_an_enter() {
        assert_eq!(decode(b"x\n"), [key(KeyCode::Char('x')), key(KeyCode::Enter)]);
    }

    #[test]
    fn a_lone_esc_is_one_after_an_idle_moment_and_esc_with_a_letter_is_both() {
        let mut decoder = Decoder::default();
        decoder.feed(b"\x1b");
        assert_eq!((decoder.pop(), decoder.patience()), (None, Some(SEQUENCE_PATIENCE)));
        decoder.idle();
        assert_eq!((all(&mut decoder), decoder.patience()), (vec![key(KeyCode::Esc)], None));
        assert_eq!(decode(b"\x1bk"), [key(KeyCode::Esc), key(KeyCode::Char('k'))]);
        assert_eq!(decode(b"\x1b[5~\x1bOA"), [key(KeyCode::PageUp), key(KeyCode::Up)]);
    }

    #[test]
    fn a_paste_is_one_event_and_bounded() {
        let mut bytes = b"\x1b[200~q\r\x1bk\x1b[20".to_vec();
        bytes.extend(vec![b'x'; 1 << 20]);
        bytes.extend(b"\x1b[201~y");
        let got = decode(&bytes);
        assert_eq!(got.len(), 2);
        let Event::Paste(text) = &got[0].event else { panic!("{:?}", got[0].event) };
        assert!(text.starts_with("q\n\x1bk\x1b[20xxx"));
        assert_eq!(text.len(), MAX_PASTE);
        assert_eq!(got[0].dropped, (1 << 20) + 8 - MAX_PASTE as u64);
        assert_eq!(got[1], key(KeyCode::Char('y')));
    }

    #[test]
    fn a_reply_nobody_asked_for_does_not_wedge_the_keys() {
        let mut decoder = Decoder::default();
        decoder.feed(b"\x1b[?1;2;3;4x\x1b]11;rgb:00");
        decoder.idle();
        all(&mut decoder);
        decoder.feed(b"x");
        assert_eq!(all(&mut decoder), [key(KeyCode::Char('x'))]);
    }

    fn rubbish() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"\x1b".to_vec()),
            Just(b"\x1b[".to_vec()),
            Just(b"\x1b[200~".to_vec()),
            Just(b"\x1b[201~".to_vec()),
            Just(b"\x1b[<0;0;0M".to_vec()),
            Just(b"\x1b]0;".to_vec()),
            Just("漢é".as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 0..8),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_events(bytes in rubbish(), cuts in proptest::collection::vec(1usize..7, 1..40)) {
            let mut decoder = Decoder::default();
            let mut rest = &bytes[..];
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                decoder.feed(now);
                rest = later;
            }
            decoder.idle();
            prop_assert_eq!(all(&mut decoder), decode(&bytes));
        }

        #[test]
        fn after_rubbish_and_an_idle_moment_x_is_x(bytes in rubbish()) {
            let mut decoder = Decoder::default();
            decoder.feed(&bytes);
            decoder.idle();
            all(&mut decoder);
            prop_assert_eq!(decoder.patience(), None);
            decoder.feed(b"x");
            prop_assert_eq!(all(&mut decoder), vec![key(KeyCode::Char('x'))]);
        }
    }
}
