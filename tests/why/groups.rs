//! Process groups and sessions: who may go where, and whom a signal reaches.

use super::explains;

#[test]
fn a_leader_makes_no_session_and_a_child_does() {
    explains(
        "setsid => EPERM\nwhy\nfork d\nd: setsid => d\nwhy\nd: setsid => EPERM\nwhy",
        &[
            ("leader-makes-no-session", &["parent leads its process group", "`parent: fork NAME`"]),
            ("own-session", &["d leads a session and a process group of its own", "no terminal"]),
            ("leader-makes-no-session", &["d leads its process group"]),
        ],
    );
}

#[test]
fn who_is_moved_to_which_group() {
    explains(
        "fork a\nfork b\nsetpgid a => 0\nwhy\nsetpgid b group=a => 0\nwhy\nparent: kill -a TERM => killed a SIGTERM, killed b SIGTERM\n\
         why\nwait\nwait\nparent: kill -a => ESRCH\nwhy",
        &[
            ("moved-to-group", &["a is in process group a now, alone"]),
            ("moved-to-group", &["b is in process group a now, with a"]),
            ("signal-to-a-group", &["SIGTERM", "process group a: a and b"]),
            ("group-is-empty", &["No process is left in process group a"]),
        ],
    );
}

#[test]
fn a_group_that_lives_on_without_its_first_process() {
    explains(
        "fork a\na: setpgid\na: fork b\na: exit\nwait a\nparent: kill -b 0 => 0\nparent: kill -a TERM => killed b SIGTERM\nwhy",
        &[("signal-to-a-group", &["process group a: b."])],
    );
}

#[test]
fn each_reason_why_somebody_is_not_moved() {
    explains(
        "fork a\nfork b\nfork e\na: setsid\nsetpgid a => EPERM\nwhy\nsetpgid b group=a => EPERM\nwhy\na: fork c\n\
         b: setpgid c => ESRCH\nwhy\na: setpgid => EPERM\nwhy\ne: exec\nsetpgid e => EACCES\nwhy\n\
         b: setpgid => 0\nb: exit\nwait b\ne: setpgid group=b => EPERM\nwhy",
        &[
            ("not-moved-to-group", &["a leads its session"]),
            ("not-moved-to-group", &["no process group a in b's session"]),
            ("not-moved-to-group", &["c is neither b itself nor a living child of b"]),
            ("not-moved-to-group", &["a leads its session"]),
            ("not-moved-to-group", &["e has called execve since parent forked it"]),
            ("not-moved-to-group", &["no process group b in e's session"]),
        ],
    );
}
