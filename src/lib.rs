//! tincans: a playground that shows what the kernel really does when processes talk.

pub mod abi;
pub mod agent;
pub mod bench;
pub mod guardian;
pub mod order;
pub mod sys;
pub mod script;
pub mod trace;
pub mod world;
