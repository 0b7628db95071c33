//! The processes as a picture of who is connected with whom, and as the tree that they are: who forked whom, in what state the kernel
//! has them, with which descriptor table; zombies and orphans too. Below them, who holds the focused channel's ends.

mod picture;

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::holders;
use super::tasks::state_of;
use crate::abi::TaskState;
use crate::app::action::Action;
use crate::trace::TaskId;
use crate::ui::{ViewContext, words};
use crate::world::World;
use crate::world::task::Task;

/// Generations that are indented: deeper ones stand under the last of them.
const DEEPEST: usize = 8;

/// A task in the tree.
struct Node<'a> {
    task: &'a Task,
    depth: usize,
    /// Whether it is the last child of its parent.
    is_last: bool,
    is_orphan: bool,
}

/// Rows of so many that picture and tree leave empty.
pub fn spare(context: ViewContext<'_>, height: u16) -> u16 {
    let rows = u16::try_from(nodes(context.world).len()).unwrap_or(u16::MAX);
    height.saturating_sub(rows.saturating_add(holders::ROWS + 1 + picture_rows(context, (0, height))))
}

/// Rows of the picture: what the tree does not need.
fn picture_rows(context: ViewContext<'_>, (width, height): (u16, u16)) -> u16 {
    let tree = u16::try_from(nodes(context.world).len()).unwrap_or(u16::MAX);
    picture::rows(context.world, height.saturating_sub(tree.saturating_add(holders::ROWS + 1)), width)
}

/// How many rows can be scrolled back past.
pub fn most_back(context: ViewContext<'_>, area: Rect) -> u16 {
    u16::try_from(nodes(context.world).len().saturating_sub(room(area))).unwrap_or(u16::MAX)
}

/// Rows of the tree itself.
fn room(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(holders::ROWS + 1))
}

/// Draws tree and holders.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < holders::ROWS + 2 || area.width < 40 {
        return;
    }
    let theme = context.theme;
    let nodes = nodes(context.world);
    let drawn = picture_rows(context, (area.width, area.height));
    let heading_row = area.y;
    picture::draw(context, Rect { y: area.y + 1, height: drawn, ..area }, buf);
    let area = Rect { y: area.y + drawn, height: area.height - drawn, ..area };
    let room = room(area);
    let above = nodes.len().saturating_sub(room);
    let skipped = above.saturating_sub(usize::from(context.app.view_scroll));
    let below_these = above - skipped;
    let (up, down) = (Action::TraceUp, Action::TraceDown);
    let hidden = match (skipped, below_these) {
        (0, 0) => String::new(),
        (_, 0) => format!(" {skipped} more above{} ", context.keys_behind(&[up])),
        (0, _) => format!(" {below_these} more below{} ", context.keys_behind(&[down])),
        _ => format!(" {skipped} above, {below_these} below{} ", context.keys_behind(&[up, down])),
    };
    let left = vec![Span::raw("─ "), Span::styled("processes and their descriptors", theme.strong()), Span::raw(" ")];
    let heading = words::between(left, vec![Span::styled(hidden, theme.strong())], area.width, ("─", Style::new()));
    buf.set_line(area.x, heading_row, &heading, area.width);
    for (y, node) in (area.y + 1..).zip(nodes.iter().skip(skipped).take(room)) {
        buf.set_line(area.x, y, &Line::from(words::clip(line(context, node), area.width)), area.width);
    }
    holders::draw(context, Rect { y: area.bottom() - holders::ROWS, height: holders::ROWS, ..area }, buf);
}

fn line(context: ViewContext<'_>, node: &Node<'_>) -> Vec<Span<'static>> {
    let (theme, task) = (context.theme, node.task);
    let branch = match (node.depth, node.is_last) {
        (0, _) => String::new(),
        (depth, is_last) => format!("{}{}", "  ".repeat(depth - 1), if is_last { "└ " } else { "├ " }),
    };
    let is_thread = task.id != task.process;
    let mut spans = vec![
        Span::raw(format!(" {branch}")),
        Span::styled(words::task(task, 24), theme.strong()),
        Span::styled(format!(" {}{} ", if is_thread { "thread " } else { "" }, task.tid), theme.faint()),
        Span::styled(state_of(context.world, task), if task.is_alive() { Style::new() } else { theme.alarm() }),
    ];
    if task.state == TaskState::Zombie {
        spans.push(Span::styled(" zombie: nobody has waited for it", theme.strong()));
    }
    if node.is_orphan {
        spans.push(Span::styled(" orphan", theme.strong()));
    }
    spans.extend(group_of(context.world, task).map(|words| Span::styled(words, theme.strong())));
    if is_thread {
        spans.push(Span::styled("  shares the table", theme.faint()));
        return spans;
    }
    let Some(process) = context.world.process_of(task.id) else { return spans };
    for (fd, descriptor) in process.rows() {
        let nonblock = context.world.is_nonblocking(descriptor.passed());
        let flags = match (descriptor.cloexec, nonblock) {
            (true, true) => " cloexec nonblock",
            (true, false) => " cloexec",
            (false, true) => " nonblock",
            (false, false) => "",
        };
        spans.push(Span::styled(format!("  {fd}"), theme.strong()));
        spans.push(Span::raw(format!(" {}", context.world.label_of(descriptor))));
        spans.push(Span::styled(flags, theme.faint()));
    }
    spans
}

/// ` group child1`, ` session child1`: of a process that has left the group in which the first one is.
fn group_of(world: &World, task: &Task) -> Option<String> {
    let group = task.group.filter(|_| task.is_alive() && task.id == task.process)?;
    let usual = world.tasks().next().and_then(|first| first.group).map(|first| first.id);
    let what = if group.session == Some(group.id) { "session" } else { "group" };
    (Some(group.id) != usual).then(|| format!(" {what} {}", world.name_of_pid(group.id)))
}

/// All tasks that are remembered and not long gone, each below who made it, or on its own where that one is dead.
fn nodes(world: &World) -> Vec<Node<'_>> {
    let mut children: BTreeMap<Option<TaskId>, Vec<&Task>> = BTreeMap::new();
    let above = |task: &Task| {
        let by = task.by.and_then(|by| world.task(by)).map(|by| world.task(by.process).unwrap_or(by));
        by.filter(|by| by.state != TaskState::Dead && (by.is_alive() || !task.is_alive())).map(|by| by.id)
    };
    for task in world.tasks() {
        children.entry(above(task)).or_default().push(task);
    }
    let mut nodes = Vec::new();
    let mut waiting: Vec<(&Task, usize, bool)> = Vec::new();
    let roots = children.remove(&None).unwrap_or_default();
    waiting.extend(roots.into_iter().rev().map(|task| (task, 0, false)));
    while let Some((task, depth, is_last)) = waiting.pop() {
        let is_orphan = depth == 0 && task.by.is_some() && task.is_alive();
        nodes.push(Node { task, depth: depth.min(DEEPEST), is_last, is_orphan });
        let below = children.remove(&Some(task.id)).unwrap_or_default();
        let last = below.len().saturating_sub(1);
        let below = below.into_iter().enumerate().rev();
        waiting.extend(below.map(|(at, child)| (child, depth + 1, at == last)));
    }
    nodes
}
