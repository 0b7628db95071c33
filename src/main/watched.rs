//! `tincans watch`: in the terminal UI where there can be one and nothing else was asked for, else as a transcript.

use std::ffi::OsString;
use std::time::Duration;

use color_eyre::eyre::{Result, eyre};
use tincans::cli::{Arguments, WatchOptions};
use tincans::guardian::Terminal;
use tincans::session::Settings;
use tincans::watch::command::{self, Files};
use tincans::watch::headless::{self, OutputForm};
use tincans::watch::live::LiveOptions;
use tincans::watch::start::SchedulingMode;
use tincans::{text, tui};

use super::{course, guarded, looks, own_settings, texts_in};

/// Watches a program.
pub fn watch(arguments: &Arguments, how: &WatchOptions, program: &[OsString]) -> Result<u8> {
    let asks_for_lines = how.json || how.check || how.timeout.is_some() || how.output.is_some() || arguments.plain;
    let is_headless = asks_for_lines || how.expect.is_some() || how.tin.is_some() || how.order.is_some();
    if let Some(count) = how.orders {
        return command::orders(program, count, how.timeout.map(Duration::from_secs_f64));
    }
    let needs_terminal =
        [(how.step, "--step"), (how.pipe, "--pipe")].into_iter().find_map(|(is_it, name)| is_it.then_some(name));
    if let (Some(name), Some(obstacle)) = (needs_terminal, tui::output_obstacle()) {
        return Err(eyre!("{name} needs a terminal: {obstacle}"));
    }
    if is_headless || tui::output_obstacle().is_some() {
        let form = if how.json { OutputForm::Json } else { OutputForm::Transcript };
        let timeout = how.timeout.map(Duration::from_secs_f64);
        let options = headless::HeadlessOptions { form, timeout, checks: how.check, order: how.order };
        let files = Files {
            transcript: how.output.as_deref(),
            recording: how.record.as_deref(),
            expectations: how.expect.as_deref(),
            script: how.tin.as_deref(),
        };
        return command::run(program, options, files);
    }
    let settings = Settings { max_tasks: usize::from(arguments.max_tasks), ..Settings::default() };
    let (_, learning) = course(None, texts_in(None), None)?;
    let (config, complaints) = own_settings();
    let looks = looks(arguments, config, complaints);
    let name = program.first().map(|word| text::string(&word.to_string_lossy())).unwrap_or_default();
    let scheduling = if how.step { SchedulingMode::Stepped } else { SchedulingMode::Free };
    let options = LiveOptions { scheduling, has_pipe: how.pipe };
    let start = |size| command::start(program, how.record.as_deref(), (size, options));
    guarded(Terminal::Watching, || tui::watch(settings, (start, name), learning, looks))
}
