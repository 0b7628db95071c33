//! The arguments of one statement, taken one by one from the left. Every error says where, and shows how the statement is
//! written.

use crate::script::values::{self, shown};
use crate::script::words::{ParseError, Word, WordKind};
use crate::script::{Address, Data, EndRef, MAX_DATA, Number};

/// What is left of a statement's words.
pub struct Args<'a> {
    /// The statement's line.
    pub line: u32,
    /// How the statement is written; shown in errors.
    pub synopsis: &'static str,
    words: &'a [Word],
    at: usize,
    end: u32,
    seen: Vec<&'a str>,
}

/// A word after the arguments: a flag, or `key=value`.
pub struct Opt<'a> {
    /// The flag, or the key with its `=`.
    pub key: &'a str,
    /// What follows the `=`; empty for a flag, and of a string.
    pub value: &'a str,
    word: &'a Word,
    column: u32,
}

/// What a C `int` can hold.
pub const INT: (i64, i64) = (i32::MIN as i64, i32::MAX as i64);
/// What a buffer can be asked to hold.
pub const SIZE: (i64, i64) = (0, MAX_DATA.cast_signed());
/// How often something can be asked for.
pub const COUNT: (i64, i64) = (0, u32::MAX as i64);

impl<'a> Args<'a> {
    /// The words after the verb; `end` is the column after the last one.
    pub fn new(line: u32, words: &'a [Word], end: u32, synopsis: &'static str) -> Self {
        Self { line, synopsis, words, at: 0, end, seen: Vec::new() }
    }

    /// An error at a column, with the synopsis behind it.
    pub fn error(&self, column: u32, message: &str) -> ParseError {
        ParseError { line: self.line, column, message: format!("{message}, write: {}", self.synopsis) }
    }

    /// The next word without taking it.
    pub fn peek(&self) -> Option<&'a Word> {
        self.words.get(self.at)
    }

    /// The words not yet taken, and the column after them.
    pub fn rest(&mut self) -> (&'a [Word], u32) {
        let rest = &self.words[self.at..];
        self.at = self.words.len();
        (rest, self.end)
    }

    /// The next word.
    pub fn next(&mut self, what: &str) -> Result<&'a Word, ParseError> {
        let word = self.peek().ok_or_else(|| self.error(self.end, &format!("{what} is missing")))?;
        self.at += 1;
        Ok(word)
    }

    /// The next word, which must not be a string.
    pub fn bare(&mut self, what: &str) -> Result<&'a Word, ParseError> {
        let word = self.next(what)?;
        if word.kind == WordKind::Bare {
            return Ok(word);
        }
        Err(self.error(word.column, &format!("{} is a string, {what} is written without quotes", shown(&word.text))))
    }

    fn read<T>(&mut self, what: &str, how: impl FnOnce(&'a str) -> Result<T, String>) -> Result<T, ParseError> {
        let word = self.bare(what)?;
        how(&word.text).map_err(|message| self.error(word.column, &message))
    }

    /// The same where the word may be a string.
    fn named<T>(&mut self, what: &str, how: impl FnOnce(&'a Word) -> Result<T, String>) -> Result<T, ParseError> {
        let word = self.next(what)?;
        how(word).map_err(|message| self.error(word.column, &message))
    }

    /// A task, or `-TASK`: true of the whole process group that it is in.
    pub fn task_or_group(&mut self) -> Result<(String, bool), ParseError> {
        self.read("TASK", |text| {
            let name = text.strip_prefix('-');
            Ok((values::name(name.unwrap_or(text))?, name.is_some()))
        })
    }

    /// A name for something on the bench, or of a task.
    pub fn name(&mut self, what: &str) -> Result<String, ParseError> {
        self.read(what, values::name)
    }

    /// A name, if a word is left.
    pub fn optional_name(&mut self, what: &str) -> Result<Option<String>, ParseError> {
        self.peek().map(|_| self.name(what)).transpose()
    }

    /// An end.
    pub fn end(&mut self) -> Result<EndRef, ParseError> {
        self.read("END", values::end)
    }

    /// An address.
    pub fn address(&mut self) -> Result<Address, ParseError> {
        self.named("ADDR", values::address)
    }

    /// The name of a file in the run's private folder.
    pub fn file(&mut self, what: &str) -> Result<String, ParseError> {
        self.named(what, values::file)
    }

    /// One of these words, as its number.
    pub fn one_of(&mut self, what: &str, table: &[(&str, i32)]) -> Result<i32, ParseError> {
        let word = self.bare(what)?;
        let row = table.iter().find(|row| row.0 == word.text);
        row.map(|row| row.1).ok_or_else(|| self.error(word.column, &unknown(what, &word.text, table)))
    }

    /// One of these words, or a number that C's `int` holds.
    pub fn one_of_or_int(&mut self, what: &str, table: &[(&str, i32)]) -> Result<i32, ParseError> {
        match self.peek().and_then(|word| values::literal(&word.text)).map(i32::try_from) {
            Some(Ok(number)) if self.peek().is_some_and(|word| word.kind == WordKind::Bare) => {
                self.at += 1;
                Ok(number)
            }
            _ => self.one_of(what, table),
        }
    }

    /// DATA.
    pub fn data(&mut self) -> Result<Data, ParseError> {
        let word = self.next("DATA")?;
        values::data(word).map_err(|message| self.error(word.column, &message))
    }

    /// A number between two others, both included.
    pub fn number(&mut self, what: &str, range: (i64, i64)) -> Result<Number, ParseError> {
        let word = self.bare(what)?;
        self.ranged(what, &word.text, word.column, range)
    }

    /// The same where the next word looks like a number; else what is meant without it.
    pub fn number_or(&mut self, what: &str, range: (i64, i64), default: i64) -> Result<Number, ParseError> {
        if self.peek().is_some_and(looks_like_number) {
            return self.number(what, range);
        }
        Ok(Number::Literal(default))
    }

    /// A number known now that C's `int` holds.
    pub fn int(&mut self, what: &str) -> Result<i32, ParseError> {
        let word = self.bare(what)?;
        self.plain_int(what, &word.text, word.column, INT)
    }

    fn ranged(&self, what: &str, text: &str, column: u32, range: (i64, i64)) -> Result<Number, ParseError> {
        let bounds = || format!("{} is no {what}, a number from {} to {} is", shown(text), range.0, range.1);
        match values::number(text) {
            Some(Number::Literal(number)) if number < range.0 || number > range.1 => Err(self.error(column, &bounds())),
            Some(number) => Ok(number),
            None => Err(self.error(column, &bounds())),
        }
    }

    fn plain_int(&self, what: &str, text: &str, column: u32, range: (i64, i64)) -> Result<i32, ParseError> {
        match self.ranged(what, text, column, range)? {
            Number::Literal(number) => {
                i32::try_from(number).map_err(|_error| self.error(column, &format!("{number} does not fit an int")))
            }
            Number::Captured(..) => Err(self.error(column, &format!("{what} is a number written out"))),
        }
    }

    /// `on` or `off`.
    pub fn on_off(&mut self) -> Result<bool, ParseError> {
        Ok(self.one_of("on or off", &[("on", 1), ("off", 0)])? == 1)
    }

    /// The next option, each at most once.
    pub fn option(&mut self) -> Result<Option<Opt<'a>>, ParseError> {
        let Some(word) = self.peek() else { return Ok(None) };
        if matches!(&word.kind, WordKind::Quoted { before, .. } if before.ends_with('=')) {
            self.at += 1;
        } else {
            self.bare("a flag")?;
        }
        let cut = word.text.find('=').map_or(word.text.len(), |at| at + 1);
        let (key, value) = word.text.split_at(cut);
        if self.seen.contains(&key) {
            return Err(self.error(word.column, &format!("{} is there twice, once is enough", shown(key))));
        }
        self.seen.push(key);
        Ok(Some(Opt { key, value, word, column: word.column }))
    }

    /// The error for an option that this statement does not have.
    pub fn no_option(&self, opt: &Opt<'_>) -> ParseError {
        let whole = format!("{}{}", opt.key, opt.value);
        self.error(opt.column, &format!("{} is too much here", shown(&whole)))
    }

    /// The error for an option that cannot stand beside another.
    pub fn clash(&self, opt: &Opt<'_>, other: &str) -> ParseError {
        self.error(opt.column, &format!("{} cannot stand beside {other}", shown(opt.key)))
    }

    /// An option's number.
    pub fn option_number(&self, opt: &Opt<'_>, range: (i64, i64)) -> Result<Number, ParseError> {
        self.ranged(&format!("value of {}", opt.key), opt.value, opt.column, range)
    }

    /// An option's numbers, with commas between them.
    pub fn option_numbers(&self, opt: &Opt<'_>, range: (i64, i64)) -> Result<Vec<Number>, ParseError> {
        let what = format!("value of {}", opt.key);
        opt.value.split(',').map(|number| self.ranged(&what, number, opt.column, range)).collect()
    }

    /// An option's number, known now.
    pub fn option_int(&self, opt: &Opt<'_>, range: (i64, i64)) -> Result<i32, ParseError> {
        self.plain_int(&format!("value of {}", opt.key), opt.value, opt.column, range)
    }

    /// An option's value, read by `how`.
    pub fn option_value<T>(
        &self,
        opt: &Opt<'a>,
        how: impl FnOnce(&'a str) -> Result<T, String>,
    ) -> Result<T, ParseError> {
        how(opt.value).map_err(|message| self.error(opt.column, &message))
    }

    /// An option's address.
    pub fn option_address(&self, opt: &Opt<'a>) -> Result<Address, ParseError> {
        let address = match &opt.word.kind {
            WordKind::Quoted { bytes, .. } => values::quoted_address(&opt.word.text, bytes),
            WordKind::Bare | WordKind::Arrow | WordKind::Comma => values::bare_address(opt.value),
        };
        address.map_err(|message| self.error(opt.column, &message))
    }

    /// Flags until the end, as their bits together.
    pub fn flags(&mut self, table: &[(&str, i32)]) -> Result<i32, ParseError> {
        let mut bits = 0;
        while let Some(opt) = self.option()? {
            bits |= self.flag(&opt, table)?;
        }
        Ok(bits)
    }

    /// One flag's bits.
    pub fn flag(&self, opt: &Opt<'_>, table: &[(&str, i32)]) -> Result<i32, ParseError> {
        table.iter().find(|row| row.0 == opt.key).map(|row| row.1).ok_or_else(|| self.no_option(opt))
    }

    /// Nothing may be left.
    pub fn done(&self) -> Result<(), ParseError> {
        match self.peek() {
            None => Ok(()),
            Some(word) => Err(self.error(word.column, &format!("{} is too much here", shown(&word.text)))),
        }
    }
}

/// What is said of a word that is not in its table.
pub fn unknown(what: &str, text: &str, table: &[(&str, i32)]) -> String {
    let names: Vec<&str> = table.iter().map(|row| row.0).collect();
    format!("{} is no {what}, there are {}", shown(text), names.join(" "))
}

fn looks_like_number(word: &Word) -> bool {
    let digits = word.text.strip_prefix('-').unwrap_or(&word.text);
    word.kind == WordKind::Bare && digits.starts_with(|c: char| c.is_ascii_digit() || c == '$')
}
