//! The program's own terminal: a pty whose output goes through a terminal's parser, so that what a program writes is drawn in its
//! box and never reaches the real terminal.

use std::ffi::CString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZeroU16;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::app::program::{ProgramCell, ProgramScreen};
use crate::sys::pty::Pty;
use crate::sys::tty_input::InputCheck;
use crate::sys::{During, SysError, poll};
use crate::text;

/// Bytes that are read at once.
const PART: usize = 16 * 1024;
/// Parts that are taken in before somebody else has a turn.
const PARTS_A_TURN: usize = 16;
/// Typed bytes that wait for a program that does not read; what is typed beyond that is lost.
const MAX_TYPED: usize = 64 * 1024;

/// The terminal of a watched program.
pub struct ProgramTerminal {
    pty: Pty,
    parser: vt100::Parser,
    size: (u16, u16),
    /// Typed, and not taken yet.
    typed: Vec<u8>,
    is_open: bool,
    /// Where the program's output comes, if not on the terminal.
    output: Option<File>,
}

impl fmt::Debug for ProgramTerminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgramTerminal").field("pty", &self.pty).field("size", &self.size).finish_non_exhaustive()
    }
}

impl ProgramTerminal {
    /// One of so many columns and rows.
    pub fn open(size: (u16, u16)) -> Result<Self, SysError> {
        let (columns, rows) = at_least_one(size);
        let parser = vt100::Parser::new(rows, columns, 0);
        Ok(Self { pty: Pty::open(size)?, parser, size, typed: Vec::new(), is_open: true, output: None })
    }

    /// Beside it a pipe for the program's output, whose writing end this is: stdio keeps what is written there until its buffer
    /// is full.
    pub fn open_pipe(&mut self) -> Result<File, SysError> {
        let (read, write) = io::pipe().during("make a pipe for the output")?;
        poll::do_not_block(&read)?;
        self.output = Some(File::from(OwnedFd::from(read)));
        Ok(File::from(OwnedFd::from(write)))
    }

    /// What the program's process opens.
    pub fn slave(&self) -> &CString {
        self.pty.slave()
    }

    /// To be polled while the program has them open.
    pub fn wait_fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let pty = self.is_open.then(|| self.pty.as_fd());
        pty.into_iter().chain(self.output.as_ref().map(AsFd::as_fd))
    }

    /// Takes in what was written, without waiting. True if something was.
    pub fn pump(&mut self) -> bool {
        self.hand_over();
        let mut part = vec![0; PART];
        let mut has_come = self.pump_output(&mut part);
        for _ in 0..PARTS_A_TURN {
            if !self.is_open {
                break;
            }
            match self.pty.read(&mut part) {
                InputCheck::Bytes(count) => {
                    self.parser.process(&part[..count]);
                    has_come = true;
                }
                InputCheck::Nothing => break,
                InputCheck::HungUp => self.is_open = false,
            }
        }
        has_come
    }

    /// No terminal makes carriage returns of what comes through a pipe.
    fn pump_output(&mut self, part: &mut [u8]) -> bool {
        let mut has_come = false;
        for _ in 0..PARTS_A_TURN {
            let Some(output) = &mut self.output else { break };
            match output.read(part) {
                Ok(0) => self.output = None,
                Ok(count) => {
                    for line in part[..count].split_inclusive(|byte| *byte == b'\n') {
                        match line.split_last() {
                            Some((b'\n', before)) => {
                                self.parser.process(before);
                                self.parser.process(b"\r\n");
                            }
                            _ => self.parser.process(line),
                        }
                    }
                    has_come = true;
                }
                Err(_) => break,
            }
        }
        has_come
    }

    /// Types these bytes, as the program's terminal would send them.
    pub fn type_bytes(&mut self, bytes: &[u8]) {
        let room = MAX_TYPED.saturating_sub(self.typed.len());
        self.typed.extend(bytes.iter().take(room));
        self.hand_over();
    }

    /// Whether a paste is to stand between its marks.
    pub fn wants_paste_marked(&self) -> bool {
        self.parser.screen().bracketed_paste()
    }

    /// Whether cursor keys are to be sent in their application form.
    pub fn wants_application_keys(&self) -> bool {
        self.parser.screen().application_cursor()
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// It is drawn in so many columns and rows now.
    pub fn resize(&mut self, size: (u16, u16)) {
        if size == self.size {
            return;
        }
        self.size = size;
        let (columns, rows) = at_least_one(size);
        self.parser.screen_mut().set_size(rows, columns);
        self.pty.resize(size);
    }

    /// What it shows.
    pub fn screen(&self) -> ProgramScreen {
        let screen = self.parser.screen();
        let (columns, rows) = self.size;
        let rows = (0..rows).map(|row| (0..columns).map(|column| cell(screen.cell(row, column))).collect());
        let (row, column) = screen.cursor_position();
        ProgramScreen { rows: rows.collect(), cursor: (!screen.hide_cursor()).then_some((column, row)) }
    }

    fn hand_over(&mut self) {
        let taken = if self.typed.is_empty() { 0 } else { self.pty.write(&self.typed) };
        self.typed.drain(..taken);
    }
}

/// Nothing in it that a terminal would act on, whatever the parser has let through.
fn cell(cell: Option<&vt100::Cell>) -> ProgramCell {
    let Some(cell) = cell else { return ProgramCell::default() };
    let shown = cell.contents();
    let text = if shown.is_empty() || text::is_plain(shown) { shown.to_owned() } else { "?".to_owned() };
    ProgramCell { text, is_bold: cell.bold(), is_inverse: cell.inverse() }
}

fn at_least_one((columns, rows): (u16, u16)) -> (NonZeroU16, NonZeroU16) {
    (NonZeroU16::new(columns).unwrap_or(NonZeroU16::MIN), NonZeroU16::new(rows).unwrap_or(NonZeroU16::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(bytes: &[u8]) -> ProgramScreen {
        let mut terminal = ProgramTerminal::open((20, 3)).expect("a pty");
        terminal.parser.process(bytes);
        terminal.screen()
    }

    fn text_of(screen: &ProgramScreen, row: usize) -> String {
        screen.rows[row].iter().map(|cell| if cell.text.is_empty() { " " } else { &cell.text }).collect()
    }

    #[test]
    fn what_a_program_writes_is_cells_and_never_an_escape() {
        let screen =
            after(b"one\r\n\x1b[1mtwo\x1b[0m\x1b]0;title\x07\x1b[c\x1b[?1049h\x1b[2J\x1b[Hthree\x1b[7m!\x1b[m");
        assert_eq!(text_of(&screen, 0).trim_end(), "three!");
        assert!(screen.rows[0][5].is_inverse && !screen.rows[0][0].is_inverse);
        assert_eq!(screen.cursor, Some((6, 0)));
        let hostile = after("a\u{202e}b\u{200d}c\u{feff}d\x07\x0e\x1b".as_bytes());
        for cell in hostile.rows.iter().flatten() {
            assert!(cell.text.is_empty() || text::is_plain(&cell.text), "{cell:?}");
        }
    }

    #[test]
    fn it_has_as_many_cells_as_its_box_whatever_the_size() {
        let mut terminal = ProgramTerminal::open((0, 0)).expect("a pty");
        for size in [(0, 0), (1, 1), (80, 24), (7, 2)] {
            terminal.resize(size);
            terminal.parser.process("wide 漢字 letters and more of them\r\n".as_bytes());
            let screen = terminal.screen();
            assert_eq!(screen.rows.len(), usize::from(size.1));
            assert!(screen.rows.iter().all(|row| row.len() == usize::from(size.0)));
        }
    }
}
