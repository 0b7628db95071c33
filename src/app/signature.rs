//! The signature of the statement at the prompt: its arguments in order, which comes next, and what fits there on the bench
//! as it is. Made from the table of statements, which help and the parser use too.

use crate::abi::{self, SIGNALS};
use crate::kind::Kind;
use crate::script::parse::{self, VerbHelp};
use crate::world::World;
use crate::world::channel::End;

use super::channel_sides;

/// How the bytes of a message are written.
pub const DATA: &str = r#"DATA: a word, "text with \n or \x00", 5000*z or 64KiB*z"#;

/// Statements that take bytes out of an end.
const READS: [&str; 7] = ["read", "recv", "readv", "recvmsg", "drain", "reader", "atmark"];
/// Statements that put bytes into an end.
const WRITES: [&str; 5] = ["write", "send", "writev", "sendmsg", "flood"];

/// One argument of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argument {
    /// As the synopsis writes it, with its brackets.
    pub text: &'static str,
    /// What is inside them, without `...`.
    inner: &'static str,
    is_optional: bool,
    is_repeated: bool,
}

/// Where one is in a statement that is being typed.
#[derive(Clone)]
pub struct SignaturePosition<'a> {
    /// The statement.
    pub verb: &'static VerbHelp,
    /// Its arguments.
    pub slots: Vec<Argument>,
    /// The one that comes next; none if there is no more to say.
    pub next: Option<usize>,
    /// Those that are there already.
    filled: Vec<bool>,
    /// Who is to make the call, if that is said.
    task: Option<&'a str>,
}

/// What is typed so far, cut into whole words and the one at the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedWords<'a> {
    /// `TASK` of `TASK:`.
    pub task: Option<&'a str>,
    /// The words after it that are whole.
    pub done: Vec<&'a str>,
    /// The word at the caret, perhaps empty.
    pub stem: &'a str,
}

impl Argument {
    /// Whether its place says what it is, not a word of its own.
    fn is_positional(self) -> bool {
        !self.is_optional || self.inner.starts_with(|c: char| c.is_ascii_uppercase())
    }

    /// The words by which an option is named.
    fn names(self) -> impl Iterator<Item = &'static str> {
        self.inner.split(" | ").map(|name| name.find('=').map_or(name, |at| &name[..=at]))
    }

    fn is_named_by(self, word: &str) -> bool {
        !self.is_positional()
            && self.names().any(|name| if name.ends_with('=') { word.starts_with(name) } else { word == name })
    }

    /// What it is, for a reader who does not know.
    pub fn advice(self) -> &'static str {
        match self.inner {
            "DATA" => DATA,
            "END" | "TASK|END" => "END: one side of a channel, as wire[0]",
            "N" | "SIZE" | "COUNT" | "BYTES" => "a number of bytes or times; 4KiB is 4096",
            "MS" => "milliseconds",
            "TYPE" => "TYPE: what kind of channel",
            "NAME" | "AS" | "CHILD" => "a name: letters and digits",
            "ADDR" => "ADDR: @name, or name for a file; \"@a\\0b\" for other bytes",
            "TASK" => "TASK: a process or thread of the bench",
            "TASK|-TASK" => "TASK: a process or thread of the bench; -TASK: its process group",
            "SIGNAL" => "SIGNAL: SIGTERM, SIGKILL ...",
            "VALUE" => "VALUE: a number, on or off",
            "CODE" => "CODE: the exit status, from 0 to 255",
            _ => "an option, which may be left out",
        }
    }
}

/// The arguments of a statement.
pub fn slots(verb: &VerbHelp) -> Vec<Argument> {
    let mut slots = Vec::new();
    let mut rest = verb.synopsis.get(verb.name.len()..).unwrap_or_default().trim_start();
    while !rest.is_empty() {
        let is_optional = rest.starts_with('[');
        let end = if is_optional {
            rest.find(']').map_or(rest.len(), |at| at + 1)
        } else {
            rest.find(' ').unwrap_or(rest.len())
        };
        let (text, more) = rest.split_at(end);
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        let inner = if is_optional { bare } else { bare.trim_end_matches("...") };
        slots.push(Argument { text, inner, is_optional, is_repeated: !is_optional && bare.ends_with("...") });
        rest = more.trim_start();
    }
    slots
}

/// Cuts what stands before the caret; a string may have spaces.
pub fn typed(before: &str) -> TypedWords<'_> {
    let mut words: Vec<&str> = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped) = (None, false, false);
    for (at, letter) in before.char_indices() {
        if letter.is_whitespace() && !is_quoted {
            if let Some(from) = start.take() {
                words.push(&before[from..at]);
            }
            continue;
        }
        start.get_or_insert(at);
        if letter == '"' && !is_escaped {
            is_quoted = !is_quoted;
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    let stem = start.map_or("", |from| &before[from..]);
    let mut done = words.as_slice();
    let mut task = None;
    // What a repeat repeats is a statement again.
    while let [first, rest @ ..] = done {
        match first.strip_suffix(':') {
            Some(name) => (task, done) = (Some(name), rest),
            None if *first == "repeat" && !rest.is_empty() => (task, done) = (None, &rest[1..]),
            None => break,
        }
    }
    TypedWords { task, done: done.to_vec(), stem }
}

/// Where one is, if a statement is known by its first word.
pub fn place<'a>(typed: &TypedWords<'a>) -> Option<SignaturePosition<'a>> {
    let (first, arguments) = match typed.done.split_first() {
        Some((first, rest)) => (*first, rest),
        None => (typed.stem, &[][..]),
    };
    let verb = parse::verbs().iter().find(|verb| verb.name == first)?;
    let slots = slots(verb);
    let mut filled = vec![false; slots.len()];
    for word in arguments {
        if let Some(at) = taker(&slots, &filled, word) {
            filled[at] = true;
        }
    }
    let next = next(&slots, &filled);
    Some(SignaturePosition { verb, slots, next, filled, task: typed.task })
}

/// Which argument a word is.
fn taker(slots: &[Argument], filled: &[bool], word: &str) -> Option<usize> {
    let open = || slots.iter().enumerate().filter(|(at, _)| !filled[*at]);
    let required = open().find(|(_, slot)| !slot.is_optional);
    let named = open().find(|(_, slot)| slot.is_named_by(word));
    let repeated = slots.iter().enumerate().find(|(_, slot)| slot.is_repeated);
    let positional = open().find(|(_, slot)| slot.is_positional());
    required.or(named).or(repeated).or(positional).map(|(at, _)| at)
}

/// Which argument comes next.
fn next(slots: &[Argument], filled: &[bool]) -> Option<usize> {
    let open = || slots.iter().enumerate().filter(|(at, _)| !filled[*at]);
    let required = open().find(|(_, slot)| !slot.is_optional);
    let repeated = slots.iter().enumerate().find(|(_, slot)| slot.is_repeated);
    let positional = open().find(|(_, slot)| slot.is_positional());
    required.or(repeated).or(positional).or_else(|| open().next()).map(|(at, _)| at)
}

impl SignaturePosition<'_> {
    /// What can stand next: what fits the argument, and the options, once nothing else has to come first.
    pub fn fits(&self, world: &World) -> Vec<String> {
        let mut fits = Vec::new();
        let Some(next) = self.next.map(|at| (at, self.slots[at])) else { return fits };
        if next.1.is_positional() {
            fits.extend(self.of_slot(world, next.1));
        }
        let is_owed = next.1.is_positional() && !next.1.is_optional && !(next.1.is_repeated && self.filled[next.0]);
        if !is_owed {
            let open = self.slots.iter().enumerate().filter(|(at, slot)| !self.filled[*at] && !slot.is_positional());
            fits.extend(open.flat_map(|(_, slot)| slot.names()).map(str::to_owned));
        }
        fits
    }

    fn of_slot(&self, world: &World, slot: Argument) -> Vec<String> {
        let tasks = || world.tasks().filter(|task| task.is_alive()).map(|task| task.name.clone()).collect::<Vec<_>>();
        let is_option = matches!(self.verb.name, "getsockopt" | "setsockopt");
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        match slot.inner {
            "END" => self.ends(world),
            "TASK|END" => [tasks(), self.ends(world)].concat(),
            "TASK" | "TASK|-TASK" => tasks(),
            "TYPE" if self.verb.name == "channel" => owned(&Kind::WORDS),
            "TYPE" => abi::TYPES.iter().map(|row| row.0.to_owned()).collect(),
            "SIGNAL" => SIGNALS.iter().map(|row| row.0.to_owned()).collect(),
            "NAME" if is_option => abi::SOCKET_OPTIONS.iter().map(|row| row.0.to_owned()).collect(),
            "VALUE" => owned(&["on", "off"]),
            inner if inner.starts_with(|c: char| c.is_ascii_lowercase()) => {
                inner.split('|').map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The ends that can be sent along.
    pub fn held_ends(&self, world: &World) -> Vec<String> {
        world.ends().filter(|end| !end.closed).map(|end| world.label(end.id)).collect()
    }

    /// The ends that somebody has, or the named task; of pipes, those that carry bytes the right way.
    fn ends(&self, world: &World) -> Vec<String> {
        let carries = |end: &End| {
            let (reads, writes) = (READS.contains(&self.verb.name), WRITES.contains(&self.verb.name));
            (!reads || channel_sides::can_carry(world, end.id, false))
                && (!writes || channel_sides::can_carry(world, end.id, true))
        };
        let is_held = |end: &End| self.task.map_or(!end.closed, |task| world.holds(task, end.id));
        world.ends().filter(|end| is_held(end) && carries(end)).map(|end| world.label(end.id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::recorded_bench::RecordedBench;

    fn next_of(before: &str) -> &'static str {
        let typed = typed(before);
        place(&typed).and_then(|place| place.next.map(|at| place.slots[at].text)).unwrap_or("")
    }

    #[test]
    fn the_argument_that_comes_next_is_known_at_every_word() {
        for (before, want) in [
            ("read ", "END"),
            ("child1: read ", "END"),
            ("read wire[1] ", "[N]"),
            ("read wire[1] 3 ", ""),
            ("write wire[0] ", "DATA"),
            ("send wire[0] \"a b\" ", "[dontwait]"),
            ("send wire[0] dontwait ", "[dontwait]"),
            ("send wire[0] x dontwait ", "[nosignal]"),
            ("recv wire[1] peek ", "[N]"),
            ("channel ", "TYPE"),
            ("channel stream ", "NAME"),
            ("channel stream a ", "[CHILD]"),
            ("poll wire[0] ", "END..."),
            ("writev wire[0] one ", "DATA..."),
            ("shutdown wire[0] ", "rd|wr|rdwr"),
            ("repeat 3 child1: read ", "END"),
            ("nonsense ", ""),
            ("tasks ", ""),
        ] {
            assert_eq!(next_of(before), want, "{before:?}");
        }
    }

    #[test]
    fn every_statement_has_a_signature_of_all_its_words() {
        for verb in parse::verbs() {
            let text: Vec<&str> = slots(verb).iter().map(|slot| slot.text).collect();
            let whole = std::iter::once(verb.name).chain(text).collect::<Vec<_>>().join(" ");
            assert_eq!(whole, verb.synopsis);
        }
    }

    #[test]
    fn only_what_fits_there_is_offered() {
        let mut stage = RecordedBench::open();
        stage.pipe("tube", [6, 7]);
        let fits = |before: &str| {
            let typed = typed(before);
            place(&typed).map(|place| place.fits(&stage.world)).unwrap_or_default()
        };
        assert_eq!(fits("read "), ["wire[0]", "wire[1]", "post[0]", "post[1]", "tube[0]"]);
        assert_eq!(fits("write "), ["wire[0]", "wire[1]", "post[0]", "post[1]", "tube[1]"]);
        assert_eq!(fits("child1: read "), ["wire[1]"]);
        assert_eq!(fits("read wire[1] "), [""; 0]);
        assert_eq!(fits("channel "), Kind::WORDS);
        assert_eq!(fits("shutdown wire[0] "), ["rd", "wr", "rdwr"]);
        assert!(fits("setsockopt wire[0] ").contains(&"sndbuf".to_owned()));
        assert!(!fits("setsockopt wire[0] ").contains(&"wire[0]".to_owned()));
        assert_eq!(fits("recv wire[1] "), ["peek", "dontwait", "waitall", "trunc", "oob"]);
        assert!(fits("kill ").contains(&"child2".to_owned()));
    }
}
