//! Rows that have only moved up, as a trace does: a terminal moves them itself, by deleting lines above and inserting as many below.
//! The Linux console, tmux and screen know both as well as xterm does.

use std::io::Write as _;

use ratatui::buffer::{Buffer, Cell};

/// The most rows by which something moves at one time; more is hardly ever a move.
const MOST: usize = 16;
/// Rows that have to be spared at least.
const LEAST: usize = 3;

/// Rows from `first` to before `end` show what stood `by` rows below; the `by` rows from `end` on are new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scroll {
    first: usize,
    end: usize,
    by: usize,
}

impl Scroll {
    /// The move that spares most rows, if one is worth it; `changed` says which rows are not as they were.
    pub fn find(shown: &Buffer, next: &Buffer, changed: &[bool]) -> Option<Self> {
        if changed.iter().filter(|changed| **changed).count() < LEAST {
            return None;
        }
        let width = usize::from(next.area.width).max(1);
        let old: Vec<&[Cell]> = shown.content.chunks(width).collect();
        let new: Vec<&[Cell]> = next.content.chunks(width).collect();
        if old.len() != new.len() {
            return None;
        }
        let mut best: Option<(usize, Self)> = None;
        for by in 1..=MOST.min(new.len().saturating_sub(1)) {
            let mut y = 0;
            while y + by < new.len() {
                let first = y;
                let mut spared = 0;
                while y + by < new.len() && new[y] == old[y + by] {
                    spared += usize::from(changed[y]);
                    y += 1;
                }
                if spared >= LEAST && best.is_none_or(|(most, _)| spared > most) {
                    best = Some((spared, Self { first, end: y, by }));
                }
                y += 1;
            }
        }
        best.map(|(_, scroll)| scroll)
    }

    /// What the terminal shows once it has moved them.
    pub fn apply(self, shown: &Buffer) -> Buffer {
        let width = usize::from(shown.area.width).max(1);
        let mut moved = shown.clone();
        for y in self.first..self.end {
            let from = (y + self.by) * width;
            moved.content[y * width..(y + 1) * width].clone_from_slice(&shown.content[from..from + width]);
        }
        for cell in &mut moved.content[self.end * width..(self.end + self.by) * width] {
            *cell = Cell::EMPTY;
        }
        moved
    }

    /// The way there: nothing is written in colour, and the caret may stand anywhere after it.
    pub fn write(self, height: usize, out: &mut Vec<u8>) {
        let Self { first, end, by } = self;
        let _ = write!(out, "\x1b[{}H\x1b[{by}M", first + 1);
        // What stands below stays where it is.
        if end + by < height {
            let _ = write!(out, "\x1b[{}H\x1b[{by}L", end + 1);
        }
    }
}
