//! `tincans watch`: a program's output, standard error and status are what they are without it, and the transcript says what it did.

use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().expect("runs")
}

/// The shell's command line, watched; the transcript goes to a file.
fn watched(line: &str) -> (Output, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let transcript = folder.path().join("transcript");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.arg("watch").arg("-o").arg(&transcript).args(["--", "sh", "-c", line]);
    let output = run(&mut command);
    (output, std::fs::read_to_string(transcript).unwrap_or_default())
}

#[track_caller]
fn same_as_plain(line: &str) -> String {
    let plain = run(Command::new("sh").args(["-c", line]));
    let (output, transcript) = watched(line);
    assert_eq!(String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&plain.stdout), "{line}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&plain.stderr), "{line}");
    let code = |output: &Output| {
        use std::os::unix::process::ExitStatusExt;
        output.status.code().or(output.status.signal().map(|signal| 128 + signal))
    };
    assert_eq!(code(&output), code(&plain), "{line}");
    transcript
}

#[test]
fn pipelines_files_and_statuses_are_the_same() {
    for line in [
        "echo one | cat; exit 3",
        "seq 1 20000 | sort -rn | tail -2",
        "yes | head -3",
        "echo out; echo err >&2; exit 5",
        "ls /no/such/folder",
        "kill -9 $$",
        "kill -TERM $$",
        "(sleep 0.1; echo late) & wait; echo done",
        "trap 'echo caught' USR1; kill -USR1 $$; echo after",
        "for i in 1 2 3 4; do echo $i; done | xargs -n 1 -P 2 echo | sort",
        "head -c 300000 /dev/zero | wc -c",
        "exec 3<&0; echo a | { read x; echo $x; }",
        "nohup true; echo $?",
        "sh -c 'kill -STOP $$; echo on' & p=$!; while kill -CONT $p 2>/dev/null; do sleep 0; done; wait $p",
    ] {
        same_as_plain(line);
    }
}

#[test]
fn a_fifo_with_a_name_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("fifo");
    let line = format!("mkfifo {0}; (echo through > {0} &); cat {0}", path.display());
    let transcript = {
        let (output, transcript) = watched(&line);
        assert_eq!(output.stdout, b"through\n");
        transcript
    };
    assert!(transcript.contains("read(") && transcript.contains("\"through\\n\""), "{transcript}");
}

#[test]
fn the_transcript_says_who_wrote_what_to_whom() {
    let transcript = same_as_plain("echo hello | cat");
    for wanted in ["pipe2(", "fork() = ", "\"hello\\n\"", "+++ exited with 0 +++"] {
        assert!(transcript.contains(wanted), "{wanted}: {transcript}");
    }
    let (write, read) = (transcript.find("write("), transcript.find("read("));
    assert!(write.is_some() && read.is_some(), "{transcript}");
}

#[test]
fn a_program_that_is_not_there_is_told() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = run(command.args(["watch", "--", "./no/such/program"]));
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot be executed: ENOENT"), "{said}");
}

#[test]
fn json_lines_are_objects() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = run(command.args(["watch", "--json", "--", "sh", "-c", "echo hello | cat > /dev/null"]));
    let lines: Vec<serde_json::Value> = output
        .stderr
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("an object"))
        .collect();
    let reads: Vec<_> = lines.iter().filter(|line| line["call"] == "read" && line["data"] == "hello\n").collect();
    assert_eq!(reads.len(), 1, "{lines:?}");
}

#[test]
fn a_killed_watch_leaves_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let numbers = folder.path().join("numbers");
    let line = format!("sleep 1000 & echo $! > {0}.part; mv {0}.part {0}; sleep 1000", numbers.display());
    let mut child = Command::new(env!("CARGO_BIN_EXE_tincans"))
        .args(["watch", "-o", "/dev/null", "--", "sh", "-c", &line])
        .spawn()
        .expect("starts");
    while !numbers.exists() {
        std::thread::yield_now();
    }
    let pid = std::fs::read_to_string(&numbers).expect("a number").trim().to_owned();
    child.kill().expect("kills");
    child.wait().expect("is reaped");
    let is_alive = || {
        let status = std::fs::read_to_string(Path::new("/proc").join(&pid).join("status")).unwrap_or_default();
        !status.is_empty() && !status.contains("State:\tZ")
    };
    let start = std::time::Instant::now();
    while is_alive() {
        assert!(start.elapsed().as_secs() < 10, "{pid} lives on");
        std::thread::yield_now();
    }
}

/// A program of C, built; none where there is no compiler, which is said.
fn built(name: &str, folder: &Path) -> Option<std::path::PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/watch").join(name).with_extension("c");
    let program = folder.join(name);
    let compiled = Command::new("cc").args(["-w", "-pthread", "-o"]).arg(&program).arg(source).status();
    if !compiled.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no C compiler");
        return None;
    }
    Some(program)
}

/// What is said of a program that hangs, and the exit status.
fn said_of_hang(name: &str) -> Option<(String, Option<i32>)> {
    let folder = tempfile::tempdir().expect("a folder");
    let program = built(name, folder.path())?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = run(command.args(["watch", "--timeout", "1", "-o", "/dev/null", "--"]).arg(program));
    Some((String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code()))
}

#[test]
fn a_hang_is_told_with_its_cause_and_the_change() {
    let cases: [(&str, &[&str]); 4] = [
        ("lost_token", &["the last byte of pipe1[0] was taken by child1, which exited with 1 and wrote nothing back"]),
        ("own_write_end", &["keeps EOF away itself", "close(4) before the first read"]),
        ("both_pipes_full", &["Deadlock: ", "wait for each other", "is full and child1 does not read it"]),
        ("copy_in_grandchild", &["still holds", "Change: child2 holds", "parent never sees EOF"]),
    ];
    for (name, wanted) in cases {
        let Some((said, status)) = said_of_hang(name) else { return };
        assert_eq!(status, Some(1), "{name}: {said}");
        for part in wanted {
            assert!(said.contains(part), "{name} lacks {part:?}: {said}");
        }
    }
}

#[test]
fn a_check_tells_what_went_wrong_and_is_silent_where_nothing_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(program) = built("three_faults", folder.path()) else { return };
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = run(command.args(["watch", "--check", "-o", "/dev/null", "--"]).arg(program));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in ["failed with EPIPE", "ended without waiting for child1", "were lost"] {
        assert!(said.contains(part), "lacks {part:?}: {said}");
    }
    let Some(program) = built("unwaited", folder.path()) else { return };
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = run(command.args(["watch", "--check", "-o", "/dev/null", "--"]).arg(program));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for part in ["failed with EMSGSIZE", "parent ended while child1 was still running", "child1 crashed"] {
        assert!(said.contains(part), "lacks {part:?}: {said}");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = run(command.args(["watch", "--check", "-o", "/dev/null", "--", "sh", "-c", "echo a | cat"]));
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn what_a_program_sees_of_its_life_is_the_same_but_for_what_tells_of_a_tracer() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(program) = built("life", folder.path()) else { return };
    let alone = run(&mut Command::new(&program));
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let watched = run(command.args(["watch", "-o", "/dev/null", "--"]).arg(&program));
    assert_eq!((watched.status.code(), String::from_utf8_lossy(&watched.stderr).as_ref()), (Some(0), ""));
    let (alone, watched) = (String::from_utf8_lossy(&alone.stdout), String::from_utf8_lossy(&watched.stdout));
    assert_eq!(watched.lines().count(), alone.lines().count(), "{watched}");
    let differs = watched.lines().zip(alone.lines()).filter(|(watched, alone)| watched != alone);
    let differs: Vec<&str> = differs.map(|(watched, _)| watched).collect();
    let tracer = ["stop_letter: t [0]", "trace_me: EPERM [0]", "tracer: 1 [0]", "new_privs: 1 [0]", "seccomp: 2 [0]"];
    assert_eq!(differs, tracer);
}

#[test]
fn threads_that_share_a_table_contradict_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(program) = built("thread_tables", folder.path()) else { return };
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = run(command.args(["watch", "-o", "/dev/null", "--"]).arg(program));
    // A debug build says on standard error what contradicts the ledger.
    assert_eq!((String::from_utf8_lossy(&output.stderr).as_ref(), output.stdout), ("", b"25 25 25 25\n".to_vec()));
}

#[test]
fn what_stdio_had_not_written_at_exit_and_exec_is_told_but_not_what_it_had_from_its_parent() {
    let folder = tempfile::tempdir().expect("a folder");
    let child = r#"child1 left 6 bytes for stdout in stdio's buffer, and they are lost: "child\n"."#;
    let parent = r#"parent left 12 bytes for stdout in stdio's buffer, and they are lost: "before exec\n"."#;
    for (name, wanted) in [("lost_at_exit", child), ("lost_at_exec", parent)] {
        let Some(program) = built(name, folder.path()) else { return };
        let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
        let output = run(command.args(["watch", "--check", "-o", "/dev/null", "--"]).arg(program));
        let said = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<&str> = said.lines().collect();
        assert!(matches!(lines.as_slice(), [line] if line.contains(wanted)), "{name}: {said}");
        assert_eq!(output.status.code(), Some(1), "{name}");
    }
}

#[test]
fn a_log_of_strace_opens_as_lines_and_says_what_it_lacks() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("trace.log");
    let text = "7 pipe2([3, 4], 0) = 0\n7 write(4, \"hello\", 5) = 5\n7 read(3, \"hello\", 64) = 5\nnonsense\n7 +++ exited with 0 +++\n";
    std::fs::write(&log, text).expect("writes");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = run(command.args(["open", "--plain"]).arg(&log));
    let (shown, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(shown.contains("\"hello\", 64) = 5") && shown.contains("+++ exited with 0 +++"), "{shown}");
    assert!(said.contains("without -yy") && said.contains("1 line of 5 was not understood"), "{said}");
}

#[test]
fn a_recording_of_a_watch_opens_with_the_same_lines_and_reasons() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recording, transcript) = (folder.path().join("kept"), folder.path().join("transcript"));
    let watch = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
        command.arg("watch").arg("--record").arg(&recording).arg("-o").arg(&transcript);
        run(command.args(["--", "sh", "-c", "echo hello | cat; exit 3"]))
    };
    let output = watch();
    assert_eq!((output.status.code(), &*output.stdout), (Some(3), &b"hello\n"[..]));
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let opened = run(command.args(["open", "--plain"]).arg(&recording));
    assert_eq!(opened.status.code(), Some(0), "{}", String::from_utf8_lossy(&opened.stderr));
    assert_eq!(String::from_utf8_lossy(&opened.stdout), std::fs::read_to_string(&transcript).expect("reads"));
    let again = watch();
    let said = String::from_utf8_lossy(&again.stderr);
    assert_eq!(again.status.code(), Some(2), "{said}");
    assert!(said.contains("is there already"), "{said}");
}

#[test]
fn nobody_is_told_to_type_a_statement_about_a_watched_program() {
    for name in ["own_write_end", "both_pipes_full", "copy_in_grandchild"] {
        let Some((said, _)) = said_of_hang(name) else { return };
        assert!(!said.contains('`') && !said.contains("interrupt"), "{said}");
    }
}

/// A watch of one of the programs in `tests/watch` with one more option and its file.
fn with_file(option: &str, file: &Path, program: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    run(command.args(["watch", "-o", "/dev/null", option]).arg(file).arg("--").arg(program))
}

#[test]
fn a_program_is_graded_by_a_file_of_expectations() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(program) = built("echo_child", folder.path()) else { return };
    let file = folder.path().join("grade.txt");
    let grade = |text: &str| {
        std::fs::write(&file, text).expect("writes");
        let output = with_file("--expect", &file, &program);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let met = "# The child echoes, then both close.\nparent: write pair1[0] \"ping\" => 4\nchild1: read pair1[1] => \"ping\"\n\
               parent: read _ => \"ping\"\nchild1: read _ => EOF\n_: _ _ => exits child1 0\n";
    assert_eq!(grade(met), (Some(0), String::new()));
    let (status, said) = grade("parent: write _ => 4\nchild1: read _ => \"pong\"\n");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("grade.txt:2: child1: read _ => \"pong\": got"), "{said}");
    assert!(said.contains("tincans: Byte 2 of what child1 read is \"i\", and \"o\" was wanted."), "{said}");
    let (status, said) = grade("parent: write\n");
    assert!(status == Some(2) && said.contains("grade.txt:1:1: nothing is expected here"), "{said}");
}

#[test]
fn what_a_program_did_runs_as_a_script_and_every_expectation_holds() {
    for name in ["echo_child", "own_write_end", "both_pipes_full"] {
        let folder = tempfile::tempdir().expect("a folder");
        let Some(program) = built(name, folder.path()) else { return };
        let script = folder.path().join("did.tin");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
        run(command.args(["watch", "--timeout", "1", "-o", "/dev/null", "--tin"]).arg(&script).arg("--").arg(&program));
        let text = std::fs::read_to_string(&script).expect("a script");
        assert!(text.lines().filter(|line| line.contains("=>")).count() > 3, "{name}: {text}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
        let again = run(command.arg("run").arg(&script));
        assert_eq!(again.status.code(), Some(0), "{name}: {text}\n{}", String::from_utf8_lossy(&again.stderr));
    }
}

#[test]
fn vmsplice_moves_bytes_that_are_known_in_a_watched_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(program) = built("moved_pages", folder.path()) else { return };
    let script = folder.path().join("did.tin");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let output = run(command.args(["watch", "--plain", "--tin"]).arg(&script).arg("--").arg(&program));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for line in [
        "vmsplice(pipe1[1], [{iov_base=\"hello \", iov_len=6}, {iov_base=\"world\", iov_len=5}], 2, 0) = 11",
        "vmsplice(pipe1[0], [{iov_base=\"hell\", iov_len=4}], 1, 0) = 4",
        "read(pipe1[0], \"o world\", 64) = 7",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.contains("anomal") && !said.contains("not followed"), "{said}");
    let text = std::fs::read_to_string(&script).expect("a script");
    for line in ["vmsplice pipe1[1] \"hello \" \"world\" => 11", "vmsplice pipe1[0] room=4 => \"hell\""] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let again = run(command.arg("run").arg(&script));
    assert_eq!(again.status.code(), Some(0), "{text}\n{}", String::from_utf8_lossy(&again.stderr));
}

#[test]
fn other_orders_find_the_deadlock_and_the_same_order_finds_it_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(program) = built("philosophers", folder.path()) else { return };
    let orders = |count: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
        let output = run(command.args(["watch", "--orders", count, "--"]).arg(&program));
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    // Some seed of the first thirty leads into the circle, and some other past it.
    let (status, said) = orders("30");
    assert_eq!(status, Some(1), "{said}");
    let line = said.lines().find(|line| line.contains("Deadlock: ")).unwrap_or_else(|| panic!("no deadlock: {said}"));
    assert!(said.contains("exited with 0"), "{said}");
    let seed = line.split("--order ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a seed");
    for _ in 0..3 {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
        command.args(["watch", "--order", seed, "--timeout", "1", "-o", "/dev/null", "--"]).arg(&program);
        let output = run(&mut command);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("Deadlock: "), "{said}");
    }
}
