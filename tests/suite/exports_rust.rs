//! A run as a Rust program: with nix alone it compiles without a warning, prints the run's own transcript, and tells a result that
//! is not so.

use crate::exports_c;
use crate::support::exported::{self, C, RUST};

#[test]
fn a_run_as_rust_prints_its_transcript_and_an_altered_result_is_told() {
    if !exported::has(&RUST) {
        return;
    }
    let mut scripts = exported::some(exported::scripts_in("tests/contract"), 6);
    scripts.extend(exported::some(exported::lessons(), 22));
    scripts.extend(exported::some(exported::scripts_in("tests/facts"), 45));
    scripts.extend(exported::some(exported::cells(), 130));
    let same = exported::each_prints_its_transcript(&RUST, &scripts);
    assert!(same > scripts.len() / 2, "{same} of {}", scripts.len());
}

#[test]
fn everything_that_c_has_but_vmsplice_is_in_one_program_of_rust() {
    if !exported::has(&RUST) {
        return;
    }
    let lines: Vec<&str> = exports_c::SCRIPT.lines().filter(|line| !line.starts_with("vmsplice")).collect();
    exported::has_all_of(&RUST, &(lines.join("\n") + "\n"));
}

#[test]
fn what_has_no_form_is_named_with_its_statement() {
    let refused = [
        (
            "socket stream s\nbind s \"@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n",
            "line 2: bind s",
        ),
        ("signal 40 ignore\n", "line 1: signal 40 ignore: nix knows no signal 40"),
        ("pipe p\nvmsplice p[1] x\n", "line 2: vmsplice p[1] x: vmsplice has no form in Rust yet"),
    ];
    exported::refuses(&RUST, &refused);
}

#[test]
fn a_thread_asleep_in_open_has_taken_its_number() {
    for language in [&C, &RUST].into_iter().filter(|language| exported::has(language)) {
        exported::has_all_of(language, "thread t\nmkfifo jobs\nt: open jobs rd in\nopen jobs wr out\n");
    }
}
