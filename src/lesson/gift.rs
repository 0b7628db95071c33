//! Questions in GIFT, the text format for quizzes that Moodle and other learning platforms import. Pure.

use std::fmt::Write as _;

/// One answer of a question.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// Its words.
    pub text: &'a str,
    /// Whether it is the right one.
    pub is_right: bool,
    /// What is said to a person who has chosen it.
    pub why: Option<&'a str>,
}

/// A question with one right answer.
pub fn question(title: &str, text: &str, choices: &[Choice<'_>]) -> String {
    let mut out = format!("::{}::[plain]{} {{\n", escaped(title), escaped(text));
    for choice in choices {
        let mark = if choice.is_right { '=' } else { '~' };
        let why = choice.why.map_or_else(String::new, |why| format!(" #{}", escaped(why)));
        let _ = writeln!(out, "\t{mark}{}{why}", escaped(choice.text));
    }
    out + "}\n\n"
}

/// Letters that mean something in GIFT get a backslash; a line break is `\n`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '~' | '=' | '#' | '{' | '}' | ':' | '\\' => out.extend(['\\', letter]),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_gift_is_escaped() {
        let choices = [
            Choice { text: "EOF", is_right: true, why: None },
            Choice { text: "a:b = {3}", is_right: false, why: Some("~ no #") },
        ];
        let text = question("t: 1", "read c[0]\n=> ?", &choices);
        assert_eq!(text, "::t\\: 1::[plain]read c[0]\\n\\=> ? {\n\t=EOF\n\t~a\\:b \\= \\{3\\} #\\~ no \\#\n}\n\n");
    }
}
