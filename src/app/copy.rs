//! What can be put on the clipboard: a line of the trace, a statement, or the whole run as a script, a short string or a program. Here it is
//! chosen, bounded and spelled; who gets it, the terminal or a file, is decided where the terminal is.

use std::fmt::Write;

use crate::share;
use crate::text::is_hidden;

use super::action::Command;
pub use super::action::Copied;
use super::{App, Mode};

/// The most bytes that are copied; a longer run is not cut, but refused.
pub const MOST_COPIED: usize = 1024 * 1024;
/// The first line of a script.
const HEAD: &str = "# made on the bench; `tincans run FILE` runs it";

/// The text, or why there is none. A program is made of the recording, where that is kept.
pub fn text(app: &App, what: Copied) -> Result<String, String> {
    let until = app.past.as_ref().and_then(|past| past.moments.last()).map_or(u32::MAX, |moment| moment.line);
    let text = match what {
        Copied::Line => newest_line(app).ok_or("the trace has no line yet")?,
        Copied::Statement => {
            let statements = app.said.up_to(until).ok_or("what this bench began with is forgotten")?;
            statements.last().map(|statement| statement.text.trim().to_owned()).ok_or("no statement was made yet")?
        }
        Copied::Script => HEAD.to_owned() + "\n" + &run(app, until)?,
        Copied::Short => share::encode(&run(app, until)?)?,
        Copied::C if app.is_busy() => return Err("the kernel is still at work; copy it then".to_owned()),
        Copied::C => String::new(),
    };
    fitting(&text)
}

/// A text as it is copied, unless it is too long.
pub fn fitting(text: &str) -> Result<String, String> {
    if text.len() > MOST_COPIED {
        return Err(format!("it is {} bytes long, and {MOST_COPIED} are the most that are copied", text.len()));
    }
    Ok(escaped(text))
}

/// All statements of the bench, a line each.
fn run(app: &App, until: u32) -> Result<String, String> {
    let statements = app.said.up_to(until).ok_or("what this bench began with is forgotten")?;
    Ok(statements.iter().fold(String::new(), |text, statement| text + statement.text.trim() + "\n"))
}

/// The line at the bottom of the trace, of those that an event brought.
fn newest_line(app: &App) -> Option<String> {
    let transcript = app.seen_transcript();
    let newest =
        transcript.seen().rev().skip(transcript.scroll()).find(|row| !row.text.is_empty() && row.is_of_event());
    newest.map(|row| row.text.trim().to_owned())
}

/// Nothing that a terminal would obey when it is pasted.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if letter != '\n' && is_hidden(letter) {
            for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a String cannot fail.
                _ = write!(escaped, "\\x{byte:02x}");
            }
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// A key: which of them, and back where one was.
pub(super) fn copy(app: &mut App, what: Copied) -> Vec<Command> {
    close(app);
    match text(app, what) {
        Ok(_) if what == Copied::C => vec![Command::CopyProgram],
        Ok(text) => vec![Command::Copy(what, text)],
        Err(reason) => {
            app.notice = Some(reason);
            Vec::new()
        }
    }
}

/// One letter more says what is copied.
pub(super) fn open(app: &mut App) {
    if app.mode != Mode::Copy {
        app.copy_back = app.mode;
    }
    app.mode = Mode::Copy;
}

/// Back.
pub(super) fn close(app: &mut App) {
    app.mode = app.copy_back;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::{Action, Input};
    use crate::app::recorded_bench::{PARENT, RecordedBench};
    use crate::app::update::update;
    use crate::script::parse;

    fn copied(app: &mut App, stage: &RecordedBench, what: Copied) -> String {
        update(app, &stage.world, Input::Do(Action::OpenCopy));
        let commands = update(app, &stage.world, Input::Do(Action::Copy(what)));
        let [Command::Copy(_, text)] = &commands[..] else { return app.notice.clone().unwrap_or_default() };
        text.clone()
    }

    #[test]
    fn a_line_a_statement_and_the_whole_run_are_copied() {
        let (mut app, mut stage) = (App::new(), RecordedBench::open());
        app.mode = Mode::Keys;
        assert_eq!(copied(&mut app, &stage, Copied::Line), "the trace has no line yet");
        stage.write(PARENT, 3, b"one\x1b");
        app.transcript.push_event(stage.events.last().unwrap());
        app.transcript.note("-- a note --".to_owned());
        for (line, text) in [(1, "pipe p"), (2, "write p[1] \"a\\x1b\"")] {
            app.said.push(&parse::statement(text, line).unwrap().unwrap());
        }
        assert_eq!(copied(&mut app, &stage, Copied::Line), r#"parent  write(wire[0], "one\x1b", 4) = 4"#);
        assert_eq!(copied(&mut app, &stage, Copied::Statement), r#"write p[1] "a\x1b""#);
        assert_eq!(copied(&mut app, &stage, Copied::Script), format!("{HEAD}\npipe p\nwrite p[1] \"a\\x1b\"\n"));
        let short = copied(&mut app, &stage, Copied::Short);
        assert_eq!(share::decode(&short), Some(Ok("pipe p\nwrite p[1] \"a\\x1b\"\n".to_owned())));
        assert_eq!(app.mode, Mode::Keys);
        update(&mut app, &stage.world, Input::Do(Action::OpenCopy));
        assert_eq!(update(&mut app, &stage.world, Input::Do(Action::Copy(Copied::C))), [Command::CopyProgram]);
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled() {
        assert_eq!(escaped("a\u{1b}]52;c;x\u{7}\n\u{202e}b"), "a\\x1b]52;c;x\\x07\n\\xe2\\x80\\xaeb");
    }
}
