//! Parcels side by side in the columns there are: the newest of what was written and read, the first of what waits.

use ratatui::text::{Line, Span};

use super::parcel::Parcel;
use crate::ui::theme::Theme;
use crate::world::ledger::{Flow, Piece};

/// How parcels are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As boxes of three rows.
    Boxes,
    /// In one line.
    Inline,
}

/// Which parcels stay where there is not room for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stay {
    Newest,
    First,
}

/// Parcels that fit, and how many do not.
#[derive(Debug)]
pub struct Shelf {
    parcels: Vec<Parcel>,
    hidden: u64,
    stay: Stay,
}

/// Columns that the count of what is hidden takes.
const COUNT_WIDTH: u16 = 4;
/// Columns that a parcel may have whatever else there is.
const COMFORT: u16 = 14;
/// The narrowest box: a column of it is never looked at if it would not fit.
const NARROWEST: usize = 3;

impl Shelf {
    /// The last writes of a flow.
    pub fn of_writes(flow: &Flow, width: u16, form: Form, theme: Theme) -> Self {
        let parcels = flow.writes.iter().rev().take(most(width)).map(Parcel::of_write);
        let parcels = parcels.map(|parcel| parcel.spelled(theme)).collect();
        Self::pick(parcels, flow.totals.writes, (width, form), Stay::Newest)
    }

    /// The last reads of a flow.
    pub fn of_reads(flow: &Flow, width: u16, form: Form, theme: Theme) -> Self {
        let kept = flow.reads.iter().filter(|read| Parcel::of_read(flow, read).is_some()).count() as u64;
        let total = flow.totals.reads.max(kept);
        let parcels = flow.reads.iter().rev().filter_map(|read| Parcel::of_read(flow, read)).take(most(width));
        let parcels = parcels.map(|parcel| parcel.spelled(theme)).collect();
        Self::pick(parcels, total, (width, form), Stay::Newest)
    }

    /// What waits, first to be read first.
    pub fn of_queue(flow: &Flow, width: u16, form: Form, theme: Theme) -> Self {
        // A write that has not returned may have nothing left in it.
        let is_something = |piece: &&Piece| piece.len > 0 || !piece.tentative;
        let pieces = flow.queue.iter().filter(is_something);
        let parcels = pieces.clone().take(most(width)).map(|piece| Parcel::of_piece(flow, *piece));
        let parcels = parcels.map(|parcel| parcel.spelled(theme)).collect();
        Self::pick(parcels, pieces.count() as u64, (width, form), Stay::First)
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.parcels.is_empty()
    }

    fn pick(all: Vec<Parcel>, total: u64, (width, form): (u16, Form), stay: Stay) -> Self {
        let needed = |parcel: &Parcel| match form {
            Form::Boxes => parcel.width().saturating_add(2),
            Form::Inline => parcel.inline_width(),
        };
        let sum = all.iter().fold(0, |sum: u16, parcel| sum.saturating_add(needed(parcel)));
        let is_all = sum <= width && all.len() as u64 >= total;
        let mut left = if is_all { width } else { width.saturating_sub(COUNT_WIDTH) };
        // Where there is not room for all, at least two are to be seen.
        let widest = if is_all || all.len() < 2 { left } else { (left / 2).max(COMFORT) };
        let mut parcels = Vec::new();
        for mut parcel in all {
            let around = needed(&parcel) - parcel.width();
            parcel.cut(widest.saturating_sub(around));
            if needed(&parcel) > left {
                if !parcels.is_empty() {
                    break;
                }
                parcel.cut(left.saturating_sub(around));
            }
            left = left.saturating_sub(needed(&parcel));
            parcels.push(parcel);
        }
        let hidden = total.saturating_sub(parcels.len() as u64);
        if stay == Stay::Newest {
            parcels.reverse();
        }
        Self { parcels, hidden, stay }
    }

    /// The rows: three of boxes, one inline.
    pub fn rows(&self, form: Form, theme: Theme) -> Vec<Line<'static>> {
        let middle = match form {
            Form::Boxes => 1,
            Form::Inline => 0,
        };
        let mut rows: Vec<Vec<Span<'static>>> = match form {
            Form::Boxes => vec![Vec::new(); 3],
            Form::Inline => vec![Vec::new()],
        };
        if self.stay == Stay::Newest {
            self.count_hidden(&mut rows, middle, theme);
        }
        for parcel in &self.parcels {
            match form {
                Form::Inline => rows[0].extend(parcel.inline(theme)),
                Form::Boxes => {
                    for (row, line) in rows.iter_mut().zip(parcel.boxed(theme)) {
                        row.extend(line.spans);
                    }
                }
            }
        }
        if self.stay == Stay::First {
            self.count_hidden(&mut rows, middle, theme);
        }
        rows.into_iter().map(Line::from).collect()
    }

    fn count_hidden(&self, rows: &mut [Vec<Span<'static>>], middle: usize, theme: Theme) {
        if self.hidden == 0 {
            return;
        }
        let count = if self.hidden > 99 { "99+".to_owned() } else { format!("+{}", self.hidden) };
        for (index, row) in rows.iter_mut().enumerate() {
            let text = if index == middle { count.as_str() } else { "" };
            let text = match self.stay {
                Stay::Newest => format!("{text:<4}"),
                Stay::First => format!("{text:>4}"),
            };
            row.push(Span::styled(text, theme.faint()));
        }
    }
}

fn most(width: u16) -> usize {
    usize::from(width) / NARROWEST + 1
}
