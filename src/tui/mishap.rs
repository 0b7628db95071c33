//! For the tests, and in debug builds alone: F12 panics where `TINCANS_PANIC` says `once` or `twice`, the second time while the
//! first is being cleaned up after. A release build has nothing of this.

use crossterm::event::{Event, KeyCode, KeyEvent};

/// Panics if this is the key, and it was asked for.
#[expect(clippy::panic, reason = "that is what it is for")]
pub fn happen(event: &Event) {
    if !matches!(event, Event::Key(KeyEvent { code: KeyCode::F(12), .. })) {
        return;
    }
    match std::env::var("TINCANS_PANIC").as_deref() {
        Ok("once") => panic!("on purpose"),
        Ok("twice") => {
            let _again = PanicsWhenDropped;
            panic!("on purpose");
        }
        _ => {}
    }
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    #[expect(clippy::panic, reason = "that is what it is for")]
    fn drop(&mut self) {
        panic!("on purpose too");
    }
}
