//! The corpus of the fuzz targets, replayed: what has once broken something does not any more. Hours of it are `.ci/fuzz`.

#[path = "../fuzz/mod.rs"]
#[expect(clippy::wildcard_enum_match_arm, reason = "choices are made of a few kinds of calls")]
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use targets::TARGETS;

/// All inputs together are no more than this, in bytes: it is a corpus, not an archive.
const LARGEST: u64 = 300 * 1024;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn no_input_of_the_corpus_breaks_anything() {
    let mut broken = Vec::new();
    for (name, check) in TARGETS {
        let files = files(&corpus().join(name));
        assert!(files.len() > 3, "{name} has {} inputs", files.len());
        for file in files {
            let data = fs::read(&file).expect("an input");
            if catch_unwind(AssertUnwindSafe(|| check(&data))).is_err() {
                broken.push(file);
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
    let of_folder = |folder: &PathBuf| files(folder).into_iter().map(|file| fs::metadata(file).expect("a file").len());
    let sum: u64 = files(&corpus()).iter().flat_map(of_folder).sum();
    assert!(sum <= LARGEST, "the corpus has {sum} bytes");
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
