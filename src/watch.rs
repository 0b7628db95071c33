//! Watching an unmodified program: one process, the *watcher*, traces it and all that it makes, and turns the stops into records.
//! It draws nothing, folds nothing, and holds no descriptor of the program's.

pub mod births;
pub mod calls;
pub mod channel_order;
pub mod command;
pub mod decode;
pub mod follower;
pub mod frames;
pub mod headless;
pub mod known;
pub mod link;
pub mod live;
pub mod sleep_checks;
pub mod orders;
pub mod scheduling;
pub mod picking;
pub mod program_terminal;
pub mod signals;
pub mod start;
mod stdio;
pub mod sleepers;
pub mod tables;
pub mod task_memory;
pub mod tracee;
pub mod watcher;
