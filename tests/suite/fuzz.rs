//! The corpus of the fuzz targets, replayed: what has once broken something does not any more. Hours of it are `.ci/fuzz`.

#[path = "../fuzz/mod.rs"]
#[expect(clippy::wildcard_enum_match_arm, reason = "choices are made of a few kinds of calls")]
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use targets::TARGETS;

/// All packed files together are no more than this, in bytes: it is a corpus, not an archive.
const LARGEST: u64 = 400 * 1024;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// The inputs of a target, each with its name: a line each, the bytes in base64. `.ci/fuzz` packs them.
fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let path = corpus().join(format!("{target}.b64"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let input = |line: &str| {
        let (name, bytes) = line.split_once(' ').unwrap_or_else(|| panic!("{target}: no name in {line:?}"));
        let bytes = STANDARD.decode(bytes).unwrap_or_else(|error| panic!("{target} {name}: {error}"));
        (name.to_owned(), bytes)
    };
    text.lines().map(input).collect()
}

#[test]
fn no_input_of_the_corpus_breaks_anything() {
    let mut broken = Vec::new();
    for (target, check) in TARGETS {
        let inputs = inputs(target);
        assert!(inputs.len() > 3, "{target} has {} inputs", inputs.len());
        for (name, data) in inputs {
            if catch_unwind(AssertUnwindSafe(|| check(&data))).is_err() {
                broken.push(format!("{target} {name}"));
            }
        }
        // Nothing at all, and one byte.
        check(b"");
        check(b"\0");
    }
    assert!(broken.is_empty(), "broken: {broken:#?}");
}

#[test]
fn each_target_is_one_for_cargo_fuzz_and_has_a_corpus_of_moderate_size() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/cargo/targets");
    let stem = |path: &PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    let names: BTreeSet<String> = TARGETS.iter().map(|target| target.0.to_owned()).collect();
    assert_eq!(files(&folder).iter().map(stem).collect::<BTreeSet<_>>(), names);
    assert_eq!(files(&corpus()).iter().map(stem).collect::<BTreeSet<_>>(), names);
    for target in &names {
        let inputs = inputs(target);
        let different: BTreeSet<&String> = inputs.iter().map(|(name, _)| name).collect();
        assert_eq!(different.len(), inputs.len(), "{target}: a name stands twice");
    }
    let sum: u64 = files(&corpus()).iter().map(|file| fs::metadata(file).expect("a file").len()).sum();
    assert!(sum <= LARGEST, "the corpus has {sum} bytes");
}

#[test]
fn executions_are_counted_for_each_target() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/executions.csv");
    let text = fs::read_to_string(path).expect("executions.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("date,target,seconds,executions,crashes"));
    let counted: BTreeSet<&str> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let [_, target, seconds, executions, crashes] = fields[..] else { panic!("five fields: {line}") };
            for number in [seconds, executions, crashes] {
                assert!(number.parse::<u64>().is_ok(), "no number: {line}");
            }
            target
        })
        .collect();
    for (target, _) in TARGETS {
        assert!(counted.contains(target), "{target} was never run: .ci/fuzz 60 {target}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 200, ..proptest::prelude::ProptestConfig::default() })]
    /// The corpus was found with other choices than a trace has today: some that it has not.
    #[test]
    fn no_trace_breaks_the_world(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..1500)) {
        let check = TARGETS.iter().find(|target| target.0 == "world").expect("there is such a target").1;
        check(&bytes);
    }
}
