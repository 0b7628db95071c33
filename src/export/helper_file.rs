//! The functions that a program of a language needs beside its parts, as pieces of a file: each is taken where it is used.

/// A file of pieces. What stands before the first mark is always taken.
#[derive(Debug)]
pub struct HelperFile {
    /// The file: pieces, each behind a mark with its name.
    pub text: &'static str,
    /// What stands before and behind the name in a mark.
    pub mark: (&'static str, &'static str),
    /// Pieces that are taken in any case.
    pub always: &'static [&'static str],
    /// Pieces that are taken where this is written, beside a call of them.
    pub also: &'static [(&'static str, &'static str)],
}

impl HelperFile {
    /// The pieces that a program uses, in their order; one may use another.
    pub fn taken(&self, body: &str) -> String {
        let pieces: Vec<(&str, &str)> = self
            .text
            .split(self.mark.0)
            .enumerate()
            .map(|(at, piece)| if at == 0 { ("", piece) } else { piece.split_once(self.mark.1).unwrap_or((piece, "")) })
            .collect();
        let mut is_used = vec![false; pieces.len()];
        let mut text = body.to_owned();
        // A piece uses only those before it, but for macros: twice is enough.
        for _ in 0..2 {
            for (at, (name, piece)) in pieces.iter().enumerate().rev() {
                if !is_used[at] && (at == 0 || self.is_wanted(name, &text)) {
                    is_used[at] = true;
                    text.push_str(piece);
                }
            }
        }
        let used = pieces.iter().zip(is_used).filter(|(_, is_used)| *is_used);
        used.map(|((_, piece), _)| piece.trim_end().to_owned() + "\n").collect()
    }

    fn is_wanted(&self, name: &str, text: &str) -> bool {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let mut calls = text.match_indices(name).filter(|(at, _)| {
            let after = &text[at + name.len()..];
            after.starts_with(['(', '!']) || after.starts_with("::<")
        });
        self.always.contains(&name)
            || calls.any(|(at, _)| !text[..at].ends_with(is_letter))
            || self.also.iter().any(|(piece, written)| *piece == name && text.contains(written))
    }
}

/// Text in lines of at most so many letters, where it has spaces.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: HelperFile = HelperFile {
        text: "first\n# part: one\ndef one():\n    two()\n# part: two_more\nnever\n# part: two\ndef two():\n# part: begin\nlast\n",
        mark: ("# part: ", "\n"),
        always: &["begin"],
        also: &[("two_more", "= two_more")],
    };

    #[test]
    fn a_piece_comes_with_those_that_it_uses_and_no_other_does() {
        assert_eq!(FRAME.taken(""), "first\nlast\n");
        assert_eq!(FRAME.taken("one()"), "first\ndef one():\n    two()\ndef two():\nlast\n");
        assert_eq!(FRAME.taken("done()"), "first\nlast\n");
        assert_eq!(FRAME.taken("x = two_more"), "first\nnever\nlast\n");
    }

    #[test]
    fn lines_are_as_long_as_they_may_be() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("word", 2), ["word"]);
    }
}
