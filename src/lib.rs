//! tincans: a playground that shows what the kernel really does when processes talk.
//!
//! Kernel → agents → trace → world → views. Orders go down, facts come up, and nothing goes round.

pub mod cli;

pub mod abi;
pub mod text;
pub mod kind;
pub mod script;
pub mod share;
pub mod order;
pub mod trace;
pub mod check;
pub mod situation;
pub mod strace_log;
pub mod world;
pub mod questions;
pub mod plan;
pub mod explain;
pub mod diagnosis;
pub mod grade;
pub mod retold;
pub mod recording;
pub mod export;
pub mod lesson;

pub mod sys;
pub mod agent;
pub mod bench;
pub mod session;
pub mod recorder;
pub mod source;
pub mod keeper;
pub mod guardian;
pub mod crash;
pub mod xdg;
pub mod progress;
pub mod saving;

pub mod matrix;
pub mod practice;

pub mod app;
pub mod config;
pub mod ui;
pub mod playground;
pub mod tui;

pub mod plain;
pub mod runner;
pub mod opened;
pub mod picture;
pub mod checker;
pub mod doctor;
pub mod watch;
pub mod hand_in;
