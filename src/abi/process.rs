//! What the kernel keeps of a process: the disposition of a signal, the state of a task.

use serde::{Deserialize, Serialize};

/// Disposition of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Disposition {
    /// SIG_DFL.
    Default,
    /// SIG_IGN.
    Ignore,
    /// A handler, with SA_RESTART.
    Catch,
    /// A handler, without SA_RESTART: a sleeping call fails with EINTR.
    CatchNoRestart,
}

impl Disposition {
    /// What C sets: `SIG_DFL`, `SIG_IGN`, or a function.
    pub fn handler(self) -> &'static str {
        match self {
            Self::Default => "SIG_DFL",
            Self::Ignore => "SIG_IGN",
            Self::Catch | Self::CatchNoRestart => "handler",
        }
    }

    /// Whether a handler is called.
    pub fn is_caught(self) -> bool {
        matches!(self, Self::Catch | Self::CatchNoRestart)
    }
}

/// A task's state, as the kernel gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// Waits for a statement, a `reader` included.
    Idle,
    /// Runs, or has not settled yet.
    Running,
    /// Sleeps in a system call of its statement.
    Asleep,
    /// Stopped by a signal.
    Stopped,
    /// Dead, and not waited for by its parent.
    Zombie,
    /// Dead and gone.
    Dead,
}

impl TaskState {
    /// The word in `tasks` and in expectations.
    pub fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Running => "running",
            Self::Asleep => "asleep",
            Self::Stopped => "stopped",
            Self::Zombie => "zombie",
            Self::Dead => "dead",
        }
    }
}
