//! The processes: name, number, state, and the call one is asleep in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::abi::TaskState;
use crate::app::View;
use crate::app::action::Action;
use crate::questions::sleep;
use crate::trace::Death;
use crate::ui::{ViewContext, words};
use crate::world::World;
use crate::world::task::Task;

/// Columns of a name at most.
const MOST_NAME: u16 = 16;

/// A task's state in words: `asleep in read(wire[1])`, `killed by SIGKILL`.
pub fn state_of(world: &World, task: &Task) -> String {
    if let Some((signal, _)) = world.ended_by(task) {
        return format!("killed by {}, not dead yet", signal.name());
    }
    match (task.state, task.death) {
        (_, Some(death)) if death != Death::Unknown => death.words(),
        (TaskState::Asleep, None) => task
            .sleeping_call()
            .map_or_else(|| "asleep".to_owned(), |ongoing| format!("asleep in {}", sleep::call_words(ongoing))),
        (TaskState::Idle, None) if task.is_reader() => "reads what comes".to_owned(),
        (state, _) => state.word().to_owned(),
    }
}

/// Draws the panel.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let theme = context.theme;
    let room = usize::from(area.height - 1);
    let total = context.world.tasks().count();
    // The living and the newest matter most.
    let skipped = total.saturating_sub(room);
    let more = format!(" {skipped} more{} ", context.keys_behind(&[Action::Show(View::Processes)]));
    let more = if skipped > 0 { vec![Span::styled(more, theme.strong())] } else { Vec::new() };
    let heading = words::between(
        vec![Span::raw("─ "), Span::styled("processes", theme.strong()), Span::raw(" ")],
        more,
        area.width,
        ("─", Style::new()),
    );
    buf.set_line(area.x, area.y, &heading, area.width);
    let shown = || context.world.tasks().skip(skipped).take(room);
    let widest = shown().map(|task| words::task_label(task).len()).max().unwrap_or(0).clamp(8, usize::from(MOST_NAME));
    for (y, task) in (area.y + 1..area.bottom()).zip(shown()) {
        let zombie = if task.state == TaskState::Zombie { ", zombie" } else { "" };
        let style = if task.is_alive() { Style::new() } else { theme.alarm() };
        let line = Line::from(vec![
            Span::styled(format!(" {:<widest$}", words::task(task, MOST_NAME)), theme.strong()),
            Span::styled(format!(" {:>7}  ", task.pid), theme.faint()),
            Span::styled(format!("{}{zombie}", state_of(context.world, task)), style),
        ]);
        buf.set_line(area.x, y, &Line::from(words::clip(line.spans, area.width)), area.width);
    }
}
