//! `src/sys/ring/sides.rs`, not a copy of it, over memory that can be watched.

pub mod ring;
