//! How often each rule is reached, and from where: by random programs, lessons, scripts, the public reports and the matrix.

use std::collections::BTreeSet;
use std::path::Path;

use tincans::abi::TaskState;
use tincans::explain;
use tincans::kind::Kind;
use tincans::lesson::builtin;
use tincans::situation;
use tincans::trace::Explanation;

use super::{Met, Rules};
use crate::support::runs;

/// How often each rule is reached, and from where.
pub(super) fn print(rules: &mut Rules) {
    for rule in names_of_rules() {
        rules.entry(rule).or_default();
    }
    for (_, text) in builtin::files("en") {
        count(rules, &statements_of(text), |met| met.lessons += 1);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for folder in ["contract", "facts"] {
        let files = std::fs::read_dir(root.join(folder)).expect("a folder");
        for path in files.map(|file| file.expect("a file").path()) {
            let text = std::fs::read_to_string(path).expect("reads");
            count(rules, &text.lines().map(str::to_owned).collect::<Vec<_>>(), |met| met.scripts += 1);
        }
    }
    // Public bug reports, rebuilt, which are no part of the source.
    let reports = std::env::var("TINCANS_REPORTS").ok().and_then(|folder| std::fs::read_dir(folder).ok());
    for path in reports.into_iter().flatten().filter_map(|file| Some(file.ok()?.path())) {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        count(rules, &text.lines().map(str::to_owned).collect::<Vec<_>>(), |met| met.reports += 1);
    }
    for (rule, met) in rules.iter_mut() {
        met.tests = tests_of(&root, rule);
    }
    for row in situation::rows::GROUPS.iter().flat_map(|group| group.rows) {
        for kind in [Kind::Stream, Kind::Seqpacket, Kind::Dgram, Kind::Pipe, Kind::PacketPipe] {
            let lines = row.lines(kind).unwrap_or_default();
            let lines: Vec<String> = lines.into_iter().map(|line| line.text).collect();
            count(rules, &lines, |met| met.matrix += 1);
        }
    }
    println!("rules: {:<32} programs   tried lessons scripts reports  matrix   tests", "rule");
    for (rule, met) in rules.iter() {
        println!(
            "rules: {rule:<32} {:>8} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
            met.said, met.tried, met.lessons, met.scripts, met.reports, met.matrix, met.tests
        );
    }
    // What somebody is told to type is counted beside the rules.
    rules.remove(super::ADVICE);
    let is_reached = |met: &Met| met.said + met.lessons + met.scripts + met.reports + met.matrix + met.tests > 0;
    let never = rules.values().filter(|met| !is_reached(met)).count();
    println!("rules: {} rules, {never} reached by nothing", rules.len());
}

/// How often the tests of WHY bring a rule about: each names it.
fn tests_of(root: &Path, rule: &str) -> u64 {
    let in_file = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.matches(&format!("\"{rule}\"")).count() as u64
    };
    let files = std::fs::read_dir(root.join("why")).expect("a folder").flatten().map(|file| file.path());
    files.chain([root.join("suite/why.rs")]).map(|path| in_file(&path)).sum()
}

/// Runs statements, and counts the rule of what is said of each.
fn count(rules: &mut Rules, statements: &[String], mut add: impl FnMut(&mut Met)) {
    let Ok(mut session) = runs::open() else { return };
    for (at, text) in statements.iter().enumerate() {
        let line = u32::try_from(at + 1).unwrap_or(0);
        let Ok(events) = runs::perform(&mut session, text, line) else { return };
        if text.trim_start().starts_with("why") || events.is_empty() {
            continue;
        }
        let world = session.world();
        let asleep = world.tasks().filter(|task| task.state == TaskState::Asleep);
        let asleep = asleep.map(|task| explain::task(world, &events, task.id));
        let said: Vec<Explanation> = std::iter::once(explain::last(world, &events)).chain(asleep).collect();
        for rule in said.iter().map(|said| said.rule).collect::<BTreeSet<_>>() {
            add(rules.entry(rule.to_owned()).or_default());
        }
    }
}

/// The statements of a lesson, solutions included.
fn statements_of(text: &str) -> Vec<String> {
    let (mut statements, mut is_code) = (Vec::new(), false);
    for line in text.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            is_code = ["tin", "solution"].iter().any(|word| fence.starts_with(word));
        } else if is_code {
            statements.push(line.to_owned());
        }
    }
    statements
}

/// The names that stand in the rules' own files.
fn names_of_rules() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/explain");
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("reads");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        // The table of lessons names them again.
        let code = code.split("LESSONS: &[").next().unwrap_or_default();
        let is_name = |word: &&str| {
            word.contains('-')
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
                && !word.ends_with('-')
        };
        names.extend(code.split('"').skip(1).step_by(2).filter(is_name).map(str::to_owned));
    }
    names
}
