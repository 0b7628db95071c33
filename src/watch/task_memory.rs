//! The memory of a watched task, as decoding reads it.

use crate::sys::process_memory;

use super::decode::Memory;

/// The memory of a task that stands still.
pub(super) struct TaskMemory(pub i32);

impl Memory for TaskMemory {
    fn read(&self, address: u64, length: usize) -> Vec<u8> {
        if length == 0 || address == 0 { Vec::new() } else { process_memory::read(self.0, address, length) }
    }
}
