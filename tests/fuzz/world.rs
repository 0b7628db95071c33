//! Any trace: the fold takes it, keeps the ledger's law whatever it says, a loop's calls folded together are the same as
//! one by one, tables and holders agree, and every moment of the past is the picture as it was.

use std::fmt::Write;

use tincans::trace::{Event, Record};
use tincans::world::World;
use tincans::world::history::History;

use super::tape::{self, Run, Told};

/// Moments of one tape that are looked at, or about so many.
const MOST_LOOKS: u64 = 64;

/// The first byte says which moments of the past are looked at.
pub fn check(data: &[u8]) {
    let Some((&choice, data)) = data.split_first() else { return };
    let told = tape::play(data);
    let slow = one_by_one(&told, choice);
    let mut fast = World::new();
    let mut unseen = Vec::new();
    let mut is_shorter = false;
    for one in &told {
        match one {
            Told::One(record) => fast.fold(record.clone(), &mut unseen),
            Told::Run(run) => is_shorter |= together(&mut fast, run, &mut unseen),
        }
        unseen.clear();
    }
    if is_shorter {
        assert_same(&slow, &fast, "together and one by one");
    }
}

fn one_by_one(told: &[Told], choice: u8) -> World {
    let mut world = World::new();
    let mut history = History::default();
    let mut events: Vec<Event> = Vec::new();
    let records = tape::records(told);
    let looks_back = choice != 0;
    for record in &records {
        if looks_back {
            history.note(&world, record);
        }
        world.fold(record.clone(), &mut events);
        world.check_law().expect("what came in is there, was read, or was destroyed");
        events.clear();
    }
    agreeing(&world);
    if looks_back {
        the_past(&history, &records, u64::from(choice));
    }
    world
}

/// As the bench does it. Says whether any call went the short way.
fn together(world: &mut World, run: &Run, events: &mut Vec<Event>) -> bool {
    let mut is_shorter = false;
    let mut calls = run.again.as_slice();
    while let [first, rest @ ..] = calls {
        let again = calls.iter().copied();
        let is_at = run.calls.iter().any(|call| world.is_at(run.task, call));
        let folded = if is_at { world.fold_again(run.task, &run.calls, again) } else { None };
        if let Some((folded, last_ns)) = folded {
            assert_eq!(calls[folded - 1].t_ns, last_ns, "the time is that of the last call folded");
            is_shorter = true;
            calls = &calls[folded..];
        } else {
            for record in run.two(*first) {
                world.fold(record, events);
            }
            calls = rest;
        }
    }
    is_shorter
}

/// Each entry of a table is a holder of its end, and the other way round.
fn agreeing(world: &World) {
    for task in world.tasks().filter(|task| task.id == task.process) {
        for (fd, entry) in world.process_of(task.id).into_iter().flat_map(|process| &process.table) {
            let Some(end) = world.end(entry.end) else { continue };
            assert!(end.holders.contains(&(task.id, *fd)), "{} holds {} as {fd}", task.name, end.label());
        }
    }
    for end in world.ends() {
        assert!(end.held as usize >= end.holders.len(), "{}: {} held", end.label(), end.held);
        for (id, fd) in &end.holders {
            let entry = world.process_of(*id).and_then(|process| process.table.get(fd));
            let is_there = entry.is_some_and(|entry| entry.ends().any(|other| other == end.id));
            assert!(is_there, "{id:?} has {} as {fd}", end.label());
        }
    }
}

/// Each look is the picture as it is after so many records, folded one by one.
fn the_past(history: &History, records: &[Record], choice: u64) {
    let (oldest, newest) = (history.oldest(), history.newest());
    let step = choice.max((newest - oldest) / MOST_LOOKS);
    let (mut then, mut folded) = (World::new(), 0);
    let mut unseen: Vec<Event> = Vec::new();
    let mut at = oldest;
    while at <= newest {
        let look = history.look(at, 0);
        assert_eq!((look.at, look.oldest, look.newest, look.moments.len()), (at, oldest, newest, 0));
        let facts = usize::try_from(look.world.facts()).expect("few");
        assert!(facts > folded || at == oldest || facts == records.len(), "a later moment has more behind it");
        for record in &records[folded..facts] {
            then.fold(record.clone(), &mut unseen);
            unseen.clear();
        }
        folded = facts;
        assert_same(&look.world, &then, "the past and what it was");
        let (back, forth) = (history.statement_before(at), history.statement_after(at));
        assert!(back <= at && (forth > at || at == newest) && forth <= newest);
        let moments = history.look(at, 5).moments;
        assert!(moments.windows(2).all(|pair| pair[0].number + 1 == pair[1].number));
        assert!(moments.last().is_none_or(|last| last.number == at));
        // Not always the same ones of many.
        at += if at == oldest { 1 + choice % step } else { step };
    }
    assert_eq!(history.look(u64::MAX, 3).world.facts(), records.len() as u64, "the newest moment is now");
}

/// Written out, which takes long, only where they differ.
fn assert_same(one: &World, other: &World, what: &str) {
    let is_same = one.tasks().eq(other.tasks())
        && one.tasks().all(|task| one.process_of(task.id) == other.process_of(task.id))
        && one.ends().eq(other.ends())
        && one.channels().eq(other.channels())
        && (one.calls(), one.facts()) == (other.calls(), other.facts())
        && one.anomalies().eq(other.anomalies());
    if !is_same {
        assert_eq!(picture(one), picture(other), "{what}");
        panic!("{what}: not the same, though they are written alike");
    }
}

fn picture(world: &World) -> String {
    let mut text = String::new();
    for task in world.tasks() {
        let _ = writeln!(text, "{task:?} {:?}", world.process_of(task.id));
    }
    world.ends().for_each(|end| _ = writeln!(text, "{end:?}"));
    world.channels().for_each(|channel| _ = writeln!(text, "{channel:?}"));
    let _ = write!(text, "{} {} {:?}", world.calls(), world.facts(), world.anomalies().collect::<Vec<_>>());
    text
}
