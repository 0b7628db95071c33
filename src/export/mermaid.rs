//! A sequence diagram that forges draw from text: a line of life for each task, a note for each call, and an arrow from who wrote
//! a message to who read it.

use std::fmt::Write as _;

use crate::abi::Signal;
use crate::recording::Recording;
use crate::text;
use crate::trace::{Fact, TaskId, What, strace};
use crate::world::history::{MAX_MOMENTS, Moment, Traffic};

/// Moments that are drawn, the first ones.
pub const MAX_DRAWN: u64 = 300;
/// Forges refuse diagrams of more than 50,000 characters: no moment is added to one that has this many bytes.
const MAX_TEXT: usize = 48_000;
/// The longest note, in characters.
const MAX_NOTE: usize = 90;

/// The diagram.
pub fn text(recording: &Recording) -> Result<String, String> {
    let history = recording.history().ok_or("the recording keeps no past")?;
    if history.oldest() > 0 {
        return Err("its oldest events are forgotten, there are too many".to_owned());
    }
    let mut diagram = "sequenceDiagram\n".to_owned();
    for record in history.records() {
        if let Fact::Born(birth) = &record.fact {
            let _ = writeln!(diagram, "    participant {} as {}", id(record.task), escaped(&birth.name));
        }
    }
    let mut moments = history.look(MAX_DRAWN, MAX_MOMENTS).moments;
    calls_before_signals(&mut moments);
    let mut drawn = 0;
    for moment in &moments {
        if diagram.len() > MAX_TEXT {
            break;
        }
        draw(moment, &mut diagram);
        drawn += 1;
    }
    match history.newest().saturating_sub(drawn) {
        0 => {}
        1 => diagram.push_str("    Note over t0: 1 more event is not drawn\n"),
        more => {
            let _ = writeln!(diagram, "    Note over t0: {more} more events are not drawn");
        }
    }
    Ok(diagram)
}

/// As in the transcript: a task's call comes before its signal, also where the signal was recorded before a sleeping call.
fn calls_before_signals(moments: &mut [Moment]) {
    let is_signal =
        |what: &What| matches!(what, What::Signal { signal, .. } if ![Signal::CONT, Signal::STOP].contains(signal));
    for at in 1..moments.len() {
        let (signal, call) = (&moments[at - 1], &moments[at]);
        let is_one = signal.task == call.task && signal.line == call.line;
        let was_signal = signal.events.iter().all(|event| is_signal(&event.what)) && !signal.events.is_empty();
        let is_call = call.events.iter().any(|event| matches!(event.what, What::Call(_)));
        if is_one && was_signal && is_call {
            moments.swap(at - 1, at);
        }
    }
}

fn draw(moment: &Moment, diagram: &mut String) {
    let task = id(moment.task);
    if let Traffic::Took { messages, .. } = &moment.traffic {
        for taken in messages {
            let _ = writeln!(diagram, "    {}->>{task}: message {}", id(taken.by), taken.message.1);
        }
    }
    for line in moment.events.iter().flat_map(strace::lines) {
        let line = text::respelled(&line);
        let _ = writeln!(diagram, "    Note over {task}: {}", escaped(call_of(&line)));
    }
}

/// A transcript's line without the task, which the note stands over.
fn call_of(line: &str) -> &str {
    line.trim_start().split_once("  ").map_or(line.trim(), |parts| parts.1.trim())
}

fn id(task: TaskId) -> String {
    format!("t{}", task.0)
}

/// What ends a statement of the diagram's language is written by its number; what is long is cut.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == MAX_NOTE {
            escaped.push('…');
            break;
        }
        match letter {
            '#' | ';' | '<' | '>' | '&' | '"' => {
                let _ = write!(escaped, "#{};", u32::from(letter));
            }
            other => escaped.push(other),
        }
    }
    escaped
}
