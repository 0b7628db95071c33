//! How a task died, in words: the one place for all that say it.

use super::Death;

impl Death {
    /// `killed by SIGKILL`, `exited with 3`.
    pub fn words(self) -> String {
        match self {
            Self::Exited(code) => format!("exited with {code}"),
            Self::Killed(signal) => format!("killed by {}", signal.name()),
            Self::Unknown => "died, nobody knows how".to_owned(),
        }
    }

    /// What follows the task's name in a sentence: `was killed by SIGKILL`, `exited with 3`.
    pub fn predicate(self) -> String {
        match self {
            Self::Killed(_) => format!("was {}", self.words()),
            Self::Exited(_) | Self::Unknown => self.words(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Signal;

    #[test]
    fn a_death_reads_alone_and_in_a_sentence() {
        let words = |death: Death| (death.words(), death.predicate());
        assert_eq!(words(Death::Killed(Signal::KILL)), ("killed by SIGKILL".into(), "was killed by SIGKILL".into()));
        assert_eq!(words(Death::Exited(3)), ("exited with 3".into(), "exited with 3".into()));
    }
}
