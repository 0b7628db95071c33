//! The panels, one a file. Each draws a part of the view into an area of the buffer, whatever the area's size.

pub mod alternatives;
pub mod box_rows;
pub mod channel;
pub mod diagram;
pub mod grid;
pub mod header;
pub mod help;
pub mod hex;
pub mod holders;
pub mod lens;
pub mod lesson;
pub mod list;
pub mod matrix;
pub mod message_box;
pub mod palette;
pub mod program;
pub mod prompt;
pub mod signature;
pub mod status;
pub mod tasks;
pub mod tint;
pub mod trace;
pub mod tree;
pub mod why;
pub mod xray;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ViewContext;
use crate::app::{View, channel_sides};

/// A panel that covers the bench.
pub struct Covering {
    /// Draws it.
    pub draw: fn(ViewContext<'_>, Rect, &mut Buffer),
    /// Rows of so many that it can do without: an explanation takes them.
    pub spare: fn(ViewContext<'_>, u16) -> u16,
}

/// The panel of a view; none for the bench, which no panel covers.
pub fn covering(view: View) -> Option<Covering> {
    Some(match view {
        View::Bench => return None,
        View::Diagram => Covering { draw: diagram::draw, spare: diagram::spare },
        View::Xray => Covering { draw: xray::draw, spare: xray::spare },
        View::Processes => Covering { draw: tree::draw, spare: tree::spare },
        View::Grid => Covering { draw: grid::draw, spare: |context, height| without(context, height, (1, 2)) },
        View::Holders => {
            Covering { draw: holders::draw_all, spare: |context, height| without(context, height, (2, 1)) }
        }
        View::Lens => Covering { draw: lens::draw, spare: |_, height| of_any(height) },
        View::Alternatives => Covering { draw: alternatives::draw, spare: |_, height| of_any(height) },
        View::Trace => Covering { draw: trace::draw, spare: |_, height| of_any(height) },
    })
}

/// What a list of all channels leaves: so many rows each, and so many for the headings.
fn without(context: ViewContext<'_>, height: u16, (each, headings): (usize, usize)) -> u16 {
    let used = each * channel_sides::listed(context.world).len() + headings;
    height.saturating_sub(u16::try_from(used).unwrap_or(u16::MAX))
}

/// Panels that use what they are given can do without some of it.
fn of_any(height: u16) -> u16 {
    height.saturating_sub(15) / 2
}
