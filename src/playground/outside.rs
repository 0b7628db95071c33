//! Statements that somebody outside the bench makes: they can be made while every task is busy.

use crate::script::{Statement, Verb};

/// What no task has to be free for.
pub fn acts_from_outside(statement: &Statement) -> bool {
    let is_outside = matches!(
        statement.verb,
        Verb::Kill { .. }
            | Verb::KillGroup { .. }
            | Verb::Stop { .. }
            | Verb::Cont { .. }
            | Verb::Interrupt { .. }
            | Verb::Reset
            | Verb::Queue { .. }
            | Verb::Holders { .. }
            | Verb::Fds { .. }
            | Verb::Tasks
            | Verb::Why { .. }
    );
    is_outside && statement.task.is_none()
}
