//! A run as a short string: opened, it makes the same run again; a hostile one is a clear error.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::{run_in, text};
use tincans::share;

const SCRIPT: &str =
    "channel stream chat child1\nwrite chat[0] one\nwrite chat[0] two\nchild1: read chat[1]\nclose chat[0]\n";

#[test]
fn a_string_makes_the_run_again() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("talk.tin"), SCRIPT).expect("a file");
    let string = share::encode(SCRIPT).expect("it is short");
    assert!(string.len() < 150, "{string}");
    let opened = run_in(folder.path(), &["open", &string, "--plain"]);
    assert_eq!(opened.status.code(), Some(0), "{}", text(&opened.stderr));
    let ran = run_in(folder.path(), &["run", "talk.tin"]);
    let without_pids = |transcript: &[u8]| -> Vec<String> {
        text(transcript).lines().filter(|line| !line.contains("fork()")).map(str::to_owned).collect()
    };
    assert!(text(&opened.stdout).contains("\"onetwo\""));
    assert_eq!(without_pids(&opened.stdout), without_pids(&ran.stdout));
    let json = run_in(folder.path(), &["open", &string, "--json"]);
    assert!(text(&json.stdout).lines().all(|line| line.starts_with("{\"event\":")), "{}", text(&json.stdout));
}

#[test]
fn a_hostile_string_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = share::encode(SCRIPT).expect("it is short");
    let nonsense = share::encode("no such statement\n").expect("it is short");
    let random = format!("tin:{}", URL_SAFE_NO_PAD.encode([7_u8; 300]));
    for (string, wanted) in [
        (&whole[..whole.len() - 9], "the string cannot be opened"),
        ("tin:%%%", "its letters are no base64url"),
        (random.as_str(), "the string cannot be opened"),
        (nonsense.as_str(), "shared:1:"),
    ] {
        let opened = run_in(folder.path(), &["open", string, "--plain"]);
        assert_eq!((opened.status.code(), text(&opened.stdout)), (Some(2), String::new()), "{string}");
        assert!(text(&opened.stderr).contains(wanted), "{string}: {}", text(&opened.stderr));
    }
}
