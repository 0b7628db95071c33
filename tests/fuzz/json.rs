//! Every event that any trace gives, and every report on the world after it, as JSON and as text: each is one line that a terminal
//! may be shown, and serde_json reads the JSON back to the same keys, numbers and bytes.

use serde_json::Value;
use tincans::explain;
use tincans::order::{Call, KEEP};
use tincans::trace::{CallEvent, Event, QueueReport, Summary, What, json, strace};
use tincans::world::World;

use super::assert_harmless;
use super::tape;

/// The first byte says whether every call of a loop is an event.
pub fn check(data: &[u8]) {
    let Some((&choice, data)) = data.split_first() else { return };
    let mut world = if choice % 2 == 0 { World::new() } else { World::new().keeping_every_call() };
    let mut events = Vec::new();
    for record in tape::records(&tape::play(data)) {
        world.fold(record, &mut events);
        events.drain(..).for_each(|event| shown(&event));
    }
    for what in reports(&world, data) {
        shown(&Event { line: u32::MAX, task: None, what });
    }
}

fn reports(world: &World, data: &[u8]) -> Vec<What> {
    let text = String::from_utf8_lossy(data).into_owned();
    let mut all = vec![
        What::Tasks(world.tasks_report()),
        What::Refused { reason: text.clone() },
        What::Expect { want: text.clone(), got: text.clone(), ok: false },
        What::Summary(Summary { kernel: text, elapsed_ns: u64::MAX, ..Summary::default() }),
    ];
    for end in world.ends() {
        all.push(What::Holders(world.holders_report(end.id)));
        all.push(What::Why(explain::end(world, end.id)));
        let (bytes, waiting) = (end.inbox.measured.unwrap_or_default(), end.inbox.waiting());
        let report = QueueReport {
            id: end.id,
            end: end.label(),
            bytes,
            charged: None,
            sndbuf: Some(u64::MAX),
            waiting,
            messages: None,
        };
        all.push(What::Queue(report));
    }
    for task in world.tasks() {
        all.push(What::Fds { task: task.name.clone(), fds: world.fds_report(task.id) });
    }
    all
}

fn shown(event: &Event) {
    let line = json::line(event);
    assert_harmless(&line, "JSON");
    assert!(line.is_ascii() || !line.contains('\n'));
    let back: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    // As text: keys in their order, none twice, numbers to the last digit. The line is that text, but for what it hides.
    let again = back.to_string();
    if again != line {
        let made = json::object(event).to_string();
        assert_eq!(again, made);
    }
    assert!(back["event"].is_string());
    if let What::Call(call) = &event.what {
        of_call(call, &back);
    }
    if let What::Refused { reason } = &event.what {
        assert_eq!(back["reason"].as_str(), Some(reason.as_str()));
    }
    for line in strace::lines(event) {
        assert_harmless(&line, "strace");
    }
    if let What::Burst(burst) = &event.what {
        for line in strace::every_call(burst) {
            assert_harmless(&line, "a call of a loop");
        }
    }
}

/// The bytes that were moved are in the object.
fn of_call(call: &CallEvent, back: &Value) {
    assert_eq!(back["ret"].as_i64(), call.ret.map(i64::from));
    assert_eq!(back["t_ns"].as_u64(), Some(call.t_ns));
    let Call::Write { data, .. } = &call.call else { return };
    let kept: Vec<u8> = data.iter().take(KEEP).collect();
    assert_eq!(back["data_len"].as_u64(), Some(data.len()));
    if let Some(hex) = back["hex"].as_str() {
        let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("two digits");
        assert_eq!((0..hex.len() / 2).map(byte).collect::<Vec<_>>(), kept);
    } else {
        let text = back["data"].as_str().expect("bytes are text or hexadecimal");
        assert!(kept.starts_with(text.as_bytes()) && kept.len() - text.len() < 4, "{text:?} of {kept:?}");
    }
}
