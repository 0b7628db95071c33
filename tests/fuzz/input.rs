//! The terminal's bytes as events: any chunking gives the same, rubbish and an idle moment leave nothing behind, a paste keeps its
//! bounds.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tincans::tui::decode::{Decoded, Decoder, MAX_PASTE};

/// The first byte says how long the chunks are, 0 for all at once.
pub fn check(data: &[u8]) {
    let Some((&chunk, bytes)) = data.split_first() else { return };
    let mut whole = Decoder::default();
    whole.feed(bytes);
    let mut in_pieces = Decoder::default();
    for piece in bytes.chunks(usize::from(chunk).max(1)) {
        in_pieces.feed(piece);
    }
    let (one, other) = (all(&mut whole), all(&mut in_pieces));
    assert_eq!(one, other, "in pieces of {chunk}");
    assert_eq!(whole.patience(), in_pieces.patience());
    for decoded in &one {
        sound(decoded, bytes.len());
    }

    whole.idle();
    for decoded in all(&mut whole) {
        sound(&decoded, bytes.len());
    }
    assert_eq!(whole.patience(), None, "after an idle moment nothing is unfinished");
    whole.feed(b"x");
    let x = Event::Key(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE));
    assert_eq!(all(&mut whole), [Decoded { event: x, dropped: 0 }], "after rubbish an x is an x");
    assert_eq!(whole.patience(), None);
}

fn all(decoder: &mut Decoder) -> Vec<Decoded> {
    std::iter::from_fn(|| decoder.pop()).collect()
}

fn sound(decoded: &Decoded, most: usize) {
    match &decoded.event {
        Event::Key(key) => {
            assert_eq!((key.kind, decoded.dropped), (KeyEventKind::Press, 0));
            let is_text = matches!(key.code, KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace);
            assert!(!is_text || !key.modifiers.contains(KeyModifiers::ALT), "{key:?}");
        }
        Event::Paste(text) => {
            assert!(!text.contains('\r') && text.len() <= 3 * MAX_PASTE, "{} bytes", text.len());
            assert!(decoded.dropped <= most as u64);
        }
        Event::Mouse(_) | Event::FocusGained | Event::FocusLost => {}
        Event::Resize(..) => panic!("no bytes mean a size"),
    }
}
