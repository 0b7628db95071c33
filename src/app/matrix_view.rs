//! The matrix inside: the rows that are found, the marked cell, and what the kernel has answered so far. A cell is asked while the
//! matrix is looked at, one after the other, those that are marked first; each can be opened as a bench.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::script::Statement;
use crate::script::parse;
use crate::situation::{MatrixRow, rows};

use super::action::{Action, Command};
use super::input_line::InputLine;
pub use super::matrix_cell::{CellAnswer, CellPlace};
use super::{App, Mode, search_rank, submit};

/// The matrix while it is looked through.
#[derive(Debug, Clone)]
pub struct MatrixView {
    /// What is searched for.
    pub query: InputLine,
    /// The marked row, among those found.
    pub selected: usize,
    /// The marked column.
    pub column: usize,
    /// What the keys meant before.
    pub(super) back: Mode,
    /// What is known so far.
    answers: BTreeMap<CellPlace, CellAnswer>,
    /// The cell that is being asked.
    asking: Option<CellPlace>,
}

impl Default for MatrixView {
    fn default() -> Self {
        Self {
            query: InputLine::default(),
            selected: 0,
            column: 0,
            back: Mode::Keys,
            answers: BTreeMap::new(),
            asking: None,
        }
    }
}

/// All rows, each with the heading above it.
pub fn all() -> impl Iterator<Item = (&'static str, &'static MatrixRow)> {
    rows::GROUPS.iter().flat_map(|group| group.rows.iter().map(|row| (group.title, row)))
}

impl MatrixView {
    /// What the kernel said to a cell; none as long as it was not asked, or where the cell has no meaning.
    pub fn answer(&self, place: CellPlace) -> Option<&CellAnswer> {
        self.answers.get(&place)
    }

    /// How many cells are known, of how many that mean anything.
    pub fn known(&self) -> (usize, usize) {
        let means = |(_, row): (&str, &'static MatrixRow)| {
            Kind::CHANNELS.into_iter().filter(|it| row.lines(*it).is_ok()).count()
        };
        (self.answers.len(), all().map(means).sum())
    }

    /// The rows that are found, by their places, what fits best first: by their text, and by what the kernel has answered so far.
    pub fn found(&self) -> Vec<usize> {
        let query = self.query.text().to_lowercase();
        let mut found: Vec<(u32, usize)> = all()
            .enumerate()
            .filter_map(|(at, (heading, row))| {
                let answers: Vec<&str> =
                    self.answers.range((at, 0)..(at + 1, 0)).flat_map(|(_, it)| it.lines()).collect();
                let rank = search_rank::rank(
                    row.id,
                    &row.title.to_lowercase(),
                    &(row.text(heading) + &answers.join("\n").to_lowercase()),
                    &query,
                )?;
                (rank < search_rank::SCATTERED).then_some((rank, at))
            })
            .collect();
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, at)| at).collect()
    }

    /// The marked row's place.
    pub fn marked(&self) -> Option<usize> {
        let found = self.found();
        found.get(self.selected.min(found.len().saturating_sub(1))).copied()
    }

    /// The cell that is asked next: of the marked row, then of those found, then of all.
    fn next(&self) -> Option<CellPlace> {
        let found = self.found();
        let marked = self.selected.min(found.len().saturating_sub(1));
        let below = found.iter().skip(marked).chain(found.iter().take(marked)).copied();
        let count = all().count();
        let is_open = |place: &CellPlace| {
            let means = || all().nth(place.0).is_some_and(|(_, row)| row.lines(Kind::CHANNELS[place.1]).is_ok());
            !self.answers.contains_key(place) && means()
        };
        let cells = below.chain(0..count).flat_map(|row| (0..Kind::CHANNELS.len()).map(move |column| (row, column)));
        cells.into_iter().find(is_open)
    }
}

/// A key of the matrix.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys act elsewhere")]
pub(super) fn act(app: &mut App, action: Action) -> Vec<Command> {
    match action {
        Action::OpenMatrix => open(app, None),
        Action::MatrixRow(place) => open(app, Some(usize::from(place))),
        Action::CloseMatrix => app.mode = app.matrix.back,
        Action::MatrixUp => select(app, -1),
        Action::MatrixDown => select(app, 1),
        Action::MatrixLeft => app.matrix.column = (app.matrix.column + Kind::CHANNELS.len() - 1) % Kind::CHANNELS.len(),
        Action::MatrixRight => app.matrix.column = (app.matrix.column + 1) % Kind::CHANNELS.len(),
        Action::OpenCell => return open_cell(app),
        _ => {}
    }
    Vec::new()
}

fn open(app: &mut App, row: Option<usize>) {
    #[expect(clippy::wildcard_enum_match_arm, reason = "any other mode is gone back to")]
    let back = match app.mode {
        Mode::Matrix => app.matrix.back,
        Mode::Palette => app.palette.back,
        mode => mode,
    };
    let answers = std::mem::take(&mut app.matrix.answers);
    app.matrix = MatrixView { back, answers, asking: app.matrix.asking, ..MatrixView::default() };
    if let Some((_, row)) = row.and_then(|at| all().nth(at)) {
        app.matrix.query.set(row.id);
    }
    app.mode = Mode::Matrix;
}

fn select(app: &mut App, step: isize) {
    let count = app.matrix.found().len();
    if count == 0 {
        app.notice = Some("no row has these words".to_owned());
        return;
    }
    let now = app.matrix.selected.min(count - 1);
    app.matrix.selected = now.wrapping_add_signed(step + count.cast_signed()) % count;
}

/// Why the marked cell cannot be opened as a bench.
pub(super) fn objection(app: &App) -> Option<String> {
    let Some((_, row)) = app.matrix.marked().and_then(|at| all().nth(at)) else {
        return Some("no row has these words".to_owned());
    };
    let column = Kind::CHANNELS[app.matrix.column];
    let reason = row.lines(column).err()?;
    Some(format!("`{}` means nothing for {}: {reason}", row.id, column.heading()))
}

/// The marked cell's statements, on a fresh bench.
fn open_cell(app: &mut App) -> Vec<Command> {
    let Some((_, row)) = app.matrix.marked().and_then(|at| all().nth(at)) else { return Vec::new() };
    let column = Kind::CHANNELS[app.matrix.column];
    let lines = row.lines(column).unwrap_or_default();
    let parsed = lines.iter().map(|line| parse::statement(&line.text, 1).ok().flatten());
    let statements: Vec<Statement> = parsed.flatten().collect();
    app.mode = Mode::Keys;
    app.view = super::View::Bench;
    let commands = submit::replay(app, statements);
    app.notice = Some(format!("{} on {}: {}", row.id, column.heading(), row.title));
    commands
}

impl App {
    /// Where the matrix is looked at: the cell that is to be asked now.
    pub(super) fn ask_next_cell(&mut self) -> Option<Command> {
        if self.mode != Mode::Matrix || self.matrix.asking.is_some() {
            return None;
        }
        let place = self.matrix.next()?;
        self.matrix.asking = Some(place);
        Some(Command::AskCell(place))
    }

    /// What the kernel said to it.
    pub(super) fn take_cell(&mut self, place: CellPlace, answer: CellAnswer) {
        self.matrix.asking = None;
        // What is marked stays marked, though more may be found by its answer.
        let marked = self.matrix.marked();
        self.matrix.answers.insert(place, answer);
        let found = self.matrix.found();
        self.matrix.selected = found.iter().position(|at| Some(*at) == marked).unwrap_or(0);
    }
}

/// Rows of the matrix in which all words of a search occur, by their places.
pub(super) fn rows_with(query: &str) -> impl Iterator<Item = (u32, usize, &'static MatrixRow)> {
    let query = query.to_owned();
    all().enumerate().filter_map(move |(at, (heading, row))| {
        let rank =
            search_rank::rank("", &format!("{} {}", row.id, row.title).to_lowercase(), &row.text(heading), &query)?;
        Some((rank, at, row))
    })
}

/// The title of a cell, and its statements.
pub fn cell(place: CellPlace) -> Option<(&'static MatrixRow, Kind)> {
    let (_, row) = all().nth(place.0)?;
    Some((row, *Kind::CHANNELS.get(place.1)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::Input;
    use crate::app::recorded_bench::RecordedBench;
    use crate::app::update::update;

    fn press(app: &mut App, stage: &RecordedBench, action: Action) -> Vec<Command> {
        update(app, &stage.world, Input::Do(action))
    }

    fn opened() -> (App, RecordedBench) {
        let (mut app, stage) = (App::new(), RecordedBench::open());
        app.mode = Mode::Keys;
        let asked = press(&mut app, &stage, Action::OpenMatrix);
        assert_eq!(asked, [Command::AskCell((0, 0))]);
        (app, stage)
    }

    #[test]
    fn one_cell_after_the_other_is_asked_and_none_when_it_is_left() {
        let (mut app, stage) = opened();
        let came = |place| Input::Cell(place, CellAnswer::Came(vec!["EOF".to_owned()]));
        assert_eq!(update(&mut app, &stage.world, came((0, 0))), [Command::AskCell((0, 1))]);
        press(&mut app, &stage, Action::CloseMatrix);
        assert_eq!(app.mode, Mode::Keys);
        assert!(update(&mut app, &stage.world, came((0, 1))).is_empty());
        assert_eq!(app.matrix.known().0, 2);
    }

    #[test]
    fn rows_are_found_by_their_words_and_by_what_the_kernel_has_answered() {
        let (mut app, stage) = opened();
        update(&mut app, &stage.world, Input::Text("ebadmsg".to_owned()));
        assert!(app.matrix.found().is_empty());
        update(&mut app, &stage.world, Input::Cell((0, 0), CellAnswer::Came(vec!["-1 EBADMSG".to_owned()])));
        assert_eq!(app.matrix.found(), [0]);
        app.matrix.query.set("msg_peek");
        assert_eq!(all().nth(app.matrix.marked().unwrap()).unwrap().1.id, "peek");
    }

    #[test]
    fn a_cell_becomes_a_bench_and_one_without_meaning_says_why_not() {
        let (mut app, stage) = opened();
        update(&mut app, &stage.world, Input::Text("peek".to_owned()));
        press(&mut app, &stage, Action::MatrixRight);
        let commands = press(&mut app, &stage, Action::OpenCell);
        let texts: Vec<String> = commands
            .iter()
            .filter_map(|it| if let Command::Run(it) = it { Some(it.text.clone()) } else { None })
            .collect();
        assert_eq!(texts[..3], ["reset", "channel dgram c peer", "write c[0] one"]);
        assert_eq!(app.mode, Mode::Keys);
        press(&mut app, &stage, Action::OpenMatrix);
        update(&mut app, &stage.world, Input::Text("peek".to_owned()));
        for _ in 0..3 {
            press(&mut app, &stage, Action::MatrixRight);
        }
        press(&mut app, &stage, Action::OpenCell);
        assert!(app.notice.unwrap().contains("means nothing for pipe"));
    }
}
