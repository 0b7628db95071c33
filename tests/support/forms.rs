//! The forms of statements: a verb, and a verb with each word that may stand behind it; and how often each was made.

use std::collections::BTreeMap;

use tincans::abi;
use tincans::script::parse;

/// Every form: `wait`, `wait nohang`, of `[for=in,pri]` all three words, and each option of a socket.
pub fn all() -> Vec<String> {
    let words = |synopsis: &'static str, verb: &'static str| {
        let words = synopsis.split(|letter: char| !letter.is_ascii_alphanumeric()).skip(1);
        let literals = words.filter(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase()));
        literals.map(move |word| format!("{verb} {word}"))
    };
    let verbs = parse::verbs().iter();
    let forms = verbs.flat_map(|help| std::iter::once(help.name.to_owned()).chain(words(help.synopsis, help.name)));
    forms.chain(abi::SOCKET_OPTIONS.iter().map(|row| format!("option {}", row.0))).collect()
}

/// The forms that a statement has; among them are some that are none, where a word of its arguments looks like one.
pub fn of(text: &str) -> Vec<String> {
    let mut forms = Vec::new();
    let mut words = text.split_whitespace().filter(|word| !word.ends_with(':')).peekable();
    if words.next_if_eq(&"repeat").is_some() {
        forms.push("repeat".to_owned());
        words.next();
    }
    let verb = words.next().unwrap_or_default();
    let first = if matches!(verb, "getsockopt" | "setsockopt") { "option" } else { verb };
    forms.push(verb.to_owned());
    forms.extend(words.flat_map(|word| word.split(['=', ','])).map(|word| format!("{first} {word}")));
    forms
}

/// How often each form was made.
#[derive(Debug, Default)]
pub struct Reached(BTreeMap<String, u64>);

impl Reached {
    /// Counts the forms of one statement.
    pub fn add(&mut self, text: &str) {
        for form in of(text) {
            *self.0.entry(form).or_default() += 1;
        }
    }

    /// Counts those of a program.
    pub fn add_all<'a>(&mut self, program: impl Iterator<Item = &'a str>) {
        for text in program {
            self.add(text);
        }
    }

    /// Every form with its number, a line each, if `TINCANS_REACHED` is set.
    pub fn table(&self) -> String {
        let is_wanted = std::env::var_os("TINCANS_REACHED").is_some();
        let row = |form: String| format!("{:7} {form}\n", self.0.get(&form).copied().unwrap_or(0));
        if is_wanted { all().into_iter().map(row).collect::<Vec<_>>().concat() } else { String::new() }
    }
}
