//! A log of strace from anywhere: whatever its lines say, the importer takes them without a panic, and the world folds what comes.

use tincans::strace_log::{Importer, is_strace_log};
use tincans::world::World;

/// One log.
pub fn check(bytes: &[u8]) {
    let _ = is_strace_log(bytes);
    let (mut importer, mut records, mut events) = (Importer::default(), Vec::new(), Vec::new());
    for line in bytes.split(|byte| *byte == b'\n') {
        importer.line(line, &mut records);
    }
    importer.end(&mut records);
    let mut world = World::new();
    for record in records {
        world.fold(record, &mut events);
    }
}
