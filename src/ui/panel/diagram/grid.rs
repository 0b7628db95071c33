//! The lines of the diagram, row by row: lifelines, the lanes in which messages wait, arrows across.

use crate::abi::TaskState;
use crate::trace::TaskId;
use crate::world::history::{Message, Moment, TakenMessage, Traffic};

/// Lanes beside each lifeline; more messages than that share the last one.
const LANES: usize = 4;

/// The lines so far.
pub struct Grid {
    columns: Vec<(TaskId, u16)>,
    width: u16,
    /// Of each column, the messages that wait in each lane.
    lanes: Vec<[Vec<Message>; LANES]>,
    is_first: bool,
}

/// One row.
pub struct GridRow {
    /// Everything but the words.
    pub text: String,
    /// Where the words stand, and in how many columns.
    pub label: Option<(u16, u16)>,
    /// An arrow ends behind the words.
    pub points_back: bool,
}

impl Grid {
    /// Columns of these tasks at these places.
    pub fn new(columns: Vec<(TaskId, u16)>, width: u16) -> Self {
        let lanes = columns.iter().map(|_| Default::default()).collect();
        Self { columns, width, lanes, is_first: true }
    }

    /// The row of the next moment, which made a task or not.
    pub fn row(&mut self, moment: &Moment, made: Option<TaskId>) -> GridRow {
        if std::mem::take(&mut self.is_first) {
            for (message, by) in &moment.waited {
                self.occupy(*by, *message);
            }
        }
        let mut cells = vec![' '; usize::from(self.width)];
        for (column, (task, x)) in self.columns.iter().enumerate() {
            let state = moment.states.iter().find(|(id, _)| id == task).map(|(_, state)| *state);
            put(&mut cells, *x, line_of(state));
            for (lane, waiting) in self.lanes[column].iter().enumerate().filter(|(_, waiting)| !waiting.is_empty()) {
                put(&mut cells, lane_x(*x, lane), if waiting.len() > 1 { '┇' } else { '┆' });
            }
        }
        let here = self.column_of(moment.task);
        let mut points_back = false;
        if let Some((_, x)) = here {
            let is_dead = moment.states.iter().any(|(id, state)| *id == moment.task && !is_alive(*state));
            put(&mut cells, x, if is_dead { '╳' } else { '├' });
        }
        match &moment.traffic {
            Traffic::Sent(message) => self.send(&mut cells, moment.task, *message),
            Traffic::Took { messages, .. } => points_back = self.take(&mut cells, moment.task, messages),
            Traffic::None | Traffic::Eof => {}
        }
        if let (Some((_, from)), Some((_, to))) = (here, made.and_then(|made| self.column_of(made))) {
            // Its own line begins here.
            cross(&mut cells, from + 1, to);
            put(&mut cells, to - 1, '▶');
            put(&mut cells, to, '┬');
        }
        for message in &moment.destroyed {
            self.free(*message, &mut |x| put(&mut cells, x, '×'));
        }
        let label = here.map(|(column, x)| self.label_at(column, x, points_back));
        let label = if made.is_some_and(|made| self.column_of(made).is_some()) {
            // The arrow is in the way of most of the words.
            label.map(|(x, width)| (x, width.saturating_sub(4)))
        } else {
            label
        };
        GridRow { text: cells.into_iter().collect(), label, points_back }
    }

    fn column_of(&self, task: TaskId) -> Option<(usize, u16)> {
        let column = self.columns.iter().position(|(id, _)| *id == task)?;
        Some((column, self.columns[column].1))
    }

    fn label_at(&self, column: usize, x: u16, points_back: bool) -> (u16, u16) {
        let start = x + u16::try_from(LANES).unwrap_or(0) + 2;
        let end = self.columns.get(column + 1).map_or(self.width, |next| next.1);
        (start, end.saturating_sub(start + 1 + 2 * u16::from(points_back)))
    }

    fn occupy(&mut self, task: TaskId, message: Message) -> Option<usize> {
        let (column, _) = self.column_of(task)?;
        let lanes = &mut self.lanes[column];
        let lane = lanes.iter().position(Vec::is_empty).unwrap_or(LANES - 1);
        lanes[lane].push(message);
        Some(lane)
    }

    /// A message enters the kernel: from the lifeline to its lane.
    fn send(&mut self, cells: &mut [char], task: TaskId, message: Message) {
        let Some((_, x)) = self.column_of(task) else { return };
        if let Some(lane) = self.occupy(task, message) {
            let to = lane_x(x, lane);
            cross(cells, x + 1, to);
            put(cells, to, '╮');
        }
    }

    /// Messages leave the kernel: from their lanes to the reader. True if the arrow comes from the right.
    fn take(&mut self, cells: &mut [char], reader: TaskId, messages: &[TakenMessage]) -> bool {
        let Some((_, here)) = self.column_of(reader) else {
            // Its reader has no column here: all that is seen is that it does not wait any more.
            for taken in messages.iter().filter(|taken| !taken.stays) {
                self.free(taken.message, &mut |x| put(cells, x, '╰'));
            }
            return false;
        };
        let mut points_back = false;
        for taken in messages {
            let Some((column, life)) = self.column_of(taken.by) else { continue };
            let lanes = &mut self.lanes[column];
            let lane = lanes.iter().position(|waiting| waiting.contains(&taken.message));
            let mut stays = taken.stays;
            if let Some(lane) = lane.filter(|_| !taken.stays) {
                lanes[lane].retain(|message| *message != taken.message);
                stays = !lanes[lane].is_empty();
            }
            let from = lane.map_or(life, |lane| lane_x(life, lane));
            let is_right = life > here || (life == here && lane.is_some());
            points_back |= is_right;
            let behind_words = here + 2 + u16::try_from(LANES).unwrap_or(0);
            let low = if is_right { behind_words.min(from) } else { from + 1 };
            let high = if is_right { from } else { here };
            cross(cells, low, high);
            let corner = match (stays || lane.is_none(), is_right) {
                (true, true) => '┤',
                (true, false) => '├',
                (false, true) => '╯',
                (false, false) => '╰',
            };
            let crossed = cells.get(usize::from(from)).copied();
            put(cells, from, if crossed == Some('─') || crossed == Some('┼') { '┴' } else { corner });
            if !is_right && here > 0 {
                put(cells, here - 1, '▶');
            }
        }
        points_back
    }

    fn free(&mut self, message: Message, mark: &mut impl FnMut(u16)) {
        for (column, lanes) in self.lanes.iter_mut().enumerate() {
            for (lane, waiting) in lanes.iter_mut().enumerate().filter(|(_, waiting)| waiting.contains(&message)) {
                waiting.retain(|other| *other != message);
                mark(lane_x(self.columns[column].1, lane));
            }
        }
    }
}

fn lane_x(life: u16, lane: usize) -> u16 {
    life + 1 + u16::try_from(lane).unwrap_or(0)
}

/// Whether there is still a process.
pub fn is_alive(state: TaskState) -> bool {
    !matches!(state, TaskState::Zombie | TaskState::Dead)
}

fn line_of(state: Option<TaskState>) -> char {
    match state {
        None | Some(TaskState::Dead | TaskState::Zombie) => ' ',
        Some(TaskState::Asleep) => '·',
        Some(TaskState::Stopped) => '‖',
        Some(TaskState::Idle | TaskState::Running) => '│',
    }
}

fn put(cells: &mut [char], x: u16, sign: char) {
    if let Some(cell) = cells.get_mut(usize::from(x)) {
        *cell = sign;
    }
}

/// A horizontal line from `low` up to `high`, without it; what it meets is crossed.
fn cross(cells: &mut [char], low: u16, high: u16) {
    for x in low..high {
        let Some(cell) = cells.get_mut(usize::from(x)) else { return };
        *cell = match *cell {
            ' ' | '─' | '▶' => '─',
            '┴' | '╰' | '╯' => '┴',
            _ => '┼',
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::kind::EndId;

    fn moment(task: u32, traffic: Traffic) -> Moment {
        Moment {
            number: 1,
            line: 1,
            task: TaskId(task),
            t_ns: 0,
            events: Vec::new(),
            traffic,
            destroyed: Vec::new(),
            states: vec![(TaskId(0), TaskState::Running)],
            waited: Vec::new(),
        }
    }

    #[test]
    fn a_message_that_is_read_beside_the_screen_waits_no_longer() {
        let message = (EndId(1), 1);
        let mut grid = Grid::new(vec![(TaskId(0), 0)], 4);
        let mut text = |task, traffic| grid.row(&moment(task, traffic), None).text;
        assert_eq!(text(0, Traffic::Sent(message)), "├╮  ");
        assert_eq!(text(7, Traffic::None), "│┆  ");
        let messages = vec![TakenMessage { message, by: TaskId(0), stays: false }];
        assert_eq!(text(7, Traffic::Took { messages, lost: 0 }), "│╰  ");
        assert_eq!(text(7, Traffic::None), "│   ");
    }
}
