//! `tincans check`: proves lessons on this machine's kernel. Each has a fresh bench; its steps must hold, the ticked option of
//! each prediction and no other, each goal after its solution and not before.

mod c_code;
mod lesson_run;
mod translations;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr, bail};

use crate::abi::reasons;
use crate::lesson::{self, Action, Lesson, LessonError, builtin, language, load};
use crate::sys::kernel_release;
use crate::sys::watch::FolderWatch;
use crate::xdg;
use c_code::{Compiled, Compilers};
use lesson_run::{Proof, Wrong};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckOutcome {
    /// Every lesson is right.
    Right,
    /// What could be proven is right; this machine does not allow the rest.
    Skipped,
    /// Some are not.
    Wrong,
    /// Some are no lessons at all.
    NoLesson,
    /// Nobody reads the report any more.
    NobodyReads,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    file: String,
    line: u32,
    what: String,
}

/// What was proven.
#[derive(Debug, Clone, Default)]
struct Tally {
    lessons: usize,
    blocks: usize,
    expectations: u64,
    predictions: usize,
    goals: usize,
    c_blocks: usize,
    /// Lessons that this machine does not allow.
    skipped: usize,
    /// Why there is nothing to compile the C with.
    no_compiler: Option<String>,
    /// What there is.
    compilers: Compilers,
}

/// What is checked.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    /// Files, or folders of them; none: the built-in lessons.
    pub paths: &'a [PathBuf],
    /// How long a lesson may keep the bench busy.
    pub longest: Duration,
}

/// Checks once, or again and again; what holds goes to the first, what does not to the second.
pub type Checking = fn(Check<'_>, (&mut dyn Write, &mut dyn Write)) -> Result<CheckOutcome>;

/// Checks lessons once.
pub fn run(check: Check<'_>, (out, diagnostics): (&mut dyn Write, &mut dyn Write)) -> Result<CheckOutcome> {
    let paths = check.paths;
    let mut lessons = Vec::new();
    let mut broken = 0;
    for (file, source) in sources(paths)? {
        match load::load(&file, &source) {
            Ok(lesson) => lessons.push(lesson),
            Err(error) => {
                broken += 1;
                report(diagnostics, &error)?;
            }
        }
    }
    let known = known_ids(&lessons);
    let mut faults = together(&lessons, &known);
    let (translated, different) = translations::compare(&lessons, paths.is_empty())?;
    faults.extend(different);
    let mut tally = Tally::default();
    for lesson in &lessons {
        let (found, denied) =
            one((lesson, check.longest), &mut tally).wrap_err_with(|| format!("{} cannot be run", lesson.file))?;
        let verdict = match denied {
            _ if !found.is_empty() => "DOES NOT HOLD".to_owned(),
            Some((line, reason)) => format!("SKIPPED, line {line}: {reason}"),
            None => "holds".to_owned(),
        };
        faults.extend(found);
        if !written(writeln!(out, "{:02}-{}  {verdict}", lesson.number, lesson.id))? {
            return Ok(CheckOutcome::NobodyReads);
        }
    }
    for Fault { file, line, what } in &faults {
        writeln!(diagnostics, "{file}:{line}: {what}").ok();
    }
    if translated > 0 && !written(writeln!(out, "{translated} translations were compared with their originals"))? {
        return Ok(CheckOutcome::NobodyReads);
    }
    if !written(tally.write(out))? {
        return Ok(CheckOutcome::NobodyReads);
    }
    Ok(match (broken, faults.len()) {
        (0, 0) if tally.skipped > 0 => CheckOutcome::Skipped,
        (0, 0) => CheckOutcome::Right,
        (0, _) => CheckOutcome::Wrong,
        _ => CheckOutcome::NoLesson,
    })
}

/// Checks these, and again whenever one of them is written, until somebody ends it.
pub fn watch(check: Check<'_>, (out, diagnostics): (&mut dyn Write, &mut dyn Write)) -> Result<CheckOutcome> {
    let paths = check.paths;
    let folder = |path: &PathBuf| {
        if path.is_dir() { path.clone() } else { path.parent().map(Path::to_path_buf).unwrap_or_default() }
    };
    let folders: BTreeSet<PathBuf> = paths.iter().map(folder).collect();
    let watch = FolderWatch::of(&folders.into_iter().collect::<Vec<_>>())?;
    let concerns = |changed: &PathBuf| {
        let is_lesson = changed.extension().is_some_and(|end| end == "md");
        paths.contains(changed)
            || is_lesson && changed.parent().is_some_and(|folder| paths.iter().any(|it| it == folder))
    };
    loop {
        match run(check, (&mut *out, &mut *diagnostics)) {
            Ok(CheckOutcome::NobodyReads) => return Ok(CheckOutcome::NobodyReads),
            Ok(_) => {}
            // A file may be away for a moment.
            Err(error) => drop(writeln!(diagnostics, "tincans: {}", reasons(error.chain()))),
        }
        let waits = writeln!(out, "waiting for changes; Ctrl-C ends it\n").and_then(|()| out.flush());
        if !written(waits)? {
            return Ok(CheckOutcome::NobodyReads);
        }
        loop {
            let changed = watch.wait()?;
            if changed.is_empty() || changed.iter().any(concerns) {
                break;
            }
        }
    }
}

fn report(diagnostics: &mut dyn Write, error: &LessonError) -> Result<()> {
    writeln!(diagnostics, "{error}").wrap_err("an error could not be written")
}

/// False where nobody reads any more.
fn written(result: io::Result<()>) -> Result<bool> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        other => other.wrap_err("the report could not be written").map(|()| true),
    }
}

impl Tally {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { lessons, blocks, expectations, predictions, goals, c_blocks, skipped, no_compiler, compilers: _ } =
            self;
        if *skipped > 0 {
            writeln!(
                out,
                "{skipped} of them were not taken to the end: `tincans doctor` says what this machine denies"
            )?;
        }
        if let Some(why) = no_compiler {
            writeln!(out, "the C in them was not compiled: {why}")?;
        }
        writeln!(
            out,
            "{lessons} lessons, {blocks} blocks, {expectations} expectations, {predictions} predictions, {goals} goals, {c_blocks} \
             C blocks compiled; Linux {}",
            kernel_release()
        )?;
        out.flush()
    }
}

/// Name and text of each lesson asked for.
fn sources(paths: &[PathBuf]) -> Result<Vec<(String, Vec<u8>)>> {
    if paths.is_empty() {
        let builtin = builtin::ENGLISH.iter();
        return Ok(builtin.map(|(name, text)| (format!("lessons/en/{name}"), text.as_bytes().to_vec())).collect());
    }
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            let files = files_in(path)?;
            if files.is_empty() {
                bail!("there is no lesson in {}, a lesson's file is named NN-name.md", path.display());
            }
            for file in files {
                all.push(source(&file)?);
            }
        } else {
            all.push(source(path)?);
        }
    }
    Ok(all)
}

/// The lessons of a folder as a course: by number, extras and bug hunts behind the others.
pub fn lessons_in(folder: &Path) -> Result<Vec<Lesson>> {
    let mut lessons = Vec::new();
    for file in files_in(folder)? {
        let (name, text) = source(&file)?;
        lessons.push(load::load(&name, &text)?);
    }
    if lessons.is_empty() {
        bail!("there is no lesson in {}, a lesson's file is named NN-name.md", folder.display());
    }
    lessons.sort_by_key(|lesson| (lesson.part, lesson.number));
    Ok(lessons)
}

/// The lessons in a folder; of a folder of languages those of each language.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let languages = language::LANGUAGES.iter().map(|language| folder.join(language)).filter(|path| path.is_dir());
    let languages: Vec<PathBuf> = languages.collect();
    let folders = if languages.is_empty() { vec![folder.to_path_buf()] } else { languages };
    let mut all = Vec::new();
    for folder in folders {
        let mut files = Vec::new();
        for entry in folder.read_dir().wrap_err_with(|| format!("{} cannot be read", folder.display()))? {
            files.push(entry.wrap_err_with(|| format!("{} cannot be read", folder.display()))?.path());
        }
        files.retain(|file| file.extension().is_some_and(|end| end == "md") && !file.ends_with(lesson::INDEX));
        files.sort();
        all.extend(files);
    }
    Ok(all)
}

fn source(path: &Path) -> Result<(String, Vec<u8>)> {
    Ok((path.display().to_string(), read(path)?))
}

/// A lesson file's text, as much of it as a lesson may have and one byte more.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read;
    let limit = lesson::MAX_SOURCE as u64 + 1;
    let mut text = Vec::new();
    let cannot = || format!("{} cannot be read", path.display());
    // A FIFO or a device in a lesson's place would be waited for.
    let file = xdg::open(path).wrap_err_with(cannot)?;
    let file = file.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)).wrap_err_with(cannot)?;
    file.take(limit).read_to_end(&mut text).wrap_err_with(|| format!("{} cannot be read", path.display()))?;
    Ok(text)
}

/// Ids that `after` and links may name: those checked now, and the built-in ones.
fn known_ids(lessons: &[Lesson]) -> BTreeSet<String> {
    let builtin = builtin::lessons().into_iter();
    builtin.map(|lesson| lesson.id).chain(lessons.iter().map(|lesson| lesson.id.clone())).collect()
}

/// What only shows when lessons are laid side by side.
fn together(lessons: &[Lesson], known: &BTreeSet<String>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for lesson in lessons {
        let mut fault = |line, what| faults.push(Fault { file: lesson.file.clone(), line, what });
        // In another folder it is the same lesson in another language.
        if !seen.insert((Path::new(&lesson.file).parent(), &lesson.id)) {
            fault(1, format!("wanted an id of its own, got {} twice", lesson.id));
        }
        for id in lesson.after.iter().filter(|id| !known.contains(*id)) {
            fault(1, format!("wanted a lesson that exists after `after`, got {id}"));
        }
        let later = |id: &String| lessons.iter().any(|other| other.id == *id && other.number >= lesson.number);
        for id in lesson.after.iter().filter(|id| later(id)) {
            fault(1, format!("wanted an earlier lesson after `after`, got {id}"));
        }
        for (id, line) in lesson.links.iter().filter(|(id, _)| !known.contains(id)) {
            fault(*line, format!("wanted a link to a lesson that exists, got {id}"));
        }
    }
    faults
}

/// What is wrong with a lesson; and the line, and the reason, at which this machine does not let it go on.
fn one((lesson, longest): (&Lesson, Duration), tally: &mut Tally) -> Result<(Vec<Fault>, Option<Wrong>)> {
    let Proof { faults, denied, expectations } = lesson_run::run(lesson, longest)?;
    tally.lessons += 1;
    tally.skipped += usize::from(denied.is_some());
    tally.blocks += lesson.blocks();
    tally.expectations += expectations;
    tally.predictions += lesson.steps.iter().filter(|step| matches!(step.action, Action::Predict(_))).count();
    tally.goals += lesson.steps.iter().filter(|step| matches!(step.action, Action::Reach(_))).count();
    let fault = |(line, what)| Fault { file: lesson.file.clone(), line, what };
    let mut faults: Vec<Fault> = faults.into_iter().map(fault).collect();
    match tally.compilers.compile(lesson) {
        Compiled::Blocks(count) => tally.c_blocks += count,
        Compiled::NoCompiler(why) => tally.no_compiler = Some(why),
        Compiled::Error(line, words) => faults.push(fault((line, format!("the C does not compile: {words}")))),
    }
    Ok((faults, denied))
}
