//! The terminal of a program that is watched, in a box: what it shows, and who has the keyboard.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use crate::app::action::Action;
use crate::app::program::{Program, TAKE_BACK_LABEL};
use crate::ui::{ViewContext, words};

/// Where the program's own cells stand in its box.
pub fn inner(area: Rect) -> Rect {
    Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }
}

/// Draws heading and cells; gives the program's cursor where the keyboard is its.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let program = context.app.program.as_ref().filter(|_| !area.is_empty())?;
    buf.set_line(area.x, area.y, &heading(context, program, area.width), area.width);
    let inner = inner(area);
    for (y, row) in (inner.y..inner.bottom()).zip(&program.screen.rows) {
        for (x, cell) in (inner.x..inner.right()).zip(row) {
            let mut style = Style::new();
            if cell.is_bold {
                style = style.add_modifier(Modifier::BOLD);
            }
            if cell.is_inverse {
                style = style.add_modifier(Modifier::REVERSED);
            }
            let width = words::width(&cell.text);
            let fits = !cell.text.is_empty() && x.saturating_add(width) <= inner.right();
            if fits {
                buf.set_stringn(x, y, context.theme.spelled(&cell.text), usize::from(width), style);
            } else if cell.is_inverse {
                buf[(x, y)].set_style(style);
            }
        }
    }
    let (column, row) = program.screen.cursor.filter(|_| program.has_keyboard)?;
    let at = Position::new(inner.x.saturating_add(column), inner.y.saturating_add(row));
    inner.contains(at).then_some(at)
}

fn heading(context: ViewContext<'_>, program: &Program, width: u16) -> ratatui::text::Line<'static> {
    let theme = context.theme;
    let state = match &program.ending {
        Some(ending) => vec![Span::styled(format!(" {ending} "), theme.alarm())],
        None if program.has_keyboard => {
            vec![Span::styled(format!(" it has the keyboard; {TAKE_BACK_LABEL} takes it back "), theme.shout())]
        }
        None => vec![Span::styled(format!(" {} types to it ", context.app.key(Action::EnterLine)), theme.faint())],
    };
    let left = vec![Span::raw("─ "), Span::styled("the program's terminal", theme.strong()), Span::raw(" ")];
    words::between(left, state, width, ("─", Style::new()))
}
