//! Processes around a channel: whose child the writer is, which group it is in, and what its end has to do with EOF.

use crate::situation::MatrixRow;

pub(super) const ROWS: &[MatrixRow] = &[
    MatrixRow::new(
        "eof-no-death",
        "the writer closes and lives: read, waitpid with WNOHANG; it exits: the same",
        "TURNED\nnonblock B on\npeer: close A\nread B => ?\nwait peer nohang => ?\npeer: exit 3\nread B => ?\nwait peer nohang => ?",
    ),
    MatrixRow::new(
        "orphan",
        "the writer's child has a copy, the writer exits; read",
        "TURNED\npeer: fork third\nthird: getppid => ?\npeer: exit => ?\nread B => ?",
    ),
    MatrixRow::new(
        "pdeathsig",
        "the same, and the child asked for SIGTERM at its parent's death",
        "TURNED\npeer: fork third\nthird: pdeathsig SIGTERM => ?\npeer: exit => ?\nread B => ?",
    ),
    MatrixRow::new(
        "group-killed",
        "the writer's child is in its group; the group is killed; read",
        "TURNED\npeer: fork third\npeer: setpgid\nthird: setpgid group=peer => ?\nkill -peer SIGKILL => ?\nread B => ?",
    ),
];
