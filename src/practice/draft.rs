//! A random short program for any kind of channel: statements with placeholders as in `situation`, `A` the end that is written
//! to (`parent` has it), `B` the other one (`peer` has it). It knows what was closed and who is gone, so that most of what it
//! writes can be done; what the kernel leaves open it keeps away from.

use super::random::Random;

/// Statements of the walk, beside those that make the scene.
const LENGTH: std::ops::RangeInclusive<usize> = 3..=6;
/// What is written. None of them is a placeholder.
const WORDS: &[&str] = &["one", "two", "tin", "cans", "red", "blue", "hello", "abcdef", "xyz", "0123456789"];

/// A program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// In order; the first makes the channel.
    pub lines: Vec<DraftLine>,
    /// It has calls that a pipe does not know, or uses both directions.
    pub is_for_sockets: bool,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DraftLine {
    /// With placeholders.
    pub text: String,
    /// What it is about as a question; none where it may be none.
    pub theme: Option<QuestionTheme>,
}

/// What questions are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QuestionTheme {
    /// What a read brings.
    Read,
    /// What a write says.
    Write,
    /// What poll(2) says.
    Poll,
    /// What a close, a death, a shutdown does to others.
    End,
    /// What is seen by other means.
    Look,
}

impl QuestionTheme {
    /// The lessons' topic that it belongs to.
    pub fn topic(self) -> &'static str {
        match self {
            Self::Read => "messages",
            Self::Write => "buffers",
            Self::Poll => "poll",
            Self::End => "end of file",
            Self::Look => "descriptors",
        }
    }

    /// The theme of a topic; none where no problem is about it.
    pub fn about(topic: &str) -> Option<Self> {
        match topic {
            "errors" => Some(Self::Write),
            "processes" => Some(Self::End),
            _ => THEMES.into_iter().map(|(theme, _)| theme).find(|theme| theme.topic() == topic),
        }
    }
}

/// Every theme, and how often it is wished for.
pub(super) const THEMES: [(QuestionTheme, usize); 5] = [
    (QuestionTheme::Read, 9),
    (QuestionTheme::Write, 4),
    (QuestionTheme::Poll, 3),
    (QuestionTheme::End, 3),
    (QuestionTheme::Look, 1),
];

/// What a read of nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// It fails by EAGAIN.
    Nonblocking,
    /// It sleeps; and nobody does.
    Awake,
    /// It sleeps; and the peer may be asleep, because nothing has come since.
    MaySleep,
}

/// What the walk knows of the bench.
#[derive(Debug)]
struct DraftWalk {
    random: Random,
    draft: Draft,
    /// `A`, `B`: whether somebody may still use it.
    is_open: [bool; 2],
    is_peer_alive: bool,
    has_third: bool,
    reading: Reading,
    /// Writes less reads: of a read that finds nothing one is enough.
    waiting: usize,
}

/// How often each move is tried, whether it is for sockets alone, what it asks, and how it is made; none where it makes no
/// sense now.
type Move = (usize, bool, QuestionTheme, fn(&mut DraftWalk) -> Option<String>);

const MOVES: &[Move] = &[
    (9, false, QuestionTheme::Write, DraftWalk::write),
    (2, false, QuestionTheme::Write, DraftWalk::write_nothing),
    (1, false, QuestionTheme::Write, |walk| {
        walk.near(|walk| format!("writev A {} {}", walk.any_word(), walk.any_word()))
    }),
    (6, false, QuestionTheme::Read, |walk| walk.far_read(|_| "peer: read B".to_owned())),
    (6, false, QuestionTheme::Read, |walk| walk.far_read(|walk| format!("peer: read B {}", walk.few()))),
    (1, false, QuestionTheme::Read, |walk| walk.far_read(|_| "peer: readv B 2 2".to_owned())),
    (2, false, QuestionTheme::Look, |walk| walk.far(|_| "queue B".to_owned())),
    (2, false, QuestionTheme::Poll, |walk| walk.far(|_| "peer: poll B".to_owned())),
    (2, false, QuestionTheme::Poll, |walk| walk.near(|_| "poll A".to_owned())),
    (2, false, QuestionTheme::End, DraftWalk::close_near),
    (1, false, QuestionTheme::End, DraftWalk::close_far),
    (1, false, QuestionTheme::End, DraftWalk::end_child),
    (1, false, QuestionTheme::End, DraftWalk::third),
    (3, true, QuestionTheme::Read, |walk| walk.far_read(|walk| format!("peer: recv B {} peek", walk.few()))),
    (2, true, QuestionTheme::Read, |walk| walk.far_read(|walk| format!("peer: recv B {} trunc", walk.few()))),
    (3, true, QuestionTheme::Read, |walk| walk.far_read(|walk| format!("peer: recvmsg B {}", walk.few()))),
    (5, true, QuestionTheme::Write, |walk| walk.far(|walk| format!("peer: write B {}", walk.any_word()))),
    (3, true, QuestionTheme::Read, DraftWalk::read_near),
    (2, true, QuestionTheme::End, DraftWalk::shut_near),
    (1, true, QuestionTheme::End, DraftWalk::shut_far),
    (2, true, QuestionTheme::Look, |walk| walk.near(|_| "getsockopt A error".to_owned())),
];

/// A program for one problem.
pub(super) fn draft(random: &mut Random, level: u8) -> Draft {
    let is_for_sockets = random.chance(60);
    let mut walk = DraftWalk {
        reading: if random.chance(60) { Reading::Nonblocking } else { Reading::Awake },
        random: random.clone(),
        draft: Draft { lines: Vec::new(), is_for_sockets },
        is_open: [true, true],
        is_peer_alive: true,
        has_third: false,
        waiting: 0,
    };
    walk.begin();
    if walk.random.chance(15) {
        walk.fill();
    }
    let length = usize::from(level) + LENGTH.start() + walk.random.below(LENGTH.end() - LENGTH.start() + 1);
    let moves = |is_for_sockets: bool| MOVES.iter().map(move |made| if made.1 && !is_for_sockets { 0 } else { made.0 });
    for _ in 0..length {
        // Some moves make no sense now; there is always another one, or the program stays short.
        for _ in 0..20 {
            let at = walk.random.weighed(moves(is_for_sockets));
            if let Some(text) = MOVES.get(at).and_then(|made| (made.3)(&mut walk).map(|text| (text, made.2))) {
                walk.say(text.0, Some(text.1));
                break;
            }
        }
    }
    *random = walk.random;
    walk.draft
}

impl DraftWalk {
    fn say(&mut self, text: impl Into<String>, theme: Option<QuestionTheme>) {
        self.draft.lines.push(DraftLine { text: text.into(), theme });
    }

    fn begin(&mut self) {
        self.say("MAKE", None);
        if self.random.chance(60) {
            self.say("signal PIPE ignore", None);
        }
        if self.is_nonblocking() {
            self.say("nonblock B on", None);
            if self.draft.is_for_sockets {
                self.say("nonblock A on", None);
            }
        }
    }

    /// No room is left; a writer that would sleep now may not.
    fn fill(&mut self) {
        if !(self.is_nonblocking() && self.draft.is_for_sockets) {
            self.say("nonblock A on", None);
        }
        let size = self.random.word(&["1000", "4096"]);
        self.say(format!("flood A {size} 1000000"), None);
        self.waiting = 2;
    }

    fn is_nonblocking(&self) -> bool {
        self.reading == Reading::Nonblocking
    }

    fn any_word(&mut self) -> &'static str {
        self.random.word(WORDS)
    }

    fn few(&mut self) -> usize {
        1 + self.random.below(4)
    }

    /// Something `parent` does at its end.
    fn near(&mut self, text: impl Fn(&mut Self) -> String) -> Option<String> {
        self.is_open[0].then(|| text(self))
    }

    /// Something that is done at the child's end, where it can be.
    fn far(&mut self, text: impl Fn(&mut Self) -> String) -> Option<String> {
        (self.is_open[1] && self.is_peer_alive && self.reading != Reading::MaySleep).then(|| text(self))
    }

    fn far_read(&mut self, text: impl Fn(&mut Self) -> String) -> Option<String> {
        if self.waiting == 0 && self.random.chance(70) {
            return None;
        }
        let made = self.far(text)?;
        if self.reading == Reading::Awake && self.waiting == 0 {
            self.reading = Reading::MaySleep;
        }
        self.waiting = self.waiting.saturating_sub(1);
        Some(made)
    }

    fn write(&mut self) -> Option<String> {
        if self.reading == Reading::MaySleep {
            self.reading = Reading::Awake;
        }
        self.waiting += 1;
        self.near(|walk| format!("write A {}", walk.any_word()))
    }

    fn write_nothing(&mut self) -> Option<String> {
        self.near(|_| "write A \"\"".to_owned())
    }

    /// `parent` reads; it may sleep only where nothing that it could do is wanted any more.
    fn read_near(&mut self) -> Option<String> {
        let few = if self.random.chance(50) { format!(" {}", self.few()) } else { String::new() };
        self.is_nonblocking().then_some(())?;
        self.near(|_| format!("read A{few}"))
    }

    fn close_near(&mut self) -> Option<String> {
        let made = self.near(|_| "parent: close A".to_owned())?;
        self.is_open[0] = false;
        Some(made)
    }

    fn close_far(&mut self) -> Option<String> {
        let made = self.far(|_| "peer: close B".to_owned())?;
        self.is_open[1] = false;
        Some(made)
    }

    fn end_child(&mut self) -> Option<String> {
        let way = self.random.word(&["kill peer", "kill peer SIGKILL", "peer: exit"]);
        let can = self.is_peer_alive && (way.starts_with("kill") || self.reading != Reading::MaySleep);
        can.then(|| {
            self.is_peer_alive = false;
            way.to_owned()
        })
    }

    /// A third process with a copy of `A`, which matters once the parent closes its own.
    fn third(&mut self) -> Option<String> {
        if self.has_third || !self.is_open[0] {
            return None;
        }
        self.has_third = true;
        self.say("parent: fork third", None);
        self.close_near()
    }

    fn shut_near(&mut self) -> Option<String> {
        let how = self.random.word(&["wr", "wr", "rd", "rdwr"]);
        self.near(|_| format!("shutdown A {how}"))
    }

    fn shut_far(&mut self) -> Option<String> {
        let how = self.random.word(&["rd", "wr"]);
        self.far(|_| format!("peer: shutdown B {how}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use crate::script::parse;
    use crate::situation;

    #[test]
    fn every_program_parses_for_every_kind_it_is_for() {
        for number in 0..2000 {
            let draft = draft(&mut Random::of(5, number), 3);
            assert!(draft.lines.len() > 1, "{draft:?}");
            for column in Kind::CHANNELS.into_iter().filter(|column| !(draft.is_for_sockets && column.is_pipe())) {
                for line in &draft.lines {
                    let text = situation::fill(column, &line.text);
                    assert!(matches!(parse::statement(&text, 1), Ok(Some(_))), "{text}");
                }
            }
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_program_and_another_another() {
        let one = |seed| (0..50).map(|number| draft(&mut Random::of(seed, number), 0)).collect::<Vec<_>>();
        assert_eq!(one(1), one(1));
        assert_ne!(one(1), one(2));
        let all = one(1);
        let same = all.iter().enumerate().filter(|(at, draft)| all[..*at].contains(draft)).count();
        assert!(same < 3, "{same} of 50 were there before");
    }
}
