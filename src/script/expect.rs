//! What stands after `=>` becomes conditions. Whether a result meets them is `check`'s business.

use crate::abi::TaskState;
use crate::abi::{self, Errno};
use crate::script::values::{self, shown};
use crate::script::words::{ParseError, Word, WordKind};
use crate::script::{Comparison, EndRef, Expectation, Number, Verb, Want};

const STATES: &[(&str, TaskState)] = &[
    ("idle", TaskState::Idle),
    ("asleep", TaskState::Asleep),
    ("stopped", TaskState::Stopped),
    ("zombie", TaskState::Zombie),
    ("dead", TaskState::Dead),
];
/// Longest first, so that `<=` is not read as `<`.
const COMPARISONS: &[(&str, Comparison)] = &[
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];
const SOME: &str = "write a number, \"text\", EOF, an errno's name, sleeps, wakes TASK, refused or _";

/// The expectations of one statement. `place` is its line, and the column after what was read last.
pub fn list(words: &[Word], verb: &Verb, place: (u32, u32)) -> Result<Vec<Expectation>, ParseError> {
    let mut all = Vec::new();
    let mut end = place.1;
    for item in words.split(|word| word.kind == WordKind::Comma) {
        let reader = Reader { line: place.0, names_task: names_task(verb) };
        let Some(last) = item.last() else {
            return Err(reader.error(end, "an expectation is missing here"));
        };
        let text = item.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        all.push(Expectation { text, want: reader.item(item)? });
        // The comma behind it.
        end = last.end().saturating_add(1);
    }
    Ok(all)
}

/// Whether a bare word can be the answer: SO_PEERCRED names a task.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other call returns a task")]
fn names_task(verb: &Verb) -> bool {
    match verb {
        Verb::Getsockopt { option, .. } => option == "peercred",
        Verb::Call(call) => call.returns_task(),
        Verb::Repeat { body, .. } => names_task(&body.verb),
        _ => false,
    }
}

struct Reader {
    line: u32,
    names_task: bool,
}

impl Reader {
    fn error(&self, column: u32, what: &str) -> ParseError {
        ParseError { line: self.line, column, message: format!("{what}, {SOME}") }
    }

    fn wrong(&self, column: u32, message: impl Into<String>) -> ParseError {
        ParseError { line: self.line, column, message: message.into() }
    }

    fn item(&self, words: &[Word]) -> Result<Want, ParseError> {
        let [first, rest @ ..] = words else { return Err(self.error(1, "an expectation is missing here")) };
        let quoted = first.kind != WordKind::Bare;
        match first.text.as_str() {
            "wakes" if !quoted => {
                let (task, rest) = self.task(first, rest)?;
                let result = if rest.is_empty() { None } else { Some(Box::new(self.result(rest)?)) };
                Ok(Want::Wakes(task, result))
            }
            "reads" => {
                let (task, rest) = self.task(first, rest)?;
                Ok(Want::Reads(task, Box::new(self.result(rest)?)))
            }
            "held" => self.held_by(first, rest),
            "still" | "exits" | "killed" | "signals" => self.about_task(first, rest),
            word => match STATES.iter().find(|row| row.0 == word) {
                Some(row) => {
                    let (task, rest) = self.task(first, rest)?;
                    self.end_of(rest)?;
                    Ok(Want::State(row.1, task))
                }
                None => self.simple(words),
            },
        }
    }

    fn about_task(&self, first: &Word, rest: &[Word]) -> Result<Want, ParseError> {
        let (task, rest) = self.task(first, rest)?;
        if first.text == "still" {
            self.end_of(rest)?;
            return Ok(Want::Still(task));
        }
        let Some((word, rest)) = rest.split_first() else {
            let form =
                if first.text == "exits" { "exits TASK CODE" } else { "killed TASK SIGNAL, signals TASK SIGNAL" };
            return Err(self.wrong(first.end(), format!("`{}` says too little, write: {form}", first.text)));
        };
        self.end_of(rest)?;
        if first.text == "exits" {
            return Ok(Want::Exits(task, self.number(word, &word.text)?));
        }
        let signal = values::signal(&word.text).map_err(|message| self.wrong(word.column, message))?;
        Ok(if first.text == "killed" { Want::Killed(task, signal) } else { Want::Signals(task, signal) })
    }

    fn held_by(&self, first: &Word, rest: &[Word]) -> Result<Want, ParseError> {
        match rest.split_first() {
            Some((by, tasks)) if by.is("by") && !tasks.is_empty() => {
                let names = tasks.iter().map(|word| self.name(word)).collect::<Result<_, _>>()?;
                Ok(Want::HeldBy(names))
            }
            _ => Err(self.wrong(first.column, "`held` names its holders, write: held by A B")),
        }
    }

    fn task<'a>(&self, first: &Word, rest: &'a [Word]) -> Result<(String, &'a [Word]), ParseError> {
        let Some((task, rest)) = rest.split_first() else {
            return Err(self.wrong(first.end(), format!("`{0}` needs a task, write: {0} TASK", first.text)));
        };
        Ok((self.name(task)?, rest))
    }

    fn name(&self, word: &Word) -> Result<String, ParseError> {
        values::name(&word.text).map_err(|message| self.wrong(word.column, message))
    }

    fn end_of(&self, rest: &[Word]) -> Result<(), ParseError> {
        match rest.first() {
            None => Ok(()),
            Some(word) => Err(self.wrong(
                word.column,
                format!("{} is too much here, put a comma between expectations", shown(&word.text)),
            )),
        }
    }

    fn number(&self, word: &Word, text: &str) -> Result<Number, ParseError> {
        let number = values::number(text).filter(|_| word.kind == WordKind::Bare);
        number.ok_or_else(|| self.wrong(word.column, format!("{} is no number, write 3, 64KiB or $n", shown(text))))
    }

    /// What a call that wakes, or a `reader`, can bring.
    fn result(&self, words: &[Word]) -> Result<Want, ParseError> {
        let want = Self { names_task: false, ..*self }.simple(words)?;
        let (Some(first), Want::Sleeps | Want::Refused) = (words.first(), &want) else { return Ok(want) };
        Err(self.wrong(first.column, format!("`{}` is no result of a call, {SOME}", first.text)))
    }

    fn simple(&self, words: &[Word]) -> Result<Want, ParseError> {
        let [first, rest @ ..] = words else { return Err(self.error(1, "a result is missing here")) };
        if first.kind == WordKind::Bare
            && let Some(&(sign, comparison)) = COMPARISONS.iter().find(|row| first.text.starts_with(row.0))
        {
            return self.comparison(words, sign, comparison);
        }
        self.end_of(rest)?;
        if let WordKind::Quoted { before, bytes } = &first.kind
            && before == "from="
        {
            let address = values::quoted_address(&first.text, bytes);
            return address
                .map(|from| Want::From(Some(from.name())))
                .map_err(|message| self.wrong(first.column, message));
        }
        if first.kind != WordKind::Bare {
            return self.data(first);
        }
        match first.text.as_str() {
            "EOF" => Ok(Want::Eof),
            "sleeps" => Ok(Want::Sleeps),
            "refused" => Ok(Want::Refused),
            "_" => Ok(Want::Anything),
            text => self.word(first, text),
        }
    }

    fn comparison(&self, words: &[Word], sign: &str, comparison: Comparison) -> Result<Want, ParseError> {
        let [first, rest @ ..] = words else { return Err(self.error(1, "a number is missing here")) };
        let glued = &first.text[sign.len()..];
        if !glued.is_empty() {
            self.end_of(rest)?;
            return Ok(Want::Number(comparison, self.number(first, glued)?));
        }
        let Some((number, rest)) = rest.split_first() else {
            return Err(self.wrong(first.end(), format!("a number is missing after `{sign}`, write: {sign} 4096")));
        };
        self.end_of(rest)?;
        Ok(Want::Number(comparison, self.number(number, &number.text)?))
    }

    fn data(&self, word: &Word) -> Result<Want, ParseError> {
        values::data(word).map(Want::Data).map_err(|message| self.wrong(word.column, message))
    }

    fn word(&self, word: &Word, text: &str) -> Result<Want, ParseError> {
        match values::number(text) {
            Some(Number::Captured(name, 0)) => return Ok(Want::Capture(name)),
            Some(number) => return Ok(Want::Number(Comparison::Equal, number)),
            None => {}
        }
        if text.split_once('*').is_some_and(|(times, _)| values::number(times).is_some()) {
            return self.data(word);
        }
        if let Some(found) = flags(text).or_else(|| poll_answer(text)).or_else(|| errnos(text)) {
            return Ok(found);
        }
        if let Some((key, value)) = text.split_once('=') {
            return self.keyed(word, key, value);
        }
        if self.names_task && values::is_name(text) {
            return Ok(Want::Task(text.to_owned()));
        }
        Err(self.error(word.column, &format!("{} is no expectation", shown(text))))
    }

    fn keyed(&self, word: &Word, key: &str, value: &str) -> Result<Want, ParseError> {
        match key {
            "fds" => Ok(Want::Fds(self.number(word, value)?)),
            "in_flight" => Ok(Want::InFlight(self.number(word, value)?)),
            "value" => match values::signal(value) {
                Ok(signal) if value.starts_with("SIG") => Ok(Want::Value(Number::Literal(i64::from(signal.0)))),
                _ => Ok(Want::Value(self.number(word, value)?)),
            },
            "from" if value == "none" => Ok(Want::From(None)),
            "from" => {
                let address = values::bare_address(value).map_err(|message| self.wrong(word.column, message))?;
                Ok(Want::From(Some(address.name())))
            }
            "creds" if value == "none" => Ok(Want::Creds(None)),
            "creds" => {
                let task = values::name(value).map_err(|message| self.wrong(word.column, message))?;
                Ok(Want::Creds(Some(task)))
            }
            "sv" => match value.split_once(',') {
                Some((a, b)) => Ok(Want::Sv(self.number(word, a)?, self.number(word, b)?)),
                None => Err(self.wrong(word.column, "the array has two numbers, write: sv=-1,-1")),
            },
            _ => Err(self.error(word.column, &format!("{} is no expectation", shown(&word.text)))),
        }
    }
}

fn bits(table: &[(&str, i32)], text: &str) -> Option<i32> {
    text.split('|').try_fold(0, |sum, name| {
        table.iter().find(|row| row.0 == name || name.strip_prefix('E') == Some(row.0)).map(|row| sum | row.1)
    })
}

fn flags(text: &str) -> Option<Want> {
    match text.strip_prefix('!') {
        Some(name) => bits(abi::MSG_FLAGS, name).map(|bits| Want::MsgFlag(bits, false)),
        None => bits(abi::MSG_FLAGS, text).map(|bits| Want::MsgFlag(bits, true)),
    }
}

fn poll_answer(text: &str) -> Option<Want> {
    let answer = |text| if text == "0" { Some(0) } else { bits(abi::POLL_EVENTS, text) };
    if let Some((end, rest)) = text.rsplit_once(':') {
        let end: EndRef = values::end(end).ok()?;
        return answer(rest).map(|bits| Want::Revents(Some(end), bits));
    }
    answer(text).map(|bits| Want::Revents(None, bits))
}

fn errnos(text: &str) -> Option<Want> {
    text.split('|').map(Errno::from_name).collect::<Option<Vec<_>>>().map(Want::Errno)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Signal;
    use crate::script::{Data, EndName, parse};

    fn wants(text: &str) -> Result<Vec<Want>, ParseError> {
        let verb = Verb::Getsockopt { end: EndRef::Raw(3), option: "peercred".into() };
        let list = parse::expectations(text, &verb, 1)?;
        Ok(list.into_iter().map(|expectation| expectation.want).collect())
    }

    fn number(n: i64) -> Number {
        Number::Literal(n)
    }

    fn data(word: &[u8], times: i64) -> Want {
        Want::Data(Data { word: word.to_vec(), times: number(times) })
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        let name = |name: &str| name.to_owned();
        let end = EndRef::Named { name: EndName { name: "b".into(), index: Some(0) }, fd: None };
        let eof = || Some(Box::new(Want::Eof));
        for (text, want) in [
            ("3", Want::Number(Comparison::Equal, number(3))),
            ("-1", Want::Number(Comparison::Equal, number(-1))),
            ("< 4096", Want::Number(Comparison::Less, number(4096))),
            (">=4KiB", Want::Number(Comparison::GreaterOrEqual, number(4096))),
            ("!= $n", Want::Number(Comparison::NotEqual, Number::Captured("n".into(), 0))),
            ("$n-32", Want::Number(Comparison::Equal, Number::Captured("n".into(), -32))),
            ("\"a, => b\"", data(b"a, => b", 1)),
            ("\"\"", data(b"", 1)),
            ("3*ab", data(b"ab", 3)),
            ("64KiB*\"x y\"", data(b"x y", 65536)),
            ("EOF", Want::Eof),
            ("EPIPE|ECONNRESET", Want::Errno(vec![Errno::EPIPE, Errno::ECONNRESET])),
            ("EWOULDBLOCK", Want::Errno(vec![Errno::EAGAIN])),
            ("sleeps", Want::Sleeps),
            ("wakes child1", Want::Wakes(name("child1"), None)),
            ("wakes child1 EOF", Want::Wakes(name("child1"), eof())),
            ("wakes a > 3", Want::Wakes(name("a"), Some(Box::new(Want::Number(Comparison::Greater, number(3)))))),
            ("still child1", Want::Still(name("child1"))),
            ("reads child1 \"x\"", Want::Reads(name("child1"), Box::new(data(b"x", 1)))),
            ("exits child1 3", Want::Exits(name("child1"), number(3))),
            ("killed child1 SIGPIPE", Want::Killed(name("child1"), Signal::PIPE)),
            ("signals child1 PIPE", Want::Signals(name("child1"), Signal::PIPE)),
            ("refused", Want::Refused),
            ("MSG_TRUNC", Want::MsgFlag(abi::MSG_TRUNC, true)),
            ("!MSG_TRUNC", Want::MsgFlag(abi::MSG_TRUNC, false)),
            ("POLLIN|POLLHUP", Want::Revents(None, 0x11)),
            ("b[0]:POLLOUT", Want::Revents(Some(end.clone()), 4)),
            ("b[0]:0", Want::Revents(Some(end), 0)),
            ("fds=2", Want::Fds(number(2))),
            ("creds=child1", Want::Creds(Some(name("child1")))),
            ("creds=none", Want::Creds(None)),
            ("child1", Want::Task(name("child1"))),
            ("sv=-1,-1", Want::Sv(number(-1), number(-1))),
            ("held by A B", Want::HeldBy(vec![name("A"), name("B")])),
            ("in_flight=1", Want::InFlight(number(1))),
            ("zombie A", Want::State(TaskState::Zombie, name("A"))),
            ("$n", Want::Capture(name("n"))),
            ("_", Want::Anything),
        ] {
            assert_eq!(wants(text), Ok(vec![want]), "{text}");
        }
    }

    #[test]
    fn several_are_separated_by_commas() {
        assert_eq!(wants("0, wakes child1 EOF,sv=-1,-1, 3").unwrap().len(), 4);
    }

    #[test]
    fn what_is_no_expectation_says_where() {
        for (text, column) in [
            ("3 4", 3),
            ("EOFF|EPIPE", 1),
            ("3,", 3),
            (", 3", 1),
            ("wakes", 6),
            ("wakes child1 sleeps", 14),
            ("exits child1", 6),
            ("held child1", 1),
            ("sv=-1", 1),
            ("< x", 3),
            ("<", 2),
            ("fds=x", 1),
            ("b[2]:POLLIN", 1),
            ("killed a SIGX", 10),
        ] {
            assert_eq!(wants(text).map_err(|error| error.column), Err(column), "{text}");
        }
    }

    #[test]
    fn a_bare_word_names_a_task_only_where_one_can_be_the_answer() {
        let verb = Verb::Exec;
        assert!(parse::expectations("child1", &verb, 1).is_err());
    }
}
