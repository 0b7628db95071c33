//! `tests/fuzz/strace_log.rs` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tincans_fuzz::target("strace_log")(data));
