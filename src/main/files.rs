//! `tincans open` and `tincans export`: what was kept as a file, shown or taken home.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use color_eyre::eyre::{Result, WrapErr, eyre};
use tincans::app::view;
use tincans::checker;
use tincans::cli::{Arguments, ExportFormat};
use tincans::guardian::Terminal;
use tincans::lesson::{Lesson, list, load, sheet};
use tincans::opened::Opened;
use tincans::picture::Drawing;
use tincans::recording::reader::Fault;
use tincans::session::Settings;
use tincans::sys::output::{self, Format as Printed};
use tincans::{export, opened, picture, share, text, tui};

use super::{USAGE, course, guarded, looks, own_settings, print, texts_in};

/// A recording or a log: in the terminal UI where there can be one, else as lines.
pub fn open(arguments: &Arguments, file: &Path, is_json: bool) -> Result<u8> {
    let name = text::string(&file.display().to_string());
    if let Some(script) = file.to_str().and_then(share::decode) {
        return open_shared(
            arguments,
            &script.map_err(|reason| eyre!("the string cannot be opened: {reason}"))?,
            is_json,
        );
    }
    let is_stdin = file == Path::new("-");
    let input = input_of(file)?;
    let obstacle = if is_stdin { tui::output_obstacle() } else { tui::obstacle() };
    if is_json || arguments.plain || obstacle.is_some() {
        return show(&name, input, is_json);
    }
    let opened = match opened::read(&name, input)? {
        Ok((opened, remarks)) => {
            say_remarks(&name, &remarks);
            opened
        }
        Err(fault) => return Ok(broken(&name, &fault)),
    };
    let settings = Settings { max_tasks: usize::from(arguments.max_tasks), ..Settings::default() };
    let (_, learning) = course(None, texts_in(None), None)?;
    let (config, complaints) = own_settings();
    let looks = looks(arguments, config, complaints);
    guarded(Terminal::Changed, || tui::show(settings, opened, learning, looks))
}

/// A run that came as a string: it is made again.
fn open_shared(arguments: &Arguments, script: &str, is_json: bool) -> Result<u8> {
    let name = "shared";
    let settings = Settings { max_tasks: usize::from(arguments.max_tasks), ..Settings::default() };
    let are_lines = is_json || arguments.plain || tui::obstacle().is_some();
    if are_lines {
        return guarded(Terminal::Untouched, || match opened::shared(name, script, settings)? {
            Ok(opened) => {
                let printed = if is_json { Printed::Json } else { Printed::Text };
                match opened::print(&opened, is_json, &mut output::stdout(printed)) {
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
                    _ => Ok(0),
                }
            }
            Err(fault) => Ok(broken(name, &fault)),
        });
    }
    let (_, learning) = course(None, texts_in(None), None)?;
    let (config, complaints) = own_settings();
    let looks = looks(arguments, config, complaints);
    guarded(Terminal::Changed, || match opened::shared(name, script, settings)? {
        Ok(opened) => tui::show(settings, opened, learning, looks),
        Err(fault) => Ok(broken(name, &fault)),
    })
}

fn say_remarks(name: &str, remarks: &[String]) {
    for remark in remarks {
        let _ = writeln!(output::stderr(), "tincans: {name}: {remark}");
    }
}

/// As lines. What was shown before a fault was found stays.
fn show(name: &str, input: impl BufRead, is_json: bool) -> Result<u8> {
    let printed = if is_json { Printed::Json } else { Printed::Text };
    let mut out = BufWriter::with_capacity(64 * 1024, output::stdout(printed));
    let (outcome, remarks) = opened::show(name, input, is_json, &mut out)?;
    let is_read = match out.flush() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => false,
        other => other.wrap_err("the recording could not be shown").map(|()| true)?,
    };
    say_remarks(name, &remarks);
    Ok(match outcome {
        opened::OpenOutcome::Broken(fault) if is_read => broken(name, &fault),
        opened::OpenOutcome::Broken(_) | opened::OpenOutcome::Whole | opened::OpenOutcome::NobodyReads => 0,
    })
}

/// A recording, a log, a script or a lesson in a format to take home.
pub fn export(arguments: &Arguments, file: &Path, format: &ExportFormat, output: Option<&Path>) -> Result<u8> {
    if let Some(on_paper) = sheet::form(format.name()) {
        return write(&on_paper(&lesson(file)?), output);
    }
    let name = text::string(&file.display().to_string());
    let settings = Settings { max_tasks: usize::from(arguments.max_tasks), ..Settings::default() };
    let is_file = file == Path::new("-") || file.exists();
    let named = if is_file { None } else { named_lesson(file) };
    let input = if named.is_some() { None } else { Some(input_of(file)?) };
    guarded(Terminal::Untouched, || {
        let own = file.file_name().map_or_else(|| name.clone(), |own| text::string(&own.display().to_string()));
        let taken = match (named, input) {
            (Some(lesson), _) => opened::lesson(lesson, settings),
            (None, Some(input)) => opened::take(&own, input, settings),
            (None, None) => return Ok(USAGE),
        };
        let opened = match taken.wrap_err_with(|| name.clone())? {
            Ok(opened) => opened,
            Err(fault) => return Ok(broken(&name, &fault)),
        };
        if let Some(line) = opened.reset {
            say_remarks(
                &name,
                &[format!("the export begins after `reset` in line {line}; what was before it is left out")],
            );
        }
        let text = exported(&opened, format).map_err(|reason| eyre!(reason))?;
        write(&text, output)
    })
}

/// To a file that is not there yet, or to standard output.
fn write(text: &str, output: Option<&Path>) -> Result<u8> {
    let Some(path) = output else { return print(text.as_bytes()) };
    let unwritten = || format!("{} cannot be written", text::string(&path.display().to_string()));
    File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes())).wrap_err_with(unwritten)?;
    Ok(0)
}

/// A built-in lesson, by its number or name.
fn named_lesson(file: &Path) -> Option<Lesson> {
    let mut lessons = texts_in(None);
    list::named(&lessons, &file.to_string_lossy()).map(|at| lessons.swap_remove(at))
}

/// A lesson: a file, or the number or name of a built-in one.
fn lesson(file: &Path) -> Result<Lesson> {
    let name = file.to_string_lossy();
    match named_lesson(file) {
        Some(lesson) => Ok(lesson),
        None if file.is_file() => Ok(load::load(&name, &checker::read(file)?)?),
        None => Err(eyre!("there is no lesson {}; `tincans lessons` lists them", text::string(&name))),
    }
}

fn exported(opened: &Opened, format: &ExportFormat) -> Result<String, String> {
    let name = format.name();
    if let Some(format) = export::named(name) {
        return format(&opened.recording);
    }
    let draw = picture::named(name).ok_or_else(|| format!("there is no format {name}"))?;
    let wanted = format.view.as_deref().unwrap_or("bench");
    let view = view::of_recordings().find(|(name, _)| *name == wanted).map(|(_, view)| view);
    let view = view.ok_or_else(|| format!("there is no view {wanted}"))?;
    draw(opened, Drawing { view, at: format.at, size: format.size })
}

/// A file, or standard input.
fn input_of(file: &Path) -> Result<Box<dyn BufRead>> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let opened =
        File::open(file).wrap_err_with(|| format!("{} cannot be read", text::string(&file.display().to_string())))?;
    Ok(Box::new(BufReader::with_capacity(64 * 1024, opened)))
}

fn broken(name: &str, fault: &Fault) -> u8 {
    let _ = writeln!(output::stderr(), "{name}:{fault}");
    USAGE
}
