//! Bytes to the terminal for each key, in a session such as a person has: mostly letters. 200×60, eight channels, 24-bit colours.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::pty::Pty;

/// Rows and columns.
pub const SIZE: (u16, u16) = (60, 200);
/// Nothing more comes of a key after so long.
const QUIET: Duration = Duration::from_millis(30);
/// A lone escape is told from the beginning of a sequence by the time that passes.
const LONE_ESCAPE: Duration = Duration::from_millis(80);

const LETTER: &str = "a letter";
const CORRECTION: &str = "Backspace, arrows in the line";
const TO_ALL: &str = "Enter, a message to all eight";
const TO_ONE: &str = "Enter, a message to one";
const READ: &str = "Enter alone, children read";
const TAB: &str = "Tab, another channel";
const MODE: &str = "Esc, i, :, b";
const DEED: &str = "r, p, s, S, k: a deed";
const VIEW: &str = "z, t, ?: a view and back";
const PAST: &str = "Left, Right, End: the past";
const STATEMENT: &str = "Enter, a statement";

/// One key, and what kind of key it is there.
#[derive(Debug)]
struct Key {
    kind: &'static str,
    bytes: Vec<u8>,
}

/// What was written for all keys of one kind.
#[derive(Debug, Default, Clone, Copy)]
pub struct Share {
    /// Keys.
    pub keys: usize,
    /// Bytes.
    pub bytes: usize,
}

impl Share {
    /// Bytes for one key.
    pub fn mean(self) -> usize {
        self.bytes / self.keys.max(1)
    }
}

/// A program with eight channels of all kinds.
pub fn eight_channels() -> Pty {
    let mut pty = Pty::start_with(SIZE, &[], |command| {
        command.env_remove("NO_COLOR").env("COLORTERM", "truecolor");
    });
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    escape(&mut pty);
    for (name, kind) in [("mail", "seqpacket"), ("tube", "pipe"), ("pack", "packet")] {
        make(&mut pty, kind, name);
    }
    for (name, kind) in [("line", "stream"), ("card", "dgram"), ("wagon", "seqpacket")] {
        make(&mut pty, kind, name);
    }
    pty.type_bytes(b"i");
    pty.pump(QUIET);
    pty
}

fn make(pty: &mut Pty, kind: &str, name: &str) {
    pty.type_bytes(format!(":channel {kind} {name}\r").as_bytes());
    pty.wait(name, |screen| screen.contains(&format!("close({name}[")));
    pty.pump(QUIET);
}

fn escape(pty: &mut Pty) {
    pty.type_bytes(b"\x1b");
    pty.pump(LONE_ESCAPE);
}

/// Types the session; what each kind of key took, and all of them.
pub fn measure() -> (BTreeMap<&'static str, Share>, Share) {
    let mut pty = eight_channels();
    let mut kinds: BTreeMap<&'static str, Share> = BTreeMap::new();
    let mut all = Share::default();
    for key in session() {
        let before = pty.bytes().len();
        pty.type_bytes(&key.bytes);
        pty.pump(if key.bytes == b"\x1b" { LONE_ESCAPE } else { QUIET });
        let bytes = pty.bytes().len() - before;
        for share in [kinds.entry(key.kind).or_default(), &mut all] {
            share.keys += 1;
            share.bytes += bytes;
        }
    }
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0, "the session ends well");
    (kinds, all)
}

/// What somebody does who tries the bench for some minutes.
fn session() -> Vec<Key> {
    let mut keys = Typing::default();
    // First words to all; then what became of them.
    keys.say("hello", TO_ALL).say("how are you", TO_ALL).say("fine thanks", TO_ALL).read();
    keys.say("one", TO_ALL).say("two", TO_ALL).say("three", TO_ALL).read();
    // To one of them only, with a slip of the finger.
    keys.modes(b"\x1b").modes(b"bi").tabs(1);
    keys.say("only to you", TO_ONE).type_word("anothre").correct(b"\x7f").correct(b"\x7f").say("er one", TO_ONE).read();
    keys.tabs(1).say("a datagram keeps its edges", TO_ONE).say("and so does this", TO_ONE).read();
    keys.tabs(2).say("the quick brown fox jumps over the lazy dog", TO_ONE);
    keys.type_word("some more").correct(b"\x1b[D").correct(b"\x1b[D").correct(b"\x1b[C").say("x", TO_ONE).read();
    // By keys: the child reads, falls asleep, is woken, stopped, continued.
    keys.modes(b"\x1b").key(DEED, b"r").modes(b"i").say("wake up", TO_ONE).modes(b"\x1b");
    keys.key(DEED, b"s").modes(b"i").say("are you there", TO_ONE).modes(b"\x1b").key(DEED, b"S").key(DEED, b"r");
    keys.key(DEED, b"p").tabs(1);
    // A closer look at it, at the processes, at help.
    for view in [b"z", b"t", b"?"] {
        keys.key(VIEW, view).key(VIEW, b"\x1b");
    }
    // A look back.
    for arrow in [b"\x1b[D", b"\x1b[D", b"\x1b[D", b"\x1b[C", b"\x1b[F"] {
        keys.key(PAST, arrow);
    }
    for statement in ["write line[0] \"by hand\"", "child6: read line[1] 3", "poll line[1] in"] {
        keys.modes(b":").state(statement);
    }
    // A death; the others live.
    keys.tabs(1).key(DEED, b"k").tabs(1).modes(b"i").say("hello", TO_ONE).say("are you still there", TO_ONE).read();
    keys.tabs(1).say("last words", TO_ONE).read();
    keys.0
}

#[derive(Debug, Default)]
struct Typing(Vec<Key>);

impl Typing {
    fn key(&mut self, kind: &'static str, bytes: &[u8]) -> &mut Self {
        self.0.push(Key { kind, bytes: bytes.to_vec() });
        self
    }

    fn type_word(&mut self, text: &str) -> &mut Self {
        for letter in text.bytes() {
            self.key(LETTER, &[letter]);
        }
        self
    }

    fn say(&mut self, text: &str, to: &'static str) -> &mut Self {
        self.type_word(text).key(to, b"\r")
    }

    fn state(&mut self, text: &str) -> &mut Self {
        self.type_word(text).key(STATEMENT, b"\r")
    }

    fn read(&mut self) -> &mut Self {
        self.key(READ, b"\r")
    }

    fn correct(&mut self, bytes: &[u8]) -> &mut Self {
        self.key(CORRECTION, bytes)
    }

    /// Each a key of its own.
    fn modes(&mut self, bytes: &[u8]) -> &mut Self {
        for byte in bytes {
            self.key(MODE, &[*byte]);
        }
        self
    }

    fn tabs(&mut self, count: usize) -> &mut Self {
        for _ in 0..count {
            self.key(TAB, b"\t");
        }
        self
    }
}
